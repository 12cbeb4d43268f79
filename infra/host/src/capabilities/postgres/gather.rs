//! Lets what is on its way to a connection get there before the connection sends: many statements in one message to the server cost
//! both sides less than many messages.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use super::pulse::Pulse;

/// Turns of the event loop in which nothing more came. Between two statements of an instance lie its own turn, the turn of the
/// request that follows, and that of the statement.
const QUIET: u32 = 3;
/// Turns in all: what comes without end is sent all the same.
const LONGEST: u32 = 128;

/// Drives a connection, a few turns late. A turn takes no time when nothing else is ready to run.
pub(super) struct Gather<D> {
    driver: Pin<Box<D>>,
    pulse: Arc<Pulse>,
    outstanding: usize,
    quiet: u32,
    turns: u32,
}

impl<D> Gather<D> {
    pub(super) fn new(driver: D, pulse: Arc<Pulse>) -> Self {
        Self { driver: Box::pin(driver), pulse, outstanding: 0, quiet: 0, turns: 0 }
    }
}

impl<D: Future> Future for Gather<D> {
    type Output = D::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<D::Output> {
        let outstanding = self.pulse.outstanding();
        let grew = outstanding > std::mem::replace(&mut self.outstanding, outstanding);
        self.quiet = if grew { 0 } else { self.quiet + 1 };
        self.turns += 1;
        if self.quiet < QUIET && self.turns < LONGEST {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        (self.quiet, self.turns) = (0, 0);
        self.driver.as_mut().poll(context)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use super::*;

    /// How many of `tasks`, which come one after the other, the driver finds at its first look.
    async fn found(tasks: usize) -> usize {
        let (pulse, seen) = (Arc::new(Pulse::default()), Arc::new(AtomicUsize::new(0)));
        let driver = {
            let (pulse, seen) = (pulse.clone(), seen.clone());
            async move { seen.store(pulse.outstanding(), Relaxed) }
        };
        let driver = tokio::spawn(Gather::new(driver, pulse.clone()));
        tokio::spawn(async move {
            for _ in 0..tasks {
                pulse.begin();
                turn().await;
            }
        });
        driver.await.expect("a driver");
        seen.load(Relaxed)
    }

    /// Lets each of the others that are ready run once.
    async fn turn() {
        let mut is_over = false;
        std::future::poll_fn(|context| {
            if std::mem::replace(&mut is_over, true) {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }

    #[tokio::test]
    async fn what_follows_in_the_next_turns_is_sent_together_and_not_waited_for_without_end() {
        assert_eq!(found(1).await, 1);
        assert_eq!(found(20).await, 20);
        assert!(found(1000).await <= 128);
    }
}
