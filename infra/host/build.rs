//! Tells the host which compiler built it, and rebuilds it when a migration is added: the macro that embeds them cannot say so
//! itself.

use std::process::Command;

fn main() {
    // Set by `cargo fuzz` only.
    println!("cargo::rustc-check-cfg=cfg(fuzzing)");
    println!("cargo::rerun-if-changed=../migrations");

    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().map(|output| output.stdout).unwrap_or_default();
    println!("cargo::rustc-env=KRONOS_RUSTC={}", String::from_utf8_lossy(&version).trim());
}
