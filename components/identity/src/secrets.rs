//! The database with the secrets, which no other component can open: passwords, sessions, signing keys, tokens of the operator.
//! Users are in the other one, [`Call::db`], since everybody joins them; so no statement sees both.

use std::cell::OnceCell;
use std::rc::Rc;

use kronos_platform::{Call, Problem};
use kronos_storage::Db;

thread_local! {
    static DB: OnceCell<Rc<Db>> = const { OnceCell::new() };
}

/// The database of this instance. On PostgreSQL it is reached by a role of its own where one is configured.
pub async fn db(call: &Call) -> Result<Rc<Db>, Problem> {
    if let Some(known) = DB.with(|db| db.get().cloned()) {
        return Ok(known);
    }
    let own_url = call.variable("identity_postgres_url").await?;
    let db = if own_url.is_empty() && !call.variable("postgres_url").await?.is_empty() {
        call.db().await?
    } else {
        Rc::new(Db::open_identity(&own_url))
    };
    Ok(DB.with(|known| known.get_or_init(|| db).clone()))
}
