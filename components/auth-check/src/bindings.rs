//! Generated from `wit/auth`.
#![cfg_attr(target_family = "wasm", expect(unsafe_code, reason = "generated: the canonical ABI passes raw pointers"))]
#![expect(clippy::same_length_and_capacity, reason = "generated")]

wit_bindgen::generate!({ path: "../../wit/auth", world: "auth-check" });

// A native linker takes the names of the exports for its own syntax.
#[cfg(target_family = "wasm")]
export!(AuthCheck with_types_in self);

#[cfg(target_family = "wasm")]
use super::AuthCheck;
