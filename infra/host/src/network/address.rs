//! Judging one address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net};

/// Addresses out of reach.
#[derive(Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Blocked {
    networks: Vec<IpNet>,
    private: bool,
}

impl Blocked {
    pub(super) fn new(networks: Vec<IpNet>, private: bool) -> Self {
        Self { networks: networks.into_iter().map(canonical).collect(), private }
    }

    /// Whether all that is not public is among them.
    pub(super) fn is_private(&self) -> bool {
        self.private
    }

    /// An IPv6 address that stands for an IPv4 address counts as both.
    pub(super) fn contains(&self, address: IpAddr) -> bool {
        if self.private && !is_public(address) {
            return true;
        }
        let inner = match address {
            IpAddr::V4(_) => None,
            IpAddr::V6(address) => inner(address),
        };
        let is_listed = |address: IpAddr| self.networks.iter().any(|network| network.contains(&address));
        is_listed(address) || inner.is_some_and(|inner| is_listed(inner.into()))
    }
}

/// A network of IPv4-mapped addresses is the IPv4 network.
fn canonical(network: IpNet) -> IpNet {
    if let IpNet::V6(v6) = network
        && let Some(address) = v6.network().to_ipv4_mapped()
        && let Some(length) = v6.prefix_len().checked_sub(96)
        && let Ok(v4) = Ipv4Net::new(address, length)
    {
        return v4.into();
    }
    network
}

/// The IPv4 address that packets for an IPv6 address go to in the end, or may.
fn inner(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let (high, low) = match address.segments() {
        // Not an IPv4 address but the unspecified one and loopback.
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => return None,
        // IPv4-mapped and IPv4-compatible (RFC 4291, section 2.5.5), NAT64 (RFC 6052, RFC 8215), 6to4 (RFC 3056).
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x64, 0xff9b, 1, _, _, _, high, low]
        | [0x2002, high, low, ..] => (high, low),
        _ => return None,
    };
    let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
    Some(Ipv4Addr::new(a, b, c, d))
}

/// Whether everyone reaches an address, by IANA's registries of special-purpose addresses. An IPv6 address that stands for an IPv4
/// address is judged by that one.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address) && inner(address).is_none_or(is_public_v4),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    match address.octets() {
        // The two anycast addresses among the protocol assignments (RFC 7723, RFC 8155).
        [192, 0, 0, 9 | 10] => true,
        // This network, private use, shared address space (RFC 6598), loopback, link-local.
        [0 | 10 | 127 | 224..=255, ..]
        | [100, 64..=127, ..]
        | [169, 254, ..]
        | [172, 16..=31, ..]
        | [192, 168, ..]
        | [192, 0, 0 | 2, _]
        | [198, 51, 100, _]
        | [203, 0, 113, _]
        | [198, 18 | 19, ..] => false,
        _ => true,
    }
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        // Unspecified, loopback.
        [0, 0, 0, 0, 0, 0, 0, 0 | 1]
        | [0x64, 0xff9b, 1, ..]
        | [0x100, 0, 0, 0, ..]
        | [0x2001, 0 | 0x10..=0x1f | 0xdb8, ..]
        | [0x2001, 2, 0, ..]
        | [0x3fff, 0..=0xfff, ..]
        | [0x5f00 | 0xfc00..=0xfdff | 0xfe80..=0xffff, ..] => false,
        _ => true,
    }
}
