//! A client that sends what it wants.

use std::{io, net::SocketAddr, time::Duration};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

/// How long anything may take on a busy machine.
const DEADLINE: Duration = Duration::from_mins(1);

/// One connection.
pub struct Wire {
    stream: TcpStream,
    read: Vec<u8>,
}

/// A response of HTTP/1.1.
#[derive(Debug)]
pub struct Response {
    /// Status.
    pub status: u16,
    /// The head as it came.
    pub head: String,
    /// The body as it came.
    pub body: Vec<u8>,
}

impl Response {
    /// Fails unless it is problem+json with `status` and `key`.
    #[track_caller]
    pub fn expect_problem(&self, status: u16, key: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert!(self.head.contains("\r\ncontent-type: application/problem+json\r\n"), "{}", self.head);
        let body: Value = serde_json::from_slice(&self.body).expect("JSON");
        assert_eq!((&body["status"], &body["key"]), (&status.into(), &key.into()), "{body}");
    }

    /// Fails unless it is 200 with `body`.
    #[track_caller]
    pub fn expect_text(&self, body: &str) {
        assert_eq!((self.status, String::from_utf8_lossy(&self.body).as_ref()), (200, body), "{}", self.head);
    }
}

impl Wire {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Self {
        let stream = within(TcpStream::connect(address)).await.expect("a connection");
        Self { stream, read: Vec::new() }
    }

    /// Connects from `source`.
    pub async fn open_from(source: [u8; 4], address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind((source, 0).into()).expect("an address");
        let stream = within(socket.connect(address)).await.expect("a connection");
        Self { stream, read: Vec::new() }
    }

    /// Connects, with room for few bytes that have arrived.
    pub async fn open_narrow(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(4096).expect("an option");
        let stream = within(socket.connect(address)).await.expect("a connection");
        Self { stream, read: Vec::new() }
    }

    /// Sends all of `bytes`.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        within(self.stream.write_all(bytes.as_ref())).await.expect("the bytes are taken");
    }

    /// Sends `bytes` as far as they are taken.
    pub async fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        within(self.stream.write_all(bytes.as_ref())).await
    }

    /// Sends as many of `bytes` as the host takes within `time`; returns how many.
    pub async fn send_for(&mut self, time: Duration, bytes: &[u8]) -> usize {
        let mut sent = 0;
        let sending = async {
            while sent < bytes.len() {
                match self.stream.write(&bytes[sent..]).await {
                    Ok(more) => sent += more,
                    Err(_) => return,
                }
            }
        };
        let _taken = timeout(time, sending).await;
        sent
    }

    /// Sends `bytes` again and again, with a pause after each time, until the host hangs up. What it has said by then is there to be
    /// read; fails when the connection is reset, which may cost a client just that.
    pub async fn send_to_the_end(&mut self, bytes: &[u8], pause: Duration) {
        let (mut reader, mut writer) = self.stream.split();
        let sending = async {
            loop {
                writer.write_all(bytes).await.expect("the bytes are taken");
                tokio::time::sleep(pause).await;
            }
        };
        let to_the_end = async {
            tokio::select! {
                read = reader.read_to_end(&mut self.read) => read.expect("the connection is closed cleanly"),
                () = sending => unreachable!("it does not end"),
            }
        };
        within(to_the_end).await;
    }

    /// Says that nothing more comes.
    pub async fn finish(&mut self) {
        within(self.stream.shutdown()).await.expect("the end is taken");
    }

    /// Sends a GET of `path`.
    pub async fn get(&mut self, path: &str) {
        self.send(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")).await;
    }

    /// Reads the head of a response; returns its status too.
    pub async fn head(&mut self) -> (u16, String) {
        let end = self.until(|read| read.windows(4).position(|window| window == b"\r\n\r\n").map(|end| end + 4)).await;
        let head = String::from_utf8(self.read.drain(..end).collect()).expect("text");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        (status, head)
    }

    /// Reads one response.
    pub async fn response(&mut self) -> Response {
        let (status, head) = self.head().await;
        if head.contains("\r\ntransfer-encoding: chunked\r\n") {
            return Response { status, head, body: self.chunks().await };
        }
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
        self.until(|read| (read.len() >= length).then_some(length)).await;
        Response { status, head, body: self.read.drain(..length).collect() }
    }

    /// Reads a body in chunks (RFC 9112, section 7.1).
    async fn chunks(&mut self) -> Vec<u8> {
        let mut body = Vec::new();
        loop {
            let end = self.until(|read| read.windows(2).position(|window| window == b"\r\n")).await;
            let line = self.take(end + 2).await;
            let size = usize::from_str_radix(String::from_utf8_lossy(&line).trim(), 16).expect("a size");
            let chunk = self.take(size + 2).await;
            if size == 0 {
                return body;
            }
            body.extend_from_slice(&chunk[..size]);
        }
    }

    /// Reads until `found` answers something.
    pub async fn until<T>(&mut self, found: impl Fn(&[u8]) -> Option<T>) -> T {
        loop {
            if let Some(found) = found(&self.read) {
                return found;
            }
            let read = within(self.stream.read_buf(&mut self.read)).await.expect("more to read");
            assert!(read > 0, "the host hung up after {:?}", String::from_utf8_lossy(&self.read));
        }
    }

    /// Takes `count` bytes.
    pub async fn take(&mut self, count: usize) -> Vec<u8> {
        self.until(|read| (read.len() >= count).then_some(())).await;
        self.read.drain(..count).collect()
    }

    /// Reads until the host hangs up; fails when it resets the connection, which may cost a client what it has not read.
    pub async fn end(&mut self) -> Vec<u8> {
        within(self.stream.read_to_end(&mut self.read)).await.expect("the connection is closed cleanly");
        std::mem::take(&mut self.read)
    }

    /// Reads until the connection is gone, in whatever way.
    pub async fn gone(&mut self) -> Vec<u8> {
        let _reset = within(self.stream.read_to_end(&mut self.read)).await;
        std::mem::take(&mut self.read)
    }
}

/// What `future` answers, unless that takes too long.
pub async fn within<T>(future: impl Future<Output = T>) -> T {
    timeout(DEADLINE, future).await.expect("an answer in time")
}
