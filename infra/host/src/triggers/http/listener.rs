//! The listener: accepts connections, serves HTTP/1.1 and HTTP/2, and drains at the end.

use std::{convert::Infallible, io, net::SocketAddr, sync::Arc, time::Duration};

use hyper::service::service_fn;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{
        conn::auto,
        graceful::{GracefulShutdown, Watcher},
    },
};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};

use super::{App, head};
use crate::workers::Workers;

/// Connections that wait to be accepted.
const BACKLOG: i32 = 4096;
/// How long a client may take for the head of its request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// Most bytes of the head of a request.
const HEAD_SIZE: usize = 64 << 10;
/// How long accepting pauses when the process has no file left for another connection.
const PAUSE: Duration = Duration::from_millis(20);

/// Binds `address`.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

/// A listener at work.
pub struct Serving {
    stop: oneshot::Sender<Duration>,
    task: JoinHandle<bool>,
}

impl Serving {
    /// Serves `app` on `listener` with `workers`.
    pub fn start(listener: TcpListener, app: Arc<App>, workers: Arc<Workers>) -> Self {
        let (stop, stopped) = oneshot::channel();
        Self { stop, task: tokio::spawn(run(listener, app, workers, stopped)) }
    }

    /// Accepts no more, and waits up to `drain` for the requests in progress; says whether all of them finished.
    pub async fn stop(self, drain: Duration) -> bool {
        let _ = self.stop.send(drain);
        self.task.await.unwrap_or(false)
    }
}

async fn run(
    listener: TcpListener,
    app: Arc<App>,
    workers: Arc<Workers>,
    mut stopped: oneshot::Receiver<Duration>,
) -> bool {
    let mut server = auto::Builder::new(TokioExecutor::new());
    server
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(HEAD_SIZE)
        .pipeline_flush(true);
    server.http2().timer(TokioTimer::new()).max_header_list_size(64 << 10);
    let server = Arc::new(server);
    let connections = GracefulShutdown::new();
    let drain = loop {
        let accepted = tokio::select! {
            drain = &mut stopped => break drain.unwrap_or_default(),
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => match stream.into_std() {
                Ok(stream) => {
                    let (server, app, watcher) = (Arc::clone(&server), Arc::clone(&app), connections.watcher());
                    workers.assign(move |assigned| {
                        tokio::spawn(async move {
                            if let Err(error) = serve(&server, watcher, app, stream, peer).await {
                                tracing::debug!("connection of {peer}: {error}");
                            }
                            drop(assigned);
                        });
                    });
                }
                Err(error) => tracing::debug!("connection of {peer}: {error}"),
            },
            // Of one connection that is gone already, or no file left: neither ends the listener.
            Err(error) => {
                tracing::debug!("accept: {error}");
                tokio::time::sleep(PAUSE).await;
            }
        }
    };
    drop(listener);
    tokio::time::timeout(drain, connections.shutdown()).await.is_ok()
}

/// Serves one connection on the runtime of the calling thread.
async fn serve(
    server: &auto::Builder<TokioExecutor>,
    watcher: Watcher,
    app: Arc<App>,
    stream: std::net::TcpStream,
    peer: SocketAddr,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    // Without it a response in two parts waits for the client's delayed acknowledgement.
    stream.set_nodelay(true)?;
    let client = head::client_addr(peer);
    let service = service_fn(move |request| {
        let (app, client) = (Arc::clone(&app), client.clone());
        async move { Ok::<_, Infallible>(app.respond(request, &client).await) }
    });
    let stream = TokioIo::new(TcpStream::from_std(stream)?);
    watcher.watch(server.serve_connection(stream, service).into_owned()).await
}
