//! Compiled components, kept in files whose names say what went into them.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt::Write as _,
    fs,
    hash::{Hash, Hasher},
    io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use sha2::{Digest as _, Sha256};
use wasmtime::component::Component;

use super::{Provider, compose, precompiled};
use crate::{
    config::{
        manifest::{self, Dependency, Inherit},
        private,
    },
    engine::Engine,
};

/// How the files of compiled components end.
const EXTENSION: &str = "cwasm";
/// How long the file of a component is kept that nobody loads: somebody may return to an older version.
const KEEP: Duration = Duration::from_hours(14 * 24);
/// Bytes of such files.
const KEEP_BYTES: u64 = 256 << 20;
/// How long it takes at most to write one.
const WRITE: Duration = Duration::from_hours(1);

/// Why a component could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The dependencies of a component do not fit.
    #[error(transparent)]
    Compose(#[from] super::Error),
    /// The bytes are not a component that this engine can run.
    #[error("component `{id}` does not compile: {error:#}")]
    Compile {
        /// The component.
        id: String,
        /// What wasmtime said.
        error: wasmtime::Error,
    },
    /// The compiler failed.
    #[error("compiling the components failed")]
    Panicked,
}

/// Names everything that determines the machine code of a component.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key([u8; 32]);

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Components that this process has mapped: all hosts in it share one engine.
static LOADED: LazyLock<Mutex<HashMap<Key, Component>>> = LazyLock::new(Mutex::default);

/// The content of `.wasm` files, each read and hashed once.
#[derive(Default)]
pub struct Sources(BTreeMap<PathBuf, (Arc<Vec<u8>>, [u8; 32])>);

impl Sources {
    fn get(&mut self, path: &Path) -> Result<(Arc<Vec<u8>>, [u8; 32]), Error> {
        if let Some(source) = self.0.get(path) {
            return Ok(source.clone());
        }
        let bytes = fs::read(path).map_err(|source| Error::File { path: path.into(), source })?;
        let hash = Sha256::digest(&bytes).into();
        let source = (Arc::new(bytes), hash);
        self.0.insert(path.into(), source.clone());
        Ok(source)
    }
}

/// A component and what it is composed with, read and named.
pub struct Input {
    id: String,
    key: Key,
    wasm: Arc<Vec<u8>>,
    dependencies: Vec<Provider>,
}

impl Input {
    /// Reads the files of `component`.
    pub fn read(engine: &Engine, component: &manifest::Component, sources: &mut Sources) -> Result<Self, Error> {
        let (wasm, hash) = sources.get(&component.source)?;
        let mut digest = Sha256::new();
        // Changes when the same inputs are composed differently.
        digest.update(b"kronos-composition-1");
        let mut compatibility = Fingerprint(Sha256::new());
        engine.wasmtime().precompile_compatibility_hash().hash(&mut compatibility);
        digest.update(compatibility.0.finalize());
        digest.update(hash);
        let mut dependencies = Vec::new();
        for (import, dependency) in &component.dependencies {
            let (wasm, hash) = sources.get(&dependency.source)?;
            update(&mut digest, import, dependency, hash);
            dependencies.push(Provider { import: import.clone(), dependency: dependency.clone(), wasm });
        }
        Ok(Self { id: component.id.clone(), key: Key(digest.finalize().into()), wasm, dependencies })
    }

    /// The name of the compiled component.
    pub fn key(&self) -> Key {
        self.key
    }

    fn file(&self, directory: &Path) -> PathBuf {
        directory.join(format!("{}.{EXTENSION}", self.key))
    }

    fn compile(&self, compiler: &wasmtime::Engine, file: &Path) -> Result<(), Error> {
        let composed;
        let wasm = if self.dependencies.is_empty() {
            self.wasm.as_slice()
        } else {
            composed = compose(&self.id, &self.wasm, &self.dependencies)?;
            &composed
        };
        let code = compiler.precompile_component(wasm).map_err(|error| self.failed(error))?;
        private::write(file, &code).map_err(|source| Error::File { path: file.into(), source })
    }

    fn failed(&self, error: wasmtime::Error) -> Error {
        Error::Compile { id: self.id.clone(), error }
    }
}

/// Loads the components from `directory`, compiling those first that nobody has compiled, and removes what is old there. `progress`
/// hears of each compilation once it is done.
pub fn load(
    engine: &Engine,
    inputs: &[Input],
    directory: &Path,
    mut progress: impl FnMut(&str, Duration),
) -> Result<Vec<Component>, Error> {
    create_directory(directory)?;
    let mut compiler = None;
    let mut components = Vec::with_capacity(inputs.len());
    // One after the other: each is compiled on all cores, and finds what it has in common with those before it.
    for input in inputs {
        if let Some(component) = loaded().get(&input.key) {
            components.push(component.clone());
            continue;
        }
        let file = input.file(directory);
        let component = if let Ok(component) = precompiled::load(engine.wasmtime(), &file) {
            component
        } else {
            // Missing, or cut short by a full disk: it is made anew.
            let start = Instant::now();
            let compiler = match &mut compiler {
                Some(compiler) => compiler,
                None => compiler.insert(Engine::compiler().map_err(|error| input.failed(error))?),
            };
            input.compile(compiler, &file)?;
            let component = precompiled::load(engine.wasmtime(), &file).map_err(|error| input.failed(error))?;
            progress(&input.id, start.elapsed());
            component
        };
        loaded().insert(input.key, component.clone());
        components.push(component);
    }
    #[expect(clippy::disallowed_methods, reason = "the files are as old as the system's clock says")]
    prune(inputs, directory, SystemTime::now());
    Ok(components)
}

