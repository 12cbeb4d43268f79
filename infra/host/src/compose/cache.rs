//! Compiled components, kept in files whose names say what went into them.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt::Write as _,
    fs,
    hash::{Hash, Hasher},
    io,
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use rustix::fs::OFlags;
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
/// What group and others do who change what is there.
const OTHERS_WRITE: u32 = 0o022;
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
        let known = open(&file).ok().and_then(|file| precompiled::load(engine.wasmtime(), file).ok());
        let component = if let Some(component) = known {
            component
        } else {
            // Missing, cut short by a full disk, or somebody else's: it is made again.
            let start = Instant::now();
            let compiler = match &mut compiler {
                Some(compiler) => compiler,
                None => compiler.insert(Engine::compiler().map_err(|error| input.failed(error))?),
            };
            input.compile(compiler, &file)?;
            let code = open(&file).map_err(|source| Error::File { path: file.clone(), source })?;
            let component = precompiled::load(engine.wasmtime(), code).map_err(|error| input.failed(error))?;
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
        // What is not a component is left over from a write that was interrupted.
        let keep = if path.extension().is_some_and(|extension| extension == EXTENSION) { KEEP } else { WRITE };
        if age > keep || bytes > KEEP_BYTES {
            // It is tried again at the next start.
            let _busy = fs::remove_file(path);
        }
    }
}

/// Removes code that others may have put into the folder of the cache or changed there, and refuses a folder of another account: what is
/// in it runs. To be called before anything tightens the folder, which takes away the signs.
pub fn distrust(directory: &Path) -> Result<(), Error> {
    let failure = |source| Error::File { path: directory.into(), source };
    let metadata = match fs::metadata(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        metadata => metadata.map_err(failure)?,
    };
    if !is_trusted(&metadata) {
        let reason = "the folder belongs to another account, and machine code is loaded from it: choose one of your own with \
                      --state-dir";
        return Err(failure(io::Error::new(io::ErrorKind::PermissionDenied, reason)));
    }
    let is_open = metadata.mode() & OTHERS_WRITE != 0;
    for entry in fs::read_dir(directory).map_err(failure)? {
        let path = entry.map_err(failure)?.path();
        let is_code = path.extension().is_some_and(|extension| extension == EXTENSION);
        if is_code && (is_open || open(&path).is_err()) {
            // What cannot be removed stops the start.
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(Error::File { path, source: error });
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// Makes the folder of the cache, for this account alone. One that others may write to is refused.
fn create_directory(path: &Path) -> Result<(), Error> {
    let failure = |source| Error::File { path: path.into(), source };
    distrust(path)?;
    private::own_folder(path).map_err(failure)?;
    let metadata = fs::metadata(path).map_err(failure)?;
    if !is_trusted(&metadata) || metadata.mode() & OTHERS_WRITE != 0 {
        let reason = "other accounts may write to the folder, and machine code is loaded from it";
        return Err(failure(io::Error::new(io::ErrorKind::PermissionDenied, reason)));
    }
    Ok(())
}

/// Opens the file of a compiled component when nobody else can have written it.
fn open(path: &Path) -> io::Result<fs::File> {
    // A pipe would be waited for.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = fs::File::options().read(true).custom_flags(flags.bits().cast_signed()).open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_file() && is_trusted(&metadata) && metadata.mode() & OTHERS_WRITE == 0 {
        Ok(file)
    } else {
        Err(io::Error::new(io::ErrorKind::PermissionDenied, "other accounts may have written this machine code"))
    }
}

/// Whether this account owns the file, or the one that may do everything.
fn is_trusted(metadata: &fs::Metadata) -> bool {
    metadata.uid() == 0 || metadata.uid() == rustix::process::geteuid().as_raw()
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

    fn widen(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
    }

    /// A folder with code and with something else.
    fn cache(root: &Path) -> (PathBuf, PathBuf) {
        let directory = root.join("a/cache");
        create_directory(&directory).expect("the folder is made");
        let code = directory.join("x.cwasm");
        private::write(&code, b"code").expect("a file");
        private::write(&directory.join("other"), b"").expect("a file");
        (directory, code)
    }

    #[test]
    fn code_is_kept_where_nobody_else_writes() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let (directory, code) = cache(root.path());
        assert_eq!(fs::metadata(&directory).expect("it is there").mode() & 0o777, 0o700);
        create_directory(&directory).expect("it is ours");
        widen(&directory, 0o755);
        create_directory(&directory).expect("it is ours");
        assert_eq!(fs::metadata(&directory).expect("it is there").mode() & 0o777, 0o700);
        assert!(code.exists() && open(&code).is_ok());
    }

    /// The folder or the file, its mode, and whether the code is loaded.
    #[test]
    fn code_that_others_may_have_written_is_removed() {
        for (name, mode) in [("", 0o777), ("", 0o720), ("x.cwasm", 0o666), ("x.cwasm", 0o620)] {
            let root = tempfile::tempdir().expect("a temporary folder");
            let (directory, code) = cache(root.path());
            widen(&directory.join(name), mode);
            create_directory(&directory).expect("it is ours");
            assert!(!code.exists() && directory.join("other").exists(), "{name:?} with {mode:o}");
            assert_eq!(fs::metadata(&directory).expect("it is there").mode() & 0o777, 0o700);
        }
    }

    #[test]
    fn code_of_another_account_is_not_loaded() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let (directory, code) = cache(root.path());
        let link = directory.join("link.cwasm");
        std::os::unix::fs::symlink(&code, &link).expect("a link");
        open(&link).expect_err("it may lead anywhere");
        // Only root can give files away.
        if chown(&code, Some(65534), None).is_ok() {
            open(&code).expect_err("it is of another account");
            create_directory(&directory).expect("it is ours");
            assert!(!code.exists() && !link.exists());
            for mode in [0o755, 0o775, 0o700] {
                chown(&directory, Some(65534), None).expect("we are root");
                widen(&directory, mode);
                let error = create_directory(&directory).expect_err("it is of another account").to_string();
                assert!(error.contains("belongs to another account"), "{error}");
            }
        }
    }
}
