//! Answers and errors as guests see them.

use std::borrow::Cow;

use ::redis::{RedisError, Value};

use super::wit::{Error, RedisResult};
use crate::capabilities::MAX_RESULT_BYTES;

/// Why a command failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// The answer: a code such as `ERR` or `WRONGTYPE` and a text, as on the wire.
    #[error("{code}{}{text}", if text.is_empty() { "" } else { " " })]
    Answer {
        /// The first word.
        code: Cow<'static, str>,
        /// The rest.
        text: Cow<'static, str>,
    },
    /// There was no answer.
    #[error("{0}")]
    Client(Cow<'static, str>),
    /// The address is invalid, for this reason.
    #[error("the address cannot be used: {0}")]
    Address(&'static str),
    /// There are as many connections as the runtime configuration allows, and none became free.
    #[error("no connection became free: raise `max_connections` of [outbound_redis] in the runtime configuration")]
    Full,
}

impl CommandError {
    pub(super) fn new(code: &'static str, text: impl Into<Cow<'static, str>>) -> Self {
        Self::Answer { code: code.into(), text: text.into() }
    }

    /// An error that no server sent.
    pub(super) fn client(text: impl Into<Cow<'static, str>>) -> Self {
        Self::Client(text.into())
    }

    fn is_about_type(&self) -> bool {
        match self {
            Self::Answer { code, text } => code == "WRONGTYPE" || code == "ERR" && text.contains("is not an integer"),
            Self::Client(_) | Self::Address(_) | Self::Full => false,
        }
    }

    /// Spin tells guests of a wrong type in a text; its interface has a case for it.
    pub(super) fn into_guest(self, spin_exact: bool) -> Error {
        match self {
            Self::Full => Error::TooManyConnections,
            Self::Address(_) => Error::InvalidAddress,
            error if error.is_about_type() && !spin_exact => Error::TypeError,
            error => Error::Other(error.to_string()),
        }
    }
}

impl From<RedisError> for CommandError {
    fn from(error: RedisError) -> Self {
        match (error.code(), error.detail()) {
            (Some(code), detail) => {
                Self::Answer { code: code.to_owned().into(), text: detail.unwrap_or_default().to_owned().into() }
            }
            (None, _) => Self::client(error.to_string()),
        }
    }
}

/// Refuses an answer that is larger than what the host holds for a guest, as Spin does.
pub(super) fn check_size(answer: Value) -> Result<Value, CommandError> {
    if size(&answer) <= MAX_RESULT_BYTES { Ok(answer) } else { Err(too_large()) }
}

/// Why an answer is not given.
pub(super) fn too_large() -> CommandError {
    CommandError::client(format!("the answer has more than {MAX_RESULT_BYTES} bytes"))
}

fn size(value: &Value) -> usize {
    size_of::<Value>()
        + match value {
            Value::BulkString(bytes) | Value::BigNumber(bytes) => bytes.len(),
            Value::SimpleString(text) | Value::VerbatimString { text, .. } => text.len(),
            Value::Array(values) | Value::Set(values) => values.iter().map(size).sum(),
            _ => 0,
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
