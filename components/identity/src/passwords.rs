//! Hashes of passwords: Argon2id with the parameters that OWASP recommends for 19 MiB.
//!
//! A hash keeps the only thread of an instance busy for some 55 ms and 19 MiB, so an instance never makes two at a time. Requests
//! queue for it, each with a [`Turn`]; other requests get on between two of them.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::time::Duration;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use kronos_platform::{Problem, within};
use spin_sdk::time::sleep;

use crate::refusal::Refusal;

/// Longest password that is looked at, in bytes.
pub const MAX_LENGTH: usize = 1024;
/// Most requests of an instance that queue: as many as hosts give to one at a time.
const MAX_WAITING: usize = 16;
/// Longest time that a request queues. Somebody is watching a spinner.
const MAX_WAIT: Duration = Duration::from_secs(10);
/// Time between two looks at the queue. Tasks of one instance can't wake each other.
const PAUSE: Duration = Duration::from_millis(5);

/// Hash of nothing anybody knows, with the same parameters as the others: verifying against it takes as long.
const DUMMY: &str = "$argon2id$v=19$m=19456,t=2,p=1$XvnzQJpF3Vo0hA2rR9S0tA$BKxfSJ+kPUsxYYF9AK5zE2LKyjsj6/u7eA7GX9zSgUA";

/// What came of a password.
#[derive(Debug, PartialEq, Eq)]
pub enum Verification {
    Wrong,
    Right,
    /// Right, but hashed with parameters of the past.
    RightButWeak,
}

fn argon2() -> Result<Argon2<'static>, Refusal> {
    let params = Params::new(19_456, 2, 1, None).map_err(argon2::password_hash::Error::from)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The hash of a password in PHC string format.
pub fn hash(password: &str, salt: &[u8; 16]) -> Result<String, Refusal> {
    let salt = SaltString::encode_b64(salt)?;
    Ok(argon2()?.hash_password(password.as_bytes(), &salt)?.to_string())
}

/// Checks a password against a hash; where there is none, against one that fits no password, in the same time.
pub fn verify(password: &str, hash: Option<&str>) -> Result<Verification, Refusal> {
    let argon2 = argon2()?;
    let parsed = PasswordHash::new(hash.unwrap_or(DUMMY))?;
    let right = password.len() <= MAX_LENGTH && argon2.verify_password(password.as_bytes(), &parsed).is_ok();
    if !right || hash.is_none() {
        return Ok(Verification::Wrong);
    }
    let current = parsed.algorithm == Algorithm::Argon2id.ident()
        && Params::try_from(&parsed).is_ok_and(|params| {
            let ours = argon2.params();
            (params.m_cost(), params.t_cost(), params.p_cost()) == (ours.m_cost(), ours.t_cost(), ours.p_cost())
        });
    Ok(if current { Verification::Right } else { Verification::RightButWeak })
}

thread_local! {
    static QUEUE: RefCell<VecDeque<u64>> = const { RefCell::new(VecDeque::new()) };
    static NEXT: Cell<u64> = const { Cell::new(0) };
}

/// A place in the queue for the hash. It is given up when it is dropped.
pub struct Turn(u64);

impl Turn {
    /// Refuses where the queue is full already, before the request has cost anything.
    pub fn look() -> Result<(), Refusal> {
        if QUEUE.with_borrow(|queue| queue.len() >= MAX_WAITING) { Err(busy()) } else { Ok(()) }
    }

    /// Waits until it is this request's turn.
    pub async fn wait() -> Result<Self, Refusal> {
        let turn = Self::queue()?;
        let first = async {
            while !turn.is_first() {
                sleep(PAUSE).await;
            }
        };
        within(MAX_WAIT, first).await.map(|()| turn).ok_or_else(busy)
    }

    /// Takes the last place, if the queue is not full.
    fn queue() -> Result<Self, Refusal> {
        QUEUE.with_borrow_mut(|queue| {
            if queue.len() >= MAX_WAITING {
                return Err(busy());
            }
            let number = NEXT.replace(NEXT.get().wrapping_add(1));
            queue.push_back(number);
            Ok(Self(number))
        })
    }

    fn is_first(&self) -> bool {
        QUEUE.with_borrow(|queue| queue.front() == Some(&self.0))
    }
}

fn busy() -> Refusal {
    Problem::unavailable(1).with_log("too many requests queue for a hash").into()
}

impl Drop for Turn {
    fn drop(&mut self) {
        QUEUE.with_borrow_mut(|queue| queue.retain(|number| *number != self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(password: &str, hash: Option<&str>) -> Option<Verification> {
        verify(password, hash).ok()
    }

    #[test]
    fn a_password_fits_its_own_hash_only() {
        let hash = hash("correct horse", &[7; 16]).expect("a hash");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_eq!(outcome("correct horse", Some(&hash)), Some(Verification::Right));
        assert_eq!(outcome("correct hors", Some(&hash)), Some(Verification::Wrong));
        assert_eq!(outcome("", Some(&hash)), Some(Verification::Wrong));
    }

    #[test]
    fn without_a_hash_every_password_is_wrong() {
        assert_eq!(outcome("", None), Some(Verification::Wrong));
        let dummy = PasswordHash::new(DUMMY).expect("a hash");
        assert_eq!(Params::try_from(&dummy).map(|params| params.m_cost()).ok(), Some(19_456));
    }

    #[test]
    fn a_weak_hash_is_noticed() {
        let params = Params::new(8192, 1, 1, None).expect("parameters");
        let salt = SaltString::encode_b64(&[7; 16]).expect("a salt");
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password(b"secret", &salt);
        let weak = weak.expect("a hash").to_string();
        assert_eq!(outcome("secret", Some(&weak)), Some(Verification::RightButWeak));
    }

    #[test]
    fn the_queue_is_bounded_and_fair() {
        let mut turns: Vec<_> = (0..MAX_WAITING).map(|_| Turn::queue().expect("a place")).collect();
        assert!(Turn::queue().is_err());
        assert_eq!(turns.iter().map(Turn::is_first).filter(|first| *first).count(), 1);
        assert!(turns[0].is_first());
        // One in the middle gives up.
        drop(turns.remove(1));
        drop(turns.remove(0));
        assert!(turns[0].is_first());
        let last = Turn::queue().expect("a place");
        drop(turns);
        assert!(last.is_first());
    }
}
