//! Waiting for the host, never without a bound: not every host has one, and a request that waits for ever keeps what it has.

use std::{future::Future, pin::pin, time::Duration};

use futures::future::{Either, select};
use spin_sdk::time::sleep;

/// What comes of `work`, none after `limit`; then `work` is given up. The timer is not set for what is there at once.
pub async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    before(sleep(limit), work).await
}

async fn before<T>(timer: impl Future<Output = ()>, work: impl Future<Output = T>) -> Option<T> {
    match select(pin!(work), pin!(timer)).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(((), _)) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    #[tokio::test]
    async fn what_hangs_is_given_up_and_what_is_there_is_not_waited_for() {
        assert_eq!(before(ready(()), pending::<()>()).await, None);
        assert_eq!(before(pending(), ready(1)).await, Some(1));
        assert_eq!(before(ready(()), ready(1)).await, Some(1));
    }
}
