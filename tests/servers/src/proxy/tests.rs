//! The network that fails on command does what it is told.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::timeout,
};

use super::{Fault, FaultProxy, Way};

/// How long nothing has to come for it to count as silence.
const QUIET: Duration = Duration::from_millis(100);

/// The two ends of a connection through the proxy.
struct Ends {
    client: TcpStream,
    server: TcpStream,
}

struct Line {
    listener: TcpListener,
    proxy: FaultProxy,
}

impl Line {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("the loopback interface works");
        let proxy = FaultProxy::start(listener.local_addr().expect("the loopback interface works"));
        Self { listener, proxy }
    }

    async fn connect(&self) -> Ends {
        let client = TcpStream::connect(self.proxy.address()).await.expect("the loopback interface works");
        let (server, _) = self.listener.accept().await.expect("the loopback interface works");
        let mut ends = Ends { client, server };
        ends.both_ways().await;
        ends
    }
}

impl Ends {
    async fn both_ways(&mut self) {
        pass(&mut self.client, &mut self.server, b"to the server").await;
        pass(&mut self.server, &mut self.client, b"to the client").await;
    }
}

async fn pass(from: &mut TcpStream, to: &mut TcpStream, bytes: &[u8]) {
    from.write_all(bytes).await.expect("the loopback interface works");
    arrives(to, bytes).await;
}

async fn arrives(to: &mut TcpStream, bytes: &[u8]) {
    let mut arrived = vec![0; bytes.len()];
    to.read_exact(&mut arrived).await.expect("the loopback interface works");
    assert_eq!(arrived, bytes);
}

async fn is_silent(end: &mut TcpStream) -> bool {
    timeout(QUIET, end.read_u8()).await.is_err()
}

async fn is_reset(end: &mut TcpStream) -> bool {
    end.read_u8().await.is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionReset)
}

#[tokio::test]
async fn silence_has_a_direction_and_ends() {
    let line = Line::start().await;
    let mut ends = line.connect().await;
    line.proxy.set(Fault::Silence(Way::ToServer));
    ends.client.write_all(b"late").await.expect("the loopback interface works");
    assert!(is_silent(&mut ends.server).await);
    pass(&mut ends.server, &mut ends.client, b"the other direction").await;
    line.proxy.set(Fault::TotalSilence);
    ends.server.write_all(b"late too").await.expect("the loopback interface works");
    assert!(is_silent(&mut ends.client).await && is_silent(&mut ends.server).await);
    line.proxy.set(Fault::None);
    arrives(&mut ends.server, b"late").await;
    arrives(&mut ends.client, b"late too").await;
}

#[tokio::test]
async fn forgotten_connections_stay_silent_and_new_ones_work() {
    let line = Line::start().await;
    let mut forgotten = line.connect().await;
    line.proxy.forget();
    forgotten.client.write_all(b"never").await.expect("the loopback interface works");
    line.connect().await;
    assert!(is_silent(&mut forgotten.server).await);
}

#[tokio::test]
async fn a_cut_resets_what_is_open() {
    let line = Line::start().await;
    let mut ends = line.connect().await;
    line.proxy.cut();
    assert!(is_reset(&mut ends.client).await && is_reset(&mut ends.server).await);
    line.connect().await;
    assert_eq!(line.proxy.accepted(), 2);
}

#[tokio::test]
async fn a_reset_strikes_behind_a_byte_and_once() {
    let line = Line::start().await;
    let (mut first, mut second) = (line.connect().await, line.connect().await);
    let before = line.proxy.passed(Way::ToClient);
    line.proxy.set(Fault::Reset(Way::ToClient, 8));
    pass(&mut first.client, &mut first.server, b"uncounted").await;
    pass(&mut second.server, &mut second.client, b"12345").await;
    first.server.write_all(b"678910").await.expect("the loopback interface works");
    arrives(&mut first.client, b"678").await;
    assert!(is_reset(&mut first.client).await);
    assert_eq!(line.proxy.passed(Way::ToClient) - before, 8);
    second.both_ways().await;
}

#[tokio::test]
async fn a_half_closed_connection_goes_on_in_the_other_direction() {
    let line = Line::start().await;
    let mut ends = line.connect().await;
    line.proxy.set(Fault::HalfClose(Way::ToServer));
    assert_eq!(ends.server.read(&mut [0]).await.expect("the loopback interface works"), 0);
    pass(&mut ends.server, &mut ends.client, b"still").await;
}

#[tokio::test]
async fn new_connections_wait_to_be_accepted() {
    let line = Line::start().await;
    let mut old = line.connect().await;
    line.proxy.set(Fault::NoAccept);
    let _waiting = TcpStream::connect(line.proxy.address()).await.expect("the loopback interface works");
    assert!(timeout(QUIET, line.listener.accept()).await.is_err());
    old.both_ways().await;
    line.proxy.set(Fault::None);
    line.listener.accept().await.expect("the loopback interface works");
}

#[tokio::test]
async fn a_delay_is_no_shorter_than_told() {
    let line = Line::start().await;
    let mut ends = line.connect().await;
    line.proxy.set(Fault::Delay(QUIET));
    let start = tokio::time::Instant::now();
    pass(&mut ends.client, &mut ends.server, b"slow").await;
    assert!(start.elapsed() >= QUIET);
    assert_eq!(line.proxy.open(), 1);
}
