//! The first owner. Whoever starts Kronos for the first time has nobody to ask for an account, so there is one.

use std::cell::Cell;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kronos_domain::{Currency, Instant, MemberId, OrganizationId, UserId};
use kronos_platform::{Call, Problem, new_id, random};
use kronos_storage::users::{self, FirstOwner};

use crate::email::Email;
use crate::passwords;
use crate::refusal::Refusal;

thread_local! {
    static DONE: Cell<bool> = const { Cell::new(false) };
}

/// Makes the first owner unless there is a user. Asked once per instance.
pub async fn once(call: &Call) -> Result<(), Refusal> {
    if !DONE.get() {
        let db = call.db().await?;
        if !users::any(&db).await? {
            let (owner, password) = first_owner(call).await?;
            if users::insert_first_owner(&db, &owner).await? {
                announce(call.public_url(), &owner.email, password.as_deref());
            }
        }
        DONE.set(true);
    }
    Ok(())
}

/// The owner as configured, and their password if nobody knows it yet.
async fn first_owner(call: &Call) -> Result<(FirstOwner, Option<String>), Refusal> {
    let configured = |name: &'static str| async move {
        let value = call.variable(name).await?;
        Ok::<_, Refusal>(Some(value).filter(|value| !value.is_empty()))
    };
    let email = configured("owner_email").await?.unwrap_or_else(|| "owner@localhost".to_owned());
    let email =
        Email::parse(&email).map_err(|_| Problem::internal("variable `owner_email` is not an e-mail address"))?;
    let configured_password = configured("owner_password").await?;
    let random_password = configured_password.is_none().then(|| URL_SAFE_NO_PAD.encode(random::<15>()));
    let password = configured_password.as_deref().or(random_password.as_deref()).unwrap_or_default();
    let currency: Currency = "EUR".parse().map_err(|_| Problem::internal("`EUR` is no currency"))?;
    let owner = FirstOwner {
        user: UserId::from_uuid(new_id(call.now)),
        email: email.as_str().to_owned(),
        name: "Owner".to_owned(),
        password_hash: passwords::hash(password, &random())?,
        organization: OrganizationId::from_uuid(new_id(call.now)),
        organization_name: "My organization".to_owned(),
        currency,
        time_zone: "UTC".to_owned(),
        member: MemberId::from_uuid(new_id(call.now)),
        created_at: Instant::from(call.now),
    };
    Ok((owner, random_password))
}

/// Tells the operator how to sign in. A password that was made up is said here once and nowhere else.
fn announce(public_url: &str, email: &str, password: Option<&str>) {
    let password =
        password.map_or_else(|| "the configured password".to_owned(), |random| format!("the password {random}"));
    println!("created the first owner: sign in at {public_url} as {email} with {password}");
}
