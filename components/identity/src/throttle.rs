//! How often one may try. What counts is the account and the address together, so that nobody else's attempts lock the owner of an
//! account out; all attempts on an account count too, but loosely, and not where its owner has signed in before; and so do all from
//! an address, whatever the account, because each costs a hash.
//!
//! An address is that of the peer as the host saw it. Where that is one of `trusted_proxies`, it is the last one of
//! `x-forwarded-for` that is not: each proxy appends whom it was called by, and what stands before may be made up.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ipnet::IpNet;
use kronos_domain::{Email, Instant};
use kronos_platform::{Call, Problem};
use kronos_storage::Db;
use kronos_storage::throttle::{self, Origin, Rate};
use sha2::{Digest as _, Sha256};

use crate::refusal::Refusal;

const SECOND: i64 = 1_000_000;
/// Attempts on an account from one address: ten, then one every 30 seconds.
const ORIGIN: Rate = Rate { interval: 30 * SECOND, burst: 10 };
/// Attempts on an account from all addresses that it was never signed in to from: 100, then 1200 an hour. One address can't take
/// them all: it has ten, and 120 an hour.
const ACCOUNT: Rate = Rate { interval: 3 * SECOND, burst: 100 };
/// Attempts from one address on all accounts together: 60, then one a second.
const ADDRESS: Rate = Rate { interval: SECOND, burst: 60 };
/// Attempts to use the operator secret from one address.
const OPERATOR: Rate = Rate { interval: 30 * SECOND, burst: 20 };
/// What has had everything back for this long is forgotten, in microseconds. Nobody is still working on such an attempt.
const FORGET_AFTER: i64 = 60 * SECOND;

/// An attempt to sign in that was let through.
pub struct Attempt {
    origin: String,
    account: String,
    address: String,
    known: bool,
    now: Instant,
}

impl Attempt {
    /// Takes an attempt, if there is one.
    pub async fn take(db: &Db, call: &Call, email: &Email) -> Result<Self, Refusal> {
        let network = network(call).await?;
        let origin = subject("origin", &[email.as_str(), &network]);
        let account = subject("account", &[email.as_str()]);
        let address = subject("address", &[&network]);
        let now = Instant::from(call.now);
        let known = match throttle::charge_origin(db, (&origin, ORIGIN), (&account, ACCOUNT), now).await? {
            Origin::Known => true,
            Origin::New if throttle::charge(db, &account, now, ACCOUNT).await? => false,
            Origin::New => return refused(ACCOUNT),
            Origin::Refused => return refused(ORIGIN),
        };
        // Where somebody has signed in, there are no more rows than sessions.
        if !known {
            throttle::forget(db, Instant::from_micros(now.micros() - FORGET_AFTER)).await?;
        }
        let attempt = Self { origin, account, address, known, now };
        if throttle::charge(db, &attempt.address, now, ADDRESS).await? {
            return Ok(attempt);
        }
        attempt.give_back_to_origin(db).await?;
        refused(ADDRESS)
    }

    /// Hash of the account and the address.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Gives everything back to the address, and its own to the account: it succeeded.
    pub async fn succeed(&self, db: &Db) -> Result<(), Refusal> {
        throttle::release(db, &self.origin, self.now).await?;
        throttle::give_back(db, &self.address, ADDRESS).await?;
        self.give_back_to_account(db).await
    }

    /// Gives back what it took: it was not made.
    pub async fn withdraw(&self, db: &Db) -> Result<(), Refusal> {
        throttle::give_back(db, &self.address, ADDRESS).await?;
        self.give_back_to_origin(db).await
    }

