//! What time is recorded for: clients, their projects with tasks and members, and tags.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    ClientId, HourlyRate, Instant, MemberId, OrganizationId, ProjectId, ProjectMemberId, Seconds, TagId, TaskId,
};

/// Somebody for whom work is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Its id.
    pub id: ClientId,
    /// The tenant.
    pub organization: OrganizationId,
    /// What it is called.
    pub name: String,
    /// Since when it is not offered any more.
    pub archived_at: Option<Instant>,
    /// Grows by one with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
    /// When it was deleted.
    pub deleted_at: Option<Instant>,
}

/// A piece of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// The tenant.
    pub organization: OrganizationId,
    /// For whom; none for work of one's own.
    pub client: Option<ClientId>,
    /// What it is called.
    pub name: String,
    /// How it is shown.
    pub color: Color,
    /// Whether everybody in the organization sees it, not only its members.
    pub is_public: bool,
    /// Whether new entries are billable.
    pub billable_default: bool,
    /// How long it should take.
    pub estimated_time: Option<Seconds>,
    /// What it may take.
    pub budget: Option<Budget>,
    /// Since when it is not offered any more.
    pub archived_at: Option<Instant>,
    /// Grows by one with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
    /// When it was deleted.
    pub deleted_at: Option<Instant>,
    /// What an hour is sold for now, if the reader may know.
    pub billable_rate: Option<HourlyRate>,
    /// What an hour costs now, if the reader may know.
    pub cost_rate: Option<HourlyRate>,
    /// Finished work so far.
    pub spent_time: Seconds,
}

/// Somebody's place in a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectMember {
    /// Its id.
    pub id: ProjectMemberId,
    /// The tenant.
    pub organization: OrganizationId,
    /// The project.
    pub project: ProjectId,
    /// Who.
    pub member: MemberId,
    /// As what.
    pub role: ProjectRole,
    /// Grows by one with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
    /// When it was deleted.
    pub deleted_at: Option<Instant>,
    /// What an hour of theirs in this project is sold for now, if the reader may know.
    pub billable_rate: Option<HourlyRate>,
}

/// A part of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// The tenant.
    pub organization: OrganizationId,
    /// The project.
    pub project: ProjectId,
    /// What it is called.
    pub name: String,
    /// How long it should take.
    pub estimated_time: Option<Seconds>,
    /// Since when it is done.
    pub done_at: Option<Instant>,
    /// Grows by one with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
    /// When it was deleted.
    pub deleted_at: Option<Instant>,
    /// Finished work so far.
    pub spent_time: Seconds,
}

/// A mark on entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Its id.
    pub id: TagId,
    /// The tenant.
    pub organization: OrganizationId,
    /// What it is called.
    pub name: String,
    /// Since when it is not offered any more.
    pub archived_at: Option<Instant>,
    /// Grows by one with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
    /// When it was deleted.
    pub deleted_at: Option<Instant>,
}

/// What a member is in a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ProjectRole {
    /// Sees it and records time for it.
    Member,
    /// Also changes it, its tasks and its members.
    Manager,
}

/// No role of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be `member` or `manager`")]
pub struct UnknownProjectRole;

impl ProjectRole {
    /// As it is stored and sent.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Manager => "manager",
        }
    }
}

impl FromStr for ProjectRole {
    type Err = UnknownProjectRole;

    fn from_str(name: &str) -> Result<Self, UnknownProjectRole> {
        [Self::Member, Self::Manager].into_iter().find(|role| role.name() == name).ok_or(UnknownProjectRole)
    }
}

/// A color as CSS writes it: `#5e35b1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Color(String);

/// A text that is no color.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a color such as `#5e35b1`")]
pub struct InvalidColor;

impl Default for Color {
    fn default() -> Self {
        Self("#78909c".to_owned())
    }
}

impl FromStr for Color {
    type Err = InvalidColor;

