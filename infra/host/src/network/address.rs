//! Judging one address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net};

/// Endings of names that are not on the public Internet (RFC 6761, RFC 6762, RFC 8375, and Kubernetes' services).
const LOCAL: [&str; 6] = [".localhost", ".local", ".internal", ".lan", ".home.arpa", ".svc"];

/// What is out of reach besides the networks that are listed; each has what those before it have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kept {
    Listed,
    LinkLocal,
    Private,
}

/// Addresses out of reach.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Blocked {
    networks: Vec<IpNet>,
    kept: Kept,
}

impl Blocked {
    pub(super) fn new(networks: Vec<IpNet>, kept: Kept) -> Self {
        Self { networks: networks.into_iter().map(canonical).collect(), kept }
    }

    pub(super) fn kept(&self) -> Kept {
        self.kept
    }

    /// An address that stands for another counts as both.
    pub(super) fn contains(&self, address: IpAddr) -> bool {
        let is_kept = match self.kept {
            Kept::Listed => false,
            Kept::LinkLocal => is_link_local(address),
            Kept::Private => !is_public(address),
        };
        let is_listed = |address: IpAddr| self.networks.iter().any(|network| network.contains(&address));
        is_kept || is_listed(address) || own(address).is_some_and(is_listed) || inner(address).any(is_listed)
    }
}

/// Whether a host that an allow-list names is meant to be on this machine or in its networks: a private address, `localhost`, or a
/// name that does not come from the public DNS. Link-local addresses are for nobody.
pub fn is_near(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']).trim_end_matches('.').to_ascii_lowercase();
    match host.parse() {
        Ok(address) => !is_public(address) && !is_link_local(address),
        Err(_) => !host.contains('.') || LOCAL.iter().any(|end| host.ends_with(end)),
    }
}

/// Where the unspecified address leads as a destination: systems take it for this machine.
fn own(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Some(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Some(Ipv6Addr::LOCALHOST.into()),
        IpAddr::V6(address) if address.to_ipv4_mapped() == Some(Ipv4Addr::UNSPECIFIED) => {
            Some(Ipv4Addr::LOCALHOST.into())
        }
        IpAddr::V4(_) | IpAddr::V6(_) => None,
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

/// The IPv4 addresses that packets for an IPv6 address go to in the end, or may.
fn inner(address: IpAddr) -> impl Iterator<Item = IpAddr> {
    let found = match address {
        IpAddr::V4(_) => Vec::new(),
        IpAddr::V6(address) => inner_v4(address),
    };
    found.into_iter().map(IpAddr::V4)
}

fn inner_v4(address: Ipv6Addr) -> Vec<Ipv4Addr> {
    let octets = address.octets();
    let at = |places: [usize; 4]| Ipv4Addr::from(places.map(|place| octets[place]));
    match address.segments() {
        // Not an IPv4 address but the unspecified one and loopback.
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => Vec::new(),
        // IPv4-mapped and IPv4-compatible (RFC 4291, section 2.5.5), NAT64 (RFC 6052).
        [0, 0, 0, 0, 0, 0 | 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => vec![at([12, 13, 14, 15])],
        // NAT64 of a network's own (RFC 8215): where the address is depends on the length of the prefix that its operator chose, 48,
        // 56, 64 or 96 bits (RFC 6052, section 2.2). No translator sends anything to 0.0.0.0/8, which the wrong places often show.
        [0x64, 0xff9b, 1, ..] => {
            let places = [[6, 7, 9, 10], [7, 9, 10, 11], [9, 10, 11, 12], [12, 13, 14, 15]];
            places.into_iter().filter(|[first, ..]| octets[*first] != 0).map(at).collect()
        }
        // 6to4 (RFC 3056).
        [0x2002, ..] => vec![at([2, 3, 4, 5])],
        _ => Vec::new(),
    }
}

/// Whether an address is for the neighbours on one link (RFC 3927; RFC 4291, section 2.5.6), or stands for one that is.
fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local() || inner_v4(address).iter().any(Ipv4Addr::is_link_local),
    }
}

/// Whether everyone reaches an address, by IANA's registries of special-purpose addresses. An IPv6 address that stands for an IPv4
/// address is judged by that one.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address) && inner_v4(address).into_iter().all(is_public_v4),
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
