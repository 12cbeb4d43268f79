//! What is known of the keys of one issuer, and when to ask for them again.
//!
//! The rules, so that neither a busy nor a hostile client can make us a nuisance to an issuer, and a key that the issuer removed
//! stops counting: a set is used for [`MAX_AGE`], then one request has it fetched again. A token with an unknown key causes a fetch
//! too, but one per issuer and [`COOL_DOWN`], however many key ids are made up. While a fetch is going on, and while the issuer
//! can't be reached, the keys that are known count for [`STALE_IF_ERROR`], and the tries become rarer; a token with another key is
//! answered 503, because nobody can say whether it is valid.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// How long a key set is used without asking for it again, in milliseconds.
pub(super) const MAX_AGE: i64 = 5 * 60 * 1000;
/// How old a key set may be to say that a key does not exist, in milliseconds.
pub(super) const COOL_DOWN: i64 = 10 * 1000;
/// How long after a first failure the next try comes; each further one in a row doubles it, up to [`LONGEST_RETRY`].
const RETRY: i64 = 1000;
const LONGEST_RETRY: i64 = 60 * 1000;
/// How long known keys count while the issuer can't be reached, in milliseconds.
pub(super) const STALE_IF_ERROR: i64 = 24 * 60 * 60 * 1000;
/// Ages are told in whole seconds (RFC 9111, section 5.1).
const ROUNDING: i64 = 1000;

/// What is known of the keys of one issuer. Times are milliseconds since the epoch.
#[derive(Debug, Default)]
pub(super) struct Keys {
    set: RefCell<Option<Set>>,
    attempt: Cell<Option<Attempt>>,
    /// Whether a task of this instance is fetching.
    fetching: Cell<bool>,
    /// Counts the sets that differed. Tokens verified under an older one are not known any more.
    generation: Cell<u32>,
}

/// A key set, and when the issuer answered it.
#[derive(Debug, Clone)]
pub(super) struct Set {
    pub jwks: Rc<str>,
    pub fetched: i64,
}

impl Set {
    /// Requests that run at the same time took their time in another order, and the clock may be set back.
    pub fn age(&self, now: i64) -> i64 {
        (now - self.fetched).abs()
    }
}

/// The last fetch that ended.
#[derive(Debug, Clone, Copy)]
struct Attempt {
    ended: i64,
    /// How old the set might have been.
    max_age: i64,
    /// How many have failed in a row, this one the last; none when it went well.
    failures: u32,
}

impl Attempt {
    /// How long nobody tries again.
    fn pause(self) -> i64 {
        match self.failures {
            0 => 0,
            failures => (RETRY << (failures - 1).min(16)).min(LONGEST_RETRY),
        }
    }
}

/// What to do about keys that do not suffice.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Fetch a set that is at most so old.
    Fetch { max_age: i64 },
    /// Somebody is fetching them.
    Wait,
    /// They were fetched just now: what they do not hold does not exist.
    Recent,
    /// The issuer could not be reached just now; how many seconds until the next try.
    Unavailable(u32),
}

impl Keys {
    /// The keys to verify with, none when they have to be fetched first.
    pub fn usable(&self, now: i64) -> Option<Rc<str>> {
        let set = self.known(now)?;
        let excused = self.fetching.get() || self.pauses(now);
        (set.age(now) <= MAX_AGE || excused).then_some(set.jwks)
    }

    /// The set that is known, unless it is too old to count for anything.
    pub fn known(&self, now: i64) -> Option<Set> {
        self.set.borrow().clone().filter(|set| set.age(now) <= STALE_IF_ERROR)
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
        let set = self.known(now);
        let attempt = self.attempt.get().filter(|attempt| attempt.ended >= since || self.pauses(now));
        let recent = set.as_ref().is_some_and(|set| set.fetched >= since || set.age(now) < COOL_DOWN);
        match attempt {
            _ if recent => Next::Recent,
            Some(attempt) if attempt.failures > 0 => {
                let left = attempt.pause() - (now - attempt.ended).abs();
                Next::Unavailable(u32::try_from(left / 1000).unwrap_or_default().max(1))
            }
            Some(attempt) if attempt.max_age <= COOL_DOWN => Next::Recent,
            _ if set.is_some_and(|set| set.age(now) <= MAX_AGE) => Next::Fetch { max_age: COOL_DOWN },
            _ => Next::Fetch { max_age: MAX_AGE },
        }
    }

