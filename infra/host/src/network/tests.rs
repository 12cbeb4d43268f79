use std::{
    net::{Ipv4Addr, TcpListener},
    time::Instant,
};

use super::*;

/// What becomes of a connection.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    NotGranted,
    Blocked,
    Reached,
}
use Outcome::{Blocked as Refused, NotGranted, Reached};

async fn outcome(blocked: &[&str], spin_exact: bool, entry: &str, scheme: &str, host: &str) -> Outcome {
    let is_private = |network: &&&str| **network == "private";
    let networks = blocked.iter().filter(|network| !is_private(network));
    let networks: Vec<_> = networks.map(|network| network.parse().expect("a network")).collect();
    let network = Network::new(&networks, blocked.iter().any(|network| is_private(&network)), spin_exact);
    let allowed = AllowedHosts::parse([entry]).expect("an entry");
    match network.grant(&allowed, scheme, host, 1) {
        None => NotGranted,
        Some(reach) => match reach.resolve(host, 1).await {
            Ok(_) => Reached,
            Err(Error::Blocked) => Refused,
            Err(error) => panic!("{host}: {error}"),
        },
    }
}

/// `private`, by how the allow-list grants the host: as this host does it, and as Spin does.
#[tokio::test]
async fn private_addresses_are_for_hosts_that_the_allow_list_names() {
    const SCHEMES: [&str; 4] = ["http", "https", "redis", "postgres"];
    for (entry, host, kind, http_and_redis_in_spin, postgres_in_spin) in [
        // Named.
        ("localhost", "localhost", Reached, Refused, Reached),
        ("127.0.0.1", "127.0.0.1", Reached, Refused, Reached),
        ("10.0.0.1/32", "10.0.0.1", Reached, Refused, Reached),
        ("[::1]", "[::1]", Reached, Refused, Reached),
        ("2130706433", "2130706433", Reached, Refused, Reached),
        // Named, and link-local: as an address, and as that of a local name.
        ("169.254.169.254", "169.254.169.254", Refused, Refused, Reached),
        ("[::ffff:169.254.169.254]", "[::ffff:169.254.169.254]", Refused, Refused, Reached),
        ("2852039166", "2852039166", Refused, Refused, Reached),
        ("169.254.43518", "169.254.43518", Refused, Refused, Reached),
        // Matched.
        ("*", "localhost", Refused, Refused, Reached),
        ("*", "127.0.0.1", Refused, Refused, Reached),
        ("*", "169.254.169.254", Refused, Refused, Reached),
        ("*", "[::1]", Refused, Refused, Reached),
        ("*", "[::ffff:127.0.0.1]", Refused, Refused, Reached),
        ("*", "[::ffff:7f00:1]", Refused, Refused, Reached),
        ("*", "127.1", Refused, Refused, Reached),
        ("*", "2130706433", Refused, Refused, Reached),
        ("*", "0x7f.0.0.1", Refused, Refused, Reached),
        ("10.0.0.0/8", "10.0.0.1", Refused, Refused, Reached),
        ("0.0.0.0/0", "192.168.0.1", Refused, Refused, Reached),
        ("*", "1.1.1.1", Reached, Reached, Reached),
        ("1.0.0.0/8", "1.1.1.1", Reached, Reached, Reached),
        // Neither.
        ("localhost", "127.0.0.1", NotGranted, NotGranted, NotGranted),
        ("127.0.0.1", "localhost", NotGranted, NotGranted, NotGranted),
        ("127.0.0.1", "[::ffff:127.0.0.1]", NotGranted, NotGranted, NotGranted),
        ("127.0.0.0/8", "127.1", NotGranted, NotGranted, NotGranted),
        ("*.internal", "localhost", NotGranted, NotGranted, NotGranted),
    ] {
        for scheme in SCHEMES {
            let entry = format!("{scheme}://{entry}:1");
            let in_spin = if scheme == "postgres" { &postgres_in_spin } else { &http_and_redis_in_spin };
            assert_eq!(outcome(&["private"], false, &entry, scheme, host).await, kind, "{entry} {host}");
            assert_eq!(&outcome(&["private"], true, &entry, scheme, host).await, in_spin, "Spin: {entry} {host}");
        }
    }
}

/// Explicit networks, for every protocol and however the host was granted.
/// Where somebody else says what a name means: `127.1` looks like one of the public DNS, and has the address 127.0.0.1.
#[tokio::test]
async fn private_addresses_of_public_names_are_for_databases() {
    for (scheme, here, in_spin) in [
        ("http", Refused, Refused),
        ("https", Refused, Refused),
        ("redis", Reached, Refused),
        ("rediss", Reached, Refused),
        ("postgres", Reached, Reached),
    ] {
        let entry = format!("{scheme}://127.1:1");
        assert_eq!(outcome(&["private"], false, &entry, scheme, "127.1").await, here, "{scheme}");
        assert_eq!(outcome(&["private"], true, &entry, scheme, "127.1").await, in_spin, "{scheme}");
        assert_eq!(outcome(&[], false, &entry, scheme, "127.1").await, Reached, "{scheme}");
    }
}