    fn from_str(text: &str) -> Result<Self, InvalidColor> {
        let digits = text.strip_prefix('#').ok_or(InvalidColor)?;
        let is_color = digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        if is_color { Ok(Self(text.to_ascii_lowercase())) } else { Err(InvalidColor) }
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a project may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// Of what.
    pub kind: BudgetKind,
    /// How much: seconds, or minor units of the organization's currency.
    pub amount: i64,
    /// For how long.
    pub period: BudgetPeriod,
    /// At how many percents of it somebody is told; ascending.
    pub thresholds: Vec<u16>,
}

/// Of what a budget is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum BudgetKind {
    /// Worked time.
    Time,
    /// What the billable part of it is sold for.
    Money,
}

/// For how long a budget is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum BudgetPeriod {
    /// Once and for all.
    Total,
    /// Anew each calendar month.
    Month,
}

/// A budget that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBudget {
    /// Beyond [`Budget::MAX_AMOUNT`] or below nothing.
    #[error("must have an `amount` between 0 and 1000000000000000")]
    Amount,
    /// Too many, or beyond 1 to 1000 percent.
    #[error("must have at most 10 `thresholds` between 1 and 1000 percent")]
    Thresholds,
}

impl Budget {
    /// Keeps sums within 64 bits.
    pub const MAX_AMOUNT: i64 = 1_000_000_000_000_000;

    /// Checks the numbers, and puts the thresholds in order, each once.
    pub fn new(
        kind: BudgetKind,
        amount: i64,
        period: BudgetPeriod,
        mut thresholds: Vec<u16>,
    ) -> Result<Self, InvalidBudget> {
        if !(0..=Self::MAX_AMOUNT).contains(&amount) {
            return Err(InvalidBudget::Amount);
        }
        thresholds.sort_unstable();
        thresholds.dedup();
        if thresholds.len() > 10 || thresholds.iter().any(|percent| !(1..=1000).contains(percent)) {
            return Err(InvalidBudget::Thresholds);
        }
        Ok(Self { kind, amount, period, thresholds })
    }
}

macro_rules! words {
    ($name:ident, $error:ident: $($word:literal $variant:ident),+) => {
        /// No such word.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
        #[error("is not known")]
        pub struct $error;

        impl $name {
            /// As it is stored and sent.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }

        impl FromStr for $name {
            type Err = $error;

            fn from_str(word: &str) -> Result<Self, $error> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($error),
                }
            }
        }
    };
}

words!(BudgetKind, UnknownBudgetKind: "time" Time, "money" Money);
words!(BudgetPeriod, UnknownBudgetPeriod: "total" Total, "month" Month);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_are_of_six_digits() {
        assert_eq!("#5E35b1".parse::<Color>().map(|color| color.to_string()).as_deref(), Ok("#5e35b1"));
        for text in ["", "#", "5e35b1", "#5e35b", "#5e35b11", "#5e35bg", "red", "#üüü"] {
            assert_eq!(text.parse::<Color>(), Err(InvalidColor), "{text}");
        }
    }

    #[test]
    fn thresholds_of_a_budget_are_in_order_each_once() {
        let budget = |amount, thresholds: &[u16]| {
            let budget = Budget::new(BudgetKind::Time, amount, BudgetPeriod::Month, thresholds.to_vec());
            budget.map(|budget| budget.thresholds)
        };
        assert_eq!(budget(3600, &[100, 80, 100]), Ok(vec![80, 100]));
        assert_eq!(budget(-1, &[]), Err(InvalidBudget::Amount));
        assert_eq!(budget(0, &[0]), Err(InvalidBudget::Thresholds));
        assert_eq!(budget(0, &[1001]), Err(InvalidBudget::Thresholds));
        assert_eq!(budget(0, &(1..=11).collect::<Vec<_>>()), Err(InvalidBudget::Thresholds));
    }

    #[test]
    fn words_are_read_as_written() {
        for role in [ProjectRole::Member, ProjectRole::Manager] {
            assert_eq!(role.name().parse(), Ok(role));
            assert_eq!(serde_json::to_value(role).ok(), Some(role.name().into()));
        }
        assert_eq!("owner".parse::<ProjectRole>(), Err(UnknownProjectRole));
        assert_eq!("month".parse(), Ok(BudgetPeriod::Month));
        assert_eq!("money".parse(), Ok(BudgetKind::Money));
        assert_eq!("".parse::<BudgetKind>(), Err(UnknownBudgetKind));
    }
}
