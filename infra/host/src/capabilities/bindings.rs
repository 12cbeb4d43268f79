//! Bindings generated from `wit/`.

#![expect(missing_docs, reason = "generated code")]

wasmtime::component::bindgen!({
    world: "kronos:host/capabilities",
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
        "spin:key-value/key-value.store": crate::capabilities::key_value::Store,
        "spin:postgres/postgres.connection": crate::capabilities::postgres::Connection,
        "spin:postgres/postgres.connection-builder": crate::capabilities::postgres::ConnectionBuilder,
        "spin:redis/redis.connection": crate::capabilities::redis::Connection,
        "spin:sqlite/sqlite.connection": crate::capabilities::sqlite::Connection,
    },
    require_store_data_send: true,
});

/// The export of components with a Redis trigger.
pub mod redis_handler {
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
        with: { "spin:redis/redis": super::spin::redis::redis },
        require_store_data_send: true,
    });
}
