//! Verification of bearer tokens, as a library component: it exports `kronos:auth/check` and needs nothing.
//!
//! It has no network, no store, no clock and no secret. Whoever asks brings the trusted issuers, their keys and the time; the
//! answer is a principal, a refusal, or that keys are missing. The rules are RFC 9068 (access tokens) and RFC 8725 (JWT best
//! practice); where those leave a choice, the stricter one is taken.

mod bindings;
mod claims;
mod credentials;
mod json;
mod keys;
mod token;
mod verify;

#[cfg(test)]
mod tests;

use bindings::exports::kronos::auth::check::{Answer, Guest, Question};

/// The component.
pub struct AuthCheck;

impl Guest for AuthCheck {
    fn verify(question: Question) -> Answer {
        verify::answer(&question)
    }
}
