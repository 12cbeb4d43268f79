//! The argument of `--variable`.

use std::path::Path;

use serde_json::Value;

/// Why an argument of `--variable` is not usable.
#[derive(Debug, thiserror::Error)]
pub enum ArgumentError {
    /// It is neither `name=value` nor `@file`.
    #[error("write name=value, name=@file, or @file.json or @file.toml with several variables")]
    Form,
    /// The file cannot be read.
    #[error("{file} cannot be read: {reason}")]
    Read {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// The file does not hold variables.
    #[error("{file} is not a table of variables: {reason}")]
    Content {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
}

/// Reads an argument of `--variable`: `name=value`, `name=@file` (the value is the content of the file), or
/// `@file.json` / `@file.toml` with several variables.
pub fn parse_argument(argument: &str) -> Result<Vec<(String, String)>, ArgumentError> {
    if let Some(file) = argument.strip_prefix('@') {
        return parse_file(file);
    }
    match argument.split_once('=') {
        Some((name, value)) if !name.is_empty() => {
            let value = match value.strip_prefix('@') {
                Some(file) => read(file)?,
                None => value.into(),
            };
            Ok(vec![(name.into(), value)])
        }
        _ => Err(ArgumentError::Form),
    }
}

fn read(file: &str) -> Result<String, ArgumentError> {
    std::fs::read_to_string(file).map_err(|error| ArgumentError::Read { file: file.into(), reason: error.to_string() })
}

fn parse_file(file: &str) -> Result<Vec<(String, String)>, ArgumentError> {
    let content = |reason: String| ArgumentError::Content { file: file.into(), reason };
    let table: serde_json::Map<String, Value> = match Path::new(file).extension().and_then(|end| end.to_str()) {
        Some("json") => serde_json::from_str(&read(file)?).map_err(|error| content(error.to_string()))?,
        Some("toml") => toml::from_str(&read(file)?).map_err(|error| content(error.message().into()))?,
        _ => return Err(ArgumentError::Form),
    };
    let values = table.into_iter().map(|(name, value)| match value {
        Value::String(text) => Ok((name, text)),
        Value::Bool(_) | Value::Number(_) => Ok((name, value.to_string())),
        Value::Null | Value::Array(_) | Value::Object(_) => Err(content(format!("`{name}` is not a string"))),
    });
    values.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(values: &[(&str, &str)]) -> Vec<(String, String)> {
        values.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
    }

    #[test]
    fn values_are_given_directly_or_in_files() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("a file");
            path.display().to_string()
        };
        assert_eq!(parse_argument("a=b=c").expect("a variable"), pairs(&[("a", "b=c")]));
        assert_eq!(parse_argument("a=").expect("a variable"), pairs(&[("a", "")]));
        let text = file("secret", "s3cret");
        assert_eq!(parse_argument(&format!("a=@{text}")).expect("a file"), pairs(&[("a", "s3cret")]));
        let json = file("v.json", r#"{"a": "1", "b": true}"#);
        assert_eq!(parse_argument(&format!("@{json}")).expect("a file"), pairs(&[("a", "1"), ("b", "true")]));
        let toml = file("v.toml", "a = \"1\"\nb = 2");
        assert_eq!(parse_argument(&format!("@{toml}")).expect("a file"), pairs(&[("a", "1"), ("b", "2")]));
    }

    #[test]
    fn anything_else_is_refused() {
        for argument in ["a", "=b", "@file.txt", ""] {
            assert!(matches!(parse_argument(argument), Err(ArgumentError::Form)), "{argument}");
        }
        assert!(matches!(parse_argument("a=@/does/not/exist"), Err(ArgumentError::Read { .. })));
    }
}
