//! A value that a guest reads it can give back, and reads the same again.
//!
//! The input: a byte that chooses the type, and the value in PostgreSQL's binary format.
#![no_main]

use kronos_host::fuzzing::postgres::{DbValue, ParameterValue, Type, decode, encode};
use libfuzzer_sys::fuzz_target;

const TYPES: [Type; 28] = [
    Type::BOOL,
    Type::CHAR,
    Type::INT2,
    Type::INT4,
    Type::INT8,
    Type::FLOAT4,
    Type::FLOAT8,
    Type::TEXT,
    Type::BYTEA,
    Type::DATE,
    Type::TIME,
    Type::TIMESTAMP,
    Type::TIMESTAMPTZ,
    Type::UUID,
    Type::JSONB,
    Type::NUMERIC,
    Type::INTERVAL,
    Type::INT4_RANGE,
    Type::INT8_RANGE,
    Type::NUM_RANGE,
    Type::INT4_ARRAY,
    Type::INT8_ARRAY,
    Type::NUMERIC_ARRAY,
    Type::TEXT_ARRAY,
    Type::BPCHAR_ARRAY,
    Type::VARCHAR,
    Type::BPCHAR,
    Type::INET,
];

/// The same as a parameter; `None` for what has none.
fn parameter(value: DbValue) -> Option<ParameterValue> {
    Some(match value {
        DbValue::Boolean(value) => ParameterValue::Boolean(value),
        DbValue::Int8(value) => ParameterValue::Int8(value),
        DbValue::Int16(value) => ParameterValue::Int16(value),
        DbValue::Int32(value) => ParameterValue::Int32(value),
        DbValue::Int64(value) => ParameterValue::Int64(value),
        DbValue::Floating32(value) => ParameterValue::Floating32(value),
        DbValue::Floating64(value) => ParameterValue::Floating64(value),
        DbValue::Str(value) => ParameterValue::Str(value),
        DbValue::Binary(value) => ParameterValue::Binary(value),
        DbValue::Date(value) => ParameterValue::Date(value),
        DbValue::Time(value) => ParameterValue::Time(value),
        DbValue::Datetime(value) => ParameterValue::Datetime(value),
        DbValue::Uuid(value) => ParameterValue::Uuid(value),
        DbValue::Jsonb(value) => ParameterValue::Jsonb(value),
        DbValue::Decimal(value) => ParameterValue::Decimal(value),
        DbValue::RangeInt32(value) => ParameterValue::RangeInt32(value),
        DbValue::RangeInt64(value) => ParameterValue::RangeInt64(value),
        DbValue::RangeDecimal(value) => ParameterValue::RangeDecimal(value),
        DbValue::ArrayInt32(value) => ParameterValue::ArrayInt32(value),
        DbValue::ArrayInt64(value) => ParameterValue::ArrayInt64(value),
        DbValue::ArrayDecimal(value) => ParameterValue::ArrayDecimal(value),
        DbValue::ArrayStr(value) => ParameterValue::ArrayStr(value),
        DbValue::Interval(value) => ParameterValue::Interval(value),
        DbValue::DbNull => ParameterValue::DbNull,
        _ => return None,
    })
}

/// Whether PostgreSQL itself sends no such value, or it is one that only the target `numeric` looks at.
fn may_be_refused(value: &DbValue, raw: &[u8]) -> bool {
    match value {
        DbValue::Jsonb(_) | DbValue::Decimal(_) | DbValue::RangeDecimal(_) | DbValue::ArrayDecimal(_) => true,
        DbValue::Time(_) => {
            let micros = i64::from_be_bytes(raw.try_into().expect("eight bytes"));
            !(0..86_400_000_000).contains(&micros)
        }
        _ => false,
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((chosen, raw)) = data.split_first() else { return };
    let ty = &TYPES[usize::from(*chosen) % TYPES.len()];
    let exact = decode(ty, raw, true);
    let Ok(value) = decode(ty, raw, false) else {
        assert!(exact.is_err());
        return;
    };
    let text = format!("{value:?}");
    if let Ok(exact) = exact {
        assert_eq!(format!("{exact:?}"), text);
    }
    let may_be_refused = may_be_refused(&value, raw);
    let Some(parameter) = parameter(value) else { return };
    // Moments are given without a zone.
    let wanted = if *ty == Type::TIMESTAMPTZ { &Type::TIMESTAMP } else { ty };
    let written = match encode(parameter, wanted) {
        Ok(written) => written.expect("no null was sent"),
        Err(reason) => {
            assert!(may_be_refused, "{ty}: {text}: {reason}");
            return;
        }
    };
    let again = decode(wanted, &written, false).expect("what we wrote");
    let again = format!("{again:?}");
    // Numbers are compared by the target `numeric`; those of PostgreSQL have no groups beyond 9999 and no zeros in front.
    if !text.contains("Decimal") {
        assert_eq!(again, text, "{ty}");
    }
});
