//! The one unsafe call of the workspace.

use std::path::Path;

use wasmtime::{Engine, component::Component};

/// Maps the compiled component at `path`.
///
/// The caller vouches for the file: it was written by [`super::cache`], by rename, into a folder that only this user
/// can write to, under a name that covers the engine's compatibility hash.
#[expect(unsafe_code, reason = "native code is only as trustworthy as the folder it is read from, which is private")]
pub(super) fn load(engine: &Engine, path: &Path) -> wasmtime::Result<Component> {
    // SAFETY: the file holds what `Engine::precompile_component` produced, see above; wasmtime checks the version and
    // the configuration in its header, and nobody changes the file while it is mapped since it is only ever replaced
    // by rename.
    unsafe { Component::deserialize_file(engine, path) }
}
