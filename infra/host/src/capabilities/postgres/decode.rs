//! Values of PostgreSQL's binary format as guests see them.

use std::error::Error as StdError;

use tokio_postgres::types::{FromSql, Type};
use uuid::Uuid;

use super::{civil, numeric, wit};
use crate::capabilities::MAX_RESULT_BYTES;
use wit::{DbDataType, DbValue, RangeBoundKind};

/// A value can't be shown to the guest.
#[derive(Debug, thiserror::Error)]
#[error("the column `{column}` of the type `{ty}` holds a value that can't be read: {reason}")]
pub(super) struct ValueError {
    pub(super) column: String,
    pub(super) ty: String,
    pub(super) reason: &'static str,
}

/// The bytes of a value, whatever its type.
pub(super) struct Raw<'a>(pub(super) &'a [u8]);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self(raw))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

pub(super) fn data_type(ty: &Type) -> DbDataType {
    match *ty {
        Type::BOOL => DbDataType::Boolean,
        Type::CHAR => DbDataType::Int8,
        Type::INT2 => DbDataType::Int16,
        Type::INT4 => DbDataType::Int32,
        Type::INT8 => DbDataType::Int64,
        Type::FLOAT4 => DbDataType::Floating32,
        Type::FLOAT8 => DbDataType::Floating64,
        Type::TEXT | Type::VARCHAR | Type::BPCHAR => DbDataType::Str,
        Type::BYTEA => DbDataType::Binary,
        Type::DATE => DbDataType::Date,
        Type::TIME => DbDataType::Time,
        Type::TIMESTAMP | Type::TIMESTAMPTZ => DbDataType::Datetime,
        Type::UUID => DbDataType::Uuid,
        Type::JSONB => DbDataType::Jsonb,
        Type::NUMERIC => DbDataType::Decimal,
        Type::INT4_RANGE => DbDataType::RangeInt32,
        Type::INT8_RANGE => DbDataType::RangeInt64,
        Type::NUM_RANGE => DbDataType::RangeDecimal,
        Type::INT4_ARRAY => DbDataType::ArrayInt32,
        Type::INT8_ARRAY => DbDataType::ArrayInt64,
        Type::NUMERIC_ARRAY => DbDataType::ArrayDecimal,
        Type::TEXT_ARRAY | Type::VARCHAR_ARRAY | Type::BPCHAR_ARRAY => DbDataType::ArrayStr,
        Type::INTERVAL => DbDataType::Interval,
        _ => DbDataType::Other(ty.name().to_owned()),
    }
}

