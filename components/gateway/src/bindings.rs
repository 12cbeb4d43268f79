//! Generated from `wit/gateway`.
#![cfg_attr(target_family = "wasm", expect(unsafe_code, reason = "generated: the canonical ABI passes raw pointers"))]
#![expect(clippy::same_length_and_capacity, reason = "generated")]

wit_bindgen::generate!({ path: "../../wit/gateway", world: "gateway" });

// A native linker takes the names of the exports for its own syntax.
#[cfg(target_family = "wasm")]
export!(Gateway with_types_in self);

#[cfg(target_family = "wasm")]
use super::Gateway;