#[tokio::test]
async fn explicit_networks_are_out_of_reach_for_everybody() {
    for (network, entry, host, expected) in [
        ("127.0.0.0/8", "127.0.0.1", "127.0.0.1", Refused),
        ("127.0.0.0/8", "*", "127.0.0.1", Refused),
        ("127.0.0.0/8", "*", "127.1", Refused),
        ("127.0.0.0/8", "*", "[::ffff:127.0.0.1]", Refused),
        ("127.0.0.0/8", "[::ffff:127.0.0.1]", "[::ffff:127.0.0.1]", Refused),
        ("127.0.0.0/8", "*", "[::127.0.0.1]", Refused),
        ("127.0.0.0/8", "*", "[64:ff9b::7f00:1]", Refused),
        ("127.0.0.0/8", "*", "[64:ff9b:1::7f00:1]", Refused),
        ("127.0.0.0/8", "*", "[2002:7f00:1::1]", Refused),
        ("127.0.0.0/8", "127.0.0.0/8", "127.0.0.2", Refused),
        ("127.0.0.0/8", "*", "128.0.0.1", Reached),
        ("127.0.0.0/8", "*", "[64:ff9b::8000:1]", Reached),
        ("::ffff:127.0.0.0/104", "*", "127.0.0.1", Refused),
        ("::1/128", "*", "[::1]", Refused),
        ("::1/128", "*", "[::2]", Reached),
        ("64:ff9b::/96", "*", "[64:ff9b::101:101]", Refused),
        ("64:ff9b::/96", "*", "1.1.1.1", Reached),
        ("1.1.1.1/32", "1.1.1.1", "1.1.1.1", Refused),
        // A destination that is unspecified is this machine.
        ("127.0.0.0/8", "*", "0.0.0.0", Refused),
        ("127.0.0.0/8", "0.0.0.0", "0.0.0.0", Refused),
        ("127.0.0.0/8", "*", "0", Refused),
        ("127.0.0.0/8", "*", "[::ffff:0.0.0.0]", Refused),
        ("::1/128", "*", "[::]", Refused),
        ("0.0.0.0/32", "*", "0.0.0.0", Refused),
        ("10.0.0.0/8", "*", "0.0.0.0", Reached),
        // The prefixes of the length 48, 56, 64 and 96 in RFC 6052, with 192.0.2.33.
        ("192.0.2.33/32", "*", "[64:ff9b:1:c000:2:2100::]", Refused),
        ("192.0.2.33/32", "*", "[64:ff9b:1:c0:0:221::]", Refused),
        ("192.0.2.33/32", "*", "[64:ff9b:1:0:c0:2:2100:0]", Refused),
        ("192.0.2.33/32", "*", "[64:ff9b:1::192.0.2.33]", Refused),
        ("192.0.2.33/32", "*", "[64:ff9b:1:c000:2:2200::]", Reached),
        ("0.0.0.0/8", "*", "[64:ff9b:1::192.0.2.33]", Reached),
    ] {
        for scheme in ["http", "https", "redis", "rediss", "postgres"] {
            for spin_exact in [false, true] {
                let entry = format!("{scheme}://{entry}:1");
                let actual = outcome(&[network], spin_exact, &entry, scheme, host).await;
                assert_eq!(actual, expected, "{network}: {entry} {host}");
            }
        }
    }
    // A name that has an address besides keeps that one.
    let network = Network::new(&["127.0.0.0/8".parse().expect("a network")], false, false);
    if let Ok(found) = network.own().resolve("localhost", 1).await {
        assert!(found.iter().all(SocketAddr::is_ipv6), "{found:?}");
    }
}

#[test]
fn hosts_are_near_or_far() {
    for (host, near) in [
        ("localhost", true),
        ("LOCALHOST.", true),
        ("db", true),
        ("db.internal", true),
        ("web.default.svc", true),
        ("printer.local", true),
        ("10.0.0.1", true),
        ("[fd00::1]", true),
        ("1.1.1.1", false),
        ("169.254.169.254", false),
        ("[fe80::1]", false),
        ("[64:ff9b::169.254.169.254]", false),
        ("api.example.com", false),
        ("internal.example.com", false),
    ] {
        assert_eq!(is_near(host), near, "{host}");
    }
}

