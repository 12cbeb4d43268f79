//! `kronos`: builds and serves Kronos, or any Spin 4.1 application, on this machine.

use std::process::ExitCode;

mod cli;

fn main() -> ExitCode {
    cli::main()
}
