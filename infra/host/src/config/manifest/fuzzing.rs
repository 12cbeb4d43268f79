//! For the fuzz target `manifest`.

use std::path::Path;

use super::{Manifest, normalise};
use crate::config::diagnostic::{Diagnostic, SourceFile};

/// What the manifest `text`, a file at `path`, says.
pub fn read(path: &Path, text: &str) -> Result<Manifest, Vec<Diagnostic>> {
    normalise::normalise(path, &SourceFile::new(path, text))
}
