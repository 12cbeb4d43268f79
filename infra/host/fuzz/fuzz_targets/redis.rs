//! The embedded Redis does what a map with clocks does, and counts its memory right.
//!
//! The input: a command a line, its words separated by spaces. A line `+N` lets N milliseconds pass.
#![no_main]

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use kronos_host::{
    capabilities::redis::embedded::EmbeddedRedis,
    fuzzing::redis::{Value, matches, used},
};
use libfuzzer_sys::fuzz_target;

type Bytes = Vec<u8>;

#[derive(Clone, Debug)]
enum Data {
    Text(Bytes),
    Set(BTreeSet<Bytes>),
    Hash(BTreeMap<Bytes, Bytes>),
}

#[derive(Default)]
struct Model {
    keys: BTreeMap<Bytes, (Data, Option<u64>)>,
    now: u64,
}

fn integer(text: &[u8]) -> Option<i64> {
    let number: i64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    (number.to_string().as_bytes() == text).then_some(number)
}

fn found(text: Option<&Bytes>) -> Value {
    text.map_or(Value::Nil, |text| Value::BulkString(text.clone()))
}

fn count(count: usize) -> Value {
    Value::Int(count.try_into().expect("few"))
}

impl Model {
    fn sweep(&mut self) {
        let now = self.now;
        self.keys.retain(|_, (data, end)| {
            let is_empty = match data {
                Data::Text(_) => false,
                Data::Set(members) => members.is_empty(),
                Data::Hash(fields) => fields.is_empty(),
            };
            !is_empty && end.is_none_or(|end| end > now)
        });
    }

    fn text(&self, key: &[u8]) -> Option<Option<&Bytes>> {
        match self.keys.get(key) {
            None => Some(None),
            Some((Data::Text(text), _)) => Some(Some(text)),
            Some(_) => None,
        }
    }

    fn set(&mut self, key: &[u8]) -> Option<&mut BTreeSet<Bytes>> {
        match &mut self.keys.entry(key.into()).or_insert((Data::Set(BTreeSet::new()), None)).0 {
            Data::Set(members) => Some(members),
            _ => None,
        }
    }

    fn hash(&mut self, key: &[u8]) -> Option<&mut BTreeMap<Bytes, Bytes>> {
        match &mut self.keys.entry(key.into()).or_insert((Data::Hash(BTreeMap::new()), None)).0 {
            Data::Hash(fields) => Some(fields),
            _ => None,
        }
    }

    fn end(&self, amount: &[u8], unit: i64) -> Option<u64> {
        let amount = integer(amount).filter(|amount| *amount > 0)?.checked_mul(unit)?;
        (amount <= i64::MAX / 2).then(|| self.now + amount.unsigned_abs())
    }

