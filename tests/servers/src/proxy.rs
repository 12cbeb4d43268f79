//! A network that fails on command: a TCP proxy between a program and its server.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{ReadHalf, WriteHalf},
    },
    sync::watch,
    task::{JoinHandle, JoinSet},
};

/// A direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// What the program sends.
    ToServer,
    /// What the server sends.
    ToClient,
}

/// What is wrong with the network, for the connections that exist and for those that come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing: every byte is passed on at once.
    None,
    /// What is sent in this direction is acknowledged and not passed on; it arrives when the fault is over.
    Silence(Way),
    /// The same in both directions.
    TotalSilence,
    /// Everything arrives this much later, in both directions.
    Delay(Duration),
    /// In this direction the connections have come to their end, in the other one they go on.
    HalfClose(Way),
    /// The connection that passes the last of this many more bytes in this direction is reset after it; the others go on.
    Reset(Way, u64),
    /// Nobody takes new connections: they are made, and nothing comes of them before the fault is over.
    NoAccept,
}

impl Fault {
    fn holds_back(self, way: Way) -> bool {
        self == Self::TotalSilence || self == Self::Silence(way)
    }
}

/// What every connection watches.
#[derive(Clone, Copy)]
struct State {
    fault: Fault,
    /// Connections with a lower number are reset.
    cut_below: u64,
    /// Connections with a lower number stay silent for good.
    forgotten_below: u64,
}

#[derive(Default)]
struct Counters {
    connections: AtomicU64,
    open: AtomicUsize,
    to_server: AtomicU64,
    to_client: AtomicU64,
    /// Bytes that pass before [`Fault::Reset`] strikes.
    budget: AtomicU64,
}

impl Counters {
    fn passed(&self, way: Way) -> &AtomicU64 {
        match way {
            Way::ToServer => &self.to_server,
            Way::ToClient => &self.to_client,
        }
    }
}

/// Listens on a port of its own and passes on to one server. It ends with the value.
pub struct FaultProxy {
    address: SocketAddr,
    state: watch::Sender<State>,
    counters: Arc<Counters>,
    accepting: JoinHandle<()>,
}

