//! Keys of the issuers, cached in the instance.
//!
//! The rules, so that neither a busy nor a hostile client can make us a nuisance to an issuer, and a key that the issuer removed
//! stops counting: a set is used for [`MAX_AGE`], then fetched again. A token with an unknown key causes a fetch too, but one per
//! issuer and [`COOL_DOWN`], however many key ids are made up. While the issuer can't be reached, the keys that are known count
//! for [`STALE_IF_ERROR`]; a token with another key is answered 503, because nobody can say whether it is valid.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// How long a key set is used without asking for it again, in milliseconds.
pub(super) const MAX_AGE: i64 = 5 * 60 * 1000;
/// How long an unknown key causes no further fetch after one that went well, in milliseconds.
pub(super) const COOL_DOWN: i64 = 10 * 1000;
/// The same after a fetch that failed.
pub(super) const RETRY: i64 = 1000;
/// How long known keys count while the issuer can't be reached, in milliseconds.
pub(super) const STALE_IF_ERROR: i64 = 24 * 60 * 60 * 1000;

/// What is known of the keys of one issuer. Times are milliseconds since the epoch.
#[derive(Debug, Default)]
pub(super) struct Keys {
    set: RefCell<Option<Set>>,
    /// The last fetch that ended, and whether it went well.
    attempt: Cell<Option<(i64, bool)>>,
    /// Whether a request of this instance is fetching.
    fetching: Cell<bool>,
    /// Counts the sets that differed. Tokens verified under an older one are not known any more.
    generation: Cell<u32>,
}

#[derive(Debug)]
struct Set {
    jwks: Rc<str>,
    fetched: i64,
}

/// What to do about keys that do not suffice.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    Fetch,
    /// Another request of this instance is fetching them.
    Wait,
    /// They were fetched just now: what they do not hold does not exist.
    Recent,
    /// The issuer could not be reached just now; how many seconds until the next try.
    Unavailable(u32),
}

impl Keys {
    /// The keys to verify with, none when they have to be fetched first.
    pub fn usable(&self, now: i64) -> Option<Rc<str>> {
        let set = self.set.borrow();
        let set = set.as_ref()?;
        // Requests that run at the same time took their time in another order, and the clock may be set back.
        let age = (now - set.fetched).abs();
        let fresh = age <= MAX_AGE;
        let excused = self.failed_just_now(now) && age <= STALE_IF_ERROR;
        (fresh || excused).then(|| set.jwks.clone())
    }

    pub fn generation(&self) -> u32 {
        self.generation.get()
    }

    /// What to do when a token needs keys that are not usable or not there. `since` is when the request first looked: a fetch
    /// that ended later was made for it as well.
    pub fn next(&self, now: i64, since: i64) -> Next {
        if self.fetching.get() {
            return Next::Wait;
        }
        match self.attempt.get() {
            Some((at, well)) if at >= since || (now - at).abs() < if well { COOL_DOWN } else { RETRY } => {
                if well && self.usable(now).is_some() { Next::Recent } else { Next::Unavailable(1) }
            }
            _ => Next::Fetch,
        }
    }

    /// Marks a fetch as going on until the guard is dropped, also when the request ends in between.
    pub fn start(&self) -> Fetching<'_> {
        self.fetching.set(true);
        Fetching { keys: self }
    }

    fn failed_just_now(&self, now: i64) -> bool {
        self.attempt.get().is_some_and(|(at, well)| !well && (now - at).abs() < RETRY)
    }
}

/// A fetch that is going on.
pub(super) struct Fetching<'a> {
    keys: &'a Keys,
}

impl Fetching<'_> {
    /// Takes over what was fetched, or notes the failure.
    pub fn finish(self, now: i64, fetched: Option<&str>) {
        self.keys.attempt.set(Some((now, fetched.is_some())));
        let Some(jwks) = fetched else { return };
        let mut set = self.keys.set.borrow_mut();
        let unchanged = set.as_ref().filter(|known| *known.jwks == *jwks).map(|known| known.jwks.clone());
        if unchanged.is_none() {
            self.keys.generation.set(self.keys.generation.get().wrapping_add(1));
        }
        *set = Some(Set { jwks: unchanged.unwrap_or_else(|| jwks.into()), fetched: now });
    }
}

impl Drop for Fetching<'_> {
    fn drop(&mut self) {
        self.keys.fetching.set(false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_800_000_000_000;

    fn fetched(at: i64, jwks: &str) -> Keys {
        let keys = Keys::default();
        keys.start().finish(at, Some(jwks));
        keys
    }

    fn text(keys: Option<Rc<str>>) -> Option<String> {
        keys.map(|keys| keys.to_string())
    }

    #[test]
    fn keys_are_fetched_once_and_used_until_they_are_old() {
        let keys = Keys::default();
        assert_eq!(keys.usable(START), None);
        assert_eq!(keys.next(START, START), Next::Fetch);
        keys.start().finish(START + 1, Some("a"));
        assert_eq!(text(keys.usable(START + MAX_AGE)), Some("a".to_owned()));
        assert_eq!(keys.usable(START + 1 + MAX_AGE + 1), None);
        assert_eq!(keys.next(START + 2 + MAX_AGE, START + 2 + MAX_AGE), Next::Fetch);
    }

    #[test]
    fn a_flood_of_unknown_keys_causes_one_fetch_per_cool_down() {
        let keys = fetched(START, "a");
        let fetches = (0..1000).filter(|tenth| {
            let now = START + 1 + tenth * 100;
            let fetch = keys.next(now, now) == Next::Fetch;
            if fetch {
                keys.start().finish(now, Some("a"));
            }
            fetch
        });
        assert_eq!(fetches.count(), 9, "one per 10 seconds of 100");
    }

    #[test]
    fn a_fetch_by_another_request_is_waited_for() {
        let keys = Keys::default();
        let fetching = keys.start();
        assert_eq!(keys.next(START, START), Next::Wait);
        fetching.finish(START + 5, Some("a"));
        assert_eq!(keys.next(START + 6, START), Next::Recent);
        assert_eq!(text(keys.usable(START + 6)), Some("a".to_owned()));
    }

    #[test]
    fn a_fetch_that_was_given_up_is_not_waited_for_forever() {
        let keys = Keys::default();
        drop(keys.start());
        assert_eq!(keys.next(START, START), Next::Fetch);
    }

    #[test]
    fn known_keys_outlive_a_failing_issuer_for_a_day() {
        let keys = fetched(START, "a");
        let later = START + 60 * 60 * 1000;
        assert_eq!(keys.usable(later), None);
        keys.start().finish(later, None);
        assert_eq!(text(keys.usable(later + 1)), Some("a".to_owned()));
        assert_eq!(keys.next(later + 1, later + 1), Next::Unavailable(1));
        assert_eq!(keys.next(later + RETRY, later + RETRY), Next::Fetch);
        let too_late = START + STALE_IF_ERROR + 1;
        keys.start().finish(too_late, None);
        assert_eq!(keys.usable(too_late), None);
    }

    #[test]
    fn tokens_are_forgotten_when_the_keys_change() {
        let keys = fetched(START, "a");
        let before = keys.generation();
        keys.start().finish(START + MAX_AGE, Some("a"));
        assert_eq!(keys.generation(), before);
        keys.start().finish(START + 2 * MAX_AGE, Some("b"));
        assert_ne!(keys.generation(), before);
    }
}
