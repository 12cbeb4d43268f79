//! Standard output and error of guests: one log event per line.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::{
    async_trait,
    cli::{IsTerminal, StdoutStream},
    p2::{OutputStream, Pollable, StreamResult},
};

/// A line longer than this is logged in pieces.
const LINE: usize = 8 << 10;
/// What a guest may hand over in one call.
const CHUNK: usize = 64 << 10;

/// Which of the two streams a line came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// One of the output streams of an instance. Clones write to the same one.
#[derive(Clone)]
pub struct Lines(Arc<Shared>);

struct Shared {
    component: Arc<str>,
    stream: Stream,
    unfinished: Mutex<Vec<u8>>,
}

impl Lines {
    /// The stream of a new instance of `component`.
    pub fn new(component: Arc<str>, stream: Stream) -> Self {
        Self(Arc::new(Shared { component, stream, unfinished: Mutex::default() }))
    }

    fn push(&self, bytes: &[u8]) {
        let mut unfinished = self.0.unfinished.lock().unwrap_or_else(PoisonError::into_inner);
        split(&mut unfinished, bytes, |line| self.0.log(line));
    }
}

impl Shared {
    fn log(&self, line: &[u8]) {
        let component = &*self.component;
        let line = String::from_utf8_lossy(line);
        match self.stream {
            Stream::Stdout => tracing::info!(target: "kronos::component", component, stream = "stdout", "{line}"),
            Stream::Stderr => tracing::info!(target: "kronos::component", component, stream = "stderr", "{line}"),
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let rest = std::mem::take(self.unfinished.get_mut().unwrap_or_else(PoisonError::into_inner));
        if !rest.is_empty() {
            self.log(&rest);
        }
    }
}

/// Appends `bytes` to the `unfinished` line and hands every finished one over.
fn split(unfinished: &mut Vec<u8>, bytes: &[u8], mut finished: impl FnMut(&[u8])) {
    for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
        for piece in piece.chunks(LINE) {
            let (line, ends) = match piece.strip_suffix(b"\n") {
                Some(line) => (line.strip_suffix(b"\r").unwrap_or(line), true),
                None => (piece, false),
            };
            if ends && unfinished.is_empty() {
                finished(line);
                continue;
            }
            unfinished.extend_from_slice(line);
            if ends || unfinished.len() >= LINE {
                finished(unfinished);
                unfinished.clear();
            }
        }
    }
}

impl IsTerminal for Lines {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Lines {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    // The default spawns a task per stream.
    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

impl AsyncWrite for Lines {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.push(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[async_trait]
impl Pollable for Lines {
    async fn ready(&mut self) {}
}

#[async_trait]
impl OutputStream for Lines {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.push(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(CHUNK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(writes: &[&str]) -> (Vec<String>, String) {
        let (mut unfinished, mut lines) = (Vec::new(), Vec::new());
        for write in writes {
            split(&mut unfinished, write.as_bytes(), |line| lines.push(String::from_utf8_lossy(line).into_owned()));
        }
        (lines, String::from_utf8_lossy(&unfinished).into_owned())
    }

    #[test]
    fn a_line_is_one_event_however_it_was_written() {
        assert_eq!(lines(&["a\nb", "c\n", "d"]), (vec!["a".into(), "bc".into()], "d".into()));
        assert_eq!(lines(&["a\r\n\n"]), (vec!["a".into(), String::new()], String::new()));
    }

    #[test]
    fn a_line_without_end_is_bounded() {
        let (logged, rest) = lines(&["x".repeat(LINE * 2 + 1).as_str()]);
        assert_eq!((logged.len(), rest.len()), (2, 1));
    }
}
