//! The frames of HTTP/2 as they pass (RFC 9113, section 4.1), and how many of them may come that cost a client nothing.
//!
//! The library bounds frames of HEADERS, CONTINUATION and DATA by itself, and those resets that overtake their request. All others it
//! answers or applies one by one, however many come.

use tokio::time::Instant;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;

const HEAD: usize = 9;
const NO_ERROR: u8 = 0;
const ENHANCE_YOUR_CALM: u8 = 11;

/// The last frame to a client that sends more than it may.
pub const CALM: [u8; 17] = go_away(ENHANCE_YOUR_CALM);
/// The last frame to a client that makes room for another.
pub const LEAVE: [u8; 17] = go_away(NO_ERROR);

/// It does not say which of the requests were answered.
const fn go_away(reason: u8) -> [u8; 17] {
    [0, 0, 8, GOAWAY, 0, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, reason]
}

/// Finds the frames in bytes that come in any pieces.
#[derive(Debug, Default)]
pub struct Frames {
    head: [u8; HEAD],
    /// Bytes of the next head that are there.
    known: usize,
    /// Bytes still to come of the frame whose head arrived last.
    rest: usize,
}

impl Frames {
    /// Passes over `bytes`; tells `seen` the type and the length of each frame that begins in them.
    pub fn pass(&mut self, mut bytes: &[u8], mut seen: impl FnMut(u8, usize)) {
        while !bytes.is_empty() {
            let step = if self.rest > 0 { self.rest } else { HEAD - self.known };
            let (passed, more) = bytes.split_at(step.min(bytes.len()));
            bytes = more;
            if self.rest > 0 {
                self.rest -= passed.len();
                continue;
            }
            self.head[self.known..self.known + passed.len()].copy_from_slice(passed);
            self.known += passed.len();
            if self.known == HEAD {
                let [high, middle, low, kind, ..] = self.head;
                self.known = 0;
                self.rest = usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low);
                seen(kind, self.rest);
            }
        }
    }

    /// Whether all frames that have begun are complete.
    pub fn are_whole(&self) -> bool {
        self.known == 0 && self.rest == 0
    }
}

/// How many of something there may be: a number at once, and from then on a number per second.
#[derive(Debug)]
struct Allowance {
    burst: u64,
    rate: u64,
    /// What is used of `burst`, in thousandths.
    used: u64,
    seen: Instant,
}

impl Allowance {
    fn new(burst: u64, rate: u64, now: Instant) -> Self {
        Self { burst, rate, used: 0, seen: now }
    }

    /// Uses `count`; says whether that much was left.
    fn take(&mut self, count: u64, now: Instant) -> bool {
        let passed = now.saturating_duration_since(std::mem::replace(&mut self.seen, now));
        let regained = u64::try_from(passed.as_millis()).unwrap_or(u64::MAX).saturating_mul(self.rate);
        self.used = self.used.saturating_sub(regained).saturating_add(count * 1000);
        self.used <= self.burst * 1000
    }

    /// Gives back `count`.
    fn give(&mut self, count: u64) {
        self.used = self.used.saturating_sub(count * 1000);
    }
}

/// The frames of one connection.
#[derive(Debug)]
pub struct Traffic {
    read: Frames,
    written: Frames,
    /// Streams that the client gives up: it can make and give up any number at once (CVE-2023-44487).
    resets: Allowance,
    /// Frames that belong to no request, such as PING and SETTINGS, and those that open windows.
    control: Allowance,
}

impl Traffic {
    /// Of a connection on which nothing has passed yet.
    pub fn new(now: Instant) -> Self {
        Self {
            read: Frames::default(),
            written: Frames::default(),
            // Twice as many as may be open.
            resets: Allowance::new(200, 20, now),
            control: Allowance::new(10_000, 1000, now),
        }
    }

