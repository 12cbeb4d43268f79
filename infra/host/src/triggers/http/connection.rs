//! One connection: what it counts, and the orders that it gets.

use std::{
    mem,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{
            AtomicBool, AtomicU8, AtomicU32, AtomicU64,
            Ordering::{AcqRel, Acquire, Relaxed},
        },
    },
    task::Waker,
};

use futures::task::AtomicWaker;
use http::HeaderValue;

use super::{
    head,
    pace::{Counts, Flow, Flows, Order},
    slots::{Full, Kind, Network, Slot},
};

/// What the parts of a connection share, and the watch sees of it.
#[derive(Debug)]
pub struct Connection {
    /// `spin-client-addr`.
    pub client: HeaderValue,
    /// The bodies that are under way on all connections.
    pub flows: Arc<Flows>,
    peer: SocketAddr,
    network: Arc<Network>,
    slot: Mutex<Option<Slot>>,
    read: AtomicU64,
    at_rest: AtomicU64,
    written: AtomicU64,
    begun: AtomicU64,
    open: AtomicU32,
    responding: AtomicU32,
    /// Bodies of requests that have not been read to the end.
    receiving: AtomicU32,
    /// With HTTP/1.1, the last request has a body whose end has not been read.
    unread: AtomicBool,
    blocked: AtomicBool,
    half_closed: AtomicBool,
    http2: AtomicBool,
    order: AtomicU8,
    waker: AtomicWaker,
    /// The response of the stream of HTTP/2 that was opened last, until its task takes it.
    opened: Mutex<Option<Arc<Flow>>>,
}

impl Connection {
    /// A new connection of `peer`, whose place among the clients is `slot`.
    pub fn new(peer: SocketAddr, slot: Slot, flows: &Arc<Flows>) -> Arc<Self> {
        Arc::new(Self {
            client: head::client_addr(peer),
            flows: Arc::clone(flows),
            peer,
            network: Arc::clone(slot.network()),
            slot: Mutex::new(Some(slot)),
            read: AtomicU64::new(0),
            at_rest: AtomicU64::new(0),
            written: AtomicU64::new(0),
            begun: AtomicU64::new(0),
            open: AtomicU32::new(0),
            responding: AtomicU32::new(0),
            receiving: AtomicU32::new(0),
            unread: AtomicBool::new(false),
            blocked: AtomicBool::new(false),
            half_closed: AtomicBool::new(false),
            http2: AtomicBool::new(false),
            order: AtomicU8::new(Order::Serve as u8),
            waker: AtomicWaker::new(),
            opened: Mutex::default(),
        })
    }

    /// Whose it is.
    pub fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// Takes a place of `kind` for it.
    pub fn take(&self, kind: Kind) -> Result<Slot, Full> {
        self.network.take(kind)
    }

    /// What has happened on it.
    pub fn counts(&self) -> Counts {
        Counts {
            read: self.read.load(Relaxed),
            at_rest: self.at_rest.load(Relaxed),
            written: self.written.load(Relaxed),
            begun: self.begun.load(Relaxed),
            open: self.open.load(Relaxed),
            responding: self.responding.load(Relaxed) > 0,
            receiving: self.receiving.load(Relaxed) > 0,
            blocked: self.blocked.load(Relaxed),
            half_closed: self.half_closed.load(Relaxed),
            http2: self.http2.load(Relaxed),
        }
    }

    /// Gives an order; one that overrules it stays.
    pub fn order(&self, order: Order) {
        if self.order.fetch_max(order as u8, AcqRel) < order as u8 {
            self.waker.wake();
        }
    }

    /// What it is to do.
    pub fn ordered(&self) -> Order {
        Order::ALL[usize::from(self.order.load(Acquire))]
    }

    /// The same; `waker` is woken when it changes.
    pub fn ordered_or_wake(&self, waker: &Waker) -> Order {
        self.waker.register(waker);
        self.ordered()
    }

    /// Whether nothing is lost when it ends.
    pub fn is_idle(&self) -> bool {
        self.open.load(Relaxed) == 0 && self.receiving.load(Relaxed) == 0 && self.ordered() <= Order::Close
    }

