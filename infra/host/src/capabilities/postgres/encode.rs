//! Parameters of guests in PostgreSQL's binary format, each for exactly the types that Spin takes it for.

use std::{error::Error as StdError, fmt};

use bytes::{BufMut as _, BytesMut};
use serde::de::IgnoredAny;
use tokio_postgres::types::{IsNull, Kind, ToSql, Type, to_sql_checked};
use uuid::Uuid;

use super::{civil, numeric, wit};
use wit::{ParameterValue, RangeBoundKind};

/// Why a parameter can't be sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum ParameterError {
    /// The statement wants another type.
    #[error("a value of the type {given} can't be given for a parameter of the type `{wanted}`{remedy}")]
    WrongType { given: &'static str, wanted: String, remedy: String },
    /// The text or the parts don't make a value of the type.
    #[error("not a value of the type {0}")]
    Invalid(&'static str),
}

/// A parameter on its way into a message.
pub(super) struct Parameter(pub(super) ParameterValue);

impl fmt::Debug for Parameter {
    /// The driver logs parameters when debugging is on; what they hold is nobody's business.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(name(&self.0))
    }
}

impl ToSql for Parameter {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        write(&self.0, ty, out).map_err(Into::into)
    }

    fn accepts(_: &Type) -> bool {
        // The rule depends on the value: see `write`.
        true
    }

    to_sql_checked!();
}

/// Bytes that a parameter takes up on the host.
pub(super) fn size(value: &ParameterValue) -> usize {
    let beside = match value {
        ParameterValue::Str(text) | ParameterValue::Uuid(text) | ParameterValue::Decimal(text) => text.len(),
        ParameterValue::Binary(bytes) | ParameterValue::Jsonb(bytes) => bytes.len(),
        ParameterValue::RangeDecimal((lower, upper)) => lower.iter().chain(upper).map(|(number, _)| number.len()).sum(),
        ParameterValue::ArrayInt32(values) => size_of_val(values.as_slice()),
        ParameterValue::ArrayInt64(values) => size_of_val(values.as_slice()),
        ParameterValue::ArrayDecimal(values) | ParameterValue::ArrayStr(values) => {
            size_of_val(values.as_slice()) + values.iter().flatten().map(String::len).sum::<usize>()
        }
        _ => 0,
    };
    size_of::<ParameterValue>() + beside
}

fn name(value: &ParameterValue) -> &'static str {
    match value {
        ParameterValue::Boolean(_) => "boolean",
        ParameterValue::Int8(_) => "int8",
        ParameterValue::Int16(_) => "int16",
        ParameterValue::Int32(_) => "int32",
        ParameterValue::Int64(_) => "int64",
        ParameterValue::Floating32(_) => "floating32",
        ParameterValue::Floating64(_) => "floating64",
        ParameterValue::Str(_) => "str",
        ParameterValue::Binary(_) => "binary",
        ParameterValue::Date(_) => "date",
        ParameterValue::Time(_) => "time",
        ParameterValue::Datetime(_) => "datetime",
        ParameterValue::Timestamp(_) => "timestamp",
        ParameterValue::Uuid(_) => "uuid",
        ParameterValue::Jsonb(_) => "jsonb",
        ParameterValue::Decimal(_) => "decimal",
        ParameterValue::RangeInt32(_) => "range-int32",
        ParameterValue::RangeInt64(_) => "range-int64",
        ParameterValue::RangeDecimal(_) => "range-decimal",
        ParameterValue::ArrayInt32(_) => "array-int32",
        ParameterValue::ArrayInt64(_) => "array-int64",
        ParameterValue::ArrayDecimal(_) => "array-decimal",
        ParameterValue::ArrayStr(_) => "array-str",
        ParameterValue::Interval(_) => "interval",
        ParameterValue::DbNull => "db-null",
    }
}

fn is_text(ty: &Type) -> bool {
    matches!(*ty, Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN)
        || matches!(ty.name(), "citext" | "ltree" | "lquery" | "ltxtquery")
}

