//! The database of the instance.

use std::cell::OnceCell;
use std::rc::Rc;

use kronos_storage::Db;

use crate::configuration;
use crate::problem::Problem;

thread_local! {
    static DB: OnceCell<Rc<Db>> = const { OnceCell::new() };
}

/// The database of this instance. It opens its connection, and opens it again, by itself.
pub(crate) async fn get() -> Result<Rc<Db>, Problem> {
    if let Some(known) = DB.with(|db| db.get().cloned()) {
        return Ok(known);
    }
    let postgres_url = configuration::variable("postgres_url").await?;
    Ok(DB.with(|db| db.get_or_init(|| Rc::new(Db::open(&postgres_url))).clone()))
}
