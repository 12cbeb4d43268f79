//! Generated from `wit/auth`.
#![expect(unsafe_code, clippy::same_length_and_capacity, reason = "generated: the canonical ABI passes raw pointers")]

wit_bindgen::generate!({ path: "../../wit/auth", world: "auth-check" });

export!(AuthCheck with_types_in self);

use super::AuthCheck;
