//! The body of a request on its way to a component.
//!
//! A component is not bothered with a client that is slow: the host reads a small body whole before it calls the component, and of
//! others as much as is there already. What a component has to wait for counts as an upload, of which there are few at a time.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{
            AtomicU8,
            Ordering::{Acquire, Release},
        },
    },
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use tokio::time::Instant;
use wasmtime_wasi_http::{Error, WasiBody};

use super::{
    body::{self, AHEAD, Ahead, End, Gathered},
    connection::{Connection, Receiving},
    pace::Flow,
    slots::Slot,
};

/// How often everything else on the thread may run before a body counts as one that is still coming: hyper hands over one part at a time.
const TURNS: u32 = 4;

/// Why a body was not received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is longer than it may be.
    TooLarge,
    /// It came too slowly.
    Slow,
    /// It is malformed, or the client has gone.
    Broken,
}

/// What was received of a body.
#[derive(Debug)]
pub enum Received {
    /// All of it.
    Whole(WasiBody),
    /// Its beginning.
    Part(Upload),
}

/// A body that a component has to wait for.
#[derive(Debug)]
pub struct Upload {
    begun: Bytes,
    rest: Arriving<hyper::body::Incoming>,
}

/// What became of an upload; whatever a component makes of one that failed is no answer to the request.
#[derive(Clone, Debug, Default)]
pub struct Fate(Option<Arc<AtomicU8>>);

impl Fate {
    const FAULTS: [Fault; 2] = [Fault::TooLarge, Fault::Slow];

    /// What went wrong.
    pub fn fault(&self) -> Option<Fault> {
        let fault = self.0.as_ref()?.load(Acquire);
        Self::FAULTS.get(usize::from(fault).checked_sub(1)?).copied()
    }

    fn is(&self, fault: Fault) {
        if let (Some(fate), Some(index)) = (&self.0, Self::FAULTS.iter().position(|known| *known == fault)) {
            fate.store(u8::try_from(index + 1).unwrap_or(0), Release);
        }
    }
}

impl Upload {
    /// The body for the component. `permit` counts it among the uploads until it has come.
    pub fn into_body(mut self, permit: Slot) -> (WasiBody, Fate) {
        let fate = Fate(Some(Arc::default()));
        self.rest.fate = fate.clone();
        self.rest.upload = Some(permit);
        (Ahead::part(self.begun, self.rest.boxed_unsync()).boxed_unsync(), fate)
    }
}

/// Receives `body`, which announces its length as `announced` and may have `limit` bytes.
///
/// One that announces [`AHEAD`] bytes or fewer is waited for. Others are not: whoever sends without a length may want an answer to the
/// first part before the second.
pub async fn receive(
    body: hyper::body::Incoming,
    announced: Option<u64>,
    limit: u64,
    connection: &Arc<Connection>,
) -> Result<Received, Fault> {
    if body.is_end_stream() {
        return Ok(Received::Whole(body::empty()));
    }
    let mut body = Arriving::new(body, limit, connection);
    let mut gathered = Gathered::default();
    let end = if announced.is_some_and(|length| length <= AHEAD as u64) {
        gathered.read(&mut body).await
    } else {
        body::soon(gathered.read(&mut body), TURNS).await
    };
    Ok(match end {
        End::Closed => Received::Whole(body::full(gathered.take())),
        End::Frame(Ok(trailers)) => Received::Whole(Ahead::last(gathered.take(), Ok(trailers)).boxed_unsync()),
        End::Frame(Err(error)) => return Err(Fault::of(&error)),
        End::Open => Received::Part(Upload { begun: gathered.take(), rest: body }),
    })
}

impl Fault {
    fn of(error: &Error) -> Self {
        match error {
            Error::HttpRequestBodySize(_) => Self::TooLarge,
            Error::ConnectionReadTimeout => Self::Slow,
            _ => Self::Broken,
        }
    }
}

/// A body as it comes: bounded, and watched while it is waited for.
#[derive(Debug)]
struct Arriving<B> {
    /// None from its end on, or from the fault on: hyper reads no more of a body that nobody holds.
    coming: Option<(B, Receiving)>,
    left: u64,
    limit: u64,
    flow: Option<Arc<Flow>>,
    fate: Fate,
    upload: Option<Slot>,
}

impl<B> Arriving<B> {
    fn new(body: B, limit: u64, connection: &Arc<Connection>) -> Self {
        Self {
            coming: Some((body, Receiving::new(connection))),
            left: limit,
            limit,
            flow: None,
            fate: Fate::default(),
            upload: None,
        }
    }

    fn fail(&mut self, fault: Fault, error: Error) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        self.fate.is(fault);
        (self.coming, self.upload) = (None, None);
        Poll::Ready(Some(Err(error)))
    }

    fn finish(&mut self) {
        if let Some((_, receiving)) = self.coming.take() {
            receiving.finish();
        }
        self.upload = None;
    }
}

impl<B: Body<Data = Bytes, Error = hyper::Error> + Unpin> Body for Arriving<B> {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let Self { coming, flow, .. } = &mut *self;
        let Some((body, receiving)) = coming else { return Poll::Ready(None) };
        let frame = match Pin::new(&mut *body).poll_frame(cx) {
            Poll::Ready(frame) => frame,
            Poll::Pending => {
                let flow = flow.get_or_insert_with(|| {
                    let flow = Arc::default();
                    receiving.connection().flows.watch(&flow, Instant::now());
                    flow
                });
                flow.waits(true);
                if flow.is_over(cx.waker()) {
                    return self.fail(Fault::Slow, Error::ConnectionReadTimeout);
                }
                return Poll::Pending;
            }
        };
        let length = match &frame {
            Some(Ok(frame)) => frame.data_ref().map_or(0, Bytes::len),
            Some(Err(_)) => 0,
            None => {
                self.finish();
                return Poll::Ready(None);
            }
        };
        let is_last = body.is_end_stream();
        if let Some(flow) = flow {
            flow.waits(false);
            flow.moved(length);
        }
        let Some(left) = self.left.checked_sub(length as u64) else {
            let limit = self.limit;
            return self.fail(Fault::TooLarge, Error::HttpRequestBodySize(Some(limit)));
        };
        self.left = left;
        if is_last {
            self.finish();
        }
        Poll::Ready(frame.map(|frame| frame.map_err(Error::Hyper)))
    }

    fn is_end_stream(&self) -> bool {
        self.coming.as_ref().is_none_or(|(body, _)| body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        self.coming.as_ref().map_or_else(|| SizeHint::with_exact(0), |(body, _)| body.size_hint())
    }
}
