//! What is wrong with the values of a request, collected, so that a form can show it all at once.

use std::{borrow::Cow, fmt::Display, str::FromStr};

use kronos_api::refused;

use crate::problem::Problem;

/// Faults that are told at most.
const MAX: usize = 50;
/// Characters of a name that are told at most.
const MAX_NAME: usize = 200;

/// What is wrong with another value for what nobody can change.
const UNCHANGEABLE: &str = "cannot be changed";

/// Fields with what is wrong about them. A field is named by its path in the body, or is a parameter of the query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults(Vec<(Cow<'static, str>, String)>);

impl Faults {
    /// One fault.
    pub fn one(field: impl Into<Cow<'static, str>>, fault: impl Display) -> Self {
        let mut faults = Self::default();
        faults.add(field, fault);
        faults
    }

    /// Notes what is wrong with a field.
    pub fn add(&mut self, field: impl Into<Cow<'static, str>>, fault: impl Display) {
        if self.0.len() < MAX {
            let field = field.into();
            let end = field.char_indices().nth(MAX_NAME).map(|(end, _)| end);
            let field = end.map_or(field.clone(), |end| Cow::Owned(field[..end].to_owned()));
            self.0.push((field, fault.to_string()));
        }
    }

    /// The value, or none and a note.
    pub fn check<T, E: Display>(&mut self, field: &'static str, value: Result<T, E>) -> Option<T> {
        value.map_err(|fault| self.add(field, fault)).ok()
    }

    /// Parses a text if there is one.
    pub fn parse<T: FromStr<Err: Display>>(&mut self, field: &'static str, text: Option<&str>) -> Option<T> {
        text.and_then(|text| self.check(field, text.parse()))
    }

    /// What a request says of a member that nobody can change, to be compared with the resource. `null` and the empty text say
    /// nothing: clients send them for what they leave to the server. What no resource can have is a fault.
    pub fn unchangeable<T: FromStr>(&mut self, field: &'static str, text: Option<&str>) -> Option<T> {
        let text = text.filter(|text| !text.is_empty())?;
        self.check(field, text.parse().map_err(|_| UNCHANGEABLE))
    }

    /// Notes that a request says something else of a member than `present`, and that nobody can change it.
    pub fn keep<T: FromStr + PartialEq>(&mut self, field: &'static str, text: Option<&str>, present: &T) {
        if self.unchangeable::<T>(field, text).is_some_and(|said| said != *present) {
            self.refuse_change(field);
        }
    }

    /// Notes that nobody can change a member.
    pub fn refuse_change(&mut self, field: &'static str) {
        self.add(field, UNCHANGEABLE);
    }

    /// Whether there is nothing wrong so far.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Fails if there was anything to note.
    pub fn finish(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl From<Faults> for Problem {
    fn from(faults: Faults) -> Self {
        let problem = Self::from(refused::VALIDATION_FAILED);
        faults.0.into_iter().fold(problem, |problem, (field, fault)| problem.with_error(field, fault))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_faults_are_told() {
        let mut faults = Faults::default();
        assert_eq!(faults.parse::<u8>("a", Some("7")), Some(7));
        assert_eq!(faults.parse::<u8>("a", None), None);
        assert_eq!(faults.clone().finish(), Ok(()));
        assert_eq!(faults.parse::<bool>("b", Some("x")), None);
        faults.add("c", "must be small");
        let (status, _, body) = Problem::from(faults).into_parts("");
        let body: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(status, 422);
        assert_eq!(body["errors"]["c"], serde_json::json!(["must be small"]));
        assert_eq!(body["errors"].as_object().map(serde_json::Map::len), Some(2));
        assert_eq!(body["message"], "b: provided string was not `true` or `false`", "the first one");
    }

    #[test]
    fn what_cannot_be_changed_is_refused_unless_it_says_nothing() {
        let told = |text: Option<&str>| {
            let mut faults = Faults::default();
            faults.keep("a", text, &7_u8);
            faults.finish()
        };
        for same in [None, Some(""), Some("7")] {
            assert_eq!(told(same), Ok(()), "{same:?}");
        }
        for other in ["8", "x", "null"] {
            assert_eq!(told(Some(other)), Err(Faults::one("a", "cannot be changed")), "{other}");
        }
    }

    #[test]
    fn a_hostile_request_does_not_make_a_long_answer() {
        let mut faults = Faults::default();
        for _ in 0..1000 {
            faults.add("ü".repeat(1000), "is unknown");
        }
        let (_, _, body) = Problem::from(faults).into_parts("");
        assert!(body.len() < 2000, "{}", body.len());
    }
}
