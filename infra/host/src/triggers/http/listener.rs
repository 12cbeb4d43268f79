//! The listener: accepts connections, hands them to the workers, and drains at the end.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use socket2::{Domain, Protocol, Socket, TcpKeepalive, Type};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, oneshot},
    task::JoinHandle,
    time::{Instant, interval, timeout},
};

use super::{
    App,
    connection::Connection,
    linger::{self, Refusal},
    pace::LINGER,
    serve,
    slots::{Full, Kind, Slot, Slots, network},
    watch::Watch,
};
use crate::{config::options::Limits, workers::Workers};

/// Connections that wait to be accepted.
const BACKLOG: i32 = 4096;
/// How long accepting pauses when the process has no file left for another connection.
const PAUSE: Duration = Duration::from_millis(20);
/// Files that are no connections of clients: databases, outbound connections, components.
#[cfg(unix)]
const OTHER_FILES: usize = 512;
/// How often the log says that no connection can be accepted.
const COMPLAIN: Duration = Duration::from_secs(10);
/// How long a stop waits for the answers to requests that it gives up.
const FAREWELL: Duration = Duration::from_secs(1);
/// Clients at a time that are told that there is no room for them; others are hung up on.
const REFUSALS: usize = 64;
/// A client from which nothing is heard for this long is asked for a sign of life, as often as `PROBES`.
const SILENCE: Duration = Duration::from_mins(1);
/// How long it may take for each.
const PROBE: Duration = Duration::from_secs(15);
const PROBES: u32 = 4;
/// Bytes that the system keeps for a client beyond what is on its way to it. A client that takes half of it shows in
/// [`pace`](super::pace), so it is far below what one takes at the least rate in the time that is given to it.
#[cfg(target_os = "linux")]
const UNSENT: u32 = 16 << 10;

/// Binds `address`. Accepted connections inherit the options.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    let keepalive = TcpKeepalive::new().with_time(SILENCE).with_interval(PROBE);
    #[cfg(target_os = "linux")]
    let keepalive = keepalive.with_retries(PROBES);
    socket.set_tcp_keepalive(&keepalive)?;
    #[cfg(target_os = "linux")]
    {
        socket.set_tcp_user_timeout(Some(SILENCE + PROBE * PROBES))?;
        socket.set_tcp_notsent_lowat(UNSENT)?;
    }
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

/// A running listener.
pub struct Serving {
    stop: oneshot::Sender<Duration>,
    task: JoinHandle<bool>,
    slots: Arc<Slots>,
}

impl Serving {
    /// Serves `app` on `listener` with `workers`.
    pub fn start(listener: TcpListener, app: Arc<App>, workers: Arc<Workers>, limits: Limits) -> Self {
        let (stop, stopped) = oneshot::channel();
        let connections = files_for(limits.connections);
        if connections < limits.connections {
            tracing::warn!(
                "the limit of open files leaves room for {connections} connections; raise it (`ulimit -n`) or lower --max-connections"
            );
        }
        let slots = Slots::new(connections, &limits);
        let acceptor = Acceptor {
            app,
            workers,
            limits,
            slots: Arc::clone(&slots),
            watch: Watch::new(limits),
            refusals: Arc::new(Semaphore::new(REFUSALS)),
        };
        Self { stop, task: tokio::spawn(acceptor.run(listener, stopped)), slots }
    }

    /// Accepts no more, ends the connections without a request, and waits up to `drain` for the requests in progress; says whether all
    /// of them finished.
    pub async fn drain(self, drain: Duration) -> (bool, Unanswered) {
        let _ = self.stop.send(drain);
        (self.task.await.unwrap_or(false), Unanswered(self.slots))
    }
}

/// The connections whose requests were not finished in time.
pub struct Unanswered(Arc<Slots>);

impl Unanswered {
    /// Waits a little for their clients to be told, once all instances have ended.
    pub async fn told(self) {
        let _whatever = timeout(FAREWELL, self.0.empty()).await;
    }
}

/// Lets the process open as many files as `connections` and all else need; returns for how many connections there is room.
#[cfg(unix)]
fn files_for(connections: usize) -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let most = |limit: Option<u64>| limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let wanted = connections.saturating_add(OTHER_FILES);
    let mut files = most(limit.current);
    if files < wanted {
        let raised = wanted.min(most(limit.maximum));
        let raise = Rlimit { current: Some(raised as u64), maximum: limit.maximum };
        if setrlimit(Resource::Nofile, raise).is_ok() {
            files = raised;
        }
    }
    connections.min(files.saturating_sub(OTHER_FILES).max(files / 2))
}

#[cfg(not(unix))]
fn files_for(connections: usize) -> usize {
    connections
}

struct Acceptor {
    app: Arc<App>,
    workers: Arc<Workers>,
    limits: Limits,
    slots: Arc<Slots>,
    watch: Arc<Watch>,
    refusals: Arc<Semaphore>,
}

