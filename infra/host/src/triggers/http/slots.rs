//! How much there may be at the same time of what clients take, in total and for one network.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{
            AtomicUsize,
            Ordering::{AcqRel, Acquire},
        },
    },
};

use tokio::sync::Notify;

use crate::config::options::Limits;

/// What a client takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A connection, or with HTTP/2 a request in progress.
    Client,
    /// A request that a component works on.
    Request,
    /// The body of a request that a component waits for.
    Upload,
    /// A response that is still being written.
    Stream,
}

const KINDS: usize = 4;

/// How much there is of one kind, and may be.
#[derive(Debug)]
struct Bound {
    taken: AtomicUsize,
    total: usize,
    per_network: usize,
}

/// Counts what clients take.
#[derive(Debug)]
pub struct Slots {
    /// In the order of [`Kind`].
    bounds: [Bound; KINDS],
    /// Those that have something, or are about to.
    networks: Mutex<HashMap<IpAddr, Weak<Network>>>,
    left: Notify,
}

/// Where clients come from. All that one network has is counted here, so that a request asks for no lock.
#[derive(Debug)]
pub struct Network {
    address: IpAddr,
    slots: Arc<Slots>,
    /// In the order of [`Kind`].
    taken: [AtomicUsize; KINDS],
}

/// A place of one kind, as long as it lives.
#[derive(Debug)]
pub struct Slot {
    network: Arc<Network>,
    kind: Kind,
}

/// Why there is no room for more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Full {
    /// There is as much as there may be.
    #[error("too many connections")]
    Total,
    /// There is as much as there may be from this network.
    #[error("too many connections from {0}")]
    Network(IpAddr),
}

impl Slots {
    /// Room for `clients`, and for all else within `limits`.
    pub fn new(clients: usize, limits: &Limits) -> Arc<Self> {
        let Limits { connections, connections_per_address, concurrent_requests, streams, .. } = *limits;
        let part = |total: usize| {
            let per_network = total.saturating_mul(connections_per_address).div_ceil(connections.max(1));
            (total, per_network.min(total))
        };
        // A body that a component waits for holds an instance up, of which there are few.
        let uploads = concurrent_requests.div_ceil(4);
        let bounds =
            [(clients.max(1), connections_per_address), part(concurrent_requests), part(uploads), part(streams)];
        let bounds = bounds.map(|(total, per_network)| Bound {
            taken: AtomicUsize::new(0),
            total,
            per_network: per_network.max(1),
        });
        Arc::new(Self { bounds, networks: Mutex::default(), left: Notify::new() })
    }

    /// Where a client at `address` comes from.
    pub fn network(self: &Arc<Self>, address: IpAddr) -> Arc<Network> {
        let address = network(address);
        let mut networks = self.networks();
        if let Some(known) = networks.get(&address).and_then(Weak::upgrade) {
            return known;
        }
        let network = Arc::new(Network { address, slots: Arc::clone(self), taken: Default::default() });
        networks.insert(address, Arc::downgrade(&network));
        network
    }

    /// Waits until there is no client left.
    pub async fn empty(&self) {
        loop {
            // Somebody who leaves between the look and the wait is noticed too.
            let left = self.left.notified();
            if self.bounds[Kind::Client as usize].taken.load(Acquire) == 0 {
                return;
            }
            left.await;
        }
    }

