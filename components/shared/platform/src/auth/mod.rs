//! Who is calling. `auth-check` decides; this module brings it the keys and the time, and remembers its answers.

mod fetch;
mod keys;
mod origin;
mod revoked;
mod tokens;

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;
use kronos_domain::UserId;
use sha2::{Digest as _, Sha256};
use spin_sdk::wasip3::wit_bindgen::spawn;

use crate::ambient;
use crate::bindings::kronos::auth::check;
use crate::configuration::{Configuration, Issuer};
use crate::problem::Problem;
use keys::{Fetching, Keys, Next};
use tokens::{Digest, Tokens, Verified};

pub use origin::KeySet;
pub(crate) use origin::keys as keys_at_origin;

/// Tokens that an instance remembers, per generation of its cache.
const REMEMBERED: usize = 512;
/// Longest `authorization` field that is worth a hash; `auth-check` refuses tokens that are longer than this allows for.
const LONGEST: usize = 9 * 1024;
/// Longest time that a key set may take: `identity` answers sooner even if an issuer does not.
const TIMEOUT: Duration = Duration::from_secs(7);
/// How long a fetch is waited for, in milliseconds: by the request that caused it, while older keys are known that may do; while those
/// do not; and without any.
const KEYS_KNOWN: i64 = 500;
const KEY_MISSING: i64 = 1500;
const NOTHING_KNOWN: i64 = 7500;

/// The one who is calling, as told by a token that was verified. Only this module makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Caller {
    /// The user.
    pub user: UserId,
    /// The client that the token was issued to.
    pub client_id: String,
    /// Scopes of the token.
    pub scopes: Vec<String>,
    /// Issuer of the token.
    pub issuer: String,
    /// `sub` of the token; for our own issuer the id of the user.
    pub subject: String,
    /// `jti` of the token.
    pub token_id: String,
    /// When the token expires, in seconds since the epoch.
    pub expires_at: u64,
}

#[cfg(test)]
impl Caller {
    pub(crate) fn example() -> Self {
        Self {
            user: UserId::from_uuid(uuid::Uuid::nil()),
            client_id: "kronos".to_owned(),
            scopes: vec!["api".to_owned()],
            issuer: "https://kronos.example".to_owned(),
            subject: uuid::Uuid::nil().to_string(),
            token_id: "1".to_owned(),
            expires_at: 0,
        }
    }
}

/// What an instance knows about issuers and tokens.
struct Memory {
    /// In the order of the issuers in the configuration.
    keys: Vec<Rc<Keys>>,
    tokens: RefCell<Tokens>,
}

thread_local! {
    static MEMORY: OnceCell<Rc<Memory>> = const { OnceCell::new() };
}

fn memory(configuration: &Configuration) -> Rc<Memory> {
    let new = || {
        let keys = configuration.issuers.iter().map(|_| Rc::default()).collect();
        Rc::new(Memory { keys, tokens: RefCell::new(Tokens::new(REMEMBERED)) })
    };
    MEMORY.with(|memory| memory.get_or_init(new).clone())
}

/// Who is calling, if the request has a valid token with the permission.
pub(crate) async fn authenticate(
    configuration: &Configuration,
    headers: &HeaderMap,
    permission: Option<&str>,
    now: Timestamp,
) -> Result<Rc<Caller>, Problem> {
    let memory = memory(configuration);
    let credentials: Vec<&[u8]> =
        headers.get_all(header::AUTHORIZATION).iter().map(http::HeaderValue::as_bytes).collect();
    let digest: Option<Digest> = match credentials.as_slice() {
        [single] if single.len() <= LONGEST => Some(Sha256::digest(single).into()),
        _ => None,
    };
    if let Some(caller) = digest.and_then(|digest| memory.recall(&digest, permission, now)) {
        return Ok(caller);
    }
    let (issuer, principal) = memory.ask(configuration, &credentials, permission, now).await?;
    let known = &configuration.issuers[issuer];
    let caller = Rc::new(Caller {
        user: user(known, &principal.subject).ok_or_else(|| challenge(configuration, check::Problem::Invalid, None))?,
        client_id: principal.client_id,
        scopes: principal.scopes,
        issuer: principal.issuer,
        subject: principal.subject,
        token_id: principal.token_id,
        expires_at: principal.expires_at,
    });
    if let Some(digest) = digest {
        let generation = memory.keys[issuer].generation();
        let granted = vec![permission.map(Rc::from)];
        memory.tokens.borrow_mut().grant(digest, Verified { caller: caller.clone(), issuer, generation, granted });
    }
    Ok(caller)
}

