//! The clock, ids and randomness: the one place that reads them from the host. Everything else takes them as parameters.

use std::cell::RefCell;

use jiff::Timestamp;
use uuid::Uuid;

/// The present time.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// Bytes that nobody can guess.
#[expect(clippy::disallowed_methods, reason = "the one source of randomness")]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if getrandom::fill(&mut bytes).is_err() {
        // Whatever needs randomness is unsafe without it.
        std::process::abort();
    }
    bytes
}

/// A new id (`UUIDv7`, RFC 9562, section 5.7): ids sort by the time they were made at, to the millisecond.
pub fn new_id(now: Timestamp) -> Uuid {
    let milliseconds = u64::try_from(now.as_millisecond()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(milliseconds, &random()).into_uuid()
}

/// Random bytes per call to the host for ids of requests and traces.
const RESERVE: usize = 1536;

thread_local! {
    static ENTROPY: RefCell<(usize, [u8; RESERVE])> = const { RefCell::new((RESERVE, [0; RESERVE])) };
}

/// Unpredictable bytes for ids that are no secrets. They come from a reserve, so that not every request calls the host for them.
pub(crate) fn entropy() -> [u8; 24] {
    ENTROPY.with_borrow_mut(|(used, reserve)| {
        if *used + 24 > RESERVE {
            *reserve = random();
            *used = 0;
        }
        let mut bytes = [0; 24];
        bytes.copy_from_slice(&reserve[*used..*used + 24]);
        *used += 24;
        bytes
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_version_7_and_carry_the_time() {
        let now = Timestamp::from_millisecond(1_800_000_000_123).unwrap_or_default();
        let id = new_id(now);
        assert_eq!(id.get_version_num(), 7);
        assert_eq!(id.get_timestamp().map(|at| at.to_unix()), Some((1_800_000_000, 123_000_000)));
        assert_ne!(id, new_id(now));
    }

    #[test]
    fn entropy_is_never_handed_out_twice() {
        let seen: std::collections::HashSet<_> = (0..200).map(|_| entropy()).collect();
        assert_eq!(seen.len(), 200);
    }
}