    fn networks(&self) -> MutexGuard<'_, HashMap<IpAddr, Weak<Network>>> {
        self.networks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Network {
    /// Takes a place of `kind`.
    pub fn take(self: &Arc<Self>, kind: Kind) -> Result<Slot, Full> {
        let bound = &self.slots.bounds[kind as usize];
        let own = &self.taken[kind as usize];
        if !add(own, bound.per_network) {
            return Err(Full::Network(self.address));
        }
        if !add(&bound.taken, bound.total) {
            own.fetch_sub(1, AcqRel);
            return Err(Full::Total);
        }
        Ok(Slot { network: Arc::clone(self), kind })
    }
}

/// Counts one more unless there are `most`; says whether it did.
fn add(count: &AtomicUsize, most: usize) -> bool {
    count.fetch_update(AcqRel, Acquire, |count| (count < most).then_some(count + 1)).is_ok()
}

impl Drop for Network {
    fn drop(&mut self) {
        let mut networks = self.slots.networks();
        // Unless another client has come from there meanwhile.
        if networks.get(&self.address).is_some_and(|known| known.strong_count() == 0) {
            networks.remove(&self.address);
        }
    }
}

impl Slot {
    /// Whose it is.
    pub fn network(&self) -> &Arc<Network> {
        &self.network
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let Network { slots, taken, .. } = &*self.network;
        taken[self.kind as usize].fetch_sub(1, AcqRel);
        let left = slots.bounds[self.kind as usize].taken.fetch_sub(1, AcqRel) - 1;
        if left == 0 && self.kind == Kind::Client {
            slots.left.notify_waiters();
        }
    }
}

/// What stands for a client: an address of IPv4 by itself, and the /64 of one of IPv6, whose addresses one machine chooses freely.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn limits(connections: usize, connections_per_address: usize) -> Limits {
        Limits { connections, connections_per_address, ..Limits::default() }
    }

    #[test]
    fn places_are_bounded_in_total_and_per_network() {
        let slots = Slots::new(3, &limits(3, 2));
        let take = |text| slots.network(address(text)).take(Kind::Client);
        let first = take("10.0.0.1").expect("a place");
        let _second = take("::ffff:10.0.0.1").expect("a place");
        assert_eq!(take("10.0.0.1").expect_err("full"), Full::Network(address("10.0.0.1")));
        let third = take("2001:db8::1").expect("a place");
        assert_eq!(take("2001:db8::2").expect_err("full"), Full::Total);
        assert_eq!(take("2001:db8::2").expect_err("full"), Full::Total, "a refusal takes no place");
        drop(third);
        let _again = take("2001:db8::2").expect("a place");
        drop(first);
        let _again = take("10.0.0.1").expect("a place");
    }

    #[test]
    fn a_network_has_the_same_part_of_everything() {
        let most = |limits: &Limits, kind| {
            let network = Slots::new(limits.connections, limits).network(address("10.0.0.1"));
            std::iter::repeat_with(|| network.take(kind)).map_while(Result::ok).collect::<Vec<_>>().len()
        };
        let all = |limits| [Kind::Client, Kind::Request, Kind::Upload, Kind::Stream].map(|kind| most(&limits, kind));
        assert_eq!(all(Limits::default()), [1024, 500, 125, 512]);
        assert_eq!(all(limits(2048, 2048)), [2048, 1000, 250, 1024]);
        assert_eq!(all(limits(10, 1000)), [10, 1000, 250, 1024]);
        assert_eq!(all(limits(2048, 1)), [1, 1, 1, 1]);
    }

    #[test]
    fn what_a_network_has_counts_when_its_last_client_has_left() {
        let slots = Slots::new(10, &Limits { concurrent_requests: 2, ..limits(10, 5) });
        let take = |kind| slots.network(address("10.0.0.1")).take(kind);
        let client = take(Kind::Client).expect("a place");
        let request = take(Kind::Request).expect("a place");
        drop(client);
        assert_eq!(take(Kind::Request).expect_err("full"), Full::Network(address("10.0.0.1")));
        drop(request);
        assert!(slots.networks().is_empty(), "nothing is kept of those that are gone");
    }

    #[test]
    fn a_machine_cannot_choose_another_network() {
        assert_eq!(network(address("2001:db8::1")), network(address("2001:db8::ffff:1")));
        assert_ne!(network(address("2001:db8::1")), network(address("2001:db8:0:1::1")));
        assert_eq!(network(address("::ffff:10.0.0.1")), network(address("10.0.0.1")));
        assert_ne!(network(address("10.0.0.1")), network(address("10.0.0.2")));
    }

    #[tokio::test]
    async fn the_last_client_ends_the_wait() {
        let slots = Slots::new(2, &limits(2, 2));
        let slot = slots.network(address("10.0.0.1")).take(Kind::Client).expect("a place");
        let mut empty = std::pin::pin!(slots.empty());
        assert!(futures::poll!(&mut empty).is_pending());
        drop(slot);
        empty.await;
    }
}
