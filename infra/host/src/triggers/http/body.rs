//! Bodies that are there, wholly or in part.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    task::{Context, Poll},
};

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt as _, Empty, Full};
use wasmtime_wasi_http::{Error, WasiBody};

/// Bytes of a body that are read ahead at most: those of a request before its component is called, and those of a response before its
/// head is sent.
pub const AHEAD: usize = 64 << 10;

/// An empty body.
pub fn empty() -> WasiBody {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

/// A body that is there.
pub fn full(bytes: Bytes) -> WasiBody {
    Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
}

/// How far a body was read.
#[derive(Debug)]
pub enum End {
    /// It is complete.
    Closed,
    /// There is more to come.
    Open,
    /// This comes next: trailers, or an error.
    Frame(Result<Frame<Bytes>, Error>),
}

/// What `reading` returns, or [`End::Open`] when it waits for more than everything else on the thread, which runs up to `turns` times.
///
/// No timer: tokio tells the thread's reactor of one that is due sooner than all others by a system call, and the reactor then does not
/// sleep.
pub async fn soon(reading: impl Future<Output = End>, mut turns: u32) -> End {
    let mut reading = pin!(reading);
    poll_fn(|context| match reading.as_mut().poll(context) {
        Poll::Ready(end) => Poll::Ready(end),
        Poll::Pending if turns == 0 => Poll::Ready(End::Open),
        Poll::Pending => {
            turns -= 1;
            context.waker().wake_by_ref();
            Poll::Pending
        }
    })
    .await
}

/// Reads a body ahead.
#[derive(Debug, Default)]
pub struct Gathered {
    first: Bytes,
    more: BytesMut,
}

impl Gathered {
    /// Reads on until the end, or until there are [`AHEAD`] bytes. What has been read stays when the future is dropped.
    pub async fn read(&mut self, body: &mut (impl Body<Data = Bytes, Error = Error> + Unpin)) -> End {
        loop {
            if body.is_end_stream() {
                return End::Closed;
            }
            if self.first.len() + self.more.len() >= AHEAD {
                return End::Open;
            }
            match body.frame().await {
                None => return End::Closed,
                Some(Err(error)) => return End::Frame(Err(error)),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.push(data),
                    Err(trailers) => return End::Frame(Ok(trailers)),
                },
            }
        }
    }

    /// One chunk, which is the rule, is not copied.
    fn push(&mut self, data: Bytes) {
        if self.first.is_empty() {
            self.first = data;
        } else {
            self.more.extend_from_slice(&data);
        }
    }

    /// What was read.
    pub fn take(&mut self) -> Bytes {
        let first = std::mem::take(&mut self.first);
        if self.more.is_empty() {
            return first;
        }
        let mut all = BytesMut::with_capacity(first.len() + self.more.len());
        all.extend_from_slice(&first);
        all.extend_from_slice(&self.more);
        self.more.clear();
        all.freeze()
    }
}

/// What was read ahead of a body, and then the rest.
pub struct Ahead {
    data: Bytes,
    frame: Option<Result<Frame<Bytes>, Error>>,
    rest: Option<WasiBody>,
}

impl Ahead {
    /// A body that is there.
    pub fn whole(data: Bytes) -> Self {
        Self { data, frame: None, rest: None }
    }

    /// `data` and then `rest`.
    pub fn part(data: Bytes, rest: WasiBody) -> Self {
        Self { data, frame: None, rest: Some(rest) }
    }

    /// `data` and then `frame`, which ends the body: trailers or an error.
    pub fn last(data: Bytes, frame: Result<Frame<Bytes>, Error>) -> Self {
        Self { data, frame: Some(frame), rest: None }
    }

    /// Whether all of it is there.
    pub fn is_whole(&self) -> bool {
        self.rest.is_none()
    }

    /// Bytes that are there.
    pub fn ready(&self) -> usize {
        self.data.len()
    }

    /// The next frame, of which `most` bytes at most are taken; `most` is asked when the bytes are there.
    pub fn poll_piece(
        &mut self,
        cx: &mut Context<'_>,
        most: impl FnOnce(usize) -> usize,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        while self.data.is_empty() {
            if let Some(frame) = self.frame.take() {
                return Poll::Ready(Some(frame));
            }
            let Some(rest) = &mut self.rest else { return Poll::Ready(None) };
            match std::task::ready!(Pin::new(rest).poll_frame(cx)) {
                None => self.rest = None,
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.data = data,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
            }
        }
        let most = most(self.data.len()).clamp(1, self.data.len());
        Poll::Ready(Some(Ok(Frame::data(self.data.split_to(most)))))
    }
}

impl Body for Ahead {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        self.poll_piece(cx, |length| length)
    }

    fn is_end_stream(&self) -> bool {
        self.data.is_empty() && self.frame.is_none() && self.rest.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let data = self.data.len() as u64;
        match (&self.rest, &self.frame) {
            (Some(rest), _) => {
                rest.size_hint().exact().map_or_else(SizeHint::default, |rest| SizeHint::with_exact(data + rest))
            }
            // After an error the length that was meant is not known.
            (None, Some(Err(_))) => SizeHint::default(),
            (None, _) => SizeHint::with_exact(data),
        }
    }
}

impl std::fmt::Debug for Ahead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ahead").field("data", &self.data.len()).field("whole", &self.is_whole()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use futures::stream;
    use http_body_util::StreamBody;

    use super::*;

    #[tokio::test]
    async fn what_was_read_ahead_comes_first_and_nothing_is_lost() {
        let frames = [Ok(Frame::data(Bytes::from_static(b"cd"))), Err(Error::HttpProtocolError)];
        let mut body = Ahead::part(Bytes::from_static(b"ab"), StreamBody::new(stream::iter(frames)).boxed_unsync());
        for expected in ["ab", "cd"] {
            let frame = body.frame().await.expect("a frame").expect("no error");
            assert_eq!(frame.into_data().expect("data"), expected);
        }
        assert!(body.frame().await.expect("a frame").is_err());
    }

    #[tokio::test]
    async fn pieces_are_as_small_as_asked() {
        let mut body = Ahead::whole(Bytes::from_static(b"abcde"));
        let mut pieces = Vec::new();
        while let Some(piece) = poll_fn(|cx| body.poll_piece(cx, |_| 2)).await {
            assert_eq!(body.size_hint().exact(), Some(body.ready() as u64));
            pieces.push(piece.expect("no error").into_data().expect("data"));
        }
        assert_eq!(pieces, ["ab", "cd", "e"]);
        assert!(body.is_end_stream());
    }

    #[test]
    fn a_body_that_broke_promises_no_length() {
        let broken = Ahead::last(Bytes::from_static(b"a"), Err(Error::HttpProtocolError));
        assert_eq!(broken.size_hint().exact(), None);
        assert!(!broken.is_end_stream());
    }
}
