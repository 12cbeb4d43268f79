//! The unsafe calls of the workspace.

use std::{fs::File, io::Read as _};

use wasmtime::{Engine, component::Component};

/// Loads the compiled component in `file`, mapped where the system lets us map a file that is open.
///
/// The caller vouches for the file: it belongs to this account or the system's, nobody else may write to it, and it was written by
/// [`super::cache`], by rename, under a name that covers the engine's compatibility hash. It is the open file that is loaded,
/// whatever its name may have come to mean since it was judged.
#[expect(unsafe_code, reason = "native code is only as trustworthy as the file it is read from, which is private")]
pub(super) fn load(engine: &Engine, mut file: File) -> wasmtime::Result<Component> {
    #[cfg(target_os = "linux")]
    {
        use std::{os::fd::AsRawFd as _, path::PathBuf};

        let path = PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()));
        // Not there in a container without /proc.
        if path.exists() {
            // SAFETY: the file holds what `Engine::precompile_component` produced, see above; wasmtime checks the version and the
            // configuration in its header, and nobody changes the file while it is mapped since it is only ever replaced by rename.
            return unsafe { Component::deserialize_file(engine, path) };
        }
    }
    let mut code = Vec::new();
    file.read_to_end(&mut code)?;
    // SAFETY: as above.
    unsafe { Component::deserialize(engine, code) }
}