/// The value in `raw`; the error is the reason why it can't be shown.
pub(super) fn value(ty: &Type, raw: &[u8], spin_exact: bool) -> Result<DbValue, &'static str> {
    const LENGTH: &str = "unexpected length";
    Ok(match *ty {
        Type::BOOL => DbValue::Boolean(raw != [0]),
        Type::CHAR => DbValue::Int8(i8::from_be_bytes(array(raw).ok_or(LENGTH)?)),
        Type::INT2 => DbValue::Int16(i16::from_be_bytes(array(raw).ok_or(LENGTH)?)),
        Type::INT4 => DbValue::Int32(int32(raw).ok_or(LENGTH)?),
        Type::INT8 => DbValue::Int64(int64(raw).ok_or(LENGTH)?),
        Type::FLOAT4 => DbValue::Floating32(f32::from_be_bytes(array(raw).ok_or(LENGTH)?)),
        Type::FLOAT8 => DbValue::Floating64(f64::from_be_bytes(array(raw).ok_or(LENGTH)?)),
        Type::TEXT | Type::VARCHAR | Type::BPCHAR => DbValue::Str(text(raw).ok_or("not UTF-8")?),
        Type::BYTEA => DbValue::Binary(raw.to_vec()),
        Type::DATE => match int32(raw).ok_or(LENGTH)? {
            i32::MAX | i32::MIN => return Err("infinity"),
            days => DbValue::Date(civil::date(days.into())),
        },
        Type::TIME => DbValue::Time(civil::time(int64(raw).ok_or(LENGTH)?)),
        // Spin announces `datetime` for both, and fails on reading the second.
        Type::TIMESTAMPTZ if spin_exact => return Err("timestamptz is not supported"),
        Type::TIMESTAMP | Type::TIMESTAMPTZ => match int64(raw).ok_or(LENGTH)? {
            i64::MAX | i64::MIN => return Err("infinity"),
            micros => DbValue::Datetime(civil::date_time(micros)),
        },
        Type::UUID => DbValue::Uuid(Uuid::from_slice(raw).map_err(|_| LENGTH)?.to_string()),
        Type::JSONB => DbValue::Jsonb(raw.strip_prefix(&[1]).ok_or("unknown version of jsonb")?.to_vec()),
        Type::NUMERIC => DbValue::Decimal(numeric::read(raw).ok_or("not a number")?),
        Type::INTERVAL => DbValue::Interval(interval(raw).ok_or(LENGTH)?),
        Type::INT4_RANGE => DbValue::RangeInt32(range(raw, int32, 0).ok_or(LENGTH)?),
        Type::INT8_RANGE => DbValue::RangeInt64(range(raw, int64, 0).ok_or(LENGTH)?),
        Type::NUM_RANGE => DbValue::RangeDecimal(range(raw, numeric::read, "0".into()).ok_or(LENGTH)?),
        Type::INT4_ARRAY => DbValue::ArrayInt32(list(raw, int32)?),
        Type::INT8_ARRAY => DbValue::ArrayInt64(list(raw, int64)?),
        Type::NUMERIC_ARRAY => DbValue::ArrayDecimal(numbers(raw, MAX_RESULT_BYTES)?),
        Type::TEXT_ARRAY | Type::VARCHAR_ARRAY | Type::BPCHAR_ARRAY => DbValue::ArrayStr(list(raw, text)?),
        _ => DbValue::Unsupported(raw.to_vec()),
    })
}

/// About the bytes that a value holds beyond those that were sent: a `numeric` of ten bytes may have 131,072 digits.
pub(super) fn surplus(value: &DbValue) -> usize {
    fn each<T>(values: &[Option<T>]) -> usize {
        size_of_val(values)
    }
    match value {
        DbValue::Decimal(text) => text.len(),
        DbValue::RangeDecimal((lower, upper)) => [lower, upper].into_iter().flatten().map(|(text, _)| text.len()).sum(),
        DbValue::ArrayDecimal(values) => each(values) + values.iter().flatten().map(String::len).sum::<usize>(),
        DbValue::ArrayInt32(values) => each(values),
        DbValue::ArrayInt64(values) => each(values),
        DbValue::ArrayStr(values) => each(values),
        _ => 0,
    }
}

fn array<const N: usize>(raw: &[u8]) -> Option<[u8; N]> {
    raw.try_into().ok()
}

fn int32(raw: &[u8]) -> Option<i32> {
    array(raw).map(i32::from_be_bytes)
}

fn int64(raw: &[u8]) -> Option<i64> {
    array(raw).map(i64::from_be_bytes)
}

fn text(raw: &[u8]) -> Option<String> {
    std::str::from_utf8(raw).ok().map(str::to_owned)
}

fn interval(raw: &[u8]) -> Option<wit::Interval> {
    let (micros, rest) = raw.split_at_checked(8)?;
    let (days, months) = rest.split_at_checked(4)?;
    Some(wit::Interval { micros: int64(micros)?, days: int32(days)?, months: int32(months)? })
}

/// Takes a number of four bytes off the front.
fn take_int32(raw: &mut &[u8]) -> Option<i32> {
    let (number, rest) = raw.split_at_checked(4)?;
    *raw = rest;
    int32(number)
}

