//! Looks for the servers when the tests are built: the test harness skips what was marked by then, and nothing later.

#[path = "../servers/src/installed.rs"]
mod installed;

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-env-changed=KRONOS_TEST_REQUIRE_ALL");
    // Where packages put programs. A folder that does not exist would count as changed each time.
    for folder in ["/usr/bin", "/usr/local/bin", installed::DEBIAN_POSTGRES] {
        if Path::new(folder).is_dir() {
            println!("cargo::rerun-if-changed={folder}");
        }
    }
    let found = [
        ("POSTGRES", installed::postgres()),
        ("REDIS", installed::redis()),
        ("OPENSSL", installed::openssl()),
        ("SETPRIV", installed::setpriv()),
    ];
    if std::env::var_os("KRONOS_TEST_REQUIRE_ALL").is_none() {
        for (name, found) in found {
            if let Err(missing) = found {
                println!("cargo::rustc-env=KRONOS_TEST_MISSING_{name}={missing}");
            }
        }
    }
    println!("cargo::rerun-if-env-changed=PATH");
    if installed::find_program("spin", []).is_none() {
        println!("cargo::rustc-env=KRONOS_TEST_MISSING_SPIN=Spin is not installed (https://spinframework.dev/install)");
    }
}
