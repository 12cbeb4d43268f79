//! The keys of foreign issuers at their source. One component has them and gives them to the others, so that only one needs to
//! reach the issuers, and the last good sets are kept in one place: its database, which no other component can change.

use std::cell::OnceCell;
use std::rc::Rc;
use std::time::Duration;

use kronos_domain::Instant;
use kronos_storage::issuer_keys::{self, IssuerKeys};
use kronos_storage::{Db, Error};
use spin_sdk::wasip3::wit_bindgen::spawn;

use super::fetch;
use super::keys::{COOL_DOWN, Fetching, Keys, MAX_AGE, Next, Set};
use crate::ambient;
use crate::configuration::{Configuration, Issuer};
use crate::problem::Problem;
use crate::within;

/// Longest time that an issuer may take.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Longest time that the database may take before the issuer is asked.
const RECALL: Duration = Duration::from_secs(1);
/// How long a fetch is waited for, in milliseconds: by the request that caused it, while older keys are known that may do; while those
/// do not; and without any.
const KEYS_KNOWN: i64 = 300;
const KEY_MISSING: i64 = 1000;
const NOTHING_KNOWN: i64 = 6500;

/// A key set for those who ask.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct KeySet {
    /// JSON Web Key Set (RFC 7517).
    pub jwks: Rc<str>,
    /// How long ago the issuer answered it, in seconds.
    pub age: i64,
}

thread_local! {
    /// In the order of the issuers in the configuration.
    static ORIGINS: OnceCell<Vec<Rc<Keys>>> = const { OnceCell::new() };
}

/// The keys of a foreign issuer that is trusted, none when it is not; at most `max_age` seconds old, where that is possible.
pub(crate) async fn keys(
    configuration: &Rc<Configuration>,
    db: &Rc<Db>,
    issuer: &str,
    max_age: Option<i64>,
) -> Result<Option<KeySet>, Problem> {
    let index = configuration.issuers.iter().position(|known| known.name == issuer);
    // The first one is ourselves.
    let Some(index) = index.filter(|index| *index > 0) else { return Ok(None) };
    let new = || configuration.issuers.iter().map(|_| Rc::default()).collect();
    let keys = ORIGINS.with(|origins| origins.get_or_init(new)[index].clone());
    let max_age = max_age.map_or(MAX_AGE, |seconds| seconds.saturating_mul(1000).clamp(COOL_DOWN, MAX_AGE));
    let since = ambient::now().as_millisecond();
    let mut caused = false;
    loop {
        let now = ambient::now().as_millisecond();
        let known = keys.known(now);
        let patience = match &known {
            Some(set) if set.age(now) <= max_age => return Ok(Some(answer(set, now))),
            Some(_) if max_age <= COOL_DOWN => KEY_MISSING,
            Some(_) if caused => KEYS_KNOWN,
            Some(_) => 0,
            None => NOTHING_KNOWN,
        };
        match (keys.next(now, since), known) {
            (Next::Fetch { .. }, _) => {
                caused = true;
                spawn(refresh(keys.start(), configuration.clone(), index, db.clone(), max_age));
            }
            (Next::Wait, _) if now - since < patience => fetch::pause().await,
            (_, Some(set)) => return Ok(Some(answer(&set, now))),
            (Next::Unavailable(seconds), None) => return Err(Problem::unavailable(seconds)),
            (Next::Wait | Next::Recent, None) => return Err(Problem::unavailable(1)),
        }
    }
}

fn answer(set: &Set, now: i64) -> KeySet {
    KeySet { jwks: set.jwks.clone(), age: set.age(now) / 1000 }
}

/// Fetches the keys of an issuer: from the database when another instance has just done so, else from the issuer.
async fn refresh(fetching: Fetching, configuration: Rc<Configuration>, index: usize, db: Rc<Db>, max_age: i64) {
    let issuer = &configuration.issuers[index];
    match within(RECALL, recall(&db, fetching.keys(), issuer)).await {
        Some(Ok(())) => {}
        Some(Err(error)) => report("read", issuer, &error.to_string()),
        None => report("read", issuer, "the store does not answer"),
    }
    let now = ambient::now().as_millisecond();
    if fetching.keys().known(now).is_some_and(|set| set.age(now) <= max_age) {
        return fetching.finish(now, max_age);
    }
    let fetched = fetch::jwks(&issuer.jwks_uri, max_age, TIMEOUT).await;
    let now = ambient::now().as_millisecond();
    match fetched {
        Ok(fetched) => {
            fetching.keys().adopt(&fetched.jwks, now);
            fetching.finish(now, max_age);
            let kept = IssuerKeys { jwks: fetched.jwks, fetched_at: Instant::from_micros(now * 1000) };
            if let Err(error) = issuer_keys::put(&db, &issuer.name, &issuer.jwks_uri, &kept).await {
                report("keep", issuer, &error.to_string());
            }
        }
        Err(error) => {
            fetching.finish(now, max_age);
            report("fetch", issuer, &error.to_string());
        }
    }
}

fn report(what: &str, issuer: &Issuer, reason: &str) {
    eprintln!("cannot {what} the keys of `{}`: {reason}", issuer.name);
}

async fn recall(db: &Db, keys: &Keys, issuer: &Issuer) -> Result<(), Error> {
    if let Some(kept) = issuer_keys::get(db, &issuer.name, &issuer.jwks_uri).await? {
        // The clock of the instance that fetched it may have been ahead.
        keys.adopt(&kept.jwks, (kept.fetched_at.micros() / 1000).min(ambient::now().as_millisecond()));
    }
    Ok(())
}
