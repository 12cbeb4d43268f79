//! A socket that counts what passes, for [`pace`](super::pace).

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::Instant,
};

use super::{connection::Connection, frames::Traffic, pace::Order};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Most bytes of the first line of a request; RFC 9112, section 3, asks for 8000 at least.
pub const LINE_SIZE: usize = 16 << 10;

/// The client's socket, as hyper sees it.
#[derive(Debug)]
pub struct Socket {
    stream: Option<TcpStream>,
    /// The client has closed its side.
    ended: bool,
    connection: Arc<Connection>,
    left: Left,
    /// Bytes of [`PREFACE`] that have been read; none when it has begun otherwise.
    preface: Option<usize>,
    line: Line,
    /// With HTTP/2.
    traffic: Option<Traffic>,
}

/// The first line of a head.
#[derive(Debug, Default)]
struct Line {
    /// Requests that had been made before it.
    begun: u64,
    bytes: usize,
    ended: bool,
}

impl Line {
    /// Counts what was read after `begun` requests; says whether the line is longer than it may be.
    fn is_too_long(&mut self, begun: u64, read: &[u8]) -> bool {
        if begun != self.begun {
            *self = Self { begun, ..Self::default() };
        }
        if self.ended {
            return false;
        }
        // Lines before the first may be empty (RFC 9112, section 2.2).
        let empty = if self.bytes == 0 { read.iter().take_while(|byte| b"\r\n".contains(byte)).count() } else { 0 };
        let rest = &read[empty..];
        let end = rest.iter().position(|byte| *byte == b'\n');
        self.ended = end.is_some();
        self.bytes += end.unwrap_or(rest.len());
        self.bytes > LINE_SIZE
    }
}

/// What becomes of the socket when hyper is done with it.
#[derive(Clone, Debug, Default)]
pub struct Left(Arc<Mutex<Option<Remains>>>);

/// A socket that hyper is done with.
#[derive(Debug)]
pub struct Remains {
    /// The socket.
    pub stream: TcpStream,
    /// Whether a frame of HTTP/2 may follow what was written.
    pub takes_frame: bool,
}

impl Left {
    /// The socket, unless the client has closed its side.
    pub fn take(&self) -> Option<Remains> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Socket {
    /// Counts what passes through `stream` for `connection`.
    pub fn new(stream: TcpStream, connection: Arc<Connection>) -> (Self, Left) {
        let left = Left::default();
        let socket = Self {
            stream: Some(stream),
            ended: false,
            connection,
            left: left.clone(),
            preface: Some(0),
            line: Line::default(),
            traffic: None,
        };
        (socket, left)
    }

    fn stream(&mut self) -> io::Result<Pin<&mut TcpStream>> {
        self.stream.as_mut().map(Pin::new).ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    /// Counts what was read; says whether hyper may have it.
    fn on_read(&mut self, bytes: &[u8]) -> bool {
        self.connection.on_read(bytes.len());
        let mut frames = bytes;
        if let Some(seen) = self.preface {
            let expected = &PREFACE[seen..PREFACE.len().min(seen + bytes.len())];
            self.preface = bytes.starts_with(expected).then_some(seen + expected.len());
            if self.preface == Some(PREFACE.len()) {
                self.connection.on_preface();
                self.preface = None;
                self.traffic = Some(Traffic::new(Instant::now()));
                frames = &bytes[expected.len()..];
            }
        }
        let order = if let Some(traffic) = &mut self.traffic {
            (!traffic.on_read(frames, Instant::now)).then_some(Order::Calm)
        } else {
            let begun = self.connection.expects_head();
            begun.is_some_and(|begun| self.line.is_too_long(begun, bytes)).then_some(Order::TargetTooLong)
        };
        if let Some(order) = order {
            self.connection.order(order);
        }
        order.is_none()
    }

    fn on_write(&mut self, parts: &[IoSlice<'_>], written: &Poll<io::Result<usize>>) {
        match written {
            Poll::Ready(Ok(bytes)) => {
                self.connection.on_written(*bytes);
                let Some(traffic) = &mut self.traffic else { return };
                let mut left = *bytes;
                for part in parts {
                    let part = &part[..left.min(part.len())];
                    traffic.on_written(part);
                    left -= part.len();
                }
            }
            Poll::Ready(Err(_)) => {}
            Poll::Pending => self.connection.on_blocked(),
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(self.stream()?.poll_read(cx, buffer))?;
        if buffer.filled().len() > before {
            if !self.on_read(&buffer.filled()[before..]) {
                buffer.set_filled(before);
                return Poll::Pending;
            }
        } else if buffer.remaining() > 0 {
            // hyper takes the end of what a client sends for the end of the client, who may still wait for its response.
            if self.connection.on_end() {
                return Poll::Pending;
            }
            self.ended = true;
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = self.stream()?.poll_write(cx, bytes);
        self.on_write(&[IoSlice::new(bytes)], &written);
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = self.stream()?.poll_write_vectored(cx, parts);
        self.on_write(parts, &written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // A socket keeps nothing back.
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_shutdown(cx)
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if !self.ended {
            let takes_frame = self.traffic.as_ref().is_some_and(Traffic::is_between_frames);
            *self.left.0.lock().unwrap_or_else(PoisonError::into_inner) =
                self.stream.take().map(|stream| Remains { stream, takes_frame });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_of_every_head_is_bounded() {
        let mut line = Line::default();
        let long = vec![b'a'; LINE_SIZE];
        assert!(!line.is_too_long(0, b"\r\n\r\n"), "empty lines");
        assert!(!line.is_too_long(0, &long));
        assert!(line.is_too_long(0, b"a"));
        assert!(!line.is_too_long(1, b"GET / HTTP/1.1\r\n"), "the next request");
        assert!(!line.is_too_long(1, &long), "its fields are longer");
        assert!(!line.is_too_long(2, &long));
        assert!(!line.is_too_long(2, b"\n"));
        assert!(line.is_too_long(3, &[&long[..], b"a\n"].concat()), "its end comes with it");
    }
}
