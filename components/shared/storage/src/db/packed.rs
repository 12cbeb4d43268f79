//! All rows of a statement as one value.
//!
//! A value that a component reads is copied into its memory on its own, and a page has hundreds. So PostgreSQL is asked for one: an
//! array with the binary form of each row (`array_send`, `record_send`), which it makes at the price of sending the rows.

use std::{borrow::Cow, rc::Rc};

use uuid::Uuid;

use super::{Error, Row, Value, row::Field};

/// The text of a statement that answers all rows of another one. `ARRAY` keeps the order of the rows.
pub(super) fn surround(text: &str) -> String {
    format!("SELECT array_send(ARRAY(SELECT record_send(r) FROM ({text}) r))")
}

/// OIDs of types (`pg_type.dat`).
mod oid {
    pub const BOOL: u32 = 16;
    pub const INT8: u32 = 20;
    pub const INT2: u32 = 21;
    pub const INT4: u32 = 23;
    pub const TEXT: u32 = 25;
    pub const UUID: u32 = 2950;
}

/// The columns of a row that have not been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Packed {
    bytes: Rc<Vec<u8>>,
    at: usize,
    left: u32,
}

/// Whether a text can be surrounded: it reads and does nothing else. One that calls a function that writes begins with a comment.
pub(super) fn reads(text: &str) -> bool {
    let begins = ["SELECT", "WITH"].iter().any(|word| text.trim_start().starts_with(word));
    begins && !["INSERT ", "UPDATE ", "DELETE "].iter().any(|word| text.contains(word))
}

/// The rows in the one value that such a statement answers.
pub(super) fn unpack(answer: Vec<Row>) -> Result<Vec<Row>, Error> {
    let value = answer.into_iter().next().and_then(Row::into_only_value);
    let Some(Value::Bytes(bytes)) = value else { return Err(broken()) };
    elements(&Rc::new(bytes)).ok_or_else(broken)
}

fn broken() -> Error {
    Error::Internal("the database sent no array of records".into())
}

/// The elements of an array: dimensions, whether there are NULLs, the type of the elements; of one dimension its length and where it
/// begins; and each element with its length in front.
fn elements(array: &Rc<Vec<u8>>) -> Option<Vec<Row>> {
    let mut rest = array.as_slice();
    let dimensions = number(&mut rest)?;
    take(&mut rest, 8)?;
    if dimensions == 0 {
        return Some(Vec::new());
    }
    let count = number(&mut rest)?;
    take(&mut rest, 4)?;
    // Each takes eight bytes at least.
    let mut rows = Vec::with_capacity(usize::try_from(count).ok()?.min(rest.len() / 8));
    for _ in 0..count {
        let Sent::Value(mut record) = sent(&mut rest)? else { return None };
        let left = number(&mut record)?;
        rows.push(Row::packed(Packed { bytes: array.clone(), at: array.len() - rest.len() - record.len(), left }));
    }
    Some(rows)
}

impl Packed {
    /// Reads the next column; none when there is none, or it is broken.
    pub fn next(&mut self) -> Option<Field<'_>> {
        self.left = self.left.checked_sub(1)?;
        let mut rest = self.bytes.get(self.at..)?;
        let kind = number(&mut rest)?;
        let sent = sent(&mut rest)?;
        self.at = self.bytes.len() - rest.len();
        let Sent::Value(value) = sent else { return Some(Field::Null) };
        Some(match kind {
            oid::BOOL => Field::Bool(value != [0]),
            oid::INT8 => Field::Integer(i64::from_be_bytes(value.try_into().ok()?)),
            oid::INT4 => Field::Integer(i32::from_be_bytes(value.try_into().ok()?).into()),
            oid::INT2 => Field::Integer(i16::from_be_bytes(value.try_into().ok()?).into()),
            oid::TEXT => Field::Text(Cow::Borrowed(str::from_utf8(value).ok()?)),
            oid::UUID => Field::Uuid(Uuid::from_bytes(value.try_into().ok()?)),
            _ => Field::Other,
        })
    }

    /// Whether the next column is NULL.
    pub fn is_null(&self) -> bool {
        let null = || {
            let mut rest = self.bytes.get(self.at + 4..)?;
            Some(self.left > 0 && matches!(sent(&mut rest)?, Sent::Null))
        };
        null().unwrap_or(false)
    }
}

