//! All rows of a statement as one value.
//!
//! A value that a component reads is copied into its memory on its own, and a page has hundreds. So PostgreSQL is asked for one: an
//! array with the binary form of each row (`array_send`, `record_send`), which it makes at the price of sending the rows.

use std::{borrow::Cow, rc::Rc};

use uuid::Uuid;

use super::{Error, Row, Value, row::Field};

/// What surrounds the text of a statement. `ARRAY` keeps the order of the rows.
#[doc(hidden)]
#[macro_export]
macro_rules! packed_text {
    ($text:expr) => {
        concat!("SELECT array_send(ARRAY(SELECT record_send(r) FROM (", $text, ") r))")
    };
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

/// Whether a text can be surrounded: it reads and does nothing else.
#[doc(hidden)]
pub const fn reads(text: &str) -> bool {
    let text = text.as_bytes();
    let mut index = 0;
    while index < text.len() && text[index].is_ascii_whitespace() {
        index += 1;
    }
    if !starts(text, index, b"SELECT") && !starts(text, index, b"WITH") {
        return false;
    }
    while index < text.len() {
        if starts(text, index, b"INSERT ") || starts(text, index, b"UPDATE ") || starts(text, index, b"DELETE ") {
            return false;
        }
        index += 1;
    }
    true
}

const fn starts(text: &[u8], from: usize, word: &[u8]) -> bool {
    let mut index = 0;
    while index < word.len() {
        if from + index >= text.len() || text[from + index] != word[index] {
            return false;
        }
        index += 1;
    }
    true
}

/// The rows in the one value that such a statement answers.
pub(super) fn unpack(answer: Vec<Row>) -> Result<Vec<Row>, Error> {
    let value = answer.into_iter().next().and_then(Row::into_only_value);
    let Some(Value::Bytes(bytes)) = value else { return Err(broken()) };
    let bytes = Rc::new(bytes);
    let mut reader = Reader { bytes: &bytes, at: 0 };
    // Dimensions, whether there are NULLs, the type of the elements; of one dimension its length and where it begins.
    let dimensions = reader.number()?;
    reader.skip(8)?;
    if dimensions == 0 {
        return Ok(Vec::new());
    }
    let count = reader.number()?;
    reader.skip(4)?;
    // Each row takes eight bytes at least.
    let mut rows = Vec::with_capacity(usize::try_from(count).unwrap_or_default().min(bytes.len() / 8));
    for _ in 0..count {
        let length = reader.number()?;
        let left = Reader { ..reader }.number()?;
        rows.push(Row::packed(Packed { bytes: bytes.clone(), at: reader.at + 4, left }));
        reader.skip(usize::try_from(length).map_err(|_| broken())?)?;
    }
    Ok(rows)
}

impl Packed {
    /// Reads the next column.
    pub fn next(&mut self) -> Result<Option<Field<'_>>, Error> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        let mut reader = Reader { bytes: &self.bytes, at: self.at };
        let kind = reader.number()?;
        let field = match reader.field()? {
            None => Field::Null,
            Some(bytes) => match kind {
                oid::BOOL => Field::Bool(u8::from_be_bytes(fixed(bytes)?) != 0),
                oid::INT8 => Field::Integer(i64::from_be_bytes(fixed(bytes)?)),
                oid::INT4 => Field::Integer(i32::from_be_bytes(fixed(bytes)?).into()),
                oid::INT2 => Field::Integer(i16::from_be_bytes(fixed(bytes)?).into()),
                oid::TEXT => Field::Text(Cow::Borrowed(str::from_utf8(bytes).map_err(|_| broken())?)),
                oid::UUID => Field::Uuid(Uuid::from_bytes(fixed(bytes)?)),
                other => {
                    return Err(Error::Internal(format!("statements must cast what they select: type {other}")));
                }
            },
        };
        self.at = reader.at;
        Ok(Some(field))
    }

    /// Whether the next column is NULL.
    pub fn is_null(&self) -> bool {
        let mut reader = Reader { bytes: &self.bytes, at: self.at };
        self.left == 0 || reader.number().and_then(|_| reader.field()).is_ok_and(|field| field.is_none())
    }
}

fn fixed<const LENGTH: usize>(bytes: &[u8]) -> Result<[u8; LENGTH], Error> {
    bytes.try_into().map_err(|_| broken())
}

fn broken() -> Error {
    Error::Internal("the database sent no array of records".into())
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Error> {
        let end = self.at.checked_add(length).ok_or_else(broken)?;
        let bytes = self.bytes.get(self.at..end).ok_or_else(broken)?;
        self.at = end;
        Ok(bytes)
    }

    fn skip(&mut self, length: usize) -> Result<(), Error> {
        self.take(length).map(drop)
    }

    fn number(&mut self) -> Result<u32, Error> {
        Ok(u32::from_be_bytes(fixed(self.take(4)?)?))
    }

    /// A value with its length in front, or NULL.
    fn field(&mut self) -> Result<Option<&'a [u8]>, Error> {
        match self.number()? {
            u32::MAX => Ok(None),
            length => self.take(usize::try_from(length).map_err(|_| broken())?).map(Some),
        }
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
        assert!(rows(array(&[record(&[(1082, Some(b"date"))])])).expect("a row").remove(0).columns().text().is_err());
    }

    #[test]
    fn only_what_reads_is_packed() {
        assert!(reads("\n SELECT 1") && reads("WITH a AS (SELECT updated_at) SELECT 1"));
        for text in ["INSERT INTO t", "WITH a AS (DELETE FROM t RETURNING id) SELECT 1", "SELECT 1 FOR UPDATE OF t"] {
            assert!(!reads(text), "{text}");
        }
    }
}
