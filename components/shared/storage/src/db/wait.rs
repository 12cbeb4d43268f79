//! How long is waited for a database, and for a connection that another request opens.

use std::{
    cell::{Cell, RefCell},
    future::Future,
    rc::Rc,
    time::Duration,
};

use spin_sdk::time::sleep;

use super::Error;
use crate::patience;

/// Longest time for a connection to open.
pub(super) const OPEN: Duration = Duration::from_secs(10);
/// Longest time for a statement and its rows. The local host gives a request up after 30 s; before that, the client learns more.
pub(super) const STATEMENT: Duration = Duration::from_secs(25);
/// Time between two looks at what another request opens.
const PAUSE: Duration = Duration::from_millis(2);

/// What comes of `work`, or [`Error::Unavailable`] after `limit`.
pub(super) async fn within<T>(limit: Duration, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let unanswered = || Err(Error::Unavailable(format!("no answer within {} seconds", limit.as_secs())));
    patience::within(limit, work).await.unwrap_or_else(unanswered)
}

/// Waits a little.
pub(super) async fn pause() {
    sleep(PAUSE).await;
}

/// What the requests of an instance share, and the first of them opens. Tasks of one instance can't wake each other, so the others
/// look again until it is there.
pub(super) struct Shared<T> {
    current: RefCell<Option<Rc<T>>>,
    opening: Cell<bool>,
    /// How many attempts have ended, and why the last one failed.
    ended: Cell<u64>,
    failure: RefCell<Option<Error>>,
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self {
            current: RefCell::default(),
            opening: Cell::default(),
            ended: Cell::default(),
            failure: RefCell::default(),
        }
    }
}

impl<T> Shared<T> {
    /// What is open, or what `open` opens. A failure is one of everybody who waited for it. `pause` passes the time between two looks.
    pub async fn get(
        &self,
        open: impl Future<Output = Result<T, Error>>,
        pause: impl AsyncFn(),
    ) -> Result<Rc<T>, Error> {
        let before = self.ended.get();
        while self.current.borrow().is_none() && self.opening.get() {
            pause().await;
        }
        if let Some(current) = self.current.borrow().as_ref() {
            return Ok(current.clone());
        }
        if self.ended.get() != before
            && let Some(failure) = self.failure.borrow().clone()
        {
            return Err(failure);
        }
        let opening = Opening::begin(self);
        let result = open.await;
        self.failure.replace(result.as_ref().err().cloned());
        let opened = Rc::new(result?);
        self.current.replace(Some(opened.clone()));
        drop(opening);
        Ok(opened)
    }

    /// Forgets what has failed, so that the next request opens another; not one that was opened meanwhile.
    pub fn close(&self, failed: &Rc<T>) {
        let mut current = self.current.borrow_mut();
        if current.as_ref().is_some_and(|current| Rc::ptr_eq(current, failed)) {
            *current = None;
        }
    }
}

/// An attempt that is going on, until it is dropped: also with the request that makes it.
struct Opening<'a, T>(&'a Shared<T>);

impl<'a, T> Opening<'a, T> {
    fn begin(shared: &'a Shared<T>) -> Self {
        shared.opening.set(true);
        shared.failure.replace(None);
        Self(shared)
    }
}

impl<T> Drop for Opening<'_, T> {
    fn drop(&mut self) {
        self.0.opening.set(false);
        self.0.ended.set(self.0.ended.get().wrapping_add(1));
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::{pending, ready},
        pin::pin,
    };

    use futures::future::join_all;
    use tokio::task::yield_now;

    use super::*;

    fn refused() -> Error {
        Error::Unavailable("refused".into())
    }

    #[tokio::test]
    async fn the_first_requests_open_one() {
        let (shared, opened) = (Shared::default(), Cell::new(0));
        let request = || async {
            let open = async {
                opened.set(opened.get() + 1);
                yield_now().await;
                Ok(opened.get())
            };
            shared.get(open, yield_now).await.map(|connection| *connection)
        };
        let all = join_all((0..20).map(|_| request())).await;
        assert!(all.iter().all(|one| *one == Ok(1)), "{all:?}");
    }

    #[tokio::test]
    async fn a_failure_is_one_for_all_who_waited_and_the_next_request_tries_again() {
        let (shared, attempts) = (Shared::<()>::default(), Cell::new(0));
        let request = || async {
            let open = async {
                attempts.set(attempts.get() + 1);
                yield_now().await;
                Err(refused())
            };
            shared.get(open, yield_now).await.map(drop)
        };
        let all = join_all((0..20).map(|_| request())).await;
        assert!(all.iter().all(|one| *one == Err(refused())), "{all:?}");
        assert_eq!(attempts.get(), 1);
        assert_eq!((request().await, attempts.get()), (Err(refused()), 2));
    }

    #[tokio::test]
    async fn an_attempt_that_was_given_up_is_not_waited_for() {
        let shared = Shared::default();
        {
            let mut given_up = pin!(shared.get(pending(), yield_now));
            assert!(futures::poll!(given_up.as_mut()).is_pending());
        }
        assert_eq!(shared.get(ready(Ok(7)), yield_now).await.map(|connection| *connection), Ok(7));
    }

    #[tokio::test]
    async fn only_the_one_that_failed_is_closed() {
        let shared = Shared::default();
        let first = shared.get(ready(Ok(1)), yield_now).await.expect("the first");
        shared.close(&first);
        let second = shared.get(ready(Ok(2)), yield_now).await.expect("the second");
        shared.close(&first);
        assert!(Rc::ptr_eq(&second, &shared.get(ready(Ok(3)), yield_now).await.expect("the second")));
    }
}
