//! `hello`: the runtime alone, and what `gateway` and `auth-check` add to it.

use std::process::Command;

use anyhow::Context as _;

use crate::{
    bench::Bench,
    contender::{Contender, Store},
    fixture::mint_owner,
    load::{Load, Pace},
    stage::compare,
    stats::Spread,
    targets::Figure,
};

const BARE: &str = "/hello";
/// The operation that the bench's component answers with `hello`: it requires a token and a scope.
const CHECKED: &str = "/api/v1/users/me/time-entries/active";
const CONNECTIONS: usize = 64;

/// Runs it.
pub async fn run(bench: &mut Bench) -> anyhow::Result<()> {
    let state_dir = bench.folder().join("hello");
    std::fs::create_dir_all(&state_dir)?;
    let manifest = bench.hello_manifest();
    let kronos = Contender::kronos(bench, "kronos", &manifest, &state_dir, Store::Sqlite(&state_dir), &[]).await?;
    let token = mint_owner(&mut kronos.connect().await?).await?;

    let wasm = bench.component("bench_hello.wasm");
    let mut peers = Vec::new();
    if let Some(wasmtime) = bench.wasmtime() {
        let serve = Contender::start(bench, "wasmtime serve", BARE, None, |address| {
            let mut command = Command::new(wasmtime);
            command.args(["serve", "-S", "cli", "--addr", &address.to_string()]).arg(&wasm);
            command
        });
        peers.push(serve.await.context("wasmtime serve does not answer")?);
    } else {
        eprintln!("wasmtime is not installed (see --install-wasmtime): `wasmtime serve` is left out");
    }
    if bench.has_spin() {
        peers.push(Contender::spin(bench, &manifest, None, BARE).await?);
    }
    if bench.has_native_peers() {
        let start = Contender::start(bench, "hyper", BARE, None, |address| {
            let mut command = Command::new(bench.peer("hyper-peer"));
            command.arg(address.to_string());
            command
        });
        peers.push(start.await?);
    }

    let mut entrants = vec![("kronos", &kronos), ("kronos, checked", &kronos)];
    entrants.extend(peers.iter().map(|peer| (peer.name, peer)));
    let title = format!("hello, {CONNECTIONS} connections; checked: with gateway and auth-check");
    let comparison = compare(bench, &title, &entrants, None, async |name, contender, duration| {
        bench.oha.round(contender, None, &load(name, &token), Pace::Closed(CONNECTIONS), duration).await
    })
    .await?;
    print!("{}", comparison.markdown());

    let ratio = comparison.ratio("kronos", "wasmtime serve", |round| round.rate).median;
    bench.figures.add(Figure::WasmtimeServe, "hello", ratio);
    if let (Some(bare), Some(checked)) = (comparison.rounds("kronos"), comparison.rounds("kronos, checked")) {
        let added = Spread::of(bare.0.iter().zip(&checked.0).map(|(bare, checked)| checked.cpu - bare.cpu));
        println!("\n`gateway` and `auth-check` add {added} µs of CPU to a request.");
        bench.figures.add(Figure::AuthCheck, "hello", added.median);
    }
    Ok(())
}

fn load(entrant: &str, token: &str) -> Load {
    let path = if entrant.ends_with("checked") { CHECKED } else { BARE };
    // Both carry the token, so that both heads are of one length.
    Load { paths: vec![path.to_owned()], token: Some(token.to_owned()), ..Load::default() }
}
