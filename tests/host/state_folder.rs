//! What the host writes is for its own account alone.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink},
    path::{Path, PathBuf},
};

use kronos_host::Host;
use kronos_tests::{Engine, Guests, Kronos};
use rustix::{fs::Mode, process::umask};

/// Everything below a folder, and the folder, with its mode.
fn modes(folder: &Path) -> Vec<(PathBuf, u32)> {
    let mode = |path: &Path| fs::symlink_metadata(path).expect("it is there").mode() & 0o7777;
    let mut found = vec![(folder.to_owned(), mode(folder))];
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(modes(&path)) } else { found.push((path.clone(), mode(&path))) }
    }
    found
}

async fn write(kronos: &Kronos) {
    let actor = kronos.anonymous();
    actor.get("/granted/key-value?store=default&key=k&value=v").await.expect(200);
    let sql = "CREATE TABLE IF NOT EXISTS t (n); INSERT INTO t VALUES (1)".replace(' ', "%20");
    actor.get(&format!("/granted/sqlite?database=default&sql={sql}")).await.expect(200);
}

#[track_caller]
fn expect_private(folder: &Path) {
    let found = modes(folder);
    for (path, mode) in &found {
        assert_eq!(*mode, if path.is_dir() { 0o700 } else { 0o600 }, "{} has {mode:o}", path.display());
    }
    // Something of every kind was looked at.
    for name in ["default.db", "default.db-wal", "default.db-shm", "default.lock", "key_value.db", "spin.toml"] {
        assert!(found.iter().any(|(path, _)| path.ends_with(name)), "no {name} in {found:?}");
    }
}

#[tokio::test]
async fn every_file_is_private_from_the_start_and_again_after_it_was_opened_to_others() {
    // What most systems set.
    umask(Mode::from_raw_mode(0o022));
    let root = tempfile::tempdir().expect("a folder");
    let state = root.path().join("var/state");
    let mut kronos = Guests::start(Engine::Embedded, |options| {
        options.state_dir = Some(state.clone());
        options.cache_dir = None;
    })
    .await;
    write(&kronos).await;
    expect_private(&root.path().join("var"));

    for (path, _) in modes(&state) {
        let wide = if path.is_dir() { 0o755 } else { 0o644 };
        fs::set_permissions(path, fs::Permissions::from_mode(wide)).expect("it is ours");
    }
    kronos.restart().await;
    write(&kronos).await;
    expect_private(&state);
}

#[tokio::test]
async fn a_database_that_leads_into_a_file_of_somebody_else_is_refused() {
    let root = tempfile::tempdir().expect("a folder");
    let own = root.path().join("foreign");
    fs::write(&own, "").expect("a file");
    // Only root can give a file away.
    let foreign = if chown(&own, Some(65534), None).is_ok() { own } else { "/etc/passwd".into() };
    let state = || (fs::read(&foreign).expect("readable"), fs::metadata(&foreign).expect("it is there").mode());
    let before = state();
    let mut kronos = Guests::start(Engine::Embedded, |_| ()).await;
    let mut options = kronos.options.clone();
    kronos.host.take().expect("it runs").stop().await;
    let folder = root.path().join("state");
    fs::create_dir(&folder).expect("a folder");
    symlink(&foreign, folder.join("default.db")).expect("a link");
    options.state_dir = Some(folder);
    let Err(error) = Host::start(options).await else { panic!("it starts") };
    assert!(error.to_string().contains("is a link to a file of another account"), "{error}");
    assert_eq!(state(), before);
}