    /// The answer: `None` for an error, and nothing at all for what the model does not know.
    fn call(&mut self, parts: &[&[u8]]) -> Option<Option<Value>> {
        self.sweep();
        let name = parts[0].to_ascii_lowercase();
        Some(match (name.as_slice(), &parts[1..]) {
            (b"get", [key]) => self.text(key).map(found),
            (b"set", [key, value]) => {
                self.keys.insert(key.to_vec(), (Data::Text(value.to_vec()), None));
                Some(Value::Okay)
            }
            (b"setnx", [key, value]) => {
                let is_new = !self.keys.contains_key(*key);
                if is_new {
                    self.keys.insert(key.to_vec(), (Data::Text(value.to_vec()), None));
                }
                Some(Value::Int(is_new.into()))
            }
            (b"setex" | b"psetex", [key, amount, value]) => {
                let unit = if name == b"setex" { 1000 } else { 1 };
                let end = self.end(amount, unit);
                end.map(|end| {
                    self.keys.insert(key.to_vec(), (Data::Text(value.to_vec()), Some(end)));
                    Value::Okay
                })
            }
            (b"mset", pairs) if !pairs.is_empty() && pairs.len() % 2 == 0 => {
                for pair in pairs.chunks(2) {
                    self.keys.insert(pair[0].to_vec(), (Data::Text(pair[1].to_vec()), None));
                }
                Some(Value::Okay)
            }
            (b"mget", keys) if !keys.is_empty() => {
                Some(Value::Array(keys.iter().map(|key| found(self.text(key).flatten())).collect()))
            }
            (b"del" | b"unlink", keys) if !keys.is_empty() => {
                Some(count(keys.iter().filter(|key| self.keys.remove(**key).is_some()).count()))
            }
            (b"exists", keys) if !keys.is_empty() => {
                Some(count(keys.iter().filter(|key| self.keys.contains_key(**key)).count()))
            }
            (b"incr", [key]) => self.add(key, 1),
            (b"decr", [key]) => self.add(key, -1),
            (b"incrby", [key, amount]) => integer(amount).and_then(|amount| self.add(key, amount)),
            (b"decrby", [key, amount]) => {
                integer(amount).and_then(i64::checked_neg).and_then(|amount| self.add(key, amount))
            }
            (b"pexpire" | b"expire", [key, amount]) => {
                let unit = if name == b"expire" { 1000 } else { 1 };
                match integer(amount) {
                    Some(number) if number <= 0 => {
                        number.checked_mul(unit).map(|_| Value::Int(self.keys.remove(*key).is_some().into()))
                    }
                    _ => self.end(amount, unit).map(|end| {
                        let entry = self.keys.get_mut(*key).map(|(_, ends)| *ends = Some(end));
                        Value::Int(entry.is_some().into())
                    }),
                }
            }
            (b"pttl", [key]) => Some(Value::Int(match self.keys.get(*key) {
                None => -2,
                Some((_, None)) => -1,
                Some((_, Some(end))) => (end - self.now).try_into().expect("it was a number like that"),
            })),
            (b"persist", [key]) => {
                let ended = self.keys.get_mut(*key).and_then(|(_, end)| end.take());
                Some(Value::Int(ended.is_some().into()))
            }
            (b"type", [key]) => Some(Value::SimpleString(
                match self.keys.get(*key) {
                    None => "none",
                    Some((Data::Text(_), _)) => "string",
                    Some((Data::Set(_), _)) => "set",
                    Some((Data::Hash(_), _)) => "hash",
                }
                .into(),
            )),
            (b"dbsize", []) => Some(count(self.keys.len())),
            (b"keys", [pattern]) => {
                let keys = self.keys.keys().filter(|key| is_listed(pattern, key));
                Some(Value::Array(keys.map(|key| Value::BulkString(key.clone())).collect()))
            }
            (b"flushall", []) => {
                self.keys.clear();
                Some(Value::Okay)
            }
            (b"sadd", [key, members @ ..]) if !members.is_empty() => {
                self.set(key).map(|set| count(members.iter().filter(|member| set.insert(member.to_vec())).count()))
            }
            (b"srem", [key, members @ ..]) if !members.is_empty() => {
                self.set(key).map(|set| count(members.iter().filter(|member| set.remove(**member)).count()))
            }
            (b"smembers", [key]) => self
                .set(key)
                .map(|set| Value::Array(set.iter().map(|member| Value::BulkString(member.clone())).collect())),
            (b"sismember", [key, member]) => self.set(key).map(|set| Value::Int(set.contains(*member).into())),
            (b"scard", [key]) => self.set(key).map(|set| count(set.len())),
            (b"hset", [key, pairs @ ..]) if !pairs.is_empty() && pairs.len() % 2 == 0 => self.hash(key).map(|hash| {
                let added = pairs.chunks(2).filter(|pair| hash.insert(pair[0].to_vec(), pair[1].to_vec()).is_none());
                count(added.count())
            }),
            (b"hget", [key, field]) => self.hash(key).map(|hash| found(hash.get(*field))),
            (b"hgetall", [key]) => self.hash(key).map(|hash| {
                let bulk = |bytes: &Bytes| Value::BulkString(bytes.clone());
                Value::Array(hash.iter().flat_map(|(field, value)| [bulk(field), bulk(value)]).collect())
            }),
            (b"hdel", [key, fields @ ..]) if !fields.is_empty() => {
                self.hash(key).map(|hash| count(fields.iter().filter(|field| hash.remove(**field).is_some()).count()))
            }
            (b"hincrby", [key, field, amount]) => integer(amount).and_then(|amount| {
                let hash = self.hash(key)?;
                let sum = hash.get(*field).map_or(Some(0), |text| integer(text))?.checked_add(amount)?;
                hash.insert(field.to_vec(), sum.to_string().into_bytes());
                Some(Value::Int(sum))
            }),
            _ => return None,
        })
    }

