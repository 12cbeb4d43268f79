//! The doorbell: tells the consumers of events that there are new ones. Nothing depends on it but their speed, because the events
//! are in the outbox and a sweep finds them.
//!
//! So it costs next to nothing, even when Redis hangs: one task of an instance rings, for all requests that want it meanwhile, and it
//! ends soon. A task that waited for ever would keep its instance, and with it the instance's connection to the database.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use spin_sdk::redis::Connection;
use spin_sdk::wasip3::wit_bindgen::spawn;

use crate::configuration;
use crate::within;

/// The channel that the consumers listen to.
pub const CHANNEL: &str = "kronos.outbox";
/// Longest time for one ring, with the connection that it may need.
const TIMEOUT: Duration = Duration::from_secs(2);

thread_local! {
    static CONNECTION: RefCell<Option<Rc<Connection>>> = const { RefCell::new(None) };
    static BELL: Rc<Bell> = Rc::default();
}

/// Rings after the answer is on its way. A failure is logged and costs nobody anything.
pub(crate) fn ring() {
    let Some(ringing) = BELL.with(Bell::ring) else { return };
    spawn(async move {
        loop {
            let rung = within(TIMEOUT, publish()).await;
            let failure = match rung {
                Some(Ok(())) => None,
                Some(Err(error)) => Some(error),
                None => Some(format!("no answer within {} seconds", TIMEOUT.as_secs())),
            };
            if let Some(failure) = &failure {
                CONNECTION.with_borrow_mut(Option::take);
                eprintln!("cannot ring the doorbell: {failure}");
            }
            if !ringing.once_more(failure.is_none()) {
                break;
            }
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

/// Who rings. What was written while a ring is on its way may have come too late for it: one more follows, for all of them.
#[derive(Debug, Default)]
struct Bell {
    ringing: Cell<bool>,
    wanted: Cell<bool>,
}

impl Bell {
    /// To be rung by the caller, unless another task is at it and takes this over.
    fn ring(self: &Rc<Self>) -> Option<Ringing> {
        if self.ringing.replace(true) {
            self.wanted.set(true);
            return None;
        }
        Some(Ringing(self.clone()))
    }
}

/// A task that rings, until it is dropped.
#[derive(Debug)]
struct Ringing(Rc<Bell>);

impl Ringing {
    /// Whether to ring once more. After a failure the sweep has to do: who goes on trying keeps the instance.
    fn once_more(&self, rung: bool) -> bool {
        self.0.wanted.take() && rung
    }
}

impl Drop for Ringing {
    fn drop(&mut self) {
        self.0.wanted.set(false);
        self.0.ringing.set(false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rings_that_come_meanwhile_are_one() {
        let bell = Rc::<Bell>::default();
        let ringing = bell.ring().expect("nobody else rings");
        assert!((0..1000).all(|_| bell.ring().is_none()));
        assert!(ringing.once_more(true), "for those that came meanwhile");
        assert!(!ringing.once_more(true), "nobody came since");
        drop(ringing);
        assert!(bell.ring().is_some());
    }

    #[test]
    fn a_failure_ends_the_task_and_the_next_write_tries_again() {
        let bell = Rc::<Bell>::default();
        let ringing = bell.ring().expect("nobody else rings");
        assert!(bell.ring().is_none());
        assert!(!ringing.once_more(false));
        drop(ringing);
        let ringing = bell.ring().expect("nobody rings any more");
        assert!(!ringing.once_more(true), "what failed is not made up for");
    }
}
