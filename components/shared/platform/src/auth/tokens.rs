//! Tokens that were verified before, so that seeing one again costs a hash.
//!
//! What is kept is the answer of `auth-check`, never a decision of our own: who it is, and which permissions it granted.

use std::collections::HashMap;
use std::rc::Rc;

use super::Caller;

/// SHA-256 of the `authorization` field. The token itself is not kept.
pub(super) type Digest = [u8; 32];

/// Permissions that are remembered of a token, the last ones that were asked for. No operation asks for more than one, but whoever
/// asks `/auth/verify` names what they like.
const PERMISSIONS: usize = 16;

/// A token that was verified.
#[derive(Debug, Clone)]
pub(super) struct Verified {
    pub caller: Rc<Caller>,
    /// Index of the issuer in the configuration.
    pub issuer: usize,
    /// Generation of the keys that it was verified with.
    pub generation: u32,
    /// Permissions that were granted. `None` in it stands for an operation that requires a token only.
    pub granted: Vec<Option<Rc<str>>>,
}

/// Verified tokens, the most recently used of them: two generations of at most `half` each. What is used moves to the young one;
/// when that is full it becomes the old one, and the old one is forgotten.
#[derive(Debug)]
pub(super) struct Tokens {
    half: usize,
    young: HashMap<Digest, Verified>,
    old: HashMap<Digest, Verified>,
}

impl Tokens {
    pub fn new(half: usize) -> Self {
        Self { half, young: HashMap::new(), old: HashMap::new() }
    }

    /// The token, if it is known.
    pub fn get(&mut self, digest: &Digest) -> Option<&Verified> {
        if !self.old.is_empty() && !self.young.contains_key(digest) {
            let verified = self.old.remove(digest)?;
            self.insert(*digest, verified);
        }
        self.young.get(digest)
    }

    /// Keeps the answer of `auth-check`. Permissions that it granted earlier for the same keys stay.
    pub fn grant(&mut self, digest: Digest, mut verified: Verified) {
        if let Some(known) = self.get(&digest).filter(|known| known.generation == verified.generation) {
            let earlier = known.granted.iter().filter(|granted| !verified.granted.contains(granted));
            let earlier: Vec<_> = earlier.take(PERMISSIONS - 1).cloned().collect();
            verified.granted.extend(earlier);
        }
        self.insert(digest, verified);
    }

    /// Forgets a token.
    pub fn forget(&mut self, digest: &Digest) {
        self.young.remove(digest);
        self.old.remove(digest);
    }

    fn insert(&mut self, digest: Digest, verified: Verified) {
        if self.young.len() >= self.half && !self.young.contains_key(&digest) {
            self.old = std::mem::take(&mut self.young);
        }
        self.old.remove(&digest);
        self.young.insert(digest, verified);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verified(generation: u32, granted: &[&str]) -> Verified {
        Verified {
            caller: Rc::new(Caller::example()),
            issuer: 0,
            generation,
            granted: granted.iter().map(|scope| Some(Rc::from(*scope))).collect(),
        }
    }

    fn digest(number: u8) -> Digest {
        [number; 32]
    }

    #[test]
    fn permissions_add_up_while_the_keys_stay_the_same() {
        let mut tokens = Tokens::new(4);
        tokens.grant(digest(1), verified(1, &["a"]));
        tokens.grant(digest(1), verified(1, &["b"]));
        assert_eq!(tokens.get(&digest(1)).map(|known| known.granted.len()), Some(2));
        tokens.grant(digest(1), verified(2, &["b"]));
        assert_eq!(tokens.get(&digest(1)).map(|known| known.granted.len()), Some(1));
    }

    #[test]
    fn one_token_does_not_remember_ever_more_permissions() {
        let mut tokens = Tokens::new(4);
        for number in 0..100 {
            tokens.grant(digest(1), verified(1, &[&format!("scope-{number}")]));
        }
        let granted = &tokens.get(&digest(1)).expect("it was granted").granted;
        assert_eq!(granted.len(), PERMISSIONS);
        assert_eq!(granted[0].as_deref(), Some("scope-99"));
    }

    #[test]
    fn the_number_is_bounded_and_what_is_used_stays() {
        let mut tokens = Tokens::new(4);
        tokens.grant(digest(0), verified(1, &[]));
        for number in 1..=200 {
            tokens.grant(digest(number), verified(1, &[]));
            assert!(tokens.get(&digest(0)).is_some(), "{number}");
            assert!(tokens.young.len() + tokens.old.len() <= 8);
        }
        assert!(tokens.get(&digest(1)).is_none());
    }

    #[test]
    fn a_forgotten_token_is_unknown() {
        let mut tokens = Tokens::new(1);
        tokens.grant(digest(1), verified(1, &[]));
        tokens.grant(digest(2), verified(1, &[]));
        tokens.forget(&digest(1));
        tokens.forget(&digest(2));
        assert!(tokens.get(&digest(1)).is_none() && tokens.get(&digest(2)).is_none());
    }
}
