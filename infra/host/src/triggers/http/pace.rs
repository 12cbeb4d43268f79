//! Whether clients keep up: what they owe, and what becomes of those that do not pay.
//!
//! No request sets a timer for it. Connections and bodies count what moves, and one task looks at the counts of all of them now and
//! then (Apache's `mod_reqtimeout` and Kestrel measure rates likewise).

use std::{
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{
            AtomicBool, AtomicU64,
            Ordering::{AcqRel, Acquire, Relaxed},
        },
    },
    task::Waker,
    time::Duration,
};

use futures::task::AtomicWaker;
use tokio::time::Instant;

use crate::config::options::Limits;

/// Most bytes of the head of a request: what nginx takes by default, and twice what Node.js does.
pub const HEAD_SIZE: usize = 32 << 10;
/// How long a connection that is to end may take to say good-bye.
pub const LINGER: Duration = Duration::from_secs(2);
/// How long a client that has closed its side is answered. Some do so when they have sent their request and wait, such as `nc` with
/// its input at the end; most have gone, and TCP does not tell which.
const GONE: Duration = Duration::from_secs(2);
/// What is to become of a connection; the later ones overrule the earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Order {
    /// It goes on.
    Serve,
    /// It takes no more requests.
    Drain,
    /// It ends.
    Close,
    /// It ends with 408.
    HeadTimeout,
    /// It ends with 414.
    TargetTooLong,
    /// It ends with `ENHANCE_YOUR_CALM`.
    Calm,
    /// It ends at once, to make room for another client.
    Leave,
    /// It is reset: what it still holds for the client is thrown away.
    Abort,
}

impl Order {
    /// In the order of their numbers.
    pub const ALL: [Self; 8] = [
        Self::Serve,
        Self::Drain,
        Self::Close,
        Self::HeadTimeout,
        Self::TargetTooLong,
        Self::Calm,
        Self::Leave,
        Self::Abort,
    ];
}

/// What has happened on a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts")]
pub struct Counts {
    /// Bytes read.
    pub read: u64,
    /// Bytes read when the last request in progress ended, and its body.
    pub at_rest: u64,
    /// Bytes written.
    pub written: u64,
    /// Requests made.
    pub begun: u64,
    /// Requests in progress, up to the end of their responses.
    pub open: u32,
    /// A response has begun and not ended.
    pub responding: bool,
    /// The body of a request is received, if need be after the response.
    pub receiving: bool,
    /// Something waits to be written until the client takes it.
    pub blocked: bool,
    /// The client has closed its side.
    pub half_closed: bool,
    /// It speaks HTTP/2.
    pub http2: bool,
}

/// The bodies that are under way.
#[derive(Debug, Default)]
pub struct Flows(Mutex<Vec<(Weak<Flow>, Rate)>>);

impl Flows {
    /// Watches `flow` from `now` on.
    pub fn watch(&self, flow: &Arc<Flow>, now: Instant) {
        self.lock().push((Arc::downgrade(flow), Rate::new(now)));
    }

    /// Ends those that have been too slow until `now`.
    pub fn look(&self, now: Instant, limits: &Limits) {
        self.lock().retain_mut(|(flow, rate)| {
            let Some(flow) = flow.upgrade() else { return false };
            if rate.is_low(now, flow.waiting.load(Relaxed), flow.moved.load(Relaxed), limits) {
                flow.end();
            }
            true
        });
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Weak<Flow>, Rate)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A body that a client sends, or one of HTTP/2 that it reads: the connection of HTTP/1.1 itself shows how that is read.
#[derive(Debug, Default)]
pub struct Flow {
    moved: AtomicU64,
    waiting: AtomicBool,
    ended: AtomicBool,
    waker: AtomicWaker,
}

impl Flow {
    /// `bytes` have moved.
    pub fn moved(&self, bytes: usize) {
        self.moved.fetch_add(bytes as u64, Relaxed);
    }

    /// Whether it is the client who has to do something next.
    pub fn waits(&self, waiting: bool) {
        self.waiting.store(waiting, Relaxed);
    }

    /// Whether the client was too slow; if not, `waker` is woken when it is.
    pub fn is_over(&self, waker: &Waker) -> bool {
        self.waker.register(waker);
        self.ended.load(Acquire)
    }

    fn end(&self) {
        if !self.ended.swap(true, AcqRel) {
            self.waker.wake();
        }
    }
}

/// How fast something has moved while it was the client's turn.
#[derive(Debug)]
struct Rate {
    seen: Instant,
    waited: Duration,
    moved: u64,
}

impl Rate {
    fn new(now: Instant) -> Self {
        Self { seen: now, waited: Duration::ZERO, moved: 0 }
    }

