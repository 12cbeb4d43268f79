//! `kronos`: builds and serves Kronos, or any Spin 4.1 application, on this machine.

use std::process::ExitCode;

use mimalloc::MiMalloc;

mod cli;

// A request allocates some hundred times on whichever thread runs it, which costs less here than in glibc.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    cli::main()
}