/// Removes the files of components that nobody has loaded for a while, the oldest first when they are too many. Those of `inputs`
/// stay.
fn prune(inputs: &[Input], directory: &Path, now: SystemTime) {
    let used: HashSet<PathBuf> = inputs.iter().map(|input| input.file(directory)).collect();
    for file in &used {
        // Only when it was loaded last decides how long another version keeps it.
        let _unknown = fs::File::open(file).and_then(|file| file.set_modified(now));
    }
    let mut others: Vec<_> = fs::read_dir(directory)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| !used.contains(&entry.path()))
        .filter_map(|entry| {
            let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            let age = now.duration_since(metadata.modified().ok()?).unwrap_or_default();
            Some((age, metadata.len(), entry.path()))
        })
        .collect();
    others.sort();
    let mut bytes = 0;
    for (age, length, path) in others {
        bytes += length;
        // What is no component is left of a write that was interrupted.
        let keep = if path.extension().is_some_and(|extension| extension == EXTENSION) { KEEP } else { WRITE };
        if age > keep || bytes > KEEP_BYTES {
            // It is tried again at the next start.
            let _busy = fs::remove_file(path);
        }
    }
}

/// Makes the folder of the cache, for this account alone. One that others may write to is refused: what is in it runs.
fn create_directory(path: &Path) -> Result<(), Error> {
    let failure = |source| Error::File { path: path.into(), source };
    private::own_folder(path).map_err(failure)?;
    if fs::metadata(path).map_err(failure)?.mode() & 0o022 != 0 {
        let reason = "other accounts may write to the folder, and machine code is loaded from it";
        return Err(failure(io::Error::new(io::ErrorKind::PermissionDenied, reason)));
    }
    Ok(())
}

/// The map stays usable after a panic: entries are only ever added whole.
fn loaded() -> MutexGuard<'static, HashMap<Key, Component>> {
    LOADED.lock().unwrap_or_else(PoisonError::into_inner)
}

fn update(digest: &mut Sha256, import: &str, dependency: &Dependency, hash: [u8; 32]) {
    let mut text = String::new();
    let inherit = match &dependency.inherit {
        Inherit::None => "none".into(),
        Inherit::All => "all".into(),
        Inherit::Some(names) => names.iter().cloned().collect::<Vec<_>>().join(","),
    };
    // Writing to a string cannot fail.
    let _ = write!(text, "\0{import}\0{}\0{inherit}\0", dependency.export.as_deref().unwrap_or_default());
    digest.update(text);
    digest.update(hash);
}

/// Feeds what a value hashes into SHA-256: 64 bits are too few for a name that must not collide.
struct Fingerprint(Sha256);

impl Hasher for Fingerprint {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        // Nobody asks: the digest is read instead.
        0
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeSet,
        os::unix::fs::{PermissionsExt as _, chown},
    };

    use super::*;

    fn key(import: &str, inherit: Inherit, hash: [u8; 32]) -> [u8; 32] {
        let mut digest = Sha256::new();
        let dependency = Dependency { source: "a.wasm".into(), component: None, export: None, inherit };
        update(&mut digest, import, &dependency, hash);
        digest.finalize().into()
    }

    #[test]
    fn the_key_covers_every_input_of_the_composition() {
        let base = key("a:b/c", Inherit::None, [0; 32]);
        assert_eq!(base, key("a:b/c", Inherit::None, [0; 32]));
        assert_ne!(base, key("a:b/d", Inherit::None, [0; 32]));
        assert_ne!(base, key("a:b/c", Inherit::All, [0; 32]));
        assert_ne!(base, key("a:b/c", Inherit::Some(BTreeSet::from(["files".into()])), [0; 32]));
        assert_ne!(base, key("a:b/c", Inherit::None, [1; 32]));
    }

    #[test]
    fn code_is_not_loaded_from_where_others_write() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let directory = root.path().join("a/cache");
        create_directory(&directory).expect("the folder is made");
        assert_eq!(fs::metadata(&directory).expect("it is there").mode() & 0o777, 0o700);
        // Only root can give a folder away.
        if chown(&directory, Some(65534), None).is_ok() {
            fs::set_permissions(&directory, fs::Permissions::from_mode(0o775)).expect("we are root");
            let error = create_directory(&directory).expect_err("its group may write").to_string();
            assert!(error.contains("other accounts may write"), "{error}");
        }
    }
}