    /// Whether less than [`Limits::data_rate`] has moved while the client was waited for, over [`Limits::stall`] of waiting.
    fn is_low(&mut self, now: Instant, waiting: bool, moved: u64, limits: &Limits) -> bool {
        let passed = now.saturating_duration_since(mem::replace(&mut self.seen, now));
        if waiting {
            self.waited += passed;
        }
        if self.waited < limits.stall {
            return false;
        }
        let owed = u64::try_from(self.waited.as_millis()).unwrap_or(u64::MAX).saturating_mul(limits.data_rate) / 1000;
        self.waited = Duration::ZERO;
        moved - mem::replace(&mut self.moved, moved) < owed.max(1)
    }
}

/// What is remembered of a connection from look to look.
#[derive(Debug)]
pub struct Record {
    counts: Counts,
    /// The last look at which a request was in progress, was received or had been made.
    pub quiet: Instant,
    /// The first look at which a head had begun.
    head: Option<Instant>,
    /// The first look at which it was to take no more requests.
    draining: Option<Instant>,
    /// The first look at which a client that has closed its side had no response yet.
    closed: Option<Instant>,
    written: Rate,
}

impl Record {
    /// Of a connection that was opened at `now`.
    pub fn new(now: Instant) -> Self {
        let counts = Counts::default();
        Self { counts, quiet: now, head: None, draining: None, closed: None, written: Rate::new(now) }
    }

