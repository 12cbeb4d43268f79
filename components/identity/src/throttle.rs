//! How often one may try. What counts is the account and the address together, so that nobody else's attempts lock the owner of an
//! account out; all attempts on an account count too, but loosely, and not where its owner has signed in before.
//!
//! An address is that of the peer as the host saw it. Behind a proxy it is the proxy's, and all of its clients share one.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kronos_domain::Instant;
use kronos_platform::{Call, Problem};
use kronos_storage::Db;
use kronos_storage::throttle::{self, Origin, Rate};
use sha2::{Digest as _, Sha256};

use crate::email::Email;
use crate::refusal::Refusal;

const SECOND: i64 = 1_000_000;
/// Attempts on an account from one address: ten, then one every 30 seconds.
const ORIGIN: Rate = Rate { interval: 30 * SECOND, burst: 10 };
/// Attempts on an account from all addresses that it was never signed in to from: 100, then 1200 an hour. One address can't take
/// them all: it has ten, and 120 an hour.
const ACCOUNT: Rate = Rate { interval: 3 * SECOND, burst: 100 };
/// Attempts to use the operator secret from one address.
const OPERATOR: Rate = Rate { interval: 30 * SECOND, burst: 20 };
/// What has had everything back for this long is forgotten, in microseconds. Nobody is still working on such an attempt.
const FORGET_AFTER: i64 = 60 * SECOND;

/// An attempt to sign in that was let through.
pub struct Attempt {
    origin: String,
    account: String,
    known: bool,
    now: Instant,
}

impl Attempt {
    /// Takes an attempt, if there is one.
    pub async fn take(db: &Db, call: &Call, email: &Email) -> Result<Self, Refusal> {
        let network = network(call.client_address.as_deref());
        let origin = subject("origin", &[email.as_str(), &network]);
        let account = subject("account", &[email.as_str()]);
        let now = Instant::from(call.now);
        let refused = |rate: Rate| Err(Problem::too_many_requests(seconds(rate)).into());
        let known = match throttle::charge_origin(db, (&origin, ORIGIN), (&account, ACCOUNT), now).await? {
            Origin::Known => true,
            Origin::New if throttle::charge(db, &account, now, ACCOUNT).await? => false,
            Origin::New => return refused(ACCOUNT),
            Origin::Refused => return refused(ORIGIN),
        };
        throttle::forget(db, Instant::from_micros(now.micros() - FORGET_AFTER)).await?;
        Ok(Self { origin, account, known, now })
    }

    /// Hash of the account and the address.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Gives everything back to the address, and its own to the account: it succeeded.
    pub async fn succeed(&self, db: &Db) -> Result<(), Refusal> {
        throttle::release(db, &self.origin, self.now).await?;
        self.give_back_to_account(db).await
    }

    /// Gives back what it took: it was not made.
    pub async fn withdraw(&self, db: &Db) -> Result<(), Refusal> {
        throttle::give_back(db, &self.origin, ORIGIN).await?;
        self.give_back_to_account(db).await
    }

    async fn give_back_to_account(&self, db: &Db) -> Result<(), Refusal> {
        if !self.known {
            throttle::give_back(db, &self.account, ACCOUNT).await?;
        }
        Ok(())
    }
}

/// Takes an attempt to use the operator secret, if there is one. What it is called is for [`released`].
pub async fn charge_operator(db: &Db, call: &Call) -> Result<String, Refusal> {
    let subject = subject("operator", &[&network(call.client_address.as_deref())]);
    let now = Instant::from(call.now);
    if !throttle::charge(db, &subject, now, OPERATOR).await? {
        return Err(Problem::too_many_requests(seconds(OPERATOR)).into());
    }
    throttle::forget(db, Instant::from_micros(now.micros() - FORGET_AFTER)).await?;
    Ok(subject)
}

/// Gives back what an address took, because the secret was right.
pub async fn release_operator(db: &Db, call: &Call, subject: &str) -> Result<(), Refusal> {
    Ok(throttle::release(db, subject, Instant::from(call.now)).await?)
}

/// Until one attempt has come back.
fn seconds(rate: Rate) -> u32 {
    u32::try_from(rate.interval / SECOND).unwrap_or(u32::MAX)
}

/// The network that an address stands for: an IPv4 address, or the /64 of an IPv6 address, which is what one customer has at least.
/// Empty when the host did not say.
fn network(client_address: Option<&str>) -> String {
    let Some(text) = client_address else { return String::new() };
    let address = text.parse::<SocketAddr>().map(|address| address.ip()).or_else(|_| text.parse::<IpAddr>());
    match address.map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => address.to_string(),
        Ok(IpAddr::V6(address)) => Ipv6Addr::from(u128::from(address) >> 64 << 64).to_string(),
        Err(_) => String::new(),
    }
}

/// A hash, so that the store does not tell at a glance who tried from where.
fn subject(kind: &str, parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    hash.update(kind);
    for part in parts {
        hash.update([0]);
        hash.update(part);
    }
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_stands_for_what_one_customer_has() {
        for (address, expected) in [
            (Some("192.0.2.7:1234"), "192.0.2.7"),
            (Some("192.0.2.7"), "192.0.2.7"),
            (Some("[::ffff:192.0.2.7]:1"), "192.0.2.7"),
            (Some("[2001:db8:1:2:3:4:5:6]:443"), "2001:db8:1:2::"),
            (Some("2001:db8:1:2:ffff::1"), "2001:db8:1:2::"),
            (Some("unix"), ""),
            (None, ""),
        ] {
            assert_eq!(network(address), expected, "{address:?}");
        }
    }

    #[test]
    fn subjects_of_different_kinds_never_meet() {
        let all = [
            subject("account", &["a"]),
            subject("origin", &["a", ""]),
            subject("origin", &["a", "b"]),
            subject("origin", &["ab"]),
            subject("operator", &["a"]),
        ];
        let distinct: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
    }

    #[test]
    fn one_address_cannot_use_up_an_account() {
        let hour = 3600 * SECOND;
        assert!(ORIGIN.burst + hour / ORIGIN.interval < ACCOUNT.burst + hour / ACCOUNT.interval);
        assert!(ORIGIN.interval >= 10 * ACCOUNT.interval && ORIGIN.burst * 10 <= ACCOUNT.burst);
    }
}