/// The user that the subject of an issuer stands for. A subject that is only unique within its issuer gets an id of its own
/// (`UUIDv8` of a hash over both, RFC 9562, section 5.8), so that no other issuer can speak for a user of ours.
fn user(issuer: &Issuer, subject: &str) -> Option<UserId> {
    if issuer.names_users {
        return subject.parse().ok();
    }
    let mut hash = Sha256::new();
    hash.update(issuer.name.as_bytes());
    hash.update([0]);
    hash.update(subject.as_bytes());
    let hash: [u8; 32] = hash.finalize().into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    Some(UserId::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid()))
}

impl Memory {
    fn recall(&self, digest: &Digest, permission: Option<&str>, now: Timestamp) -> Option<Rc<Caller>> {
        let mut tokens = self.tokens.borrow_mut();
        let known = tokens.get(digest)?;
        let keys = &self.keys[known.issuer];
        let expired = known.caller.expires_at <= seconds(now);
        if expired || known.generation != keys.generation() {
            tokens.forget(digest);
            return None;
        }
        // Keys that are due to be fetched may come without the one that this token was verified with.
        keys.usable(now.as_millisecond())?;
        let granted = known.granted.iter().any(|granted| granted.as_deref() == permission);
        granted.then(|| known.caller.clone())
    }

    /// Asks `auth-check`, and brings the keys that it wants.
    async fn ask(
        &self,
        configuration: &Configuration,
        credentials: &[&[u8]],
        permission: Option<&str>,
        now: Timestamp,
    ) -> Result<(usize, check::Principal), Problem> {
        let since = ambient::now().as_millisecond();
        let position = |name: &str| {
            let position = configuration.issuers.iter().position(|issuer| issuer.name == name);
            position.ok_or_else(|| Problem::internal("auth-check names an issuer that is not configured"))
        };
        loop {
            let sets = self.usable();
            match verify(configuration, &sets, credentials, permission, now) {
                check::Answer::Accepted(principal) => return Ok((position(&principal.issuer)?, principal)),
                check::Answer::Refused(problem) => return Err(challenge(configuration, problem, permission)),
                check::Answer::NeedsKeys(issuer) => {
                    let issuer = position(&issuer)?;
                    self.obtain(configuration, issuer, sets[issuer].as_ref(), since).await?;
                }
            }
        }
    }

    /// The key sets that count just now.
    fn usable(&self) -> Vec<Option<Rc<str>>> {
        let now = ambient::now().as_millisecond();
        self.keys.iter().map(|keys| keys.usable(now)).collect()
    }

    /// Brings another key set of an issuer than the one that did not do, if there is one. A request that started at `since` waits for
    /// it only as long as it has to: one task of the instance fetches, the others go on with the keys that are known.
    async fn obtain(
        &self,
        configuration: &Configuration,
        issuer: usize,
        insufficient: Option<&Rc<str>>,
        since: i64,
    ) -> Result<(), Problem> {
        let keys = &self.keys[issuer];
        let mut caused = false;
        loop {
            let now = ambient::now().as_millisecond();
            let usable = keys.usable(now);
            let another = usable.as_ref().is_some_and(|usable| insufficient.is_none_or(|set| !Rc::ptr_eq(usable, set)));
            match keys.next(now, since) {
                Next::Wait => {
                    let patience = match usable {
                        Some(_) if another && !caused => return Ok(()),
                        Some(_) if another => KEYS_KNOWN,
                        Some(_) => KEY_MISSING,
                        None => NOTHING_KNOWN,
                    };
                    if now - since < patience {
                        fetch::pause().await;
                    } else if another {
                        return Ok(());
                    } else {
                        return Err(Problem::unavailable(1));
                    }
                }
                _ if another => return Ok(()),
                Next::Fetch { max_age } => {
                    caused = true;
                    let Issuer { name, key_source, .. } = &configuration.issuers[issuer];
                    spawn(refresh(keys.start(), name.clone(), key_source.clone(), max_age));
                }
                Next::Unavailable(seconds) => return Err(Problem::unavailable(seconds)),
                Next::Recent => return Err(challenge(configuration, check::Problem::Invalid, None)),
            }
        }
    }
}

