//! Rows, read column by column in the order of the `SELECT`.

use std::{borrow::Cow, str::FromStr};

use kronos_domain::Instant;
use uuid::Uuid;

use super::{Error, Value, packed::Packed};

/// A row of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row(Cells);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Cells {
    Values(Vec<Value>),
    Packed(Packed),
}

impl Row {
    /// From its values.
    pub const fn new(values: Vec<Value>) -> Self {
        Self(Cells::Values(values))
    }

    pub(super) const fn packed(packed: Packed) -> Self {
        Self(Cells::Packed(packed))
    }

    pub(super) fn into_only_value(self) -> Option<Value> {
        match self.0 {
            Cells::Values(mut values) if values.len() == 1 => values.pop(),
            Cells::Values(_) | Cells::Packed(_) => None,
        }
    }

    /// Whether the first column is NULL: the mark of an outer join that found nothing.
    pub fn starts_with_null(&self) -> bool {
        match &self.0 {
            Cells::Values(values) => matches!(values.first(), None | Some(Value::Null)),
            Cells::Packed(packed) => packed.is_null(),
        }
    }

    /// Reads from left to right.
    pub fn columns(self) -> Columns {
        let rest = match self.0 {
            Cells::Values(values) => Rest::Values(values.into_iter()),
            Cells::Packed(packed) => Rest::Packed(packed),
        };
        Columns { rest, position: 0 }
    }
}

/// The columns of a row that have not been read yet. Each method reads the next one; a value of another type than the statement
/// promises is a defect and comes back as [`Error::Internal`].
#[derive(Debug)]
pub struct Columns {
    rest: Rest,
    position: usize,
}

#[derive(Debug)]
enum Rest {
    Values(std::vec::IntoIter<Value>),
    Packed(Packed),
}

/// What a column holds.
#[derive(Debug)]
pub(super) enum Field<'a> {
    Null,
    Bool(bool),
    Integer(i64),
    Text(Cow<'a, str>),
    Uuid(Uuid),
    Bytes,
}

impl Field<'_> {
    fn of(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(value),
            Value::Integer(value) => Self::Integer(value),
            Value::Text(value) => Self::Text(Cow::Owned(value)),
            Value::Uuid(value) => Self::Uuid(value),
            Value::Bytes(_) => Self::Bytes,
        }
    }
}

fn mismatch(position: usize, expected: &str) -> Error {
    Error::Internal(format!("column {position} is not {expected}"))
}

impl Columns {
    /// The next column, and which one it is.
    fn next(&mut self) -> Result<(Field<'_>, usize), Error> {
        self.position += 1;
        let position = self.position;
        let field = match &mut self.rest {
            Rest::Values(values) => values.next().map(Field::of),
            Rest::Packed(packed) => packed.next()?,
        };
        field.map(|field| (field, position)).ok_or_else(|| Error::Internal(format!("the row has no column {position}")))
    }

    /// Whether the next column is NULL, which is not read by that.
    pub fn is_null(&self) -> bool {
        match &self.rest {
            Rest::Values(values) => matches!(values.as_slice().first(), None | Some(Value::Null)),
            Rest::Packed(packed) => packed.is_null(),
        }
    }

    /// Passes columns over.
    pub fn skip(&mut self, count: usize) -> Result<(), Error> {
        (0..count).try_for_each(|_| self.next().map(drop))
    }

    /// A text or NULL.
    pub fn optional_text(&mut self) -> Result<Option<String>, Error> {
        match self.next()? {
            (Field::Text(text), _) => Ok(Some(text.into_owned())),
            (Field::Null, _) => Ok(None),
            (Field::Bool(_) | Field::Integer(_) | Field::Uuid(_) | Field::Bytes, at) => Err(mismatch(at, "text")),
        }
    }

    /// A text.
    pub fn text(&mut self) -> Result<String, Error> {
        let text = self.optional_text()?;
        text.ok_or_else(|| mismatch(self.position, "text but NULL"))
    }

    /// An integer or NULL.
    pub fn optional_integer(&mut self) -> Result<Option<i64>, Error> {
        match self.next()? {
            (Field::Integer(integer), _) => Ok(Some(integer)),
            (Field::Null, _) => Ok(None),
            (Field::Bool(_) | Field::Text(_) | Field::Uuid(_) | Field::Bytes, at) => Err(mismatch(at, "an integer")),
        }
    }

    /// An integer.
    pub fn integer(&mut self) -> Result<i64, Error> {
        let integer = self.optional_integer()?;
        integer.ok_or_else(|| mismatch(self.position, "an integer but NULL"))
    }

    /// A boolean.
    pub fn bool(&mut self) -> Result<bool, Error> {
        match self.next()? {
            (Field::Bool(value), _) => Ok(value),
            (Field::Integer(0), _) => Ok(false),
            (Field::Integer(1), _) => Ok(true),
            (Field::Null | Field::Integer(_) | Field::Text(_) | Field::Uuid(_) | Field::Bytes, at) => {
                Err(mismatch(at, "a boolean"))
            }
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

    /// An id or NULL.
    pub fn optional_id<T: From<Uuid>>(&mut self) -> Result<Option<T>, Error> {
        match self.next()? {
            (Field::Uuid(id), _) => Ok(Some(id.into())),
            (Field::Text(text), at) => {
                Uuid::try_parse(&text).map(|id| Some(id.into())).map_err(|_| mismatch(at, "an id"))
            }
            (Field::Null, _) => Ok(None),
            (Field::Bool(_) | Field::Integer(_) | Field::Bytes, at) => Err(mismatch(at, "an id")),
        }
    }

    /// An id.
    pub fn id<T: From<Uuid>>(&mut self) -> Result<T, Error> {
        let id = self.optional_id()?;
        id.ok_or_else(|| mismatch(self.position, "an id but NULL"))
    }

    /// A text that is stored for a value of the domain: a role, a currency, or an id that the statement casts to text.
    pub fn parsed<T: FromStr>(&mut self) -> Result<T, Error> {
        let value = self.optional_parsed()?;
        value.ok_or_else(|| mismatch(self.position, "text but NULL"))
    }

    /// The same, or NULL.
    pub fn optional_parsed<T: FromStr>(&mut self) -> Result<Option<T>, Error> {
        match self.next()? {
            (Field::Text(text), at) => text.parse().map(Some).map_err(|_| mismatch(at, std::any::type_name::<T>())),
            (Field::Null, _) => Ok(None),
            (Field::Bool(_) | Field::Integer(_) | Field::Uuid(_) | Field::Bytes, at) => Err(mismatch(at, "text")),
        }
    }
}