    async fn give_back_to_origin(&self, db: &Db) -> Result<(), Refusal> {
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

/// Takes an attempt to use the operator secret, if there is one. What is answered is for [`release_operator`].
pub async fn charge_operator(db: &Db, call: &Call) -> Result<String, Refusal> {
    let subject = subject("operator", &[&network(call).await?]);
    let now = Instant::from(call.now);
    if !throttle::charge(db, &subject, now, OPERATOR).await? {
        return refused(OPERATOR);
    }
    throttle::forget(db, Instant::from_micros(now.micros() - FORGET_AFTER)).await?;
    Ok(subject)
}

/// Gives back what an address took, because the secret was right.
pub async fn release_operator(db: &Db, call: &Call, subject: &str) -> Result<(), Refusal> {
    Ok(throttle::release(db, subject, Instant::from(call.now)).await?)
}

/// The client may try again when one attempt has come back.
fn refused<T>(rate: Rate) -> Result<T, Refusal> {
    let seconds = u32::try_from(rate.interval / SECOND).unwrap_or(u32::MAX);
    Err(Problem::too_many_requests(seconds).into())
}

/// The network that the client of a request is in, by the variable `trusted_proxies`: networks or addresses with spaces between.
async fn network(call: &Call) -> Result<String, Refusal> {
    let trusted = call.variable("trusted_proxies").await?;
    let trusted = proxies(&trusted).ok_or_else(|| Problem::internal("`trusted_proxies` is not a list of networks"))?;
    let forwarded =
        call.headers.get_all("x-forwarded-for").iter().flat_map(|field| field.to_str().unwrap_or("?").split(','));
    let forwarded: Vec<_> = forwarded.collect();
    Ok(network_of(client(call.client_address.as_deref(), &forwarded, &trusted)))
}

fn proxies(networks: &str) -> Option<Vec<IpNet>> {
    let read = |text: &str| text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
    networks.split_whitespace().map(read).collect()
}

/// Who called: the peer or, behind proxies that are trusted, the last who called one of them. None when that is not said.
fn client(peer: Option<&str>, forwarded: &[&str], trusted: &[IpNet]) -> Option<IpAddr> {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut client = address(peer?)?;
    for text in forwarded.iter().rev() {
        if !is_trusted(&client) {
            break;
        }
        client = address(text)?;
    }
    Some(client)
}

/// An address, with a port or without.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let address = text.parse::<SocketAddr>().map(|address| address.ip()).or_else(|_| text.parse::<IpAddr>());
    address.ok().map(|address| address.to_canonical())
}

/// The network that an address stands for: an IPv4 address, or the /64 of an IPv6 address, which is what one customer has at least.
/// Empty when there is no address.
fn network_of(address: Option<IpAddr>) -> String {
    match address {
        Some(IpAddr::V4(address)) => address.to_string(),
        Some(IpAddr::V6(address)) => Ipv6Addr::from(u128::from(address) >> 64 << 64).to_string(),
        None => String::new(),
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
            assert_eq!(network_of(client(address, &[], &[])), expected, "{address:?}");
        }
    }

    #[test]
    fn behind_trusted_proxies_the_last_who_is_none_counts() {
        let trusted = proxies(" 10.0.0.0/8 192.0.2.1  2001:db8::/32 ").expect("networks");
        let client = |peer, forwarded: &[&str]| network_of(client(Some(peer), forwarded, &trusted));
        assert_eq!(client("10.1.2.3:80", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(client("10.1.2.3:80", &["203.0.113.1", " 198.51.100.7 ", "192.0.2.1"]), "198.51.100.7");
        assert_eq!(client("[::ffff:10.1.2.3]:80", &["198.51.100.7:4711"]), "198.51.100.7");
        assert_eq!(client("10.1.2.3:80", &["192.0.2.1"]), "192.0.2.1", "all are proxies");
        assert_eq!(client("10.1.2.3:80", &[]), "10.1.2.3");
        assert_eq!(client("10.1.2.3:80", &["198.51.100.7", "unknown"]), "", "a proxy that says nothing");
        assert_eq!(client("198.51.100.9:80", &["198.51.100.7"]), "198.51.100.9", "nobody trusts it");
        assert!(proxies("10.0.0.0/33").is_none() && proxies("proxy.example").is_none());
    }

    #[test]
    fn subjects_of_different_kinds_never_meet() {
        let all = [
            subject("account", &["a"]),
            subject("origin", &["a", ""]),
            subject("origin", &["a", "b"]),
            subject("origin", &["ab"]),
            subject("operator", &["a"]),
            subject("address", &["a"]),
        ];
        let distinct: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
    }

    #[test]
    fn one_address_cannot_use_up_an_account() {
        let hour = 3600 * SECOND;
        assert!(ORIGIN.burst + hour / ORIGIN.interval < ACCOUNT.burst + hour / ACCOUNT.interval);
        const { assert!(ORIGIN.interval >= 10 * ACCOUNT.interval && ORIGIN.burst * 10 <= ACCOUNT.burst) };
    }
}
