//! Keys, their values and when they end.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    time::Duration,
};

use crate::capabilities::redis::CommandError;

pub(super) type Bytes = Vec<u8>;

/// What an entry costs besides its bytes, roughly.
const OVERHEAD: usize = 96;
/// Keys that are removed on the way of a command at most, after their time has come.
const SWEEP: usize = 32;

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Data {
    Text(Bytes),
    Set(HashSet<Bytes>),
    Hash(HashMap<Bytes, Bytes>),
}

/// How long a key stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lifetime {
    /// There is no such key.
    Missing,
    Forever,
    Until(Duration),
}

#[derive(Debug)]
struct Entry {
    data: Data,
    expires: Option<Duration>,
    /// What it counts for in `Store::used`.
    size: usize,
}

/// All keys.
#[derive(Debug)]
pub(super) struct Store {
    entries: HashMap<Bytes, Entry>,
    expiries: BTreeSet<(Duration, Bytes)>,
    now: Duration,
    used: usize,
    capacity: usize,
}

/// What a member of a set, or a field of a hash, counts for.
pub(super) fn cost(name: &[u8], value: &[u8]) -> isize {
    isize::try_from(name.len() + value.len() + OVERHEAD).unwrap_or(isize::MAX)
}

fn wrong_type() -> CommandError {
    CommandError::new("WRONGTYPE", "Operation against a key holding the wrong kind of value")
}

impl Data {
    fn size(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Set(members) => members.iter().map(|member| cost(member, &[])).sum::<isize>().unsigned_abs(),
            Self::Hash(fields) => fields.iter().map(|(field, value)| cost(field, value)).sum::<isize>().unsigned_abs(),
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Text(_) => false,
            Self::Set(members) => members.is_empty(),
            Self::Hash(fields) => fields.is_empty(),
        }
    }
}

impl Store {
    pub(super) fn new(capacity: usize) -> Self {
        Self { entries: HashMap::new(), expiries: BTreeSet::new(), now: Duration::ZERO, used: 0, capacity }
    }

    pub(super) fn now(&self) -> Duration {
        self.now
    }

    pub(super) fn is_full(&self) -> bool {
        self.used > self.capacity
    }

    #[cfg(any(test, fuzzing))]
    pub(super) fn used(&self) -> usize {
        self.used
    }

    /// What `used` has to be, counted again; `None` when the moments of the keys and those to sweep are not the same.
    #[cfg(fuzzing)]
    pub(super) fn recount(&self) -> Option<usize> {
        let ends = self.entries.values().filter(|entry| entry.expires.is_some()).count();
        let is_swept = |(moment, key): &(Duration, Bytes)| {
            self.entries.get(key).is_some_and(|entry| entry.expires == Some(*moment))
        };
        let size = |(key, entry): (&Bytes, &Entry)| {
            let copies = if entry.expires.is_some() { 2 } else { 1 };
            copies * key.len() + OVERHEAD + entry.data.size()
        };
        let same = ends == self.expiries.len() && self.expiries.iter().all(is_swept);
        same.then(|| self.entries.iter().map(size).sum())
    }

    /// Moves the clock and removes some of the keys whose time has come.
    pub(super) fn advance(&mut self, now: Duration) {
        self.now = now;
        self.sweep(SWEEP);
    }

    /// Removes every key whose time has come.
    pub(super) fn sweep_all(&mut self) {
        self.sweep(usize::MAX);
    }

    fn sweep(&mut self, limit: usize) {
        for _ in 0..limit {
            match self.expiries.first() {
                Some((expires, key)) if *expires <= self.now => {
                    let key = key.clone();
                    self.remove(&key);
                }
                _ => break,
            }
        }
    }

    /// Removes `key` when its time has come, though the sweep hasn't reached it.
    fn expire_one(&mut self, key: &[u8]) {
        if self.entries.get(key).is_some_and(|entry| entry.expires.is_some_and(|expires| expires <= self.now)) {
            self.remove(key);
        }
    }

    pub(super) fn get(&mut self, key: &[u8]) -> Option<&Data> {
        self.expire_one(key);
        self.entries.get(key).map(|entry| &entry.data)
    }

    pub(super) fn text(&mut self, key: &[u8]) -> Result<Option<&Bytes>, CommandError> {
        match self.get(key) {
            None => Ok(None),
            Some(Data::Text(text)) => Ok(Some(text)),
            Some(Data::Set(_) | Data::Hash(_)) => Err(wrong_type()),
        }
    }

