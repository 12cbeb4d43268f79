//! Which instance takes a request, and when one more is made.
//!
//! A request is handed only to an instance that is known to take it at once; until there is one it waits here, where its place is
//! given to it directly and passes on when it has gone. One that was cut off, or whose client went away, is in nobody's way.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use tokio::sync::oneshot;

/// The instances of one component on one worker. `H` is what a request is handed to.
pub(super) struct Pool<H> {
    bounds: Bounds,
    make: Box<dyn Fn(Membership<H>) -> H + Send + Sync>,
    state: Mutex<State<H>>,
}

/// How much there may be of what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Instances that have requests.
    pub instances: usize,
    /// Requests that an instance has at the same time.
    pub concurrency: usize,
    /// Requests that an instance has in its life.
    pub reuse: usize,
    /// Requests that wait.
    pub waiting: usize,
    /// How long they do.
    pub patience: Duration,
}

struct State<H> {
    /// Oldest first.
    members: Vec<Member<H>>,
    /// The id of the next instance and the number of the next request.
    next: u64,
    /// Requests of clients, oldest first.
    clients: VecDeque<Waiter<H>>,
    /// Requests of other components, whose callers hold a place already: they go first.
    chained: VecDeque<Waiter<H>>,
}

struct Waiter<H> {
    depth: u8,
    place: oneshot::Sender<Place<H>>,
}

struct Member<H> {
    id: u64,
    handle: Arc<H>,
    phase: Phase,
    requests: Vec<Request>,
    /// Requests that it may still be given.
    left: usize,
}

/// A request that an instance has and has not answered.
struct Request {
    number: u64,
    depth: u8,
    /// Nobody waits for the answer.
    abandoned: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// It is made for the request that it has.
    Starting,
    /// A request is on its way to it.
    Handed,
    /// It has begun with a request; whether it computes or waits shows next.
    Begun,
    /// It waits, for requests or for what its requests wait for, and takes another one at once.
    Ready,
    /// It computes.
    Busy,
    /// It has had all requests of its life.
    Spent,
    /// A request was cut off in it: it takes no more, and does not stand in the way of another instance.
    Expired,
}

impl<H> Member<H> {
    /// Whether it has a request that a request of `depth` may not have to wait for.
    fn serves(&self, depth: u8) -> bool {
        self.requests.iter().any(|request| request.depth >= depth)
    }

    fn has_room(&self, concurrency: usize) -> bool {
        self.requests.len() < concurrency
    }

    /// Whether it counts against the bound for a request of `depth`.
    ///
    /// Callers wait for what they call, so a call must not wait for its caller: for a deeper request only those instances count
    /// that have one at least as deep, and these end without it.
    fn counts(&self, depth: u8) -> bool {
        match self.phase {
            Phase::Expired => false,
            Phase::Spent if self.requests.is_empty() => false,
            _ => depth == 0 || self.serves(depth),
        }
    }
}

impl<H> Pool<H> {
    pub(super) fn new(bounds: Bounds, make: impl Fn(Membership<H>) -> H + Send + Sync + 'static) -> Arc<Self> {
        let state = State { members: Vec::new(), next: 0, clients: VecDeque::new(), chained: VecDeque::new() };
        Arc::new(Self { bounds, make: Box::new(make), state: Mutex::new(state) })
    }

    /// A place for a request that is `depth` calls away from a client. `None` when there is none in time.
    pub(super) async fn place(self: &Arc<Self>, depth: u8) -> Option<Place<H>> {
        let place = {
            let mut state = self.lock();
            let alive = |waiter: &Waiter<H>| !waiter.place.is_closed();
            let ahead = state.queue(depth).iter().any(|waiter| waiter.depth == depth && alive(waiter));
            if !ahead && let Some(place) = self.choose(&mut state, depth) {
                return Some(place);
            }
            let queue = state.queue(depth);
            if queue.len() >= self.bounds.waiting {
                queue.retain(alive);
            }
            if queue.len() >= self.bounds.waiting {
                return None;
            }
            let (sender, place) = oneshot::channel();
            queue.push_back(Waiter { depth, place: sender });
            place
        };
        tokio::time::timeout(self.bounds.patience, place).await.ok()?.ok()
    }

