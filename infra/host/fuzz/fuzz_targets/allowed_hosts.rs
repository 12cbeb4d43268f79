//! An allow-list decides by its entries alone, and each of them is a grant for what it names.
//!
//! The input: a line with scheme, host and port, and then one entry a line.
#![no_main]

use kronos_host::config::allowed_hosts::{AllowedHosts, Granted};
use libfuzzer_sys::fuzz_target;

fn printed(list: &AllowedHosts) -> String {
    format!("{list:?}")
}

fuzz_target!(|text: &str| {
    let (asked, entries) = text.split_once('\n').unwrap_or((text, ""));
    let mut asked = asked.split(' ');
    let (scheme, host) = (asked.next().unwrap_or_default(), asked.next().unwrap_or_default());
    let port = asked.next().and_then(|port| port.parse().ok()).unwrap_or(80);

    let entries: Vec<_> = entries.split('\n').collect();
    let alone: Result<Vec<_>, _> = entries.iter().map(|entry| AllowedHosts::parse([*entry])).collect();
    let together = AllowedHosts::parse(entries.iter().copied());
    assert_eq!(alone.is_ok(), together.is_ok(), "an entry is good or bad by itself");
    let (Ok(alone), Ok(together)) = (alone, together) else { return };

    // A list grants what its entries grant, and the order does not count.
    let granted = together.grant(scheme, host, port);
    assert_eq!(granted, alone.iter().filter_map(|list| list.grant(scheme, host, port)).max());
    let backwards = AllowedHosts::parse(entries.iter().rev().copied()).expect("the same entries");
    assert_eq!(granted, backwards.grant(scheme, host, port));
    assert_eq!(granted.is_some(), together.allows(scheme, host, port));
    assert_eq!(together.allows_self(scheme), alone.iter().any(|list| list.allows_self(scheme)));
    assert_eq!(together.is_empty(), alone.iter().all(AllowedHosts::is_empty));

    // Neither case nor the dot of the root make another host.
    let upper = (scheme.to_ascii_uppercase(), host.to_ascii_uppercase());
    assert_eq!(granted, together.grant(&upper.0, &upper.1, port));
    if !host.ends_with(']') {
        assert_eq!(granted, together.grant(scheme, &format!("{host}."), port));
    }

    for (entry, list) in entries.iter().zip(&alone) {
        let entry = entry.trim();
        if let Some((own, _)) = entry.split_once("://")
            && list.allows(scheme, host, port)
        {
            assert!(own == "*" || own.eq_ignore_ascii_case(scheme), "{entry} grants {scheme}");
            assert!(!entry.ends_with("://self"), "{entry}");
        }
        let spelled = AllowedHosts::parse([entry.to_ascii_uppercase().as_str()]);
        if let Ok(spelled) = spelled {
            assert_eq!(printed(&spelled), printed(list));
        }
        // What names a host grants it, on one port at least, unless it has none.
        for named in list.named() {
            let scheme = named.scheme.unwrap_or("any");
            assert!(list.has_scheme(scheme));
            let written = entry.split(|c: char| !c.is_ascii_digit()).filter_map(|port| port.parse().ok());
            let ports =
                written.chain([80, 443, 1883, 3306, 5432, 6379]).filter(|port| list.allows(scheme, &named.host, *port));
            let ports: Vec<u16> = ports.collect();
            assert!(!ports.is_empty() || entry.contains(".."), "`{entry}` grants nothing");
            for port in ports.iter().take(2) {
                assert_eq!(list.grant(scheme, &named.host, *port), Some(Granted::Named));
            }
            // It is an address, or what may stand between `//` and `/` of a URL and means the same there.
            assert!(
                named.host.parse::<std::net::IpAddr>().is_ok()
                    || !named.host.contains(['[', ']', ':', '/', '\\', '@', '?', '#']),
                "`{entry}` is for `{}`",
                named.host
            );
        }
    }
});
