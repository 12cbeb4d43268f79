//! The wasmtime engine: how guests are compiled, limited and interrupted.

use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use wasmtime::{
    CacheStore, Config, Enabled, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig, Store, UpdateDeadline,
};

pub mod lifecycle;
pub mod memory;

/// Length of an epoch: how long a guest computes before others of its thread get a turn.
pub const EPOCH: Duration = Duration::from_millis(10);

/// Instances that exist at the same time in the process; beyond it a request waits for a free one.
const INSTANCES: u32 = 2000;
/// A composed component brings the linear memories, tables and core instances of its dependencies.
const MEMORIES_PER_INSTANCE: u32 = 4;
const TABLES_PER_INSTANCE: u32 = 6;
const CORE_INSTANCES_PER_INSTANCE: u32 = 20;

/// Why the engine could not be made: wasmtime refused the configuration, or the host cannot provide what it needs.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the WebAssembly engine did not start: {0}")]
pub struct Error(String);

/// wasmtime's engine with its epochs. Cloning shares it.
#[derive(Clone)]
pub struct Engine {
    wasmtime: wasmtime::Engine,
}

impl Engine {
    /// The engine of this process; hosts share it so that a component is mapped once.
    pub fn shared() -> Result<Self, Error> {
        static SHARED: OnceLock<Result<Engine, String>> = OnceLock::new();
        SHARED.get_or_init(|| Engine::new().map_err(|error| format!("{error:#}"))).clone().map_err(Error)
    }

    fn new() -> wasmtime::Result<Self> {
        let wasmtime = match wasmtime::Engine::new(config().allocation_strategy(pool())) {
            Ok(engine) => engine,
            // Containers may bound the address space below what the pool reserves.
            Err(error) => {
                tracing::warn!("instances come without a pool, which is slower: {error:#}");
                wasmtime::Engine::new(config().allocation_strategy(InstanceAllocationStrategy::OnDemand))?
            }
        };
        let weak = wasmtime.weak();
        std::thread::Builder::new().name("kronos-epoch".into()).spawn(move || {
            while let Some(engine) = weak.upgrade() {
                engine.increment_epoch();
                drop(engine);
                std::thread::sleep(EPOCH);
            }
        })?;
        Ok(Self { wasmtime })
    }

    /// An engine that compiles what this one runs. Functions that components have in common, mostly those of their libraries, are
    /// compiled once as long as it lives.
    pub fn compiler() -> wasmtime::Result<wasmtime::Engine> {
        let mut config = config();
        config.allocation_strategy(InstanceAllocationStrategy::OnDemand);
        config.enable_incremental_compilation(Arc::<Functions>::default())?;
        wasmtime::Engine::new(&config)
    }

    /// The engine itself.
    pub fn wasmtime(&self) -> &wasmtime::Engine {
        &self.wasmtime
    }

    /// A store whose guest shares its thread and computes no longer than it may.
    pub fn store<T: Computing + Send + 'static>(&self, data: T) -> Store<T> {
        let mut store = Store::new(&self.wasmtime, data);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|store| {
            let (cpu, deadline) = store.data().cpu();
            cpu.on_epoch(deadline)
        });
        store
    }
}

/// Machine code of functions, by what it was made of.
#[derive(Debug, Default)]
struct Functions(Mutex<HashMap<Vec<u8>, Arc<[u8]>>>);

impl CacheStore for Functions {
    fn get(&self, key: &[u8]) -> Option<Cow<'_, [u8]>> {
        let code = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()?;
        Some(Cow::Owned(code.to_vec()))
    }

    fn insert(&self, key: &[u8], code: Vec<u8>) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_vec(), code.into());
        true
    }
}

fn config() -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model_async(true)
        .cranelift_opt_level(OptLevel::Speed)
        .epoch_interruption(true)
        .memory_init_cow(true);
    config
}

fn pool() -> InstanceAllocationStrategy {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(INSTANCES)
        .total_stacks(INSTANCES)
        .total_memories(INSTANCES * MEMORIES_PER_INSTANCE)
        .total_tables(INSTANCES * TABLES_PER_INSTANCE)
        .total_core_instances(INSTANCES * CORE_INSTANCES_PER_INSTANCE)
        .max_memories_per_component(32)
        .max_core_instances_per_component(200)
        .max_component_instance_size(10 << 20)
        .max_core_instance_size(10 << 20)
        .table_elements(100_000)
        // Until wasmtime's pull request 14357 is in the version in use, a page that was swapped out would keep what another component
        // wrote.
        .pagemap_scan(Enabled::No)
        // Without the scan all of it is reset for each instance, touched or not.
        .linear_memory_keep_resident(256 << 10)
        .table_keep_resident(64 << 10)
        // What a burst of instances leaves behind.
        .max_unused_warm_slots(32);
    InstanceAllocationStrategy::Pooling(pool)
}

/// The component used its CPU time up without waiting for anything.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("stopped after {} ms of CPU time without waiting for anything", .0.as_millis())]
pub struct CpuDeadlineExceeded(Duration);

/// The data of a store that knows how long its guest has computed.
pub trait Computing {
    /// The clock, and the computing time after which the guest is stopped.
    fn cpu(&self) -> (&CpuClock, Duration);
}

/// Counts the epochs that the guest of one store has computed through since it last waited for something.
#[derive(Debug, Default)]
pub struct CpuClock {
    epochs: AtomicU32,
    suspended_by_epoch: AtomicBool,
}

impl CpuClock {
    /// What happens to a guest that computes at the end of an epoch.
    pub fn on_epoch(&self, deadline: Duration) -> wasmtime::Result<UpdateDeadline> {
        let epochs = self.epochs.fetch_add(1, Relaxed);
        if EPOCH * epochs >= deadline {
            return Err(CpuDeadlineExceeded(deadline).into());
        }
        // The first epoch may have ended while the guest was waiting.
        if epochs == 0 {
            return Ok(UpdateDeadline::Continue(1));
        }
        self.suspended_by_epoch.store(true, Relaxed);
        Ok(UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now())))
    }

    /// To be called whenever the future that drives the store is pending. Says whether the guest computes: its turn was over.
    pub fn on_pending(&self) -> bool {
        let computes = self.suspended_by_epoch.swap(false, Relaxed);
        if !computes {
            self.epochs.store(0, Relaxed);
        }
        computes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guest_that_waits_starts_afresh() {
        let clock = CpuClock::default();
        let deadline = EPOCH * 3;
        assert!(matches!(clock.on_epoch(deadline), Ok(UpdateDeadline::Continue(1))));
        assert!(matches!(clock.on_epoch(deadline), Ok(UpdateDeadline::YieldCustom(1, _))));
        clock.on_pending();
        assert!(matches!(clock.on_epoch(deadline), Ok(UpdateDeadline::YieldCustom(1, _))));
        clock.on_pending();
        clock.on_pending();
        assert!(matches!(clock.on_epoch(deadline), Ok(UpdateDeadline::Continue(1))), "it has waited");
    }

    #[test]
    fn a_guest_that_spins_is_stopped() {
        let clock = CpuClock::default();
        let epochs = (0..10).position(|_| match clock.on_epoch(EPOCH * 5) {
            Ok(UpdateDeadline::YieldCustom(..)) => {
                clock.on_pending();
                false
            }
            Ok(_) => false,
            Err(_) => true,
        });
        assert_eq!(epochs, Some(5));
    }
}