fn accepts(value: &ParameterValue, ty: &Type) -> bool {
    let array_of = |accepts: fn(&Type) -> bool| matches!(ty.kind(), Kind::Array(member) if accepts(member));
    match value {
        ParameterValue::Boolean(_) => *ty == Type::BOOL,
        ParameterValue::Int8(_) => *ty == Type::CHAR,
        ParameterValue::Int16(_) => *ty == Type::INT2,
        ParameterValue::Int32(_) => *ty == Type::INT4,
        ParameterValue::Int64(_) => *ty == Type::INT8,
        ParameterValue::Floating32(_) => *ty == Type::FLOAT4,
        ParameterValue::Floating64(_) => *ty == Type::FLOAT8,
        ParameterValue::Str(_) => is_text(ty),
        ParameterValue::Binary(_) => *ty == Type::BYTEA,
        ParameterValue::Date(_) => *ty == Type::DATE,
        ParameterValue::Time(_) => *ty == Type::TIME,
        ParameterValue::Datetime(_) => *ty == Type::TIMESTAMP,
        ParameterValue::Timestamp(_) => *ty == Type::TIMESTAMPTZ,
        ParameterValue::Uuid(_) => *ty == Type::UUID,
        ParameterValue::Jsonb(_) => matches!(*ty, Type::JSONB | Type::JSON),
        ParameterValue::Decimal(_) => *ty == Type::NUMERIC,
        ParameterValue::RangeInt32(_) => *ty == Type::INT4_RANGE,
        ParameterValue::RangeInt64(_) => *ty == Type::INT8_RANGE,
        ParameterValue::RangeDecimal(_) => *ty == Type::NUM_RANGE,
        ParameterValue::ArrayInt32(_) => array_of(|member| *member == Type::INT4),
        ParameterValue::ArrayInt64(_) => array_of(|member| *member == Type::INT8),
        ParameterValue::ArrayDecimal(_) => array_of(|member| *member == Type::NUMERIC),
        ParameterValue::ArrayStr(_) => array_of(is_text),
        ParameterValue::Interval(_) => *ty == Type::INTERVAL,
        ParameterValue::DbNull => true,
    }
}

fn write(value: &ParameterValue, ty: &Type, out: &mut BytesMut) -> Result<IsNull, ParameterError> {
    if !accepts(value, ty) {
        let remedy = match ty.kind() {
            Kind::Domain(inner) => format!("; cast it in the statement, as in `$1::{inner}`"),
            _ => String::new(),
        };
        return Err(ParameterError::WrongType { given: name(value), wanted: ty.name().to_owned(), remedy });
    }
    let written = match value {
        ParameterValue::Boolean(value) => put(|| out.put_u8((*value).into())),
        ParameterValue::Int8(value) => put(|| out.put_i8(*value)),
        ParameterValue::Int16(value) => put(|| out.put_i16(*value)),
        ParameterValue::Int32(value) => put(|| out.put_i32(*value)),
        ParameterValue::Int64(value) => put(|| out.put_i64(*value)),
        ParameterValue::Floating32(value) => put(|| out.put_f32(*value)),
        ParameterValue::Floating64(value) => put(|| out.put_f64(*value)),
        ParameterValue::Str(text) => put(|| write_text(text, ty, out)),
        ParameterValue::Binary(bytes) => put(|| out.put_slice(bytes)),
        ParameterValue::Date(date) => civil::days(*date).map(|days| out.put_i32(days)),
        ParameterValue::Time(time) => civil::micros_of_day(*time).map(|micros| out.put_i64(micros)),
        ParameterValue::Datetime(moment) => civil::micros(*moment).map(|micros| out.put_i64(micros)),
        ParameterValue::Timestamp(seconds) => civil::micros_of_unix(*seconds).map(|micros| out.put_i64(micros)),
        ParameterValue::Uuid(text) => Uuid::try_parse(text).ok().map(|id| out.put_slice(id.as_bytes())),
        ParameterValue::Jsonb(json) => write_json(json, ty, out),
        ParameterValue::Decimal(text) => numeric::write(text, out),
        ParameterValue::RangeInt32((lower, upper)) => {
            write_range(lower.as_ref(), upper.as_ref(), out, |value, out| put(|| out.put_i32(*value)))
        }
        ParameterValue::RangeInt64((lower, upper)) => {
            write_range(lower.as_ref(), upper.as_ref(), out, |value, out| put(|| out.put_i64(*value)))
        }
        ParameterValue::RangeDecimal((lower, upper)) => {
            write_range(lower.as_ref(), upper.as_ref(), out, |value, out| numeric::write(value, out))
        }
        ParameterValue::ArrayInt32(values) => write_array(values, ty, out, |value, _, out| put(|| out.put_i32(*value))),
        ParameterValue::ArrayInt64(values) => write_array(values, ty, out, |value, _, out| put(|| out.put_i64(*value))),
        ParameterValue::ArrayDecimal(values) => {
            write_array(values, ty, out, |value, _, out| numeric::write(value, out))
        }
        ParameterValue::ArrayStr(values) => {
            write_array(values, ty, out, |value, member, out| put(|| write_text(value, member, out)))
        }
        ParameterValue::Interval(interval) => put(|| {
            out.put_i64(interval.micros);
            out.put_i32(interval.days);
            out.put_i32(interval.months);
        }),
        ParameterValue::DbNull => return Ok(IsNull::Yes),
    };
    written.map(|()| IsNull::No).ok_or(ParameterError::Invalid(name(value)))
}

