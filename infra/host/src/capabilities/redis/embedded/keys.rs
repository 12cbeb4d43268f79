//! Commands on keys, sets and hashes.

use ::redis::Value;

use super::{
    arguments::{Arguments, not_an_integer, parse_integer, syntax},
    glob,
    store::{Data, Lifetime, Store, cost},
    strings::moment,
};
use crate::capabilities::redis::CommandError;

type Answer = Result<Value, CommandError>;

fn number(count: usize) -> Value {
    Value::Int(i64::try_from(count).unwrap_or(i64::MAX))
}

fn bulk(bytes: &[u8]) -> Value {
    Value::BulkString(bytes.to_vec())
}

pub(super) fn delete(store: &mut Store, mut arguments: Arguments<'_>) -> Answer {
    let keys = arguments.some()?;
    Ok(number(keys.iter().filter(|key| store.get(key).is_some() && store.remove(key)).count()))
}

pub(super) fn exists(store: &mut Store, mut arguments: Arguments<'_>) -> Answer {
    let keys = arguments.some()?;
    Ok(number(keys.iter().filter(|key| store.get(key).is_some()).count()))
}

pub(super) fn expire(store: &mut Store, mut arguments: Arguments<'_>, unit_ms: i64) -> Answer {
    let (key, amount) = (arguments.next()?, arguments.next()?);
    let (mut missing, mut present, mut later, mut sooner) = (false, false, false, false);
    while let Some(option) = arguments.next_option() {
        match option.to_ascii_lowercase().as_str() {
            "nx" => missing = true,
            "xx" => present = true,
            "gt" => later = true,
            "lt" => sooner = true,
            _ => return Err(CommandError::new("ERR", format!("Unsupported option {option}"))),
        }
    }
    if missing && (present || later || sooner) {
        let text = "NX and XX, GT or LT options at the same time are not compatible";
        return Err(CommandError::new("ERR", text));
    }
    if later && sooner {
        return Err(CommandError::new("ERR", "GT and LT options at the same time are not compatible"));
    }
    // Redis looks at the options first.
    let amount = parse_integer(amount).ok_or_else(not_an_integer)?;
    let moment = if amount > 0 {
        moment(store, amount, unit_ms).ok_or_else(|| arguments.invalid_expiry())?
    } else {
        amount.checked_mul(unit_ms).ok_or_else(|| arguments.invalid_expiry())?;
        store.now()
    };
    // A key that stays for ever counts as later than any moment.
    let refused = match store.lifetime(key) {
        Lifetime::Missing => true,
        Lifetime::Forever => present || later,
        Lifetime::Until(current) => missing || later && moment <= current || sooner && moment >= current,
    };
    if refused {
        return Ok(Value::Int(0));
    }
    if amount > 0 {
        store.set_expiry(key, Some(moment));
    } else {
        store.remove(key);
    }
    Ok(Value::Int(1))
}

pub(super) fn time_to_live(store: &mut Store, mut arguments: Arguments<'_>, unit_ms: u128) -> Answer {
    let key = arguments.next()?;
    arguments.end()?;
    Ok(Value::Int(match store.lifetime(key) {
        Lifetime::Missing => -2,
        Lifetime::Forever => -1,
        Lifetime::Until(expires) => {
            let left = expires.saturating_sub(store.now()).as_millis();
            i64::try_from((left + unit_ms / 2) / unit_ms).unwrap_or(i64::MAX)
        }
    }))
}

pub(super) fn persist(store: &mut Store, mut arguments: Arguments<'_>) -> Answer {
    let key = arguments.next()?;
    arguments.end()?;
    if !matches!(store.lifetime(key), Lifetime::Until(_)) {
        return Ok(Value::Int(0));
    }
    store.set_expiry(key, None);
    Ok(Value::Int(1))
}

pub(super) fn type_of(store: &mut Store, mut arguments: Arguments<'_>) -> Answer {
    let key = arguments.next()?;
    arguments.end()?;
    let name = match store.get(key) {
        None => "none",
        Some(Data::Text(_)) => "string",
        Some(Data::Set(_)) => "set",
        Some(Data::Hash(_)) => "hash",
    };
    Ok(Value::SimpleString(name.into()))
}

pub(super) fn matching(store: &mut Store, mut arguments: Arguments<'_>) -> Answer {
    let pattern = arguments.next()?;
    arguments.end()?;
    store.sweep_all();
    Ok(Value::Array(store.keys().filter(|key| glob::matches(pattern, key)).map(|key| bulk(key)).collect()))
}

pub(super) fn count(store: &mut Store, arguments: &Arguments<'_>) -> Answer {
    arguments.end()?;
    store.sweep_all();
    Ok(number(store.keys().count()))
}

