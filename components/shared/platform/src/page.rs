//! Pages of a list: how long one is, and where the next one begins.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{faults::Faults, problem::Problem, query::Query};

/// Bytes that tell a cursor of ours from one that was made up.
const CHECK: usize = 8;

/// How many resources go on a page: the parameter `limit` between 1 and `most`, or `usual` without it.
pub fn limit(query: &Query, usual: usize, most: usize) -> Result<usize, Problem> {
    let Some(limit) = query.number("limit")? else { return Ok(usual) };
    let limit = usize::try_from(limit).ok().filter(|limit| (1..=most).contains(limit));
    limit.ok_or_else(|| Problem::invalid("limit", format!("must be between 1 and {most}")))
}

/// A place in the order of a list, as bytes that tell where they end.
pub trait Position: Sized {
    /// Adds its bytes.
    fn write(&self, bytes: &mut Vec<u8>);
    /// Takes its bytes from the front.
    fn read(bytes: &mut &[u8]) -> Option<Self>;
}

impl Position for i64 {
    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.to_be_bytes());
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        let (own, rest) = bytes.split_first_chunk()?;
        *bytes = rest;
        Some(Self::from_be_bytes(*own))
    }
}

impl Position for Uuid {
    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(self.as_bytes());
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        let (own, rest) = bytes.split_first_chunk()?;
        *bytes = rest;
        Some(Self::from_bytes(*own))
    }
}

/// With its length in front.
impl Position for String {
    fn write(&self, bytes: &mut Vec<u8>) {
        let length = u32::try_from(self.len()).unwrap_or(u32::MAX);
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(self.as_bytes());
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        let (length, rest) = bytes.split_first_chunk()?;
        let (own, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
        *bytes = rest;
        // No text of a database has that character.
        String::from_utf8(own.to_vec()).ok().filter(|text| !text.contains('\0'))
    }
}

impl<A: Position, B: Position> Position for (A, B) {
    fn write(&self, bytes: &mut Vec<u8>) {
        self.0.write(bytes);
        self.1.write(bytes);
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        Some((A::read(bytes)?, B::read(bytes)?))
    }
}

/// The cursors of a list in one order: opaque texts that are good for that list and order only.
#[derive(Debug, Clone, Copy)]
pub struct Cursors<'a> {
    /// The list, by the id of its operation.
    pub list: &'a str,
    /// The order, as the parameter `sort` names it.
    pub order: &'a str,
}

impl Cursors<'_> {
    /// The cursor that stands for a position.
    pub fn write<P: Position>(&self, position: &P) -> String {
        let mut bytes = Vec::new();
        position.write(&mut bytes);
        let check = self.check(&bytes);
        bytes.extend_from_slice(&check);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The position that the parameter `name` of a query stands for. What [`Cursors::write`] did not write for this list and order
    /// is refused, so that a mistake never turns into another page.
    pub fn read<P: Position>(&self, query: &Query, name: &'static str) -> Result<Option<P>, Problem> {
        let Some(text) = query.get(name)? else { return Ok(None) };
        let fault = || Faults::one(name, "must be one that an answer to the same list held, in the same order");
        self.parse(text).map(Some).ok_or_else(|| fault().into())
    }

    fn parse<P: Position>(&self, text: &str) -> Option<P> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (mut position, check) = bytes.split_at_checked(bytes.len().checked_sub(CHECK)?)?;
        if self.check(position) != check {
            return None;
        }
        let read = P::read(&mut position)?;
        position.is_empty().then_some(read)
    }

    fn check(&self, position: &[u8]) -> [u8; CHECK] {
        let mut hash = Sha256::new();
        for part in [self.list.as_bytes(), self.order.as_bytes(), position] {
            hash.update(part);
            hash.update([0]);
        }
        let hash: [u8; 32] = hash.finalize().into();
        let mut check = [0; CHECK];
        check.copy_from_slice(&hash[..CHECK]);
        check
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEWEST: Cursors<'_> = Cursors { list: "list_things", order: "-start" };
    const POSITION: (i64, Uuid) = (-1_772_616_232_000_000, Uuid::from_u128(0x0198_0f3c_5b1e_7d2a_9c3e_1f2a_3b4c_5d6e));

    #[test]
    fn a_cursor_is_read_as_written_and_only_for_its_list_and_order() {
        let text = NEWEST.write(&POSITION);
        assert_eq!(NEWEST.parse(&text), Some(POSITION));
        for other in [Cursors { order: "start", ..NEWEST }, Cursors { list: "list_others", ..NEWEST }] {
            assert_eq!(other.parse::<(i64, Uuid)>(&text), None);
        }
        assert_eq!(NEWEST.parse::<i64>(&text), None);
        assert_eq!(NEWEST.parse::<i64>(&NEWEST.write(&7_i64)), Some(7));
        let named = ("Übergabe".to_owned(), 7_i64);
        assert_eq!(NEWEST.parse(&NEWEST.write(&named)), Some(named.clone()));
        assert_eq!(NEWEST.parse::<(i64, Uuid)>(&NEWEST.write(&named)), None);
    }

    #[test]
    fn no_other_text_is_a_cursor() {
        let text = NEWEST.write(&POSITION);
        for index in 0..text.len() {
            for other in ["A", "B", "_", "=", ""] {
                let changed = format!("{}{other}{}", &text[..index], &text[index + 1..]);
                assert!(changed == text || NEWEST.parse::<(i64, Uuid)>(&changed).is_none(), "{changed}");
            }
        }
        for other in ["", "a", "ü", "nonsense", &format!("{text}="), &format!("{text}A"), &format!(" {text}")] {
            assert_eq!(NEWEST.parse::<(i64, Uuid)>(other), None, "{other}");
        }
    }
}
