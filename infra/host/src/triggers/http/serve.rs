//! Serves one connection from its first byte to its end.

use std::{
    convert::Infallible,
    error::Error as StdError,
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::Poll,
};

use http::Request;
use hyper::{
    body::{Body as _, Incoming},
    service::service_fn,
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::net::TcpStream;

use super::{
    App,
    connection::Connection,
    frames,
    linger::{self, Refusal},
    pace::{HEAD_SIZE, Order},
    socket::{Remains, Socket},
};
use crate::config::options::Limits;

/// Requests that may be in progress on one connection of HTTP/2: the least that RFC 9113, section 6.5.2, recommends.
const STREAMS: u32 = 100;
/// Bytes of a request's body that may come on one stream of HTTP/2 before they are read.
const STREAM_WINDOW: u32 = 64 << 10;
/// The same for all streams of a connection.
const CONNECTION_WINDOW: u32 = 256 << 10;
/// Bytes of a response that one stream of HTTP/2 may keep for the client.
const SEND_BUFFER: usize = 64 << 10;

/// Runs the streams of one connection of HTTP/2; one whose response the client does not take is dropped, which resets it.
#[derive(Clone, Debug)]
struct Streams(Arc<Connection>);

impl<F: Future<Output = ()> + Send + 'static> hyper::rt::Executor<F> for Streams {
    fn execute(&self, stream: F) {
        let flow = self.0.take_opened();
        tokio::spawn(async move {
            let mut stream = pin!(stream);
            poll_fn(|cx| match &flow {
                Some(flow) if flow.is_over(cx.waker()) => Poll::Ready(()),
                _ => stream.as_mut().poll(cx),
            })
            .await;
        });
    }
}

fn builder(connection: &Arc<Connection>, limits: &Limits) -> auto::Builder<Streams> {
    let mut builder = auto::Builder::new(Streams(Arc::clone(connection)));
    // The watch sees to the time that a head takes: hyper would set a timer for every request.
    builder.http1().header_read_timeout(None).max_buf_size(HEAD_SIZE);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(HEAD_SIZE).unwrap_or(u32::MAX))
        .max_concurrent_streams(STREAMS)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buf_size(SEND_BUFFER)
        .keep_alive_interval(limits.stall)
        .keep_alive_timeout(limits.stall);
    builder
}

/// Serves `connection` on the runtime of the calling thread until it ends.
pub async fn serve(connection: Arc<Connection>, stream: std::net::TcpStream, app: Arc<App>, limits: Limits) {
    if let Err(error) = run(&connection, stream, app, limits).await {
        tracing::debug!("connection of {}: {error}", connection.peer());
    }
    // Now: a component may hold the connection for longer, with what is left of a body.
    connection.leave();
}

async fn run(
    connection: &Arc<Connection>,
    stream: std::net::TcpStream,
    app: Arc<App>,
    limits: Limits,
) -> Result<(), Box<dyn StdError + Send + Sync>> {
    // Without it a response in two parts waits for the client's delayed acknowledgement.
    stream.set_nodelay(true)?;
    let (socket, left) = Socket::new(TcpStream::from_std(stream)?, Arc::clone(connection));
    let asked = Arc::clone(connection);
    let service = service_fn(move |request: Request<Incoming>| {
        let (app, exchange) = (Arc::clone(&app), asked.begin(!request.body().is_end_stream()));
        async move { Ok::<_, Infallible>(app.respond(request, exchange).await) }
    });
    let served = {
        let builder = builder(connection, &limits);
        let mut serving = pin!(builder.serve_connection(TokioIo::new(socket), service));
        let mut draining = false;
        poll_fn(|cx| {
            match connection.ordered_or_wake(cx.waker()) {
                Order::Serve => {}
                Order::Drain if draining => {}
                Order::Drain => {
                    draining = true;
                    serving.as_mut().graceful_shutdown();
                }
                _ => return Poll::Ready(None),
            }
            serving.as_mut().poll(cx).map(Some)
        })
        .await
    };
    // What is left of it after hyper; nothing when the client has closed it.
    let Some(Remains { stream, takes_frame }) = left.take() else { return served.unwrap_or(Ok(())) };
    let counts = connection.counts();
    match connection.ordered() {
        Order::HeadTimeout if counts.read > 0 && !counts.http2 => {
            linger::refuse(stream, Refusal::HeadTimeout).await;
        }
        Order::TargetTooLong => linger::refuse(stream, Refusal::TargetTooLong).await,
        Order::Calm if takes_frame => linger::calm(stream).await,
        Order::Calm | Order::Abort => stream.set_zero_linger()?,
        // Its place is another's already, so that nothing is waited for.
        Order::Leave if takes_frame => {
            let _said = stream.try_write(&frames::LEAVE);
        }
        Order::Leave => {}
        // It may still be sending what nobody wants, and has to see why.
        order if counts.written > 0 && !counts.half_closed => {
            // Until something else is ordered, such as to make room for another client.
            let overruled = poll_fn(|cx| {
                let overruled = connection.ordered_or_wake(cx.waker()) > order.max(Order::Drain);
                if overruled { Poll::Ready(()) } else { Poll::Pending }
            });
            tokio::select! {
                () = linger::read_on(stream) => {}
                () = overruled => {}
            }
        }
        _ => {}
    }
    served.unwrap_or(Ok(()))
}
