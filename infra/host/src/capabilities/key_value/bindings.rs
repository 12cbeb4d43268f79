//! Bindings generated from `wit/`.

wasmtime::component::bindgen!({
    world: "kronos:host/key-value",
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
        "spin:key-value/key-value.store": super::Store,
    },
    require_store_data_send: true,
});

pub use spin::key_value::key_value as wit;
