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
    /// Something that statements have to cast.
    Other,
}

impl Field<'_> {
    fn of(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(value),
            Value::Integer(value) => Self::Integer(value),
            Value::Text(value) => Self::Text(Cow::Owned(value)),
            Value::Uuid(value) => Self::Uuid(value),
            Value::Bytes(_) => Self::Other,
        }
    }
}

/// Why what was found at a position is not what the statement promises.
#[cold]
fn mismatch(found: Option<&Field<'_>>, position: usize, expected: &str) -> Error {
    Error::Internal(match found {
        None => format!("the row has no column {position}"),
        Some(_) => format!("column {position} is not {expected}"),
    })
}

impl Columns {
    fn next(&mut self) -> Option<Field<'_>> {
        self.position += 1;
        match &mut self.rest {
            Rest::Values(values) => values.next().map(Field::of),
            Rest::Packed(packed) => packed.next(),
        }
    }

    fn null(&self, expected: &str) -> Error {
        mismatch(Some(&Field::Null), self.position, &format!("{expected} but NULL"))
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
        let all = (0..count).all(|_| self.next().is_some());
        if all { Ok(()) } else { Err(mismatch(None, self.position, "")) }
    }

    /// A text or NULL.
    pub fn optional_text(&mut self) -> Result<Option<String>, Error> {
        let position = self.position + 1;
        match self.next() {
            Some(Field::Text(text)) => Ok(Some(text.into_owned())),
            Some(Field::Null) => Ok(None),
            other => Err(mismatch(other.as_ref(), position, "text")),
        }
    }

    /// A text.
    pub fn text(&mut self) -> Result<String, Error> {
        let text = self.optional_text()?;
        text.ok_or_else(|| self.null("text"))
    }

    /// An integer or NULL.
    pub fn optional_integer(&mut self) -> Result<Option<i64>, Error> {
        let position = self.position + 1;
        match self.next() {
            Some(Field::Integer(integer)) => Ok(Some(integer)),
            Some(Field::Null) => Ok(None),
            other => Err(mismatch(other.as_ref(), position, "an integer")),
        }
    }

    /// An integer.
    pub fn integer(&mut self) -> Result<i64, Error> {
        let integer = self.optional_integer()?;
        integer.ok_or_else(|| self.null("an integer"))
    }

    /// A boolean.
    pub fn bool(&mut self) -> Result<bool, Error> {
        let position = self.position + 1;
        match self.next() {
            Some(Field::Bool(value)) => Ok(value),
            Some(Field::Integer(0)) => Ok(false),
            Some(Field::Integer(1)) => Ok(true),
            other => Err(mismatch(other.as_ref(), position, "a boolean")),
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
        let position = self.position + 1;
        match self.next() {
            Some(Field::Uuid(id)) => Ok(Some(id.into())),
            Some(Field::Null) => Ok(None),
            Some(Field::Text(text)) => {
                let id = Uuid::try_parse(&text);
                id.map(|id| Some(id.into())).map_err(|_| mismatch(Some(&Field::Other), position, "an id"))
            }
            other => Err(mismatch(other.as_ref(), position, "an id")),
        }
    }

    /// An id.
    pub fn id<T: From<Uuid>>(&mut self) -> Result<T, Error> {
        let id = self.optional_id()?;
        id.ok_or_else(|| self.null("an id"))
    }

    /// A JSON array of ids.
    pub fn ids<T: From<Uuid>>(&mut self) -> Result<Vec<T>, Error> {
        let text = self.text()?;
        let ids: Result<Vec<Uuid>, _> = serde_json::from_str(&text);
        let ids = ids.map_err(|_| mismatch(Some(&Field::Other), self.position, "an array of ids"))?;
        Ok(ids.into_iter().map(T::from).collect())
    }

    /// A text that is stored for a value of the domain: a role, a currency, or an id that the statement casts to text.
    pub fn parsed<T: FromStr>(&mut self) -> Result<T, Error> {
        let value = self.optional_parsed()?;
        value.ok_or_else(|| self.null("text"))
    }

    /// The same, or NULL.
    pub fn optional_parsed<T: FromStr>(&mut self) -> Result<Option<T>, Error> {
        let position = self.position + 1;
        match self.next() {
            Some(Field::Text(text)) => {
                let value = text.parse();
                value.map(Some).map_err(|_| mismatch(Some(&Field::Other), position, std::any::type_name::<T>()))
            }
            Some(Field::Null) => Ok(None),
            other => Err(mismatch(other.as_ref(), position, "text")),
        }
    }
}
