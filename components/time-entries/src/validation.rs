//! Checks of values that collect all that is wrong, so that a form can show it at once.

use std::{fmt::Display, str::FromStr};

use kronos_platform::Problem;

use crate::refusal::Refusal;

/// Fields with what is wrong about them.
#[derive(Debug, Default)]
pub struct Faults(Vec<(&'static str, String)>);

impl Faults {
    /// Notes what is wrong with a field.
    pub fn add(&mut self, field: &'static str, fault: impl Display) {
        self.0.push((field, fault.to_string()));
    }

    /// The value, or none and a note.
    pub fn check<T, E: Display>(&mut self, field: &'static str, value: Result<T, E>) -> Option<T> {
        value.map_err(|fault| self.add(field, fault)).ok()
    }

    /// Parses a text if there is one.
    pub fn parse<T: FromStr<Err: Display>>(&mut self, field: &'static str, text: Option<&str>) -> Option<T> {
        text.and_then(|text| self.check(field, text.parse()))
    }

    /// Refuses references to what Kronos does not have yet, rather than dropping them silently.
    pub fn refuse_references(&mut self, project: Option<&str>, task: Option<&str>, tags: Option<&[String]>) {
        if project.is_some() {
            self.add("project_id", "must be null: there are no projects yet");
        }
        if task.is_some() {
            self.add("task_id", "must be null: there are no tasks yet");
        }
        if tags.is_some_and(|tags| !tags.is_empty()) {
            self.add("tags", "must be empty: there are no tags yet");
        }
    }

    /// Fails if there was anything to note.
    pub fn finish(self) -> Result<(), Refusal> {
        if self.0.is_empty() { Ok(()) } else { Err(Refusal::Invalid(self)) }
    }
}

impl From<Faults> for Problem {
    fn from(faults: Faults) -> Self {
        let mut faults = faults.0.into_iter();
        let (field, fault) = faults.next().unwrap_or(("body", "is invalid".into()));
        faults.fold(Self::invalid(field, fault), |problem, (field, fault)| problem.with_error(field, fault))
    }
}