    /// The idlest instance that takes a request, or a new one.
    fn choose(self: &Arc<Self>, state: &mut State<H>, depth: u8) -> Option<Place<H>> {
        let concurrency = self.bounds.concurrency;
        let ready = |member: &&mut Member<H>| member.phase == Phase::Ready && member.has_room(concurrency);
        if let Some(member) = state.members.iter_mut().filter(ready).min_by_key(|member| member.requests.len()) {
            member.phase = Phase::Handed;
            member.left -= 1;
            let place = Place::new(self, member.id, state.next, Arc::clone(&member.handle));
            member.requests.push(Request { number: state.next, depth, abandoned: false });
            state.next += 1;
            return Some(place);
        }
        let coming = |member: &Member<H>| {
            member.has_room(concurrency)
                && match member.phase {
                    Phase::Handed | Phase::Begun => true,
                    // It may wait for memory, of which a deeper call can have more.
                    Phase::Starting => member.serves(depth),
                    _ => false,
                }
        };
        if state.members.iter().any(coming) || !state.make_room(depth, self.bounds.instances) {
            return None;
        }
        let (id, number) = (state.next, state.next + 1);
        state.next += 2;
        let handle = Arc::new((self.make)(Membership { link: Link { pool: Arc::downgrade(self), id }, depth }));
        state.members.push(Member {
            id,
            handle: Arc::clone(&handle),
            phase: Phase::Starting,
            requests: vec![Request { number, depth, abandoned: false }],
            left: self.bounds.reuse.saturating_sub(1),
        });
        Some(Place::new(self, id, number, handle))
    }

    /// Gives places to those that wait.
    fn advance(self: &Arc<Self>) {
        loop {
            let (sender, place) = {
                let mut state = self.lock();
                match self.next(&mut state) {
                    Some(next) => next,
                    None => return,
                }
            };
            // The request may have gone meanwhile: then its place goes to the next.
            if let Err(mut place) = sender.send(place) {
                place.leave();
            }
        }
    }

    fn next(self: &Arc<Self>, state: &mut State<H>) -> Option<(oneshot::Sender<Place<H>>, Place<H>)> {
        state.chained.retain(|waiter| !waiter.place.is_closed());
        for index in 0..state.chained.len() {
            // One that has to wait does not hold up a deeper one, for which it may be waiting.
            if let Some(place) = self.choose(state, state.chained[index].depth) {
                return state.chained.remove(index).map(|waiter| (waiter.place, place));
            }
        }
        while state.clients.front()?.place.is_closed() {
            state.clients.pop_front();
        }
        let place = self.choose(state, 0)?;
        state.clients.pop_front().map(|waiter| (waiter.place, place))
    }

    fn lock(&self) -> MutexGuard<'_, State<H>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<H> State<H> {
    fn queue(&mut self, depth: u8) -> &mut VecDeque<Waiter<H>> {
        if depth == 0 { &mut self.clients } else { &mut self.chained }
    }

    fn member(&mut self, id: u64) -> Option<&mut Member<H>> {
        self.members.iter_mut().find(|member| member.id == id)
    }

    fn is_awaited(&self) -> bool {
        !self.clients.is_empty() || !self.chained.is_empty()
    }

    /// Whether there may be one more instance for a request of `depth`. One that is kept from taking requests by those that nobody
    /// waits for has to give up its room.
    fn make_room(&mut self, depth: u8, bound: usize) -> bool {
        let counted = self.members.iter_mut().filter(|member| member.counts(depth));
        let mut count = 0;
        let mut clogged = None;
        for member in counted {
            count += 1;
            if clogged.is_none() && member.requests.iter().any(|request| request.abandoned) {
                clogged = Some(member);
            }
        }
        if count < bound {
            return true;
        }
        match clogged {
            Some(member) => {
                member.phase = Phase::Expired;
                true
            }
            None => false,
        }
    }
}

/// Names an instance of a pool.
pub(super) struct Link<H> {
    pool: Weak<Pool<H>>,
    id: u64,
}

impl<H> Clone for Link<H> {
    fn clone(&self) -> Self {
        Self { pool: Weak::clone(&self.pool), id: self.id }
    }
}

impl<H> Link<H> {
    /// Changes the instance as long as it exists, then looks whether one of those that wait has got a place by it.
    fn update<T>(&self, change: impl FnOnce(&mut Member<H>) -> T) -> Option<T> {
        let pool = self.pool.upgrade()?;
        let (result, awaited) = {
            let mut state = pool.lock();
            (state.member(self.id).map(change), state.is_awaited())
        };
        if awaited {
            pool.advance();
        }
        result
    }

    /// The guest is suspended, because its turn is over or because it waits.
    pub(super) fn suspended(&self, computes: bool) {
        self.update(|member| {
            if matches!(member.phase, Phase::Begun | Phase::Ready | Phase::Busy) {
                member.phase = match member.left {
                    0 => Phase::Spent,
                    _ if computes => Phase::Busy,
                    _ => Phase::Ready,
                };
            }
        });
    }