pub(super) fn flush(store: &mut Store, mut arguments: Arguments<'_>) -> Answer {
    match arguments.next_option().map(|option| option.to_ascii_lowercase()).as_deref() {
        None | Some("async" | "sync") if arguments.len() == 0 => {}
        _ => return Err(syntax()),
    }
    store.clear();
    Ok(Value::Okay)
}

fn count_and_cost(costs: impl Iterator<Item = isize>, sign: isize) -> (Value, isize) {
    let (count, sum) = costs.fold((0, 0), |(count, sum), cost| (count + 1, sum + cost));
    (number(count), sign * sum)
}

pub(super) fn set_add(store: &mut Store, mut arguments: Arguments<'_>) -> Answer {
    let key = arguments.next()?;
    let members = arguments.some()?;
    store.change_set(key, |set| {
        let added = members.iter().filter(|member| set.insert(member.to_vec()));
        count_and_cost(added.map(|member| cost(member, &[])), 1)
    })
}

pub(super) fn set_remove(store: &mut Store, mut arguments: Arguments<'_>) -> Answer {
    let key = arguments.next()?;
    let members = arguments.some()?;
    store.change_set(key, |set| {
        let removed = members.iter().filter(|member| set.remove(**member));
        count_and_cost(removed.map(|member| cost(member, &[])), -1)
    })
}

pub(super) fn set_members(store: &mut Store, mut arguments: Arguments<'_>) -> Answer {
    let key = arguments.next()?;
    arguments.end()?;
    let members = store.set(key)?.into_iter().flatten();
    Ok(Value::Array(members.map(|member| bulk(member)).collect()))
}

pub(super) fn set_contains(store: &mut Store, mut arguments: Arguments<'_>) -> Answer {
    let (key, member) = (arguments.next()?, arguments.next()?);
    arguments.end()?;
    Ok(Value::Int(i64::from(store.set(key)?.is_some_and(|set| set.contains(member)))))
}

pub(super) fn set_size(store: &mut Store, mut arguments: Arguments<'_>) -> Answer {
    let key = arguments.next()?;
    arguments.end()?;
    Ok(number(store.set(key)?.map_or(0, std::collections::HashSet::len)))
}

pub(super) fn hash_set(store: &mut Store, mut arguments: Arguments<'_>) -> Answer {
    let key = arguments.next()?;
    if !arguments.len().is_multiple_of(2) {
        return Err(arguments.wrong_number());
    }
    let pairs = arguments.some()?;
    store.change_hash(key, |hash| {
        let (mut added, mut growth) = (0, 0);
        for pair in pairs.chunks_exact(2) {
            growth += cost(pair[0], pair[1]);
            match hash.insert(pair[0].to_vec(), pair[1].to_vec()) {
                Some(old) => growth -= cost(pair[0], &old),
                None => added += 1,
            }
        }
        (number(added), growth)
    })
}

pub(super) fn hash_get(store: &mut Store, mut arguments: Arguments<'_>) -> Answer {
    let (key, field) = (arguments.next()?, arguments.next()?);
    arguments.end()?;
    Ok(store.hash(key)?.and_then(|hash| hash.get(field)).map_or(Value::Nil, |value| bulk(value)))
}

pub(super) fn hash_get_all(store: &mut Store, mut arguments: Arguments<'_>) -> Answer {
    let key = arguments.next()?;
    arguments.end()?;
    let fields = store.hash(key)?.into_iter().flatten();
    Ok(Value::Array(fields.flat_map(|(field, value)| [bulk(field), bulk(value)]).collect()))
}

pub(super) fn hash_delete(store: &mut Store, mut arguments: Arguments<'_>) -> Answer {
    let key = arguments.next()?;
    let fields = arguments.some()?;
    store.change_hash(key, |hash| {
        let removed = fields.iter().filter_map(|field| Some(cost(field, &hash.remove(*field)?)));
        count_and_cost(removed, -1)
    })
}

pub(super) fn hash_add(store: &mut Store, mut arguments: Arguments<'_>) -> Answer {
    if arguments.len() != 3 {
        return Err(arguments.wrong_number());
    }
    let (key, field, amount) = (arguments.next()?, arguments.next()?, arguments.next_integer()?);
    let current = match store.hash(key)?.and_then(|hash| hash.get(field)) {
        None => 0,
        Some(text) => parse_integer(text).ok_or_else(|| CommandError::new("ERR", "hash value is not an integer"))?,
    };
    let sum =
        current.checked_add(amount).ok_or_else(|| CommandError::new("ERR", "increment or decrement would overflow"))?;
    let text = sum.to_string().into_bytes();
    store.change_hash(key, |hash| {
        let growth = cost(field, &text);
        let old = hash.insert(field.to_vec(), text);
        (Value::Int(sum), growth - old.map_or(0, |old| cost(field, &old)))
    })
}