#[inline]
fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (own, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(own)
}

#[inline]
fn number(rest: &mut &[u8]) -> Option<u32> {
    let (own, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(u32::from_be_bytes(*own))
}

/// What is sent of a column.
enum Sent<'a> {
    Null,
    Value(&'a [u8]),
}

/// A value with its length in front, or NULL.
#[inline]
fn sent<'a>(rest: &mut &'a [u8]) -> Option<Sent<'a>> {
    match number(rest)? {
        u32::MAX => Some(Sent::Null),
        length => take(rest, usize::try_from(length).ok()?).map(Sent::Value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A record of (type, value) pairs as PostgreSQL sends it.
    fn record(columns: &[(u32, Option<&[u8]>)]) -> Vec<u8> {
        let mut bytes = u32::try_from(columns.len()).expect("few").to_be_bytes().to_vec();
        for (kind, value) in columns {
            bytes.extend(kind.to_be_bytes());
            match value {
                None => bytes.extend((-1_i32).to_be_bytes()),
                Some(value) => {
                    bytes.extend(u32::try_from(value.len()).expect("short").to_be_bytes());
                    bytes.extend(*value);
                }
            }
        }
        bytes
    }

    fn array(records: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let count = u32::try_from(records.len()).expect("few");
        for number in [count.min(1), 0, 17] {
            bytes.extend(number.to_be_bytes());
        }
        if count > 0 {
            bytes.extend(count.to_be_bytes());
            bytes.extend(1_u32.to_be_bytes());
        }
        for record in records {
            bytes.extend(u32::try_from(record.len()).expect("short").to_be_bytes());
            bytes.extend(record);
        }
        bytes
    }

    fn rows(bytes: Vec<u8>) -> Result<Vec<Row>, Error> {
        unpack(vec![Row::new(vec![Value::Bytes(bytes)])])
    }

    #[test]
    fn rows_are_read_as_they_are_sent() {
        let id = Uuid::from_u128(7);
        let first = record(&[
            (oid::INT8, Some(&(-5_i64).to_be_bytes())),
            (oid::TEXT, Some("ü,\"\0".as_bytes())),
            (oid::BOOL, Some(&[1])),
            (oid::TEXT, None),
            (oid::UUID, Some(id.as_bytes())),
            (oid::INT4, Some(&3_i32.to_be_bytes())),
        ]);
        let read = rows(array(&[first, record(&[(oid::INT8, None)])])).expect("rows");
        assert_eq!(read.len(), 2);
        let mut columns = read[0].clone().columns();
        assert!(!columns.is_null());
        assert_eq!(columns.integer(), Ok(-5));
        assert_eq!(columns.text().as_deref(), Ok("ü,\"\0"));
        assert_eq!(columns.bool(), Ok(true));
        assert!(columns.is_null());
        assert_eq!(columns.optional_text(), Ok(None));
        assert_eq!(columns.id::<Uuid>(), Ok(id));
        assert_eq!(columns.integer(), Ok(3));
        assert!(columns.integer().is_err());
        assert!(read[1].starts_with_null());
        assert_eq!(rows(array(&[])), Ok(Vec::new()));
    }

    #[test]
    fn what_is_cut_off_is_a_defect_and_no_panic() {
        let whole = array(&[record(&[(oid::TEXT, Some(b"text")), (oid::BOOL, Some(&[0]))])]);
        for length in 0..whole.len() {
            assert!(rows(whole[..length].to_vec()).is_err(), "{length}");
        }
        for position in 0..whole.len() {
            let mut changed = whole.clone();
            changed[position] ^= 0xff;
            for row in rows(changed).unwrap_or_default() {
                let mut columns = row.columns();
                let _whatever = (columns.is_null(), columns.optional_text(), columns.bool());
            }
        }
        let date = rows(array(&[record(&[(1082, Some(b"date"))])])).expect("a row").remove(0).columns().text();
        assert_eq!(date, Err(Error::Internal("column 1 is not text".into())));
    }

    #[test]
    fn only_what_reads_is_packed() {
        assert!(reads("\n SELECT 1") && reads("WITH a AS (SELECT updated_at) SELECT 1"));
        for text in ["INSERT INTO t", "WITH a AS (DELETE FROM t RETURNING id) SELECT 1", "SELECT 1 FOR UPDATE OF t"] {
            assert!(!reads(text), "{text}");
        }
    }
}