impl FaultProxy {
    /// Starts a proxy without a fault in front of `server`, in the runtime of the caller.
    pub fn start(server: SocketAddr) -> Self {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        listener.set_nonblocking(true).expect("a socket");
        let listener = TcpListener::from_std(listener).expect("a listener");
        let address = listener.local_addr().expect("its address");
        let state = watch::Sender::new(State { fault: Fault::None, cut_below: 0, forgotten_below: 0 });
        let counters = Arc::<Counters>::default();
        let accepting = tokio::spawn(accept(listener, server, state.subscribe(), Arc::clone(&counters)));
        Self { address, state, counters, accepting }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Replaces the fault.
    pub fn set(&self, fault: Fault) {
        if let Fault::Reset(_, after) = fault {
            self.counters.budget.store(after, Relaxed);
        }
        self.state.send_modify(|state| state.fault = fault);
    }

    /// Resets every connection.
    pub fn cut(&self) {
        self.state.send_modify(|state| state.cut_below = self.counters.connections.load(Relaxed));
    }

    /// Lets every connection fall silent for good, as a firewall does that has dropped its table; new ones work.
    pub fn forget(&self) {
        self.state.send_modify(|state| state.forgotten_below = self.counters.connections.load(Relaxed));
    }

    /// How many connections are open.
    pub fn open(&self) -> usize {
        self.counters.open.load(Relaxed)
    }

    /// How many connections there have been.
    pub fn accepted(&self) -> u64 {
        self.counters.connections.load(Relaxed)
    }

    /// How many bytes have been passed on.
    pub fn passed(&self, way: Way) -> u64 {
        self.counters.passed(way).load(Relaxed)
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, server: SocketAddr, mut state: watch::Receiver<State>, counters: Arc<Counters>) {
    // They end with this task.
    let mut connections = JoinSet::new();
    loop {
        let Ok(_) = state.wait_for(|state| state.fault != Fault::NoAccept).await else { return };
        tokio::select! {
            changed = state.changed() => {
                if changed.is_err() {
                    return;
                }
            }
            accepted = listener.accept() => {
                let Ok((client, _)) = accepted else { continue };
                let number = counters.connections.fetch_add(1, Relaxed);
                let connection = Connection { number, state: state.clone(), counters: Arc::clone(&counters) };
                connections.spawn(connection.run(client, server));
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Why a connection ends before both sides have closed it.
struct Reset;

struct Connection {
    number: u64,
    state: watch::Receiver<State>,
    counters: Arc<Counters>,
}

impl Connection {
    async fn run(self, mut client: TcpStream, server: SocketAddr) {
        self.counters.open.fetch_add(1, Relaxed);
        // A server that can't be reached resets the client.
        let _failed = self.pass_on(&mut client, server).await;
        self.counters.open.fetch_sub(1, Relaxed);
    }

    async fn pass_on(&self, client: &mut TcpStream, server: SocketAddr) -> io::Result<()> {
        let mut server = TcpStream::connect(server).await?;
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        let reset = {
            let (from_client, to_client) = client.split();
            let (from_server, to_server) = server.split();
            let both = async {
                tokio::try_join!(
                    self.pump(Way::ToServer, from_client, to_server),
                    self.pump(Way::ToClient, from_server, to_client)
                )
            };
            tokio::select! {
                ended = both => ended.is_err(),
                () = self.is_cut() => true,
            }
        };
        if reset {
            client.set_zero_linger()?;
            server.set_zero_linger()?;
        }
        Ok(())
    }

    async fn is_cut(&self) {
        let mut state = self.state.clone();
        let cut = state.wait_for(|state| self.number < state.cut_below).await.is_ok();
        if !cut {
            std::future::pending::<()>().await;
        }
    }

    /// The fault that matters to this connection, when nothing holds it back.
    async fn permitted(&self, state: &mut watch::Receiver<State>, way: Way) -> Result<Fault, Reset> {
        let speaks = |state: &State| self.number >= state.forgotten_below && !state.fault.holds_back(way);
        state.wait_for(speaks).await.map(|state| state.fault).map_err(|_| Reset)
    }

    async fn pump(&self, way: Way, mut from: ReadHalf<'_>, mut to: WriteHalf<'_>) -> Result<(), Reset> {
        let mut state = self.state.clone();
        let mut buffer = vec![0; 16 << 10];
        loop {
            if self.permitted(&mut state, way).await? == Fault::HalfClose(way) {
                return to.shutdown().await.map_err(|_| Reset);
            }
            let read = tokio::select! {
                read = from.read(&mut buffer) => read.map_err(|_| Reset)?,
                changed = state.changed() => {
                    changed.map_err(|_| Reset)?;
                    continue;
                }
            };
            // What was read when a fault began is in its hands.
            let fault = self.permitted(&mut state, way).await?;
            if let Fault::Delay(delay) = fault {
                tokio::time::sleep(delay).await;
            }
            if read == 0 || fault == Fault::HalfClose(way) {
                return to.shutdown().await.map_err(|_| Reset);
            }
            let (passing, struck) = match fault {
                Fault::Reset(watched, _) if watched == way => self.spend(read),
                _ => (read, false),
            };
            // Before the other end can know of it.
            self.counters.passed(way).fetch_add(passing as u64, Relaxed);
            to.write_all(&buffer[..passing]).await.map_err(|_| Reset)?;
            if struck {
                return Err(Reset);
            }
        }
    }

    /// How many of `read` bytes pass, and whether the reset strikes behind them, which it does once.
    fn spend(&self, read: usize) -> (usize, bool) {
        const STRUCK: u64 = u64::MAX;
        let bytes = read as u64;
        let before = self.counters.budget.fetch_update(Relaxed, Relaxed, |left| match left {
            STRUCK => None,
            left if left <= bytes => Some(STRUCK),
            left => Some(left - bytes),
        });
        match before {
            Ok(left) if left <= bytes => (usize::try_from(left).unwrap_or(read), true),
            _ => (read, false),
        }
    }
}

#[cfg(test)]
mod tests;
