//! Connections that the plain statements of all guests share: each is sent at once, and the answers come in the same order.

use std::{
    sync::{
        Arc, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::sync::OwnedSemaphorePermit;

use super::{
    super::{
        error::Failure,
        link::{Link, Request, ResultSet},
        profile::Profile,
    },
    Broken, Part, Pool,
};

/// A shared connection.
#[derive(Debug)]
pub(super) struct Lane {
    link: Arc<Link>,
    /// When the last answer came, in microseconds since `Pool::origin`.
    answered_us: AtomicU64,
    /// To use a connection and to keep it, for as long as the lane is there.
    #[expect(dead_code, reason = "only its drop matters")]
    permits: [OwnedSemaphorePermit; 2],
}

impl Lane {
    pub(super) fn link(&self) -> &Arc<Link> {
        &self.link
    }

    /// Whether others have waited on it for a while.
    pub(super) fn is_stalled(&self) -> bool {
        self.link.is_stalled()
    }

    pub(super) async fn run(
        self: Arc<Self>,
        pool: &Arc<Pool>,
        profile: Arc<Profile>,
        request: Request,
    ) -> Result<ResultSet, Broken> {
        let pool = pool.clone();
        // A task of its own reads the answer even when the guest is busy or gone: else it would hold up the lane.
        let task = tokio::spawn(async move {
            let sent = pool.now_us();
            let result = self.link.run_plain(&request).await;
            // The server answers in order, so a statement began when the one before was done.
            let now = pool.now_us();
            let began = sent.max(self.answered_us.swap(now, Relaxed));
            profile.took(Duration::from_micros(now.saturating_sub(began)));
            Broken::unless_whole(result, &self.link, request)
        });
        task.await?
    }
}

impl Part {
    /// Lets go of a lane that gets no more statements; it closes when the last of those that it has is done.
    pub(super) fn release_lane(&self) {
        let is_over = {
            let lane = self.lane.read().unwrap_or_else(PoisonError::into_inner);
            lane.as_ref().is_some_and(|lane| !lane.link.is_usable())
        };
        if is_over {
            self.lane.write().unwrap_or_else(PoisonError::into_inner).take_if(|lane| !lane.link.is_usable());
        }
    }
}

impl Pool {
    fn open_lane(&self) -> Option<Arc<Lane>> {
        let lane = self.part().lane.read().unwrap_or_else(PoisonError::into_inner);
        lane.as_ref().filter(|lane| lane.link.is_usable()).cloned()
    }

    /// The lane of this worker, `None` when all connections are taken or there can be none.
    pub(super) async fn lane(self: &Arc<Self>) -> Result<Option<Arc<Lane>>, Failure> {
        if let Some(lane) = self.open_lane() {
            return Ok(Some(lane));
        }
        let part = self.part();
        let _one_at_a_time = part.opening.lock().await;
        if let Some(lane) = self.open_lane() {
            return Ok(Some(lane));
        }
        let (Some(keep), Some(permit)) = (self.permits.try_keep(), self.permits.try_use()) else { return Ok(None) };
        let link = self.idle_or_new().await?;
        let lane = Arc::new(Lane { link, answered_us: AtomicU64::new(0), permits: [permit, keep] });
        *part.lane.write().unwrap_or_else(PoisonError::into_inner) = Some(lane.clone());
        Ok(Some(lane))
    }
}