    /// What is to become of the connection.
    pub fn judge(&mut self, now: Instant, counts: Counts, draining: bool, limits: &Limits) -> Option<Order> {
        let before = mem::replace(&mut self.counts, counts);
        // A client that closed its side may have gone: only what it takes says that it is there.
        let reads = counts.blocked || (counts.half_closed && counts.responding);
        if self.written.is_low(now, reads, counts.written, limits) {
            return Some(Order::Abort);
        }
        if counts.half_closed && counts.open > 0 && !counts.responding {
            let closed = *self.closed.get_or_insert(now);
            if now.saturating_duration_since(closed) >= GONE {
                return Some(Order::Close);
            }
        } else {
            self.closed = None;
        }
        let draining = draining.then(|| *self.draining.get_or_insert(now));
        if counts.open > 0 || counts.receiving || counts.begun != before.begun {
            (self.quiet, self.head) = (now, None);
            return None;
        }
        let quiet = now.saturating_duration_since(self.quiet);
        if let Some(draining) = draining {
            let good_bye = now.saturating_duration_since(self.quiet.max(draining));
            return (good_bye >= LINGER).then_some(Order::Close);
        }
        if counts.begun == 0 {
            return (quiet >= limits.head_timeout).then_some(Order::HeadTimeout);
        }
        if !counts.http2 && counts.read != counts.at_rest {
            let head = *self.head.get_or_insert(now);
            return (now.saturating_duration_since(head) >= limits.head_timeout).then_some(Order::HeadTimeout);
        }
        let rested = quiet.checked_sub(limits.connection_idle)?;
        // A client of HTTP/2 is told first: it may just be making a request.
        Some(if counts.http2 && rested < LINGER { Order::Drain } else { Order::Close })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn limits() -> Limits {
        Limits::default()
    }

    /// Looks once a second until the connection is ended, with the counts that `at` gives for each second; returns when and how.
    fn ended(draining: bool, at: impl Fn(u64) -> Counts) -> Option<(u64, Order)> {
        let start = Instant::now();
        let mut record = Record::new(start);
        (1..=4 * 3600).find_map(|second| {
            let order =
                record.judge(start + SECOND * u32::try_from(second).expect("few"), at(second), draining, &limits());
            order.map(|order| (second, order))
        })
    }

    #[test]
    fn the_first_request_has_to_come_within_the_head_timeout() {
        assert_eq!(ended(false, |_| Counts::default()), Some((10, Order::HeadTimeout)), "nothing");
        let slowly = |second| Counts { read: second, ..Counts::default() };
        assert_eq!(ended(false, slowly), Some((10, Order::HeadTimeout)), "a byte a second");
        let http2 = |second| Counts { read: 64 + second, http2: true, ..Counts::default() };
        assert_eq!(ended(false, http2), Some((10, Order::HeadTimeout)), "preface and settings");
    }

    #[test]
    fn a_connection_at_rest_is_kept_for_the_next_request() {
        let rest = Counts { begun: 1, read: 100, at_rest: 100, ..Counts::default() };
        assert_eq!(ended(false, |_| rest), Some((1 + 75, Order::Close)));
        let again = |second| Counts { begun: 1 + second / 60, read: 100, at_rest: 100, ..rest };
        assert_eq!(ended(false, again), None, "a request a minute");
        let half = |second| Counts { read: if second < 30 { 100 } else { 90 + second }, ..rest };
        assert_eq!(ended(false, half), Some((30 + 10, Order::HeadTimeout)), "half a head after 30 s");
        let signs = |second| Counts { http2: true, read: 100 + 17 * second, ..rest };
        assert_eq!(ended(false, signs), Some((1 + 75, Order::Drain)), "signs of life are no request");
    }

    #[test]
    fn a_request_may_take_its_time() {
        let works = Counts { begun: 1, open: 1, read: 100, ..Counts::default() };
        assert_eq!(ended(false, |_| works), None);
        assert_eq!(ended(true, |_| works), None, "a stop waits for it");
    }

    #[test]
    fn a_body_may_take_its_time_after_the_response() {
        let receives =
            |second| Counts { begun: 1, receiving: true, at_rest: 100, read: 1000 * second, ..Counts::default() };
        assert_eq!(ended(false, receives), None);
        assert_eq!(ended(true, receives), None, "a stop waits for it");
    }

    #[test]
    fn a_stop_waits_for_nobody_else() {
        assert_eq!(ended(true, |_| Counts::default()), Some((3, Order::Close)));
        assert_eq!(ended(true, |_| Counts { http2: true, begun: 1, ..Counts::default() }), Some((3, Order::Close)));
    }

    #[test]
    fn who_takes_nothing_is_cut_off() {
        let reading = |rate: u64| {
            move |second| Counts { begun: 1, open: 1, blocked: true, written: rate * second, ..Counts::default() }
        };
        assert_eq!(ended(false, reading(0)), Some((20, Order::Abort)));
        assert_eq!(ended(false, reading(500)), Some((20, Order::Abort)));
        assert_eq!(ended(false, reading(512)), None);
        let later = |second| Counts { written: 1_000_000.min(20_000 * second), ..reading(0)(second) };
        assert_eq!(ended(false, later), Some((80, Order::Abort)), "what was taken long ago does not count");
        let quick = Counts { begun: 1, open: 1, written: 10, ..Counts::default() };
        assert_eq!(ended(false, |_| quick), None, "the component is slow, not the client");
    }

    #[test]
    fn a_client_that_has_closed_its_side_gets_its_answer_and_no_endless_stream() {
        let closed = Counts { begun: 1, open: 1, half_closed: true, ..Counts::default() };
        assert_eq!(ended(false, |_| closed), Some((3, Order::Close)), "it has gone");
        let quick = |second| Counts { open: u32::from(second < 3), responding: second == 2, ..closed };
        assert_ne!(ended(false, quick), Some((3, Order::Close)), "it waits for its answer");
        let idle = |_| Counts { responding: true, ..closed };
        assert_eq!(ended(false, idle), Some((20, Order::Abort)), "a stream on which nothing happens");
        let taken = |second| Counts { responding: true, written: 1000 * second, ..closed };
        assert_eq!(ended(false, taken), None, "a download");
    }

    #[tokio::test]
    async fn a_body_that_stalls_is_woken_to_its_end() {
        let flows = Flows::default();
        let start = Instant::now();
        let flow = Arc::new(Flow::default());
        flows.watch(&flow, start);
        flow.waits(true);
        let mut over = std::pin::pin!(std::future::poll_fn(|cx| {
            if flow.is_over(cx.waker()) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        }));
        for second in 1..20 {
            flows.look(start + SECOND * second, &limits());
            assert!(futures::poll!(&mut over).is_pending(), "{second} s");
        }
        flows.look(start + SECOND * 20, &limits());
        over.await;
    }

    #[tokio::test]
    async fn a_body_is_measured_while_it_is_waited_for() {
        let flows = Flows::default();
        let start = Instant::now();
        let flow = Arc::new(Flow::default());
        flows.watch(&flow, start);
        for second in 1..3600 {
            // The guest takes its time with every second chunk.
            flow.waits(second % 2 == 0);
            flow.moved(300);
            flows.look(start + SECOND * second, &limits());
        }
        assert!(!flow.ended.load(Acquire), "600 bytes for each second of waiting");
        assert_eq!(flows.lock().len(), 1);
        drop(flow);
        flows.look(start + SECOND * 3600, &limits());
        assert!(flows.lock().is_empty(), "nothing is kept of bodies that are gone");
    }
}
