//! Bodies on their way in (capped) and out (gathered into one write).

use std::{
    future::poll_fn,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::{Context, Poll},
};

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt as _, Empty, Full};
use tokio::sync::OwnedSemaphorePermit;
use wasmtime_wasi_http::{Error, WasiBody};

/// A response body up to this size is sent together with its head.
const GATHER: usize = 64 << 10;
/// How often everything else on the thread may run before the head leaves without it. A guest whose body is there needs one to three.
const TURNS: u32 = 8;

/// An empty body.
pub fn empty() -> WasiBody {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

/// A body that is there.
pub fn full(bytes: Bytes) -> WasiBody {
    Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
}

/// Says that the body of a request was cut because it exceeded the limit.
#[derive(Clone, Debug, Default)]
pub struct Exceeded(Option<Arc<AtomicBool>>);

impl Exceeded {
    /// Whether it was.
    pub fn get(&self) -> bool {
        self.0.as_ref().is_some_and(|flag| flag.load(Relaxed))
    }
}

/// Passes a body through, up to a number of bytes.
struct Capped<B> {
    body: B,
    left: u64,
    limit: u64,
    exceeded: Arc<AtomicBool>,
}

/// `body`, which ends in an error after `limit` bytes. The second value tells whether that happened.
///
/// A body that announces its length cannot be longer than that, so only the others are counted.
pub fn cap<B>(body: B, limit: u64) -> (WasiBody, Exceeded)
where
    B: Body<Data = Bytes, Error = hyper::Error> + Send + Unpin + 'static,
{
    if body.is_end_stream() {
        return (empty(), Exceeded(None));
    }
    if body.size_hint().exact().is_some_and(|length| length <= limit) {
        return (body.map_err(Error::Hyper).boxed_unsync(), Exceeded(None));
    }
    let exceeded = Arc::new(AtomicBool::new(false));
    let capped = Capped { body: body.map_err(Error::Hyper), left: limit, limit, exceeded: Arc::clone(&exceeded) };
    (capped.boxed_unsync(), Exceeded(Some(exceeded)))
}

impl<B: Body<Data = Bytes, Error = Error> + Unpin> Body for Capped<B> {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let frame = std::task::ready!(Pin::new(&mut self.body).poll_frame(cx));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            let Some(left) = self.left.checked_sub(data.len() as u64) else {
                self.exceeded.store(true, Relaxed);
                return Poll::Ready(Some(Err(Error::HttpRequestBodySize(Some(self.limit)))));
            };
            self.left = left;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of a response to a client.
#[derive(Debug)]
pub enum Outgoing {
    /// All of it, which leaves in one write with the head.
    Whole(Full<Bytes>),
    /// What there is already, and the rest as it comes.
    Stream {
        /// Frames that have been read.
        first: Option<Bytes>,
        /// The rest.
        rest: WasiBody,
        /// Counts the request as in progress until the body ends.
        permit: Option<OwnedSemaphorePermit>,
    },
}

impl Outgoing {
    /// A body that is there.
    pub fn whole(bytes: Bytes) -> Self {
        Self::Whole(Full::new(bytes))
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
    let large = body.size_hint().exact().is_some_and(|length| length > GATHER as u64);
    if streams || large {
        return Outgoing::Stream { first: None, rest: body, permit: None };
    }
    let mut gathered = Gathered { first: Bytes::new(), more: BytesMut::new() };
    let end = {
        let mut reading = std::pin::pin!(gathered.read(&mut body));
        let mut turns = TURNS;
        // No timer: tokio tells the thread's reactor of one that is due sooner than all others by a system call, and the reactor then
        // does not sleep.
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
    };
    match end {
        End::Closed => Outgoing::Whole(Full::new(gathered.take())),
        End::Open => Outgoing::Stream { first: Some(gathered.take()), rest: body, permit: None },
        End::Frame(frame) => Outgoing::Stream {
            first: Some(gathered.take()),
            rest: WithFrame { frame: Some(frame), body }.boxed_unsync(),
            permit: None,
        },
    }
}

enum End {
    /// The body is complete.
    Closed,
    /// There is more to come.
    Open,
    /// This comes next: trailers, or an error that must reach the client as a broken body.
    Frame(Result<Frame<Bytes>, Error>),
}

struct Gathered {
    first: Bytes,
    more: BytesMut,
}

impl Gathered {
    async fn read(&mut self, body: &mut WasiBody) -> End {
        loop {
            match body.frame().await {
                None => return End::Closed,
                Some(Err(error)) => return End::Frame(Err(error)),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.push(data),
                    Err(trailers) => return End::Frame(Ok(trailers)),
                },
            }
            if self.first.len() + self.more.len() >= GATHER {
                return End::Open;
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

    fn take(&mut self) -> Bytes {
        let first = std::mem::take(&mut self.first);
        if self.more.is_empty() {
            return first;
        }
        let mut all = BytesMut::with_capacity(first.len() + self.more.len());
        all.extend_from_slice(&first);
        all.extend_from_slice(&self.more);
        all.freeze()
    }
}

/// A frame that was read ahead, then the rest.
struct WithFrame {
    frame: Option<Result<Frame<Bytes>, Error>>,
    body: WasiBody,
}

impl Body for WithFrame {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        match self.frame.take() {
            Some(frame) => Poll::Ready(Some(frame)),
            None => Pin::new(&mut self.body).poll_frame(cx),
        }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        match self.get_mut() {
            Self::Whole(body) => Pin::new(body).poll_frame(cx).map_err(|never| match never {}),
            Self::Stream { first, rest, .. } => match first.take().filter(|data| !data.is_empty()) {
                Some(data) => Poll::Ready(Some(Ok(Frame::data(data)))),
                None => Pin::new(rest).poll_frame(cx),
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(body) => body.is_end_stream(),
            Self::Stream { first, rest, .. } => first.as_ref().is_none_or(Bytes::is_empty) && rest.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(body) => body.size_hint(),
            Self::Stream { first, rest, .. } => {
                let first = first.as_ref().map_or(0, Bytes::len) as u64;
                rest.size_hint().exact().map_or_else(SizeHint::default, |rest| SizeHint::with_exact(first + rest))
            }
        }
    }
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
        assert!(matches!(body, Outgoing::Whole(_)));
        assert_eq!(body.collect().await.expect("no error").to_bytes(), "ab");
    }

    #[tokio::test]
    async fn events_are_never_held_back() {
        let body = gather(&head("text/event-stream"), chunks(&["a"])).await;
        assert!(matches!(body, Outgoing::Stream { first: None, .. }));
    }

    #[tokio::test]
    async fn a_slow_body_is_not_waited_for() {
        let never = stream::pending::<Result<Frame<Bytes>, Error>>();
        let first = stream::iter([Ok(Frame::data(Bytes::from_static(b"a")))]);
        let slow = BodyExt::boxed_unsync(StreamBody::new(futures::StreamExt::chain(first, never)));
        let mut body = gather(&head("text/plain"), slow).await;
        assert!(matches!(body, Outgoing::Stream { .. }));
        let frame = body.frame().await.expect("a frame").expect("no error");
        assert_eq!(frame.into_data().expect("data"), "a", "what was read is not lost");
    }

    #[tokio::test]
    async fn a_body_that_breaks_stays_broken() {
        let broken = stream::iter([Ok(Frame::data(Bytes::from_static(b"a"))), Err(Error::HttpProtocolError)]);
        let body = gather(&head("text/plain"), BodyExt::boxed_unsync(StreamBody::new(broken))).await;
        assert!(body.collect().await.is_err());
    }

    #[tokio::test]
    async fn more_than_the_limit_is_cut() {
        let exceeded = Arc::new(AtomicBool::new(false));
        let capped = Capped { body: chunks(&["ab", "c"]), left: 2, limit: 2, exceeded: Arc::clone(&exceeded) };
        assert!(matches!(capped.collect().await, Err(Error::HttpRequestBodySize(Some(2)))));
        assert!(exceeded.load(Relaxed));
    }
}
