//! The threads that requests run on, one per core.
//!
//! A request stays on one of them from its connection through the component to the database and back, so that nothing it touches
//! moves between cores and no step wakes another thread. What they share (pools, databases, variables) has a part for each of
//! them where it is hot.

use std::{
    cell::Cell,
    future::Future,
    io,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use tokio::{
    runtime::{Builder, Runtime},
    sync::{mpsc, oneshot},
};

/// Steps of tasks after which a worker that is busy looks for what has arrived. A request takes about ten steps: the usual 61 make it
/// read and write a little everywhere, where the database and the clients would rather be given many things at a time.
const EVENT_INTERVAL: u32 = 256;

type Job = Box<dyn FnOnce() + Send>;

thread_local! {
    static SLOT: Cell<usize> = const { Cell::new(0) };
}

/// How many there are: one per core that the process may use.
pub fn count() -> usize {
    static COUNT: OnceLock<usize> = OnceLock::new();
    *COUNT.get_or_init(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get))
}

/// How many parts something has of which every worker has one: the first is for all other threads.
pub fn slots() -> usize {
    count() + 1
}

/// The part that belongs to this thread, below [`slots`].
pub fn slot() -> usize {
    SLOT.get()
}

/// The threads of one host. They end when this is dropped.
#[derive(Debug)]
pub struct Workers {
    workers: Vec<Worker>,
}

#[derive(Debug)]
struct Worker {
    jobs: mpsc::UnboundedSender<Job>,
    connections: Arc<AtomicUsize>,
}

/// Counts a connection as long as it lives.
#[derive(Debug)]
pub struct Assigned(Arc<AtomicUsize>);

impl Drop for Assigned {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

impl Workers {
    /// Starts them.
    pub fn start() -> io::Result<Self> {
        let workers = (1..=count()).map(|slot| {
            let runtime = Builder::new_current_thread().event_interval(EVENT_INTERVAL).enable_all().build()?;
            let (jobs, receiver) = mpsc::unbounded_channel();
            let run = move || work(slot, runtime, receiver);
            std::thread::Builder::new().name(format!("kronos-worker-{slot}")).spawn(run)?;
            Ok(Worker { jobs, connections: Arc::default() })
        });
        Ok(Self { workers: workers.collect::<io::Result<_>>()? })
    }

    /// Hands a connection to the worker that has the fewest: `serve` runs there, and keeps what it is given while the connection
    /// lives.
    pub fn assign(&self, serve: impl FnOnce(Assigned) + Send + 'static) {
        let Some(worker) = self.workers.iter().min_by_key(|worker| worker.connections.load(Relaxed)) else { return };
        worker.connections.fetch_add(1, Relaxed);
        let assigned = Assigned(Arc::clone(&worker.connections));
        // A worker ends with its host only.
        let _ended = worker.jobs.send(Box::new(move || serve(assigned)));
    }

    /// Runs `future` on a worker. None when the host ends meanwhile.
    pub async fn run<T: Send + 'static>(&self, future: impl Future<Output = T> + Send + 'static) -> Option<T> {
        let (done, output) = oneshot::channel();
        self.assign(move |assigned| {
            tokio::spawn(async move {
                // Nobody waits for it any more when the caller went away.
                let _gone = done.send(future.await);
                drop(assigned);
            });
        });
        output.await.ok()
    }
}

fn work(slot: usize, runtime: Runtime, mut jobs: mpsc::UnboundedReceiver<Job>) {
    SLOT.set(slot);
    runtime.block_on(async {
        while let Some(job) = jobs.recv().await {
            job();
        }
    });
    // A lookup that hangs must not hold up the end.
    runtime.shutdown_background();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_worker_has_a_slot_of_its_own_and_gets_its_share() {
        let workers = Workers::start().expect("threads");
        let (tell, mut told) = mpsc::unbounded_channel();
        for _ in 0..2 * count() {
            let tell = tell.clone();
            workers.assign(move |assigned| tell.send((slot(), assigned)).expect("somebody listens"));
        }
        let mut given = vec![0; slots()];
        let mut held = Vec::new();
        for _ in 0..2 * count() {
            let (slot, assigned) = told.recv().await.expect("an answer");
            given[slot] += 1;
            held.push(assigned);
        }
        assert_eq!(slot(), 0, "a thread that is no worker");
        assert_eq!(given[0], 0);
        assert!(given[1..].iter().all(|given| *given == 2), "{given:?}");
        held.clear();
        assert_eq!(workers.run(async { 1 }).await, Some(1));
    }
}