    /// Whether the last try failed so recently that the next one has to wait.
    fn pauses(&self, now: i64) -> bool {
        self.attempt.get().is_some_and(|attempt| (now - attempt.ended).abs() < attempt.pause())
    }

    /// Marks a fetch as going on until the guard is dropped, also when its task ends before it does.
    pub fn start(self: &Rc<Self>) -> Fetching {
        self.fetching.set(true);
        Fetching { keys: self.clone() }
    }

    /// Takes over a set unless the one that is known is as new.
    pub fn adopt(&self, jwks: &str, fetched: i64) {
        let mut set = self.set.borrow_mut();
        match set.as_mut() {
            Some(known) if *known.jwks == *jwks => known.fetched = known.fetched.max(fetched),
            Some(known) if known.fetched > fetched => {}
            _ => {
                self.generation.set(self.generation.get().wrapping_add(1));
                *set = Some(Set { jwks: jwks.into(), fetched });
            }
        }
    }
}

/// A fetch that is going on.
#[derive(Debug)]
pub(super) struct Fetching {
    keys: Rc<Keys>,
}

impl Fetching {
    /// Notes how it ended. It went well when the set that is known then is at most `max_age` old.
    pub fn finish(self, now: i64, max_age: i64) {
        let well = self.keys.known(now).is_some_and(|set| set.age(now) <= max_age + ROUNDING);
        let before = self.keys.attempt.get().map_or(0, |attempt| attempt.failures);
        let failures = if well { 0 } else { before.saturating_add(1) };
        self.keys.attempt.set(Some(Attempt { ended: now, max_age, failures }));
    }

    /// The keys that are fetched.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }
}

