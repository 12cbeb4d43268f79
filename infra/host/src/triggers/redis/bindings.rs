//! Bindings generated from `wit/`.

#![expect(missing_docs, reason = "generated code")]

wasmtime::component::bindgen!({
    world: "kronos:host/redis-handler",
    path: [
        "../../wit/deps/spin-key-value@3.0.0",
        "../../wit/deps/spin-postgres@4.2.0",
        "../../wit/deps/spin-redis@3.0.0",
        "../../wit/deps/spin-sqlite@3.1.0",
        "../../wit/deps/spin-variables@3.0.0",
        "../../wit/host",
    ],
    exports: { default: async | store },
    with: { "spin:redis/redis": crate::capabilities::redis::wit },
    require_store_data_send: true,
});
