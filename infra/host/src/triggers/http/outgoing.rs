//! The body of a response on its way to the client.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::Instant;
use wasmtime_wasi_http::{Error, WasiBody};

use super::{
    body::{self, AHEAD, Ahead, End, Gathered},
    connection::Exchange,
    slots::Slot,
};

/// How often everything else on the thread may run before the head leaves without it. A guest whose body is there needs one to three.
const TURNS: u32 = 8;
/// Bytes that HTTP/2 is given at a time. It takes any number once the client's window is open by one byte, and keeps what does not go
/// out.
const PIECE: usize = 16 << 10;
/// The last piece has so few bytes: they are all that HTTP/2 keeps of a response that is done with, and that nothing watches any
/// more.
const LAST_PIECE: usize = 1 << 10;

/// The body of a response to a client.
#[derive(Debug)]
pub struct Outgoing {
    body: Ahead,
    /// Counts it among the streams.
    stream: Option<Slot>,
    /// The request is in progress as long as this lives.
    exchange: Option<Exchange>,
    watched: bool,
}

impl Outgoing {
    /// A body that is there, which leaves in one write with the head.
    pub fn whole(bytes: Bytes) -> Self {
        Ahead::whole(bytes).into()
    }

    /// Whether a component still writes it.
    pub fn is_stream(&self) -> bool {
        !self.body.is_whole()
    }

    /// It is a stream as long as it lives.
    pub fn count(&mut self, permit: Slot) {
        self.stream = Some(permit);
    }

    /// It answers `exchange`.
    pub fn answer(&mut self, mut exchange: Exchange) {
        exchange.answer();
        self.exchange = Some(exchange);
    }
}

impl From<Ahead> for Outgoing {
    fn from(body: Ahead) -> Self {
        Self { body, stream: None, exchange: None, watched: false }
    }
}

/// Waits a little for a small body, so that it leaves together with the head.
///
/// A guest hands over the head before it writes the body, so that the two would otherwise be two packets. A stream of
/// events is never held back.
pub async fn gather(head: &http::response::Parts, mut body: WasiBody) -> Outgoing {
    let streams = head
        .headers
        .get(http::header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
    let large = body.size_hint().exact().is_some_and(|length| length > AHEAD as u64);
    if streams || large {
        return Ahead::part(Bytes::new(), body).into();
    }
    let mut gathered = Gathered::default();
    let end = body::soon(gathered.read(&mut body), TURNS).await;
    match end {
        End::Closed => Ahead::whole(gathered.take()),
        End::Open => Ahead::part(gathered.take(), body),
        End::Frame(frame) => Ahead::last(gathered.take(), frame),
    }
    .into()
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = self.get_mut();
        // A connection of HTTP/1.1 shows by itself whether the client takes what is written.
        let Some((exchange, flow)) =
            this.exchange.as_ref().and_then(|exchange| Some((exchange, exchange.flow.as_ref()?)))
        else {
            return Pin::new(&mut this.body).poll_frame(cx);
        };
        if !this.watched && (!this.body.is_whole() || this.body.ready() > LAST_PIECE) {
            this.watched = true;
            exchange.connection.flows.watch(flow, Instant::now());
        }
        let frame = this.body.poll_piece(cx, piece);
        match &frame {
            // The next piece is asked for when the client has made room for this one.
            Poll::Ready(Some(Ok(frame))) => {
                flow.moved(frame.data_ref().map_or(0, Bytes::len));
                flow.waits(true);
            }
            Poll::Ready(_) | Poll::Pending => flow.waits(false),
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// How much of `length` bytes to hand out next.
fn piece(length: usize) -> usize {
    if length <= LAST_PIECE { length } else { PIECE.min(length - LAST_PIECE) }
}

#[cfg(test)]
mod tests {
    use futures::stream;
    use http_body_util::{BodyExt, StreamBody};

    use super::*;

    fn chunks(chunks: &[&'static str]) -> WasiBody {
        let frames: Vec<_> = chunks.iter().map(|chunk| Ok(Frame::data(Bytes::from_static(chunk.as_bytes())))).collect();
        BodyExt::boxed_unsync(StreamBody::new(stream::iter(frames)))
    }

    fn head(content_type: &'static str) -> http::response::Parts {
        http::Response::builder().header("content-type", content_type).body(()).expect("a response").into_parts().0
    }

    #[tokio::test]
    async fn a_small_body_is_whole() {
        let body = gather(&head("text/plain"), chunks(&["a", "b"])).await;
        assert!(!body.is_stream());
        assert_eq!(body.collect().await.expect("no error").to_bytes(), "ab");
    }

    #[tokio::test]
    async fn events_are_never_held_back() {
        let body = gather(&head("text/event-stream"), chunks(&["a"])).await;
        assert!(body.is_stream());
        assert_eq!(body.body.ready(), 0);
    }

    #[tokio::test]
    async fn a_slow_body_is_not_waited_for() {
        let never = stream::pending::<Result<Frame<Bytes>, Error>>();
        let first = stream::iter([Ok(Frame::data(Bytes::from_static(b"a")))]);
        let slow = BodyExt::boxed_unsync(StreamBody::new(futures::StreamExt::chain(first, never)));
        let mut body = gather(&head("text/plain"), slow).await;
        assert!(body.is_stream());
        let frame = body.frame().await.expect("a frame").expect("no error");
        assert_eq!(frame.into_data().expect("data"), "a", "what was read is not lost");
    }

    #[tokio::test]
    async fn a_body_that_breaks_stays_broken() {
        let broken = stream::iter([Ok(Frame::data(Bytes::from_static(b"a"))), Err(Error::HttpProtocolError)]);
        let body = gather(&head("text/plain"), BodyExt::boxed_unsync(StreamBody::new(broken))).await;
        assert!(body.collect().await.is_err());
    }

    #[test]
    fn pieces_end_with_a_small_one() {
        let pieces = |mut length: usize| {
            let mut pieces = Vec::new();
            while length > 0 {
                pieces.push(piece(length));
                length -= pieces[pieces.len() - 1];
            }
            pieces
        };
        assert_eq!(pieces(1000), [1000]);
        assert_eq!(pieces(1025), [1, 1024]);
        assert_eq!(pieces(40 << 10), [16 << 10, 16 << 10, 7 << 10, 1 << 10]);
    }
}
