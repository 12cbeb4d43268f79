//! What a client may do to the host over HTTP, and what that earns it. Every wait has an end: a test that waits longer fails.

mod connections;
mod frames;
mod http2;
mod malformed;
mod memory;
mod pipelining;
mod process;
mod slow;
mod stop;
mod streams;
mod uploads;
mod wire;

use std::time::Duration;

use kronos_host::Options;
use kronos_tests::{Engine, Guests, Kronos};

/// How long a client is waited for that is meant to be too slow. Where others are to be served meanwhile, only for what they do not do.
const PATIENCE: Duration = Duration::from_millis(500);

/// The guests, on a host that wants 10 KB/s of bodies over each [`PATIENCE`].
async fn impatient(change: impl FnOnce(&mut Options)) -> Kronos {
    Guests::start(Engine::Embedded, |options| {
        options.limits.stall = Some(PATIENCE);
        options.limits.data_rate = Some(10_000);
        change(options);
    })
    .await
}