/// What can't fail, in the shape of what can.
#[expect(clippy::unnecessary_wraps, reason = "the other cases do fail")]
fn put(write: impl FnOnce()) -> Option<()> {
    write();
    Some(())
}

fn write_text(text: &str, ty: &Type, out: &mut BytesMut) {
    if matches!(ty.name(), "ltree" | "lquery" | "ltxtquery") {
        // Their binary formats begin with a version.
        out.put_u8(1);
    }
    out.put_slice(text.as_bytes());
}

fn write_json(json: &[u8], ty: &Type, out: &mut BytesMut) -> Option<()> {
    serde_json::from_slice::<IgnoredAny>(json).ok()?;
    if *ty == Type::JSONB {
        out.put_u8(1);
    }
    out.put_slice(json);
    Some(())
}

/// A length, filled in after what it counts.
fn write_counted(out: &mut BytesMut, write: impl FnOnce(&mut BytesMut) -> Option<()>) -> Option<()> {
    let start = out.len();
    out.put_i32(0);
    write(out)?;
    let length = i32::try_from(out.len() - start - 4).ok()?;
    out[start..start + 4].copy_from_slice(&length.to_be_bytes());
    Some(())
}

fn write_range<T>(
    lower: Option<&(T, RangeBoundKind)>,
    upper: Option<&(T, RangeBoundKind)>,
    out: &mut BytesMut,
    mut write: impl FnMut(&T, &mut BytesMut) -> Option<()>,
) -> Option<()> {
    let flag = |bound: Option<&(T, RangeBoundKind)>, inclusive: u8, infinite: u8| match bound {
        Some((_, RangeBoundKind::Inclusive)) => inclusive,
        Some((_, RangeBoundKind::Exclusive)) => 0,
        None => infinite,
    };
    out.put_u8(flag(lower, 0x02, 0x08) | flag(upper, 0x04, 0x10));
    for (value, _) in lower.into_iter().chain(upper) {
        write_counted(out, |out| write(value, out))?;
    }
    Some(())
}

fn write_array<T>(
    values: &[Option<T>],
    ty: &Type,
    out: &mut BytesMut,
    mut write: impl FnMut(&T, &Type, &mut BytesMut) -> Option<()>,
) -> Option<()> {
    let Kind::Array(member) = ty.kind() else { return None };
    out.put_i32(i32::from(!values.is_empty()));
    out.put_i32(values.iter().any(Option::is_none).into());
    out.put_u32(member.oid());
    if !values.is_empty() {
        out.put_i32(i32::try_from(values.len()).ok()?);
        out.put_i32(1);
    }
    for value in values {
        match value {
            Some(value) => write_counted(out, |out| write(value, member, out))?,
            None => out.put_i32(-1),
        }
    }
    Some(())
}