    fn add(&mut self, key: &[u8], amount: i64) -> Option<Value> {
        let sum = self.text(key)?.map_or(Some(0), |text| integer(text))?.checked_add(amount)?;
        let end = self.keys.get(key).and_then(|(_, end)| *end);
        self.keys.insert(key.into(), (Data::Text(sum.to_string().into_bytes()), end));
        Some(Value::Int(sum))
    }
}

/// Whether `KEYS` lists a key.
fn is_listed(pattern: &[u8], key: &[u8]) -> bool {
    pattern == b"*" || glob(pattern, key)
}

/// `stringmatchlen` of Redis 7, which goes back wherever it can.
fn glob(mut pattern: &[u8], mut text: &[u8]) -> bool {
    while let (Some(first), false) = (pattern.first(), text.is_empty()) {
        match first {
            b'*' => {
                while pattern.get(1) == Some(&b'*') {
                    pattern = &pattern[1..];
                }
                return pattern.len() == 1 || (0..text.len()).any(|from| glob(&pattern[1..], &text[from..]));
            }
            b'[' => {
                pattern = &pattern[1..];
                let negated = pattern.first() == Some(&b'^');
                pattern = &pattern[usize::from(negated)..];
                let mut matched = false;
                loop {
                    match pattern {
                        [b'\\', literal, ..] => {
                            matched |= *literal == text[0];
                            pattern = &pattern[2..];
                        }
                        [] => break,
                        [b']', ..] => {
                            pattern = &pattern[1..];
                            break;
                        }
                        [from, b'-', to, ..] => {
                            matched |= (*from.min(to)..=*from.max(to)).contains(&text[0]);
                            pattern = &pattern[3..];
                        }
                        [literal, ..] => {
                            matched |= *literal == text[0];
                            pattern = &pattern[1..];
                        }
                    }
                }
                if matched == negated {
                    return false;
                }
            }
            b'?' => pattern = &pattern[1..],
            _ => {
                if *first == b'\\' && pattern.len() > 1 {
                    pattern = &pattern[1..];
                }
                if pattern[0] != text[0] {
                    return false;
                }
                pattern = &pattern[1..];
            }
        }
        text = &text[1..];
        if text.is_empty() {
            while pattern.first() == Some(&b'*') {
                pattern = &pattern[1..];
            }
            break;
        }
    }
    pattern.is_empty() && text.is_empty()
}

/// In an order of its own, where the order does not count.
fn sorted(name: &[u8], value: Value) -> Value {
    let is_unordered = ["keys", "smembers"].iter().any(|unordered| name.eq_ignore_ascii_case(unordered.as_bytes()));
    let text = |value: &Value| format!("{value:?}");
    match value {
        Value::Array(mut values) if is_unordered => {
            values.sort_by_key(text);
            Value::Array(values)
        }
        Value::Array(values) if name.eq_ignore_ascii_case(b"hgetall") => {
            let mut pairs: Vec<_> = values.chunks(2).map(<[Value]>::to_vec).collect();
            pairs.sort_by_key(|pair| text(&pair[0]));
            Value::Array(pairs.concat())
        }
        value => value,
    }
}

fuzz_target!(|data: &[u8]| {
    let clock = Arc::new(AtomicU64::new(0));
    let time = clock.clone();
    let redis = EmbeddedRedis::new(1 << 20, move || Duration::from_millis(time.load(Relaxed)));
    let mut model = Model::default();
    let mut is_known = true;
    for line in data.split(|byte| *byte == b'\n').take(200) {
        if let [b'+', digits @ ..] = line
            && let Some(passed) = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse::<u32>().ok())
        {
            model.now += u64::from(passed);
            clock.store(model.now, Relaxed);
            continue;
        }
        let parts: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
        let answer = redis.call(&parts);
        let (counted, recounted) = used(&redis);
        assert_eq!(Some(counted), recounted, "after {}", String::from_utf8_lossy(line));

        // Patterns that take a text of their own, whatever keys there are.
        if parts.len() == 3 && parts[1].len() + parts[2].len() < 24 {
            assert_eq!(matches(parts[1], parts[2]), is_listed(parts[1], parts[2]));
        }
        // From the first success of a command that the model does not know, keys may differ.
        match model.call(&parts) {
            None => is_known &= answer.is_err(),
            Some(expected) if is_known => {
                let answer = answer.map(|value| sorted(parts[0], value)).ok();
                let expected = expected.map(|value| sorted(parts[0], value));
                assert_eq!(answer, expected, "{}", String::from_utf8_lossy(line));
            }
            Some(_) => {}
        }
    }
});