    pub(super) fn set(&mut self, key: &[u8]) -> Result<Option<&HashSet<Bytes>>, CommandError> {
        match self.get(key) {
            None => Ok(None),
            Some(Data::Set(members)) => Ok(Some(members)),
            Some(Data::Text(_) | Data::Hash(_)) => Err(wrong_type()),
        }
    }

    pub(super) fn hash(&mut self, key: &[u8]) -> Result<Option<&HashMap<Bytes, Bytes>>, CommandError> {
        match self.get(key) {
            None => Ok(None),
            Some(Data::Hash(fields)) => Ok(Some(fields)),
            Some(Data::Text(_) | Data::Set(_)) => Err(wrong_type()),
        }
    }

    /// Changes the set at `key`, which is created for it, and removed when nothing is left; `change` also answers by how much it
    /// grew, see [`cost`].
    pub(super) fn change_set<R>(
        &mut self,
        key: &[u8],
        change: impl FnOnce(&mut HashSet<Bytes>) -> (R, isize),
    ) -> Result<R, CommandError> {
        self.set(key)?;
        Ok(self.change(key, Data::Set(HashSet::new()), |data| match data {
            Data::Set(members) => change(members),
            Data::Text(_) | Data::Hash(_) => change(&mut HashSet::new()),
        }))
    }

    /// The same for a hash.
    pub(super) fn change_hash<R>(
        &mut self,
        key: &[u8],
        change: impl FnOnce(&mut HashMap<Bytes, Bytes>) -> (R, isize),
    ) -> Result<R, CommandError> {
        self.hash(key)?;
        Ok(self.change(key, Data::Hash(HashMap::new()), |data| match data {
            Data::Hash(fields) => change(fields),
            Data::Text(_) | Data::Set(_) => change(&mut HashMap::new()),
        }))
    }

    fn change<R>(&mut self, key: &[u8], empty: Data, change: impl FnOnce(&mut Data) -> (R, isize)) -> R {
        if !self.entries.contains_key(key) {
            self.put(key, empty, None);
        }
        let Some(entry) = self.entries.get_mut(key) else { unreachable!("it was put there") };
        let (result, growth) = change(&mut entry.data);
        entry.size = entry.size.saturating_add_signed(growth);
        self.used = self.used.saturating_add_signed(growth);
        if entry.data.is_empty() {
            self.take(key);
        }
        result
    }

    /// Replaces the value and its time.
    pub(super) fn replace(&mut self, key: &[u8], data: Data, expires: Option<Duration>) {
        self.take(key);
        self.put(key, data, expires);
    }

    /// Replaces the value and keeps its time.
    pub(super) fn replace_value(&mut self, key: &[u8], data: Data) {
        let expires = match self.lifetime(key) {
            Lifetime::Missing | Lifetime::Forever => None,
            Lifetime::Until(moment) => Some(moment),
        };
        self.replace(key, data, expires);
    }

    pub(super) fn lifetime(&mut self, key: &[u8]) -> Lifetime {
        self.expire_one(key);
        match self.entries.get(key) {
            None => Lifetime::Missing,
            Some(Entry { expires: None, .. }) => Lifetime::Forever,
            Some(Entry { expires: Some(moment), .. }) => Lifetime::Until(*moment),
        }
    }

    pub(super) fn set_expiry(&mut self, key: &[u8], expires: Option<Duration>) {
        if let Some(entry) = self.take(key) {
            self.put(key, entry.data, expires);
        }
    }

    pub(super) fn remove(&mut self, key: &[u8]) -> bool {
        self.take(key).is_some()
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &Bytes> {
        self.entries.keys()
    }

    pub(super) fn clear(&mut self) {
        *self = Self { now: self.now, ..Self::new(self.capacity) };
    }

    fn take(&mut self, key: &[u8]) -> Option<Entry> {
        let (key, entry) = self.entries.remove_entry(key)?;
        self.used = self.used.saturating_sub(entry.size);
        if let Some(expires) = entry.expires {
            self.expiries.remove(&(expires, key));
        }
        Some(entry)
    }

    fn put(&mut self, key: &[u8], data: Data, expires: Option<Duration>) {
        // A key that ends is held twice.
        let copies = if expires.is_some() { 2 } else { 1 };
        let size = copies * key.len() + OVERHEAD + data.size();
        self.used += size;
        if let Some(expires) = expires {
            self.expiries.insert((expires, key.to_vec()));
        }
        self.entries.insert(key.to_vec(), Entry { data, expires, size });
    }
}