/// Fetches the keys of an issuer.
async fn refresh(fetching: Fetching, issuer: String, source: String, max_age: i64) {
    let fetched = fetch::jwks(&source, max_age, TIMEOUT).await;
    let now = ambient::now().as_millisecond();
    match fetched {
        Ok(fetched) => fetching.keys().adopt(&fetched.jwks, now - fetched.age),
        Err(error) => eprintln!("cannot fetch the keys of `{issuer}`: {error}"),
    }
    fetching.finish(now, max_age);
}

fn verify(
    configuration: &Configuration,
    sets: &[Option<Rc<str>>],
    credentials: &[&[u8]],
    permission: Option<&str>,
    now: Timestamp,
) -> check::Answer {
    let algorithms: Vec<Vec<&str>> =
        configuration.issuers.iter().map(|issuer| issuer.algorithms.iter().map(String::as_str).collect()).collect();
    let issuers: Vec<check::IssuerParam> = configuration
        .issuers
        .iter()
        .zip(sets)
        .zip(&algorithms)
        .map(|((issuer, set), algorithms)| check::IssuerParam {
            name: &issuer.name,
            audience: &issuer.audience,
            algorithms,
            strict_type: issuer.strict_type,
            jwks: set.as_deref(),
        })
        .collect();
    let question =
        check::QuestionParam { authorization: credentials, issuers: &issuers, now: seconds(now), permission };
    match check::verify(question) {
        check::Answer::Accepted(principal) if is_revoked(&issuers[0], &principal) => {
            check::Answer::Refused(check::Problem::Invalid)
        }
        answer => answer,
    }
}

/// Whether our own issuer, which is `own`, has revoked the token.
fn is_revoked(own: &check::IssuerParam<'_>, principal: &check::Principal) -> bool {
    principal.issuer == own.name && own.jwks.is_some_and(|jwks| revoked::names(jwks, &principal.token_id))
}

fn seconds(now: Timestamp) -> u64 {
    u64::try_from(now.as_second()).unwrap_or_default()
}

/// The refusal with the challenge (RFC 6750, section 3) that says where to learn about tokens (RFC 9728, section 5.1).
fn challenge(configuration: &Configuration, problem: check::Problem, permission: Option<&str>) -> Problem {
    let (refused, error) = match problem {
        check::Problem::Missing => {
            (Problem::new(StatusCode::UNAUTHORIZED, "unauthenticated", "Send a bearer token."), String::new())
        }
        check::Problem::Malformed => (
            Problem::new(
                StatusCode::BAD_REQUEST,
                "invalid_request",
                "The credentials are malformed or come more than once.",
            ),
            r#", error="invalid_request""#.to_owned(),
        ),
        check::Problem::Invalid => (
            Problem::new(StatusCode::UNAUTHORIZED, "invalid_token", "The token is expired, revoked or not for us."),
            r#", error="invalid_token""#.to_owned(),
        ),
        check::Problem::InsufficientScope => (
            Problem::new(StatusCode::FORBIDDEN, "insufficient_scope", "The token does not allow this."),
            // A permission comes from our table or was checked to be a scope token, so it needs no quoting.
            format!(r#", error="insufficient_scope", scope="{}""#, permission.unwrap_or_default()),
        ),
    };
    let url = &configuration.public_url;
    let value =
        format!(r#"Bearer realm="kronos", resource_metadata="{url}/.well-known/oauth-protected-resource"{error}"#);
    refused.with_field("www-authenticate", value)
}