#[test]
fn addresses_are_private_or_public() {
    let blocked = Blocked::new(Vec::new(), Kept::Private);
    for (address, private) in [
        ("0.0.0.0", true),
        ("10.1.2.3", true),
        ("100.63.255.255", false),
        ("100.64.0.1", true),
        ("100.128.0.1", false),
        ("127.0.0.1", true),
        ("169.254.169.254", true),
        ("172.15.0.1", false),
        ("172.16.0.1", true),
        ("172.31.255.255", true),
        ("172.32.0.1", false),
        ("192.0.0.8", true),
        ("192.0.0.9", false),
        ("192.0.2.1", true),
        ("192.168.0.1", true),
        ("198.18.0.1", true),
        ("198.51.100.1", true),
        ("203.0.113.1", true),
        ("223.255.255.255", false),
        ("224.0.0.1", true),
        ("240.0.0.1", true),
        ("255.255.255.255", true),
        ("1.1.1.1", false),
        ("::", true),
        ("::1", true),
        ("::10.0.0.1", true),
        ("::1.1.1.1", false),
        ("::ffff:10.0.0.1", true),
        ("::ffff:1.1.1.1", false),
        ("64:ff9b::a00:1", true),
        ("64:ff9b::101:101", false),
        ("64:ff9b:1::101:101", true),
        ("100::1", true),
        ("2001::1", true),
        ("2001:2::1", true),
        ("2001:10::1", true),
        ("2001:20::1", false),
        ("2001:db8::1", true),
        ("2002:a00:1::1", true),
        ("2002:101:101::1", false),
        ("2606:4700::1111", false),
        ("3fff:fff::1", true),
        ("3fff:1000::1", false),
        ("5f00::1", true),
        ("fc00::1", true),
        ("fd12::1", true),
        ("fe80::1", true),
        ("fec0::1", true),
        ("ff02::1", true),
        ("ff0e::1", true),
    ] {
        assert_eq!(blocked.contains(address.parse().expect("an address")), private, "{address}");
    }
}

/// A listener whose queue is full, so that the system answers nobody.
fn silent() -> (TcpListener, Vec<std::net::TcpStream>) {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).expect("a port");
    socket.listen(0).expect("it listens");
    let listener = TcpListener::from(socket);
    let address = listener.local_addr().expect("its address");
    let connect = || std::net::TcpStream::connect_timeout(&address, Duration::from_millis(200));
    let fill = std::iter::from_fn(|| connect().ok()).take(64).collect();
    (listener, fill)
}

#[tokio::test]
async fn every_address_is_tried_and_a_silent_one_holds_nobody_up() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let open = listener.local_addr().expect("its address");
    let closed = {
        let gone = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        gone.local_addr().expect("its address")
    };
    let (quiet, _fill) = silent();
    let quiet = quiet.local_addr().expect("its address");
    for addresses in [vec![open], vec![closed, closed, open], vec![quiet, quiet, open], vec![quiet, closed, open]] {
        let stream = timeout(Duration::from_secs(30), first(addresses.clone())).await.expect("an end");
        assert_eq!(stream.expect("a connection").peer_addr().expect("its address"), open, "{addresses:?}");
    }
    let refused = first(vec![closed, closed]).await.expect_err("nobody listens");
    assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
    let within = Duration::from_millis(50);
    let error = Reach::everything().connect("127.0.0.1", quiet.port(), within).await.expect_err("silence");
    assert!(matches!(error, Error::Timeout(_)), "{error}");
}

#[tokio::test]
async fn a_connection_notices_that_its_end_is_gone() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let stream = Reach::everything().connect("localhost", port, Duration::from_secs(30)).await.expect("a connection");
    let socket = SockRef::from(&stream);
    assert!(socket.keepalive().expect("an option") && stream.nodelay().expect("an option"));
    assert_eq!(socket.tcp_keepalive_time().expect("an option"), KEEPALIVE.0);
    #[cfg(target_os = "linux")]
    assert_eq!(socket.tcp_user_timeout().expect("an option"), Some(UNACKNOWLEDGED));
}

#[tokio::test]
async fn a_limit_is_waited_for_and_none_means_none() {
    let short = Duration::from_millis(20);
    let limit = Limit::new(1);
    let held = limit.permit(short).await.expect("the first one");
    assert!(limit.permit(short).await.is_none());
    let waiting = tokio::spawn({
        let limit = limit.clone();
        async move { limit.permit(Duration::from_secs(30)).await.is_some() }
    });
    drop(held);
    assert!(waiting.await.expect("no panic"));
    let start = Instant::now();
    assert!(Limit::new(0).permit(Duration::from_secs(30)).await.is_none());
    assert!(start.elapsed() < Duration::from_secs(10), "waiting would be in vain");
    assert!(Limit::new(usize::MAX).permit(short).await.is_some());
}
