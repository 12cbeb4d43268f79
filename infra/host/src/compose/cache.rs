//! Compiled components, kept in files whose names say what went into them.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
    fs,
    hash::{Hash, Hasher},
    io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
    time::Instant,
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
    #[error("compiling `{0}` failed")]
    Panicked(String),
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

    /// Loads the component, compiling it first when nobody has. `progress` hears of a compilation once it is done.
    pub fn load(
        &self,
        engine: &Engine,
        directory: &Path,
        progress: impl FnOnce(&str, std::time::Duration),
    ) -> Result<Component, Error> {
        if let Some(component) = loaded().get(&self.key) {
            return Ok(component.clone());
        }
        let file = directory.join(format!("{}.cwasm", self.key));
        let component = if file.exists()
            && let Ok(component) = precompiled::load(engine.wasmtime(), &file)
        {
            component
        } else {
            // Missing, or cut short by a full disk: it is made anew.
            let start = Instant::now();
            let component = self.compile(engine, &file)?;
            progress(&self.id, start.elapsed());
            component
        };
        loaded().insert(self.key, component.clone());
        Ok(component)
    }

    fn compile(&self, engine: &Engine, file: &Path) -> Result<Component, Error> {
        let composed;
        let wasm = if self.dependencies.is_empty() {
            self.wasm.as_slice()
        } else {
            composed = compose(&self.id, &self.wasm, &self.dependencies)?;
            &composed
        };
        let compile_error = |error| Error::Compile { id: self.id.clone(), error };
        let code = engine.wasmtime().precompile_component(wasm).map_err(compile_error)?;
        private::write(file, &code).map_err(|source| Error::File { path: file.into(), source })?;
        precompiled::load(engine.wasmtime(), file).map_err(compile_error)
    }
}

/// Makes the folder of the cache, for this account alone. One that others may write to is refused: what is in it runs.
pub fn create_directory(path: &Path) -> Result<(), Error> {
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