/// What follows a length.
enum Counted<'a> {
    Null,
    Value(&'a [u8]),
}

/// Takes what follows its length off the front; a negative length is null.
fn take_counted<'a>(raw: &mut &'a [u8]) -> Option<Counted<'a>> {
    let Ok(length) = usize::try_from(take_int32(raw)?) else { return Some(Counted::Null) };
    let (value, rest) = raw.split_at_checked(length)?;
    *raw = rest;
    Some(Counted::Value(value))
}

type Bound<T> = Option<(T, RangeBoundKind)>;

/// The interface has no empty range, so it is one without a value between two equal bounds, which PostgreSQL reads as empty too.
fn range<T: Clone>(raw: &[u8], read: impl Fn(&[u8]) -> Option<T>, zero: T) -> Option<(Bound<T>, Bound<T>)> {
    let (flags, mut rest) = raw.split_first()?;
    if flags & 0x01 != 0 {
        let bound = Some((zero, RangeBoundKind::Exclusive));
        return Some((bound.clone(), bound));
    }
    let mut bound = |inclusive: u8, infinite: u8| {
        if flags & infinite != 0 {
            return Some(None);
        }
        let kind = if flags & inclusive != 0 { RangeBoundKind::Inclusive } else { RangeBoundKind::Exclusive };
        let Counted::Value(value) = take_counted(&mut rest)? else { return None };
        Some(Some((read(value)?, kind)))
    };
    Some((bound(0x02, 0x08)?, bound(0x04, 0x10)?))
}

/// Numbers whose texts have at most `max` bytes in all.
fn numbers(raw: &[u8], max: usize) -> Result<Vec<Option<String>>, &'static str> {
    let mut left = Some(max);
    let numbers = list(raw, |raw| {
        let text = numeric::read(raw)?;
        left = left?.checked_sub(text.len());
        left.map(|_| text)
    });
    if left.is_none() { Err("larger than what is held of a result") } else { numbers }
}

fn list<T>(mut raw: &[u8], mut read: impl FnMut(&[u8]) -> Option<T>) -> Result<Vec<Option<T>>, &'static str> {
    const BROKEN: &str = "not an array";
    let raw = &mut raw;
    let dimensions = take_int32(raw).ok_or(BROKEN)?;
    let (_has_null, _member) = (take_int32(raw).ok_or(BROKEN)?, take_int32(raw).ok_or(BROKEN)?);
    match dimensions {
        0 => return Ok(Vec::new()),
        1 => {}
        _ => return Err("an array of more than one dimension"),
    }
    let (length, _first) = (take_int32(raw).ok_or(BROKEN)?, take_int32(raw).ok_or(BROKEN)?);
    (0..length)
        .map(|_| match take_counted(raw).ok_or(BROKEN)? {
            Counted::Value(value) => read(value).map(Some).ok_or(BROKEN),
            Counted::Null => Ok(None),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An array of `count` times `1e131071`, which is sent in ten bytes.
    fn long_numbers(count: i32) -> Vec<u8> {
        let mut raw = Vec::new();
        for word in [1, 0, 1700, count, 1] {
            raw.extend(word.to_be_bytes());
        }
        for _ in 0..count {
            raw.extend(10_i32.to_be_bytes());
            for word in [1_u16, 32_767, 0, 0, 1000] {
                raw.extend(word.to_be_bytes());
            }
        }
        raw
    }

    #[test]
    fn numbers_count_with_their_digits() {
        let raw = long_numbers(8);
        let value = value(&Type::NUMERIC_ARRAY, &raw, false).expect("an array");
        assert!(surplus(&value) > 8 * 131_072);
        assert!(numbers(&raw, 8 * 131_072).is_ok());
        assert_eq!(numbers(&raw, 8 * 131_072 - 1), Err("larger than what is held of a result"));
        assert_eq!(numbers(&raw[..raw.len() - 1], 1 << 30), Err("not an array"));
    }
}
