//! What the pages say about real Spin.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::process::CommandExt as _,
    process::{Child, Command},
    time::{Duration, Instant},
};

use kronos_host::config::manifest::Manifest;
use kronos_test_servers::{Postgres, Redis, free_port};
use kronos_tests::{Actor, needs, repository};
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::json;

const PAGES: [&str; 2] = ["README.md", "infra/deploy/spin/README.md"];
/// What stands above commands that are run here.
const MARK: &str = "<!-- tests/spin.rs runs this -->\n```sh\n";
/// Long enough to build everything.
const PATIENCE: Duration = Duration::from_mins(30);
const PASSWORD: &str = "a password of your own";

/// The commands of the pages, one script for each block.
fn scripts() -> Vec<String> {
    let block = |rest: &str| rest.split_once("\n```").expect("an end").0.to_owned();
    let pages = PAGES.map(|page| fs::read_to_string(repository().join(page)).expect("a page"));
    pages.iter().flat_map(|page| page.split(MARK).skip(1).map(block)).collect()
}

/// Names in `text` that begin with `prefix`.
fn names<'a>(text: &'a str, prefix: &str) -> BTreeSet<&'a str> {
    let word = |character: char| character.is_ascii_uppercase() || character.is_ascii_digit() || character == '_';
    let starts = text.match_indices(prefix).map(|(at, _)| &text[at..]);
    starts.map(|rest| rest.split(|character| !word(character)).next().unwrap_or_default()).collect()
}

#[test]
fn the_pages_name_variables_that_exist() {
    let manifest = Manifest::load(&repository().join("spin.toml")).expect("our manifest");
    for page in PAGES {
        let text = fs::read_to_string(repository().join(page)).expect("a page");
        let named = names(&text, "SPIN_VARIABLE_");
        assert!(named.len() > 4, "{page}: {named:?}");
        for name in named {
            let variable = name.strip_prefix("SPIN_VARIABLE_").expect("a variable").to_ascii_lowercase();
            assert!(manifest.variables.contains_key(&variable), "{page}: {name}");
        }
    }
}

#[test]
fn the_pages_have_scripts_that_a_shell_reads() {
    let scripts = scripts();
    assert_eq!(scripts.len(), 2);
    for script in scripts {
        let status = Command::new("bash").args(["-n", "-c", &script]).status().expect("bash runs");
        assert!(status.success(), "{script}");
        for step in ["-- build\n", "-- migrate\n", "-- check", "-- tick --redis", "spin up --listen"] {
            assert!(script.contains(step), "{step} is missing:\n{script}");
        }
    }
}

/// A script with all that it starts.
struct Running(Child);

impl Running {
    fn start(script: &str) -> Self {
        let mut command = Command::new("bash");
        command.args(["-e", "-o", "pipefail", "-c", script]).current_dir(repository()).process_group(0);
        Self(command.spawn().expect("bash runs"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(group) = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw) {
            let _ended = kill_process_group(group, Signal::KILL);
        }
        let _status = self.0.wait();
    }
}

/// Signs in as the owner, as soon as somebody answers.
async fn owner(url: &str, running: &mut Running) -> Actor {
    let mut actor = Actor::new(url);
    let deadline = Instant::now() + PATIENCE;
    let body = json!({ "email": "owner@localhost", "password": PASSWORD });
    loop {
        assert!(running.0.try_wait().expect("a status").is_none(), "the commands ended");
        let sent = actor.request(reqwest::Method::POST, "/auth/session").json(&body).send().await;
        if let Ok(response) = sent
            && response.status() == 200
        {
            let session: serde_json::Value = response.json().await.expect("JSON");
            actor.token = session["access_token"].as_str().map(str::to_owned);
            let memberships = actor.get("/api/v1/users/me/memberships").await.expect(200);
            actor.organization = memberships.string("/data/0/organization/id");
            return actor;
        }
        assert!(Instant::now() < deadline, "nobody answers at {url}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Runs one script with servers of its own: somebody tracks time, and sees it in the report, also after Redis was restarted.
async fn runs(script: &str) {
    let (postgres, mut redis) = (Postgres::start().expect("PostgreSQL"), Redis::start().expect("Redis"));
    let state = tempfile::tempdir().expect("a folder");
    let address = format!("127.0.0.1:{}", free_port());
    let postgres_url = postgres.url("postgres");
    let at = postgres_url.rfind('@').expect("a user");
    let postgres_address = format!("postgres://{}", postgres_url[at + 1..].split('/').next().expect("a host"));
    let script = [
        ("postgres://kronos:secret@localhost:5432/kronos", postgres_url.as_str()),
        ("postgres://localhost:5432", &postgres_address),
        ("redis://localhost:6379", &redis.url()),
        ("127.0.0.1:3000", &address),
        ("$PWD/.spin", state.path().to_str().expect("a path")),
    ]
    .iter()
    .fold(script.to_owned(), |script, (ours, private)| script.replace(ours, private));
    let mut running = Running::start(&script);
    let url = format!("http://{address}");
    for seconds in [3600, 7200] {
        let actor = owner(&url, &mut running).await;
        let entry = json!({ "start": "2026-03-04T09:00:00Z", "end": "2026-03-04T10:00:00Z" });
        actor.post(&actor.path("/time-entries"), &entry).await.expect(201);
        let report = actor.path("/reports/summary?group=day&start=2026-03-01T00:00:00Z&end=2026-04-01T00:00:00Z");
        let deadline = Instant::now() + Duration::from_mins(1);
        while actor.get(&report).await.expect(200).body["data"]["seconds"] != seconds {
            assert!(Instant::now() < deadline, "the report never showed {seconds} s");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        redis.restart().expect("Redis starts again");
        // Spin has noticed, and something has started it again, when it has answered nobody for a moment.
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
}

#[needs(postgres, redis, spin)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_commands_of_the_pages_run() {
    for script in scripts() {
        runs(&script).await;
    }
}
