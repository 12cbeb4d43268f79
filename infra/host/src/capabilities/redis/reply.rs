//! Answers and errors as guests see them.

use std::borrow::Cow;

use ::redis::{RedisError, Value};

use super::wit::{Error, RedisResult};

/// Why a command failed: a code such as `ERR` or `WRONGTYPE` and a text, as on the wire.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}{}{text}", if code.is_empty() { "" } else { " " })]
pub struct CommandError {
    /// Empty when the server didn't answer.
    code: Cow<'static, str>,
    text: Cow<'static, str>,
}

impl CommandError {
    pub(super) fn new(code: &'static str, text: impl Into<Cow<'static, str>>) -> Self {
        Self { code: code.into(), text: text.into() }
    }

    /// An error that no server sent.
    pub(super) fn client(text: impl Into<Cow<'static, str>>) -> Self {
        Self { code: "".into(), text: text.into() }
    }

    fn is_about_type(&self) -> bool {
        self.code == "WRONGTYPE" || self.code == "ERR" && self.text.contains("is not an integer")
    }

    /// Spin tells guests of a wrong type in a text; its interface has a case for it.
    pub(super) fn into_guest(self, spin_exact: bool) -> Error {
        if self.is_about_type() && !spin_exact { Error::TypeError } else { Error::Other(self.to_string()) }
    }
}

impl From<RedisError> for CommandError {
    fn from(error: RedisError) -> Self {
        match (error.code(), error.detail()) {
            (Some(code), detail) => {
                Self { code: code.to_owned().into(), text: detail.unwrap_or_default().to_owned().into() }
            }
            (None, _) => Self::client(error.to_string()),
        }
    }
}

/// Nested arrays flattened, as in Spin.
pub(super) fn flatten(value: Value) -> Result<Vec<RedisResult>, CommandError> {
    let mut results = Vec::new();
    append(&mut results, value)?;
    Ok(results)
}

fn append(results: &mut Vec<RedisResult>, value: Value) -> Result<(), CommandError> {
    let result = match value {
        Value::Nil => RedisResult::Nil,
        Value::Int(number) => RedisResult::Int64(number),
        Value::Boolean(truth) => RedisResult::Int64(truth.into()),
        Value::BulkString(bytes) => RedisResult::Binary(bytes),
        Value::Double(number) => RedisResult::Binary(number.to_string().into_bytes()),
        Value::BigNumber(digits) => RedisResult::Binary(digits),
        Value::VerbatimString { text, .. } => RedisResult::Binary(text.into_bytes()),
        Value::SimpleString(status) => RedisResult::Status(status),
        Value::Okay => RedisResult::Status("OK".into()),
        Value::Array(values) | Value::Set(values) => {
            return values.into_iter().try_for_each(|value| append(results, value));
        }
        Value::ServerError(error) => return Err(RedisError::from(error).into()),
        other => {
            return Err(CommandError::client(format!(
                "an answer of this kind can't be given to a component: {other:?}"
            )));
        }
    };
    results.push(result);
    Ok(())
}
