//! Turns events into the read model of the reports.

#![cfg_attr(not(target_family = "wasm"), expect(dead_code, reason = "only a host of components calls it"))]

// A native linker takes the names of the exports for its own syntax.
#[cfg(target_family = "wasm")]
mod trigger;

use kronos_platform::event::{self, Consumer, Failure};
use kronos_storage::report_events;

async fn apply_events() -> Result<(), Failure> {
    event::consume(Consumer::new(report_events::CONSUMER), report_events::apply).await
}
