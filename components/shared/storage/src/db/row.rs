//! Rows, read column by column in the order of the `SELECT`.

use std::str::FromStr;

use kronos_domain::Instant;

use super::{Error, Value};

/// A row of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row(Vec<Value>);

impl Row {
    /// From its values.
    pub const fn new(values: Vec<Value>) -> Self {
        Self(values)
    }

    /// Whether the first column is NULL: the mark of an outer join that found nothing.
    pub fn starts_with_null(&self) -> bool {
        matches!(self.0.first(), None | Some(Value::Null))
    }

    /// The row without its last columns, and these.
    pub(crate) fn split_last(mut self, count: usize) -> (Self, Self) {
        let last = self.0.split_off(self.0.len().saturating_sub(count));
        (self, Self(last))
    }

    /// Reads from left to right.
    pub fn columns(self) -> Columns {
        Columns { values: self.0.into_iter(), position: 0 }
    }
}

/// The columns of a row that have not been read yet. Each method reads the next one; a value of another type than the statement
/// promises is a defect and comes back as [`Error::Internal`].
#[derive(Debug)]
pub struct Columns {
    values: std::vec::IntoIter<Value>,
    position: usize,
}

impl Columns {
    fn next(&mut self) -> Result<Value, Error> {
        self.position += 1;
        self.values.next().ok_or_else(|| Error::Internal(format!("the row has no column {}", self.position)))
    }

    fn mismatch(&self, expected: &str) -> Error {
        Error::Internal(format!("column {} is not {expected}", self.position))
    }

    /// A text or NULL.
    pub fn optional_text(&mut self) -> Result<Option<String>, Error> {
        match self.next()? {
            Value::Text(text) => Ok(Some(text)),
            Value::Null => Ok(None),
            Value::Bool(_) | Value::Integer(_) | Value::Uuid(_) => Err(self.mismatch("text")),
        }
    }

    /// A text.
    pub fn text(&mut self) -> Result<String, Error> {
        self.optional_text()?.ok_or_else(|| self.mismatch("text but NULL"))
    }

    /// An integer or NULL.
    pub fn optional_integer(&mut self) -> Result<Option<i64>, Error> {
        match self.next()? {
            Value::Integer(integer) => Ok(Some(integer)),
            Value::Null => Ok(None),
            Value::Bool(_) | Value::Text(_) | Value::Uuid(_) => Err(self.mismatch("an integer")),
        }
    }

    /// An integer.
    pub fn integer(&mut self) -> Result<i64, Error> {
        self.optional_integer()?.ok_or_else(|| self.mismatch("an integer but NULL"))
    }

    /// A boolean.
    pub fn bool(&mut self) -> Result<bool, Error> {
        match self.next()? {
            Value::Bool(value) => Ok(value),
            Value::Integer(0) => Ok(false),
            Value::Integer(1) => Ok(true),
            Value::Null | Value::Integer(_) | Value::Text(_) | Value::Uuid(_) => Err(self.mismatch("a boolean")),
        }
    }

    /// Microseconds since the epoch.
    pub fn instant(&mut self) -> Result<Instant, Error> {
        self.integer().map(Instant::from_micros)
    }

    /// Microseconds since the epoch or NULL.
    pub fn optional_instant(&mut self) -> Result<Option<Instant>, Error> {
        Ok(self.optional_integer()?.map(Instant::from_micros))
    }

    /// A text that is stored for a value of the domain: an id, a role, a currency.
    pub fn parsed<T: FromStr>(&mut self) -> Result<T, Error> {
        self.text()?.parse().map_err(|_| self.mismatch(std::any::type_name::<T>()))
    }

    /// The same, or NULL.
    pub fn optional_parsed<T: FromStr>(&mut self) -> Result<Option<T>, Error> {
        let text = self.optional_text()?;
        text.map(|text| text.parse().map_err(|_| self.mismatch(std::any::type_name::<T>()))).transpose()
    }
}