    /// A request was cut off in it.
    pub(super) fn expire(&self) {
        self.update(|member| member.phase = Phase::Expired);
    }

    /// Whether a request was cut off in it.
    pub(super) fn is_expired(&self) -> bool {
        self.update(|member| member.phase == Phase::Expired).unwrap_or(true)
    }

    /// It did not take the request that was handed to it.
    pub(super) fn refused(&self) {
        self.update(|member| {
            if member.phase == Phase::Handed {
                member.phase = Phase::Busy;
            }
        });
    }

    /// Whether it may end because it has nothing to do; if so, it takes no more requests.
    pub(super) fn end_idle(&self) -> bool {
        let ends = |member: &mut Member<H>| {
            let idle = member.requests.is_empty();
            if idle {
                member.phase = Phase::Expired;
            }
            idle
        };
        self.update(ends).unwrap_or(true)
    }
}

/// Being one of the instances; dropped when the instance has ended.
pub(super) struct Membership<H> {
    link: Link<H>,
    depth: u8,
}

impl<H> Membership<H> {
    pub(super) fn link(&self) -> Link<H> {
        self.link.clone()
    }

    /// How many calls away from a client the request is that it was made for.
    pub(super) fn depth(&self) -> u8 {
        self.depth
    }
}

impl<H> Drop for Membership<H> {
    fn drop(&mut self) {
        let Some(pool) = self.link.pool.upgrade() else { return };
        let left = {
            let mut state = pool.lock();
            let index = state.members.iter().position(|member| member.id == self.link.id);
            index.map(|index| state.members.remove(index))
        };
        // Dropped without the lock, since it may hold the last of what leads here.
        drop(left);
        pool.advance();
    }
}

/// The right to hand one request to an instance, and then what counts it there until it is answered.
pub(super) struct Place<H> {
    pool: Option<Arc<Pool<H>>>,
    id: u64,
    number: u64,
    handle: Arc<H>,
    /// The request has not reached the instance.
    unused: bool,
}

impl<H> Place<H> {
    fn new(pool: &Arc<Pool<H>>, id: u64, number: u64, handle: Arc<H>) -> Self {
        Self { pool: Some(Arc::clone(pool)), id, number, handle, unused: true }
    }

    /// What the request is to be handed to.
    pub(super) fn handle(&self) -> &Arc<H> {
        &self.handle
    }

    /// The instance.
    pub(super) fn link(&self) -> Link<H> {
        Link { pool: self.pool.as_ref().map(Arc::downgrade).unwrap_or_default(), id: self.id }
    }

    /// The end of the caller of this request.
    pub(super) fn caller(&self) -> Caller<H> {
        Caller { link: self.link(), number: self.number }
    }

    /// The instance has the request.
    pub(super) fn begun(&mut self) {
        self.unused = false;
        self.link().update(|member| {
            if matches!(member.phase, Phase::Starting | Phase::Handed) {
                member.phase = Phase::Begun;
            }
        });
    }

    fn leave(&mut self) {
        let Some(pool) = self.pool.take() else { return };
        let mut state = pool.lock();
        let Some(index) = state.members.iter().position(|member| member.id == self.id) else { return };
        let member = &mut state.members[index];
        member.requests.retain(|request| request.number != self.number);
        let never_made = self.unused && member.phase == Phase::Starting;
        if self.unused && member.phase == Phase::Handed {
            member.phase = Phase::Ready;
            member.left += 1;
        }
        if never_made {
            let member = state.members.remove(index);
            drop(state);
            // Dropped without the lock, since its membership ends with it.
            drop(member);
        }
    }
}

impl<H> Drop for Place<H> {
    fn drop(&mut self) {
        let pool = self.pool.clone();
        self.leave();
        if let Some(pool) = pool {
            pool.advance();
        }
    }
}

/// Whoever waits for the answer to a request; dropped when nobody does.
pub(super) struct Caller<H> {
    link: Link<H>,
    number: u64,
}

impl<H> Caller<H> {
    /// The instance that has the request.
    pub(super) fn link(&self) -> &Link<H> {
        &self.link
    }
}

impl<H> Drop for Caller<H> {
    fn drop(&mut self) {
        self.link.update(|member| {
            if let Some(request) = member.requests.iter_mut().find(|request| request.number == self.number) {
                request.abandoned = true;
            }
        });
    }
}

#[cfg(test)]
mod tests;