    /// Ends it unless it has ended, and frees its place at once.
    pub fn leave(&self) {
        // Before its place is free, so that nobody takes it for one that can make room.
        self.order(Order::Leave);
        *self.slot.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Bytes were read.
    pub fn on_read(&self, bytes: usize) {
        self.read.fetch_add(bytes as u64, Relaxed);
    }

    /// Bytes were written.
    pub fn on_written(&self, bytes: usize) {
        self.written.fetch_add(bytes as u64, Relaxed);
        self.blocked.store(false, Relaxed);
    }

    /// The client does not take what is to be written.
    pub fn on_blocked(&self) {
        self.blocked.store(true, Relaxed);
    }

    /// The client closed its side; says whether it may still want a response.
    pub fn on_end(&self) -> bool {
        let http1 = !self.http2.load(Relaxed);
        let answering = http1 && self.open.load(Relaxed) > 0 && self.receiving.load(Relaxed) == 0;
        if answering {
            self.half_closed.store(true, Relaxed);
        }
        answering
    }

    /// It has begun with the preface of HTTP/2.
    pub fn on_preface(&self) {
        self.http2.store(true, Relaxed);
    }

    /// The number of requests that were made before the one whose head is read; none when no head is, nor when it cannot be told from
    /// what is left of a body that nobody wanted.
    pub fn expects_head(&self) -> Option<u64> {
        let head = !self.http2.load(Relaxed) && self.open.load(Relaxed) == 0 && !self.unread.load(Relaxed);
        head.then(|| self.begun.load(Relaxed))
    }

    /// A request is made, with a body or without.
    pub fn begin(self: &Arc<Self>, with_body: bool) -> Exchange {
        self.unread.store(with_body, Relaxed);
        self.begun.fetch_add(1, Relaxed);
        self.open.fetch_add(1, Relaxed);
        let mut exchange = Exchange { connection: Arc::clone(self), place: Ok(None), flow: None, answered: false };
        if self.http2.load(Relaxed) {
            exchange.place = self.take(Kind::Client).map(Some);
            let flow = Arc::new(Flow::default());
            *self.opened.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&flow));
            exchange.flow = Some(flow);
        }
        exchange
    }

    /// How the response moves on the stream of HTTP/2 that was opened last.
    pub fn take_opened(&self) -> Option<Arc<Flow>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// One request, from its head to the end of its response.
#[derive(Debug)]
pub struct Exchange {
    /// The connection that it is on.
    pub connection: Arc<Connection>,
    /// Whether there is room for it: with HTTP/2, each request takes the place of a client.
    pub place: Result<Option<Slot>, Full>,
    /// How the response moves, with HTTP/2.
    pub flow: Option<Arc<Flow>>,
    answered: bool,
}

impl Exchange {
    /// The response begins.
    pub fn answer(&mut self) {
        if !mem::replace(&mut self.answered, true) {
            self.connection.responding.fetch_add(1, Relaxed);
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let Connection { open, responding, at_rest, read, half_closed, waker, .. } = &*self.connection;
        if self.answered {
            responding.fetch_sub(1, Relaxed);
        }
        if open.fetch_sub(1, Relaxed) == 1 {
            at_rest.store(read.load(Relaxed), Relaxed);
        }
        // Its end was withheld from the server until here.
        if half_closed.load(Relaxed) {
            waker.wake();
        }
    }
}

/// Marks that the body of a request is being received.
#[derive(Debug)]
pub struct Receiving(Arc<Connection>);

impl Receiving {
    /// The body of a request on `connection` begins.
    pub fn new(connection: &Arc<Connection>) -> Self {
        connection.receiving.fetch_add(1, Relaxed);
        Self(Arc::clone(connection))
    }

    /// The connection.
    pub fn connection(&self) -> &Arc<Connection> {
        &self.0
    }

    /// The body has been read to its end.
    pub fn finish(self) {
        self.0.unread.store(false, Relaxed);
    }
}

impl Drop for Receiving {
    fn drop(&mut self) {
        let Connection { open, receiving, at_rest, read, .. } = &*self.0;
        // The response may have been before.
        if receiving.fetch_sub(1, Relaxed) == 1 && open.load(Relaxed) == 0 {
            at_rest.store(read.load(Relaxed), Relaxed);
        }
    }
}