    /// The client has sent `bytes`; says whether it may. `now` is asked when it may not always.
    pub fn on_read(&mut self, bytes: &[u8], now: impl FnOnce() -> Instant) -> bool {
        let (mut resets, mut control) = (0, 0);
        self.read.pass(bytes, |kind, _| match kind {
            DATA | HEADERS | CONTINUATION => {}
            RST_STREAM => resets += 1,
            _ => control += 1,
        });
        // The rule: no look at the clock.
        if (resets, control) == (0, 0) {
            return true;
        }
        let now = now();
        self.resets.take(resets, now) && self.control.take(control, now)
    }

    /// The client was sent `bytes`.
    pub fn on_written(&mut self, bytes: &[u8]) {
        let mut windows = 0;
        self.written.pass(bytes, |kind, length| {
            if kind == DATA {
                // The windows of the stream and of the connection are opened again, by some clients a little at a time.
                windows += 2 * (1 + length as u64 / 1024);
            }
        });
        self.control.give(windows);
    }

    /// Whether another frame may follow what was written.
    pub fn is_between_frames(&self) -> bool {
        self.written.are_whole()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const PING: u8 = 6;
    const WINDOW_UPDATE: u8 = 8;

    fn frame(kind: u8, length: usize) -> Vec<u8> {
        let size = u32::try_from(length).expect("a length").to_be_bytes();
        [&size[1..], &[kind, 0, 0, 0, 0, 1], &vec![kind; length]].concat()
    }

    #[test]
    fn frames_are_found_in_any_pieces() {
        let bytes = [frame(HEADERS, 3), frame(DATA, 70_000), frame(PING, 8), frame(DATA, 0)].concat();
        for size in [1, 2, 8, 9, 10, 4096, bytes.len()] {
            let mut frames = Frames::default();
            let mut seen = Vec::new();
            for piece in bytes.chunks(size) {
                frames.pass(piece, |kind, length| seen.push((kind, length)));
            }
            assert_eq!(seen, [(HEADERS, 3), (DATA, 70_000), (PING, 8), (DATA, 0)], "{size} at a time");
            assert!(frames.are_whole());
        }
        let mut frames = Frames::default();
        frames.pass(&bytes[..8], |_, _| ());
        assert!(!frames.are_whole(), "half a head");
        frames.pass(&bytes[8..11], |_, _| ());
        assert!(!frames.are_whole(), "half a payload");
    }

    #[test]
    fn an_allowance_is_regained() {
        let start = Instant::now();
        let mut allowance = Allowance::new(10, 2, start);
        assert!(allowance.take(10, start));
        assert!(!allowance.take(1, start), "one more at once");
        assert!(!allowance.take(2, start + Duration::from_millis(500)), "1 of 3 is regained");
        assert!(allowance.take(1, start + Duration::from_millis(2500)), "4 more are");
        let later = start + Duration::from_hours(1);
        assert!(allowance.take(10, later), "all of it");
        assert!(!allowance.take(1, later), "and no more");
        allowance.give(5);
        assert!(allowance.take(4, later), "10 of 10 again");
    }

    #[test]
    fn frames_that_cost_the_client_nothing_are_bounded() {
        let most = |bytes: Vec<u8>| {
            let now = Instant::now();
            let mut traffic = Traffic::new(now);
            (1..=100_000).find(|_| !traffic.on_read(&bytes, || now))
        };
        assert_eq!(most(frame(RST_STREAM, 4)), Some(201));
        assert_eq!(most(frame(PING, 8)), Some(10_001));
        assert_eq!(most(frame(WINDOW_UPDATE, 4)), Some(10_001));
        assert_eq!(most([frame(HEADERS, 30), frame(DATA, 100), frame(DATA, 0)].concat()), None, "requests");
    }

    #[test]
    fn who_is_sent_a_body_may_open_windows() {
        let now = Instant::now();
        let mut traffic = Traffic::new(now);
        for _ in 0..100_000 {
            traffic.on_written(&frame(DATA, 100));
            assert!(traffic.on_read(&frame(WINDOW_UPDATE, 4).repeat(2), || now));
        }
    }
}
