//! Organizations.

use kronos_domain::{
    Currency, HourlyRate, Instant, OrganizationId,
    settings::{CurrencyFormat, DateFormat, IntervalFormat, NumberFormat, OverlapPolicy, TimeFormat, WeekStart},
};
use serde::{Deserialize, Serialize};

use crate::time_entries::present;

/// An organization with its settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[expect(clippy::struct_excessive_bools, reason = "independent settings")]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
    /// Whether it is for one person.
    pub is_personal: bool,
    /// What it bills for an hour, in minor units, unless a member, a project or a
    /// task says otherwise; `null` where none is set or the caller may not know.
    pub billable_rate: Option<HourlyRate>,
    /// Whether employees see what their work is billed at.
    pub employees_can_see_billable_rates: bool,
    /// Whether employees manage the tasks of the projects that they see.
    pub employees_can_manage_tasks: bool,
    /// Whether entries of a member may not overlap: whether `overlap_policy` is `forbid`.
    pub prevent_overlapping_time_entries: bool,
    /// What becomes of entries of a member that overlap.
    pub overlap_policy: OverlapPolicy,
    /// Whether new projects are billable.
    pub billable_default: bool,
    /// Whether breaks are recorded.
    pub breaks_enabled: bool,
    /// The currency that it counts in.
    pub currency: Currency,
    /// How the currency is written in short.
    pub currency_symbol: String,
    /// IANA zone whose days its reports have.
    pub time_zone: String,
    /// The day on which its weeks begin.
    pub week_start: WeekStart,
    /// How numbers are written.
    pub number_format: NumberFormat,
    /// How money is written.
    pub currency_format: CurrencyFormat,
    /// How dates are written.
    pub date_format: DateFormat,
    /// How durations are written.
    pub interval_format: IntervalFormat,
    /// How times of day are written.
    pub time_format: TimeFormat,
    /// Grows by one with each change; also the `ETag`.
    pub version: i64,
    /// When it was founded.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
}

/// Body of `PUT` and `PATCH /organizations/{organization}`. With both methods, as with solidtime, what is absent stays as it is.
/// Values are checked by the handler, so that an answer can name every field that is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct UpdateOrganization {
    /// 1 to 255 characters.
    pub name: Option<String>,
    /// ISO 4217 code.
    pub currency: Option<String>,
    /// IANA zone.
    pub time_zone: Option<String>,
    /// `monday` to `sunday`.
    pub week_start: Option<String>,
    /// Such as `comma-point`.
    pub number_format: Option<String>,
    /// Such as `iso-code-after-with-space`.
    pub currency_format: Option<String>,
    /// Such as `hyphen-separated-yyyy-mm-dd`.
    pub date_format: Option<String>,
    /// Such as `hours-minutes`.
    pub interval_format: Option<String>,
    /// `12-hours` or `24-hours`.
    pub time_format: Option<String>,
    /// Whether new projects are billable.
    pub billable_default: Option<bool>,
    /// `allow`, `warn` or `forbid`.
    pub overlap_policy: Option<String>,
    /// As `overlap_policy`: `true` forbids, `false` does not.
    pub prevent_overlapping_time_entries: Option<bool>,
    /// Whether employees see what their work is billed at.
    pub employees_can_see_billable_rates: Option<bool>,
    /// Whether employees manage the tasks of the projects that they see.
    pub employees_can_manage_tasks: Option<bool>,
    /// Whether breaks are recorded.
    pub breaks_enabled: Option<bool>,
    /// What was read: rates are recorded under `/rates`.
    #[serde(deserialize_with = "present")]
    pub billable_rate: Option<Option<i64>>,
}

/// Body of `POST /organizations`. Values are checked by the handler, so that an answer can name every field that is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct CreateOrganization {
    /// UUIDv7 of the client's own choice, which makes the request idempotent. Empty or of another version, it counts as none.
    pub id: Option<String>,
    /// 1 to 255 characters; required.
    pub name: Option<String>,
    /// ISO 4217 code; default `EUR`.
    pub currency: Option<String>,
    /// IANA zone; default that of the user.
    pub time_zone: Option<String>,
    /// Default `monday`.
    pub week_start: Option<String>,
    /// Default `comma-point`.
    pub number_format: Option<String>,
    /// Default `iso-code-after-with-space`.
    pub currency_format: Option<String>,
    /// Default `hyphen-separated-yyyy-mm-dd`.
    pub date_format: Option<String>,
    /// Default `hours-minutes`.
    pub interval_format: Option<String>,
    /// Default `24-hours`.
    pub time_format: Option<String>,
    /// Whether new projects are billable; default `false`.
    pub billable_default: Option<bool>,
    /// Default `allow`.
    pub overlap_policy: Option<String>,
    /// As `overlap_policy`: `true` forbids, `false` does not.
    pub prevent_overlapping_time_entries: Option<bool>,
    /// Whether employees see what their work is billed at; default `false`.
    pub employees_can_see_billable_rates: Option<bool>,
    /// Whether employees manage the tasks of the projects that they see; default `false`.
    pub employees_can_manage_tasks: Option<bool>,
    /// Whether breaks are recorded; default `true`.
    pub breaks_enabled: Option<bool>,
    /// Has to be `null`: rates are recorded under `/rates`.
    #[serde(deserialize_with = "present")]
    pub billable_rate: Option<Option<i64>>,
}

impl From<CreateOrganization> for UpdateOrganization {
    fn from(create: CreateOrganization) -> Self {
        Self {
            name: create.name,
            currency: create.currency,
            time_zone: create.time_zone,
            week_start: create.week_start,
            number_format: create.number_format,
            currency_format: create.currency_format,
            date_format: create.date_format,
            interval_format: create.interval_format,
            time_format: create.time_format,
            billable_default: create.billable_default,
            overlap_policy: create.overlap_policy,
            prevent_overlapping_time_entries: create.prevent_overlapping_time_entries,
            employees_can_see_billable_rates: create.employees_can_see_billable_rates,
            employees_can_manage_tasks: create.employees_can_manage_tasks,
            breaks_enabled: create.breaks_enabled,
            billable_rate: create.billable_rate,
        }
    }
}
