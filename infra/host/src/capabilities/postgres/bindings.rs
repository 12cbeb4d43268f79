//! Bindings generated from `wit/`.

#![cfg_attr(fuzzing, expect(missing_docs, reason = "generated code"))]

wasmtime::component::bindgen!({
    world: "kronos:host/postgres",
    path: [
        "../../wit/deps/spin-key-value@3.0.0",
        "../../wit/deps/spin-postgres@4.2.0",
        "../../wit/deps/spin-redis@3.0.0",
        "../../wit/deps/spin-sqlite@3.1.0",
        "../../wit/deps/spin-variables@3.0.0",
        "../../wit/host",
    ],
    imports: { default: async | trappable },
    with: {
        "spin:postgres/postgres.connection": super::Connection,
        "spin:postgres/postgres.connection-builder": super::ConnectionBuilder,
    },
    require_store_data_send: true,
});

pub use spin::postgres::postgres as wit;
