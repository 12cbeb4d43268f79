//! Commands on strings and on the connection.

use std::time::Duration;

use ::redis::Value;

use super::{
    arguments::{Arguments, parse_integer, syntax},
    store::{Bytes, Data, Store},
};
use crate::capabilities::{
    MAX_RESULT_BYTES,
    redis::{CommandError, reply},
};

type Answer = Result<Value, CommandError>;

fn bulk(text: Option<&Bytes>) -> Value {
    text.map_or(Value::Nil, |text| Value::BulkString(text.clone()))
}

pub(super) fn ping(mut arguments: Arguments<'_>) -> Answer {
    if arguments.len() == 0 {
        return Ok(Value::SimpleString("PONG".into()));
    }
    echo_back(&mut arguments)
}

pub(super) fn echo(mut arguments: Arguments<'_>) -> Answer {
    echo_back(&mut arguments)
}

fn echo_back(arguments: &mut Arguments<'_>) -> Answer {
    let text = arguments.next()?;
    arguments.end()?;
    Ok(Value::BulkString(text.to_vec()))
}

pub(super) fn get(store: &mut Store, mut arguments: Arguments<'_>) -> Answer {
    let key = arguments.next()?;
    arguments.end()?;
    Ok(bulk(store.text(key)?))
}

pub(super) fn get_many(store: &mut Store, mut arguments: Arguments<'_>) -> Answer {
    let keys = arguments.some()?;
    // A large value that is asked for many times would be copied as often.
    let mut bytes = 0_usize;
    for key in keys {
        bytes += size_of::<Value>() + store.text(key).ok().flatten().map_or(0, Vec::len);
        if bytes > MAX_RESULT_BYTES {
            return Err(reply::too_large());
        }
    }
    Ok(Value::Array(keys.iter().map(|key| bulk(store.text(key).ok().flatten())).collect()))
}

pub(super) fn set_many(store: &mut Store, mut arguments: Arguments<'_>) -> Answer {
    if !arguments.len().is_multiple_of(2) {
        return Err(arguments.wrong_number());
    }
    for pair in arguments.some()?.chunks_exact(2) {
        store.replace(pair[0], Data::Text(pair[1].to_vec()), None);
    }
    Ok(Value::Okay)
}

/// The moment `amount` units of `unit_ms` from now.
pub(super) fn moment(store: &Store, amount: i64, unit_ms: i64) -> Option<Duration> {
    let milliseconds = u64::try_from(amount.checked_mul(unit_ms)?).ok()?;
    // Redis adds this to a wall clock in a signed number.
    if milliseconds > (i64::MAX as u64) / 2 {
        return None;
    }
    store.now().checked_add(Duration::from_millis(milliseconds))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Condition {
    Always,
    Missing,
    Present,
}

enum Expiry {
    Never,
    Keep,
    At(Duration),
}

pub(super) fn set(store: &mut Store, mut arguments: Arguments<'_>) -> Answer {
    let (key, value) = (arguments.next()?, arguments.next()?);
    let mut condition = Condition::Always;
    let mut expiry = None;
    let mut returns_old = false;
    let mut amount = None;
    while let Some(option) = arguments.next_option() {
        let option = option.to_ascii_lowercase();
        match option.as_str() {
            "nx" if condition != Condition::Present => condition = Condition::Missing,
            "xx" if condition != Condition::Missing => condition = Condition::Present,
            "get" => returns_old = true,
            "keepttl" if amount.is_none() => expiry = Some(Expiry::Keep),
            "ex" | "px" if expiry.is_none() && arguments.len() > 0 => {
                let unit_ms = if option == "ex" { 1000 } else { 1 };
                // The same option may come again, and the last one counts.
                if amount.is_some_and(|(_, other)| other != unit_ms) {
                    return Err(syntax());
                }
                amount = Some((arguments.next()?, unit_ms));
            }
            _ => return Err(syntax()),
        }
    }
    if let Some((text, unit_ms)) = amount {
        let number =
            parse_integer(text).ok_or_else(|| CommandError::new("ERR", "value is not an integer or out of range"))?;
        let moment = if number > 0 { moment(store, number, unit_ms) } else { None };
        expiry = Some(Expiry::At(moment.ok_or_else(|| arguments.invalid_expiry())?));
    }
    let old = if returns_old { bulk(store.text(key)?) } else { Value::Nil };
    let present = store.get(key).is_some();
    let holds = match condition {
        Condition::Always => true,
        Condition::Missing => !present,
        Condition::Present => present,
    };
    if !holds {
        return Ok(old);
    }
    let data = Data::Text(value.to_vec());
    match expiry.unwrap_or(Expiry::Never) {
        Expiry::Never => store.replace(key, data, None),
        Expiry::Keep => store.replace_value(key, data),
        Expiry::At(moment) => store.replace(key, data, Some(moment)),
    }
    Ok(if returns_old { old } else { Value::Okay })
}

pub(super) fn set_with_expiry(store: &mut Store, mut arguments: Arguments<'_>, unit_ms: i64) -> Answer {
    if arguments.len() != 3 {
        return Err(arguments.wrong_number());
    }
    let (key, amount, value) = (arguments.next()?, arguments.next_integer()?, arguments.next()?);
    let moment = if amount > 0 { moment(store, amount, unit_ms) } else { None };
    let moment = moment.ok_or_else(|| arguments.invalid_expiry())?;
    store.replace(key, Data::Text(value.to_vec()), Some(moment));
    Ok(Value::Okay)
}

pub(super) fn set_if_missing(store: &mut Store, mut arguments: Arguments<'_>) -> Answer {
    let (key, value) = (arguments.next()?, arguments.next()?);
    arguments.end()?;
    if store.get(key).is_some() {
        return Ok(Value::Int(0));
    }
    store.replace(key, Data::Text(value.to_vec()), None);
    Ok(Value::Int(1))
}

pub(super) fn add(store: &mut Store, mut arguments: Arguments<'_>, amount: Option<i64>) -> Answer {
    if arguments.len() != if amount.is_some() { 1 } else { 2 } {
        return Err(arguments.wrong_number());
    }
    let key = arguments.next()?;
    let amount = match amount {
        Some(amount) => amount,
        None => arguments.next_integer()?,
    };
    add_to(store, key, amount)
}

pub(super) fn subtract(store: &mut Store, mut arguments: Arguments<'_>) -> Answer {
    if arguments.len() != 2 {
        return Err(arguments.wrong_number());
    }
    let (key, amount) = (arguments.next()?, arguments.next_integer()?);
    let amount = amount.checked_neg().ok_or_else(|| CommandError::new("ERR", "decrement would overflow"))?;
    add_to(store, key, amount)
}

fn add_to(store: &mut Store, key: &[u8], amount: i64) -> Answer {
    let number = match store.text(key)? {
        None => 0,
        Some(text) => {
            parse_integer(text).ok_or_else(|| CommandError::new("ERR", "value is not an integer or out of range"))?
        }
    };
    let sum =
        number.checked_add(amount).ok_or_else(|| CommandError::new("ERR", "increment or decrement would overflow"))?;
    store.replace_value(key, Data::Text(sum.to_string().into_bytes()));
    Ok(Value::Int(sum))
}
