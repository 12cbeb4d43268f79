//! Ends a connection so that the client gets to see why.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use super::{frames, pace::LINGER, request_id};

/// What is said without hyper, which is done with the connection or never saw it.
#[derive(Clone, Copy, Debug)]
pub enum Refusal {
    /// The head took too long (RFC 9110, section 15.5.9).
    HeadTimeout,
    /// The first line is longer than any that is read (RFC 9112, section 3).
    TargetTooLong,
    /// There is no room for another client.
    Full,
}

impl Refusal {
    fn text(self) -> String {
        let (status, title, key, detail, field) = match self {
            Self::HeadTimeout => {
                (408, "Request Timeout", "head_timeout", "The head of the request did not come in time.", "")
            }
            Self::TargetTooLong => (414, "URI Too Long", "target_too_long", "The request target is too long.", ""),
            Self::Full => (
                503,
                "Service Unavailable",
                "too_many_connections",
                "There are too many connections; try again shortly.",
                "retry-after: 1\r\n",
            ),
        };
        let id = request_id::new();
        let body = super::response::document(status, title, key, detail, &id);
        let (length, id) = (body.len(), id.to_str().unwrap_or_default());
        format!(
            "HTTP/1.1 {status} {title}\r\ncontent-type: application/problem+json\r\ncontent-length: {length}\r\n{field}\
             x-request-id: {id}\r\nconnection: close\r\n\r\n{body}"
        )
    }
}

/// How long what a client is still sending is read, as long as it comes.
const LONGEST: Duration = Duration::from_secs(10);
/// How much of it is: a client that sends its whole request before it reads has most likely sent it by then.
const MOST: u64 = 64 << 20;

/// Sends `refusal` and ends the connection.
pub async fn refuse(stream: TcpStream, refusal: Refusal) {
    end(stream, refusal.text().as_bytes()).await;
}

/// Tells a client of HTTP/2 that it sends too much of what costs it nothing, and ends the connection.
pub async fn calm(stream: TcpStream) {
    end(stream, &frames::CALM).await;
}

async fn end(mut stream: TcpStream, last: &[u8]) {
    let _said = timeout(LINGER, stream.write_all(last)).await;
    // Also when that could not be said: something else was before.
    read_on(stream).await;
}

/// Says that nothing more comes, and reads for a moment what the client is still sending.
///
/// A connection that is closed with unread bytes is reset, and the client then loses the response that explains why (RFC 9112,
/// section 9.6).
pub async fn read_on(mut stream: TcpStream) {
    let mut buffer = vec![0; 64 << 10];
    let reading = async {
        // A client that is gone has nothing to read either.
        if stream.shutdown().await.is_ok() {
            let mut coming = stream.take(MOST);
            while matches!(timeout(LINGER, coming.read(&mut buffer)).await, Ok(Ok(read)) if read > 0) {}
        }
    };
    // Whoever goes on sending after that has had the time to read.
    let _late = timeout(LONGEST, reading).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_complete_responses() {
        for refusal in [Refusal::HeadTimeout, Refusal::TargetTooLong, Refusal::Full] {
            let text = refusal.text();
            let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
            assert!(head.contains(&format!("\r\ncontent-length: {}\r\n", body.len())), "{text}");
            let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
            assert!(head.starts_with(&format!(
                "HTTP/1.1 {} {}\r\n",
                body["status"],
                body["title"].as_str().expect("a title")
            )));
        }
    }
}
