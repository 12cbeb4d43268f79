//! The doorbell: tells the consumers of events that there are new ones. Nothing depends on it but their speed, because the events
//! are in the outbox and a sweep finds them.

use std::cell::RefCell;
use std::rc::Rc;

use spin_sdk::redis::Connection;
use spin_sdk::wasip3::wit_bindgen::spawn;

use crate::configuration;

/// The channel that the consumers listen to.
pub const CHANNEL: &str = "kronos.outbox";

thread_local! {
    static CONNECTION: RefCell<Option<Rc<Connection>>> = const { RefCell::new(None) };
}

/// Rings after the answer is on its way. A failure is logged and costs nobody anything.
pub(crate) fn ring() {
    spawn(async {
        if let Err(error) = publish().await {
            CONNECTION.with_borrow_mut(Option::take);
            eprintln!("cannot ring the doorbell: {error}");
        }
    });
}

async fn publish() -> Result<(), String> {
    let open = CONNECTION.with_borrow(Clone::clone);
    let connection = if let Some(open) = open { open } else { connect().await? };
    connection.publish(CHANNEL, []).await.map_err(|error| error.to_string())
}

async fn connect() -> Result<Rc<Connection>, String> {
    let url =
        configuration::variable("redis_url").await.map_err(|problem| problem.log().unwrap_or_default().to_owned())?;
    let opened = Rc::new(Connection::open(&url).await.map_err(|error| error.to_string())?);
    Ok(CONNECTION.with_borrow_mut(|connection| connection.get_or_insert(opened).clone()))
}
