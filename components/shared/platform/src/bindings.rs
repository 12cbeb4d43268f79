//! Generated from `wit/`: what a component imports from `gateway` and `auth-check`.
#![expect(clippy::pedantic, reason = "generated")]

spin_sdk::wit_bindgen::generate!({
    inline: "
        package kronos:platform;
        world libraries {
            import kronos:gateway/policy@0.1.0;
            import kronos:auth/check@0.1.0;
        }
    ",
    path: ["../../../wit/gateway", "../../../wit/auth"],
    runtime_path: "::spin_sdk::wit_bindgen::rt",
    ownership: Borrowing { duplicate_if_necessary: true },
    generate_all,
});
