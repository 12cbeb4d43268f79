//! From a question to an answer.

use crate::bindings::exports::kronos::auth::check::{Answer, Issuer, Principal, Problem, Question};
use crate::keys::{self, Found};
use crate::token::Token;
use crate::{claims, credentials};

/// The scope that grants every permission. Tokens of interactive sign-ins carry it.
const EVERYTHING: &str = "api";

enum Outcome {
    Valid(Principal),
    NeedsKeys(String),
    Invalid,
}

/// Answers a question.
pub fn answer(question: &Question) -> Answer {
    let token = match credentials::bearer(&question.authorization) {
        Ok(token) => token,
        Err(problem) => return Answer::Refused(problem),
    };
    match verify(token, &question.issuers, question.now) {
        Outcome::Valid(principal) if permits(&principal.scopes, question.permission.as_deref()) => {
            Answer::Accepted(principal)
        }
        Outcome::Valid(_) => Answer::Refused(Problem::InsufficientScope),
        Outcome::NeedsKeys(issuer) => Answer::NeedsKeys(issuer),
        Outcome::Invalid => Answer::Refused(Problem::Invalid),
    }
}

fn permits(scopes: &[String], permission: Option<&str>) -> bool {
    permission.is_none_or(|permission| scopes.iter().any(|scope| scope == permission || scope == EVERYTHING))
}

fn verify(token: &str, issuers: &[Issuer], now: u64) -> Outcome {
    let Some(token) = Token::parse(token) else { return Outcome::Invalid };
    let name = token.claims.get("iss").and_then(|name| name.as_str());
    let Some(issuer) = issuers.iter().find(|issuer| Some(issuer.name.as_str()) == name) else {
        return Outcome::Invalid;
    };
    // The token only says which of the issuer's algorithms it wants; the key has to agree.
    let allowed = issuer.algorithms.contains(&token.algorithm);
    let Some(algorithm) = keys::algorithm(&token.algorithm).filter(|_| allowed) else { return Outcome::Invalid };
    if !is_access_token(token.kind.as_deref(), issuer.strict_type) {
        return Outcome::Invalid;
    }
    // Before the signature, which costs more than all of this; whoever asks can't tell the difference.
    let Some(principal) = claims::principal(&token.claims, issuer, now) else { return Outcome::Invalid };
    let Some(jwks) = &issuer.jwks else { return Outcome::NeedsKeys(issuer.name.clone()) };
    let key = match keys::find(jwks, &token.algorithm, algorithm, token.key_id.as_deref()) {
        Found::Key(key) => key,
        Found::Nothing => return Outcome::NeedsKeys(issuer.name.clone()),
        Found::Unfit => return Outcome::Invalid,
    };
    match jsonwebtoken::crypto::verify(token.signature, token.signed.as_bytes(), &key, algorithm) {
        Ok(true) => Outcome::Valid(principal),
        Ok(false) | Err(_) => Outcome::Invalid,
    }
}

/// The `typ` of an access token (RFC 9068, section 4), or what issuers that do not follow it send instead.
fn is_access_token(kind: Option<&str>, strict: bool) -> bool {
    let is = |expected: &str| kind.is_some_and(|kind| kind.eq_ignore_ascii_case(expected));
    is("at+jwt") || is("application/at+jwt") || !strict && (kind.is_none() || is("JWT"))
}
