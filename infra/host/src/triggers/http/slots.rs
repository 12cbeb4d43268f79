//! How many clients there may be, in total and from one address.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Counts clients.
#[derive(Debug)]
pub struct Slots {
    free: Arc<Semaphore>,
    total: usize,
    per_address: usize,
    taken: Mutex<HashMap<IpAddr, usize>>,
}

/// One client, as long as it lives.
#[derive(Debug)]
pub struct Slot {
    slots: Arc<Slots>,
    network: IpAddr,
    _permit: OwnedSemaphorePermit,
}

/// Why there is no room for another client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Full {
    /// There are as many as there may be.
    #[error("too many connections")]
    Total,
    /// There are as many as there may be from this network.
    #[error("too many connections from {0}")]
    Network(IpAddr),
}

impl Slots {
    /// Room for `total` clients, of which `per_address` may have one address.
    pub fn new(total: usize, per_address: usize) -> Arc<Self> {
        let total = total.clamp(1, Semaphore::MAX_PERMITS.min(u32::MAX as usize));
        let free = Arc::new(Semaphore::new(total));
        Arc::new(Self { free, total, per_address: per_address.max(1), taken: Mutex::default() })
    }

    /// Takes a place for a client at `address`.
    pub fn take(self: &Arc<Self>, address: IpAddr) -> Result<Slot, Full> {
        let network = network(address);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let of_network = taken.get(&network).copied().unwrap_or(0);
        if of_network >= self.per_address {
            return Err(Full::Network(network));
        }
        let permit = Arc::clone(&self.free).try_acquire_owned().map_err(|_| Full::Total)?;
        taken.insert(network, of_network + 1);
        Ok(Slot { slots: Arc::clone(self), network, _permit: permit })
    }

    /// Waits until there is no client left.
    pub async fn empty(&self) {
        // Nobody closes the semaphore.
        let _all = self.free.acquire_many(u32::try_from(self.total).unwrap_or(u32::MAX)).await;
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self.slots.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.network);
            }
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

    #[tokio::test]
    async fn places_are_bounded_in_total_and_per_network() {
        let slots = Slots::new(3, 2);
        let first = slots.take(address("10.0.0.1")).expect("a place");
        let _second = slots.take(address("::ffff:10.0.0.1")).expect("a place");
        assert_eq!(slots.take(address("10.0.0.1")).expect_err("full"), Full::Network(address("10.0.0.1")));
        let third = slots.take(address("2001:db8::1")).expect("a place");
        assert_eq!(slots.take(address("2001:db8::2")).expect_err("full"), Full::Total);
        drop(third);
        let _again = slots.take(address("2001:db8::2")).expect("a place");
        drop(first);
        let _again = slots.take(address("10.0.0.1")).expect("a place");
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
        let slots = Slots::new(2, 2);
        let slot = slots.take(address("10.0.0.1")).expect("a place");
        let mut empty = std::pin::pin!(slots.empty());
        assert!(futures::poll!(&mut empty).is_pending());
        drop(slot);
        empty.await;
        assert!(slots.taken.lock().expect("a lock").is_empty(), "nothing is kept of those that are gone");
    }
}