impl Acceptor {
    async fn run(self, listener: TcpListener, mut stopped: oneshot::Receiver<Duration>) -> bool {
        let mut complaint = Complaint::default();
        let mut looks = interval(self.watch.period());
        looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let drain = loop {
            let accepted = tokio::select! {
                drain = &mut stopped => break drain.unwrap_or_default(),
                _ = looks.tick() => {
                    self.watch.look(Instant::now());
                    continue;
                }
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => self.accept(stream, peer),
                // Of one connection, which its client has given up already.
                Err(error)
                    if matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) => {}
                Err(error) => {
                    // Idle clients need not keep the files that a new one wants.
                    self.watch.evict(|_| true);
                    if let Some(times) = complaint.about(Instant::now()) {
                        tracing::error!(
                            "cannot accept connections ({times} times since the last report): {error}; raise the limit of open files \
                             (`ulimit -n`) or lower --max-connections"
                        );
                    }
                    tokio::time::sleep(PAUSE).await;
                }
            }
        };
        drop(listener);
        self.watch.drain();
        let finished = async {
            let mut looks = interval(self.watch.period().min(LINGER / 20));
            tokio::select! {
                () = self.slots.empty() => {}
                () = async { loop { self.watch.look(looks.tick().await) } } => {}
            }
        };
        timeout(drain, finished).await.is_ok()
    }

    fn accept(&self, stream: TcpStream, peer: SocketAddr) {
        let slot = match self.room_for(peer.ip()) {
            Ok(slot) => slot,
            Err(full) => return self.refuse(stream, peer, full),
        };
        let connection = Connection::new(peer, slot, &self.watch.flows);
        self.watch.add(&connection, Instant::now());
        let (app, limits) = (Arc::clone(&self.app), self.limits);
        match stream.into_std() {
            Ok(stream) => self.workers.assign(move |assigned| {
                tokio::spawn(async move {
                    serve::serve(connection, stream, app, limits).await;
                    drop(assigned);
                });
            }),
            Err(error) => tracing::debug!("connection of {peer}: {error}"),
        }
    }

    /// A place for one more client, if need be that of one who is idle.
    fn room_for(&self, address: IpAddr) -> Result<Slot, Full> {
        let from = self.slots.network(address);
        from.take(Kind::Client).or_else(|full| {
            self.watch.evict(|connection| match full {
                Full::Total => true,
                Full::Network(full) => network(connection.peer().ip()) == full,
            });
            from.take(Kind::Client)
        })
    }

    fn refuse(&self, stream: TcpStream, peer: SocketAddr, full: Full) {
        tracing::debug!("connection of {peer} refused: {full}");
        if let Ok(permit) = Arc::clone(&self.refusals).try_acquire_owned() {
            tokio::spawn(async move {
                linger::refuse(stream, Refusal::Full).await;
                drop(permit);
            });
        }
    }
}

/// Says now and then what happens all the time.
#[derive(Debug, Default)]
struct Complaint {
    last: Option<Instant>,
    times: u64,
}

impl Complaint {
    /// It happened at `now`; returns how often since the last report when it is time for another.
    fn about(&mut self, now: Instant) -> Option<u64> {
        self.times += 1;
        if self.last.is_some_and(|last| now.saturating_duration_since(last) < COMPLAIN) {
            return None;
        }
        self.last = Some(now);
        Some(std::mem::take(&mut self.times))
    }
}

#[cfg(test)]
mod tests {
    use socket2::SockRef;

    use super::*;

    #[tokio::test]
    async fn what_happens_all_the_time_is_said_now_and_then() {
        let mut complaint = Complaint::default();
        let start = Instant::now();
        let reports: Vec<_> =
            (0..2000).filter_map(|step| complaint.about(start + PAUSE * step).map(|times| (step, times))).collect();
        assert_eq!(reports, [(0, 1), (500, 500), (1000, 500), (1500, 500)]);
    }

    #[tokio::test]
    #[cfg(target_os = "linux")]
    async fn connections_inherit_the_options_of_the_listener() {
        let listener = bind(([127, 0, 0, 1], 0).into()).expect("a port");
        let _client = TcpStream::connect(listener.local_addr().expect("an address")).await.expect("a connection");
        let (stream, _) = listener.accept().await.expect("a connection");
        let socket = SockRef::from(&stream);
        assert!(socket.keepalive().expect("an option"));
        assert_eq!(socket.tcp_keepalive_time().expect("an option"), SILENCE);
        assert_eq!(socket.tcp_keepalive_interval().expect("an option"), PROBE);
        assert_eq!(socket.tcp_keepalive_retries().expect("an option"), PROBES);
        assert_eq!(socket.tcp_user_timeout().expect("an option"), Some(SILENCE + PROBE * PROBES));
        assert_eq!(socket.tcp_notsent_lowat().expect("an option"), UNSENT);
    }
}
