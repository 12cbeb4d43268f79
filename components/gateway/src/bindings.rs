//! Generated from `wit/gateway`.
#![expect(unsafe_code, clippy::same_length_and_capacity, reason = "generated: the canonical ABI passes raw pointers")]

wit_bindgen::generate!({ path: "../../wit/gateway", world: "gateway" });

export!(Gateway with_types_in self);

use super::Gateway;
