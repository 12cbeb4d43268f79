//! The first owner. Whoever starts Kronos for the first time has nobody to ask for an account, so there is one.

use std::cell::Cell;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kronos_domain::{Currency, Email, Instant, MemberId, OrganizationId, UserId};
use kronos_platform::{Call, Problem, new_id, random};
use kronos_storage::credentials;
use kronos_storage::users::{self, FirstOwner};

use crate::refusal::Refusal;
use crate::{passwords, secrets};

thread_local! {
    static DONE: Cell<bool> = const { Cell::new(false) };
}

/// Makes the first owner unless there is a user. Asked once per instance.
///
/// Their password is in another database, so the two don't come at once: the password first, under an id that nobody has yet. Of
/// several instances one makes the user, and the others take their passwords back. One that is left by a crash opens nothing.
pub async fn once(call: &Call) -> Result<(), Refusal> {
    if !DONE.get() {
        let db = call.db().await?;
        if !users::any(&db).await? {
            let owner = first_owner(call).await?;
            let (password, random_password) = password(call).await?;
            let secrets = secrets::db(call).await?;
            credentials::insert(&secrets, owner.user, &passwords::hash(&password, &random())?).await?;
            if users::insert_first_owner(&db, &owner).await? {
                announce(call.public_url(), &owner.email, random_password.then_some(password.as_str()));
            } else {
                credentials::delete(&secrets, owner.user).await?;
            }
        }
        DONE.set(true);
    }
    Ok(())
}

/// The configured password or, where there is none, one that nobody knows yet. Whether it is that.
async fn password(call: &Call) -> Result<(String, bool), Refusal> {
    let configured = call.variable("owner_password").await?;
    let is_random = configured.is_empty();
    Ok((if is_random { URL_SAFE_NO_PAD.encode(random::<15>()) } else { configured }, is_random))
}

/// The owner as configured.
async fn first_owner(call: &Call) -> Result<FirstOwner, Refusal> {
    let email = call.variable("owner_email").await?;
    let email = if email.is_empty() { "owner@localhost" } else { &email };
    let email: Email =
        email.parse().map_err(|_| Problem::internal("variable `owner_email` is not an e-mail address"))?;
    let currency: Currency = "EUR".parse().map_err(|_| Problem::internal("`EUR` is no currency"))?;
    Ok(FirstOwner {
        user: UserId::from_uuid(new_id(call.now)),
        email: email.as_str().to_owned(),
        name: "Owner".to_owned(),
        organization: OrganizationId::from_uuid(new_id(call.now)),
        organization_name: "My organization".to_owned(),
        currency,
        time_zone: "UTC".to_owned(),
        member: MemberId::from_uuid(new_id(call.now)),
        created_at: Instant::from(call.now),
    })
}

/// Tells the operator how to sign in. A password that was made up is said here once and nowhere else.
fn announce(public_url: &str, email: &str, password: Option<&str>) {
    let password =
        password.map_or_else(|| "the configured password".to_owned(), |random| format!("the password {random}"));
    println!("created the first owner: sign in at {public_url} as {email} with {password}");
}
