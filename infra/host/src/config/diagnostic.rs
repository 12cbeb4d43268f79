//! Findings in a configuration file, with the place and what to do.

use std::{
    fmt,
    ops::Range,
    path::{Path, PathBuf},
};

/// One finding in a configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The file.
    pub file: PathBuf,
    /// Line and column, both counted from 1; `None` when the finding is about the file as a whole.
    pub position: Option<(usize, usize)>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.file.display())?;
        if let Some((line, column)) = self.position {
            write!(f, "{line}:{column}:")?;
        }
        write!(f, " {}", self.message)?;
        if !self.remedy.is_empty() {
            write!(f, "\n  {}", self.remedy)?;
        }
        Ok(())
    }
}

/// A TOML file with its text, which turns byte offsets into lines.
#[derive(Debug)]
pub(crate) struct SourceFile {
    path: PathBuf,
    text: String,
}

impl SourceFile {
    pub(crate) fn new(path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    /// Reads the file; `remedy` says what to do when it is not there.
    pub(crate) fn read(path: &Path, remedy: &str) -> Result<Self, Diagnostic> {
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(Self::new(path, text)),
            Err(error) => Err(Diagnostic {
                file: path.into(),
                position: None,
                message: format!("cannot be read: {error}"),
                remedy: remedy.into(),
            }),
        }
    }

    pub(crate) fn parse<T: serde::de::DeserializeOwned>(&self) -> Result<T, Diagnostic> {
        toml::from_str(&self.text).map_err(|error| self.syntax(&error))
    }

    pub(crate) fn at(&self, span: Range<usize>, message: impl Into<String>, remedy: impl Into<String>) -> Diagnostic {
        Diagnostic {
            file: self.path.clone(),
            position: Some(self.position(span.start)),
            message: message.into(),
            remedy: remedy.into(),
        }
    }

    fn syntax(&self, error: &toml::de::Error) -> Diagnostic {
        let message = error.message().trim_end().to_owned();
        let remedy = if message.starts_with("unknown field") {
            "Correct the name or remove the entry; Spin refuses it as well."
        } else {
            ""
        };
        Diagnostic {
            file: self.path.clone(),
            position: error.span().map(|span| self.position(span.start)),
            message,
            remedy: remedy.into(),
        }
    }

    fn position(&self, offset: usize) -> (usize, usize) {
        let before = self.text.get(..offset).unwrap_or(&self.text);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (line, column)
    }
}
