//! The body of a response on its way to a guest.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame};
use http_body_util::BodyExt as _;
use tokio::{sync::mpsc, time::timeout};
use wasmtime_wasi_http::{Error, WasiBody};

/// How long a guest may leave a part of a body unread: it keeps a connection.
const UNREAD: Duration = Duration::from_mins(1);

/// A part, or the end.
type Part = Result<Option<Frame<Bytes>>, Error>;

/// Hands `body` over part by part. Each has to come `within` a time and to be read soon; the body, and with it its connection, is
/// given up when one does not, when the guest drops it, and when `given_up` ends.
pub(super) fn relay<B>(body: B, within: Duration, given_up: impl Future<Output = ()> + Send + 'static) -> WasiBody
where
    B: Body<Data = Bytes, Error: Into<Error>> + Send + Unpin + 'static,
{
    if body.is_end_stream() {
        return body.map_err(Into::into).boxed_unsync();
    }
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        tokio::select! {
            () = pass(body, within, &sender) => {}
            () = sender.closed() => {}
            () = given_up => {}
        }
    });
    Relayed(receiver).boxed_unsync()
}

async fn pass<B>(mut body: B, within: Duration, guest: &mpsc::Sender<Part>)
where
    B: Body<Data = Bytes, Error: Into<Error>> + Unpin,
{
    loop {
        let part = match timeout(within, body.frame()).await {
            Ok(part) => part.transpose().map_err(Into::into),
            Err(_) => Err(Error::ConnectionReadTimeout),
        };
        let is_last = !matches!(part, Ok(Some(_)));
        let read = timeout(UNREAD, guest.send(part)).await;
        if is_last || !matches!(read, Ok(Ok(()))) {
            return;
        }
    }
}

/// What the guest reads.
struct Relayed(mpsc::Receiver<Part>);

impl Body for Relayed {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        self.0.poll_recv(cx).map(|part| part.unwrap_or(Err(Error::HttpResponseIncomplete)).transpose())
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use http_body_util::{Full, StreamBody};

    use super::*;

    type Parts = mpsc::UnboundedSender<Result<Frame<Bytes>, Error>>;

    fn upstream() -> (Parts, impl Body<Data = Bytes, Error = Error> + Send + Unpin + 'static) {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let parts = futures::stream::poll_fn(move |cx| receiver.poll_recv(cx));
        (sender, StreamBody::new(parts))
    }

    async fn read(body: &mut WasiBody) -> Result<Option<Bytes>, Error> {
        Ok(body.frame().await.transpose()?.and_then(|frame| frame.into_data().ok()))
    }

    #[tokio::test]
    async fn parts_pass_in_order_until_the_end() {
        let (parts, body) = upstream();
        let mut body = relay(body, Duration::from_secs(30), pending());
        for part in ["one", "two"] {
            parts.send(Ok(Frame::data(part.into()))).expect("somebody reads");
            assert_eq!(read(&mut body).await.expect("a part").expect("not the end"), part);
        }
        drop(parts);
        assert!(matches!(read(&mut body).await, Ok(None)));
        let whole = relay(Full::from("whole"), Duration::from_secs(30), pending());
        assert_eq!(whole.collect().await.expect("a body").to_bytes(), "whole");
    }

    #[tokio::test]
    async fn silence_and_a_break_are_errors() {
        let (parts, body) = upstream();
        let mut silent = relay(body, Duration::from_millis(20), pending());
        assert!(matches!(read(&mut silent).await, Err(Error::ConnectionReadTimeout)));
        assert!(parts.is_closed(), "the connection is kept");
        let (parts, body) = upstream();
        let mut broken = relay(body, Duration::from_secs(30), pending());
        parts.send(Err(Error::ConnectionTerminated)).expect("somebody reads");
        assert!(matches!(read(&mut broken).await, Err(Error::ConnectionTerminated)));
    }

    #[tokio::test]
    async fn a_body_that_nobody_wants_is_given_up() {
        let (parts, body) = upstream();
        drop(relay(body, Duration::from_secs(30), pending()));
        parts.closed().await;
        let (parts, body) = upstream();
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        let mut body = relay(body, Duration::from_secs(30), async move { drop(ended.await) });
        end.send(()).expect("it waits");
        parts.closed().await;
        assert!(matches!(read(&mut body).await, Err(Error::HttpResponseIncomplete)), "a part is not the whole");
    }
}