impl Drop for Fetching {
    fn drop(&mut self) {
        self.keys.fetching.set(false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_800_000_000_000;
    const HOUR: i64 = 60 * 60 * 1000;

    fn fetch(keys: &Rc<Keys>, at: i64, max_age: i64, jwks: Option<&str>) {
        let fetching = keys.start();
        if let Some(jwks) = jwks {
            fetching.keys().adopt(jwks, at);
        }
        fetching.finish(at, max_age);
    }

    fn fetched(at: i64, jwks: &str) -> Rc<Keys> {
        let keys = Rc::new(Keys::default());
        fetch(&keys, at, MAX_AGE, Some(jwks));
        keys
    }

    fn usable(keys: &Keys, now: i64) -> Option<String> {
        keys.usable(now).map(|jwks| jwks.to_string())
    }

    #[test]
    fn keys_are_fetched_once_and_used_until_they_are_old() {
        let keys = Rc::new(Keys::default());
        assert_eq!(keys.usable(START), None);
        assert_eq!(keys.next(START, START), Next::Fetch { max_age: MAX_AGE });
        fetch(&keys, START + 1, MAX_AGE, Some("a"));
        assert_eq!(usable(&keys, START + MAX_AGE).as_deref(), Some("a"));
        let due = START + 1 + MAX_AGE + 1;
        assert_eq!(keys.usable(due), None);
        assert_eq!(keys.next(due, due), Next::Fetch { max_age: MAX_AGE });
    }

    #[test]
    fn known_keys_count_while_they_are_fetched_again() {
        let keys = fetched(START, "a");
        let due = START + HOUR;
        let fetching = keys.start();
        assert_eq!(usable(&keys, due).as_deref(), Some("a"));
        assert_eq!(keys.next(due, due), Next::Wait);
        drop(fetching);
        assert_eq!(keys.usable(due), None, "nobody is fetching any more");
    }

    #[test]
    fn a_flood_of_unknown_keys_causes_one_fetch_per_cool_down() {
        let keys = fetched(START, "a");
        let fetches = (0..1000).filter(|tenth| {
            let now = START + 1 + tenth * 100;
            let next = keys.next(now, now);
            if next == (Next::Fetch { max_age: COOL_DOWN }) {
                fetch(&keys, now, COOL_DOWN, Some("a"));
            }
            next != Next::Recent
        });
        assert_eq!(fetches.count(), 9, "one per 10 seconds of 100");
    }

    #[test]
    fn a_fetch_by_another_request_is_waited_for() {
        let keys = Rc::new(Keys::default());
        let fetching = keys.start();
        assert_eq!(keys.next(START, START), Next::Wait);
        fetching.keys().adopt("a", START + 5);
        fetching.finish(START + 5, MAX_AGE);
        assert_eq!(keys.next(START + 6, START), Next::Recent);
        assert_eq!(usable(&keys, START + 6).as_deref(), Some("a"));
    }

    #[test]
    fn a_fetch_that_was_given_up_is_not_waited_for_forever() {
        let keys = Rc::new(Keys::default());
        drop(keys.start());
        assert_eq!(keys.next(START, START), Next::Fetch { max_age: MAX_AGE });
    }

    #[test]
    fn a_set_from_a_cache_says_nothing_of_newer_keys() {
        let keys = Rc::new(Keys::default());
        let fetching = keys.start();
        fetching.keys().adopt("a", START - HOUR / 60);
        fetching.finish(START, MAX_AGE);
        assert_eq!(usable(&keys, START).as_deref(), Some("a"));
        assert_eq!(keys.next(START, START), Next::Fetch { max_age: COOL_DOWN });
        // The issuer is away, so that the cache has no newer one.
        fetch(&keys, START, COOL_DOWN, None);
        assert_eq!(keys.next(START, START), Next::Unavailable(1));
        assert_eq!(usable(&keys, START).as_deref(), Some("a"));
    }

    #[test]
    fn known_keys_outlive_a_failing_issuer_for_a_day() {
        let keys = fetched(START, "a");
        let later = START + HOUR;
        assert_eq!(keys.usable(later), None);
        fetch(&keys, later, MAX_AGE, None);
        assert_eq!(usable(&keys, later + 1).as_deref(), Some("a"));
        assert_eq!(keys.next(later + 1, later + 1), Next::Unavailable(1));
        assert_eq!(keys.next(later + RETRY, later + RETRY), Next::Fetch { max_age: MAX_AGE });
        let too_late = START + STALE_IF_ERROR + 1;
        fetch(&keys, too_late, MAX_AGE, None);
        assert_eq!(keys.usable(too_late), None);
    }

    #[test]
    fn tries_become_rarer_up_to_a_minute_and_a_success_ends_that() {
        let keys = fetched(START, "a");
        let mut now = START + HOUR;
        let mut pauses = Vec::new();
        for _ in 0..9 {
            fetch(&keys, now, MAX_AGE, None);
            let failed = now;
            while !matches!(keys.next(now, now), Next::Fetch { .. }) {
                assert_eq!(usable(&keys, now).as_deref(), Some("a"));
                now += 500;
            }
            pauses.push((now - failed) / 1000);
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        fetch(&keys, now, MAX_AGE, Some("a"));
        fetch(&keys, now + HOUR, MAX_AGE, None);
        assert_eq!(keys.next(now + HOUR + RETRY, now + HOUR + RETRY), Next::Fetch { max_age: MAX_AGE });
    }

    #[test]
    fn tokens_are_forgotten_when_the_keys_change() {
        let keys = fetched(START, "a");
        let before = keys.generation();
        fetch(&keys, START + MAX_AGE, MAX_AGE, Some("a"));
        assert_eq!(keys.generation(), before);
        keys.adopt("older", START);
        assert_eq!(keys.generation(), before);
        fetch(&keys, START + 2 * MAX_AGE, MAX_AGE, Some("b"));
        assert_ne!(keys.generation(), before);
    }
}
