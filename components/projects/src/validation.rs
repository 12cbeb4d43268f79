//! Checks that several kinds of resources share.

use kronos_domain::{HourlyRate, Instant, Permission, Reach, Seconds, rate::ValidFrom};
use kronos_platform::{Call, Faults, new_id};
use kronos_storage::{
    Actor, Db,
    rates::{self, Today},
    resource::End,
};

use crate::refusal::Refusal;

/// Longest estimate in seconds: what Kronos can hold.
const LONGEST: i64 = Instant::MAX.seconds();

/// Whether something is over, from a flag and an instant. The flag decides; without it, an instant means that it is.
#[expect(clippy::option_option, reason = "absent, null and a value say three things")]
pub fn end(faults: &mut Faults, field: &'static str, over: Option<bool>, since: Option<Option<&str>>) -> End {
    let stated = since.is_some();
    let since: Option<Instant> = faults.parse(field, since.flatten());
    End { over: over.or(stated.then_some(since.is_some())), since }
}

/// How long something should take.
pub fn estimate(faults: &mut Faults, seconds: Option<i64>) -> Option<Seconds> {
    let seconds = seconds?;
    if (0..=LONGEST).contains(&seconds) {
        return Some(Seconds::new(seconds));
    }
    faults.add("estimated_time", format_args!("must be between 0 and {LONGEST} seconds"));
    None
}

/// What an hour is worth.
pub fn rate(faults: &mut Faults, field: &'static str, minor_units: Option<i64>) -> Option<HourlyRate> {
    minor_units.and_then(|minor_units| faults.check(field, HourlyRate::new(minor_units)))
}

/// A rate that a request sets along with a resource.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// What storage is told: valid from today on in the zone of the organization.
    pub today: Today,
    /// The caller may set it.
    pub allowed: bool,
}

/// The rate that is set along with a project or one of its members, if there is one.
#[expect(clippy::option_option, reason = "absent, null and a value say three things")]
pub async fn setting(
    call: &Call,
    db: &Db,
    actor: Actor,
    amount: Option<Option<HourlyRate>>,
) -> Result<Option<Setting>, Refusal> {
    let Some(amount) = amount else { return Ok(None) };
    let setter = rates::setter(db, actor).await?.ok_or(Refusal::NotFound)?;
    let day = ValidFrom::day_of(call.now.into(), &setter.zone);
    let today = Today { id: new_id(call.now), amount, day };
    Ok(Some(Setting { today, allowed: Permission::RatesManage.reach(setter.role) == Reach::All }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_and_an_instant_say_whether_it_is_over() {
        let said = |over, since| {
            let mut faults = Faults::default();
            let end = end(&mut faults, "archived_at", over, since);
            faults.finish().map(|()| (end.over, end.since.map(Instant::seconds)))
        };
        let at = Some(Some("1970-01-01T00:01:40Z"));
        assert_eq!(said(None, None), Ok((None, None)));
        assert_eq!(said(Some(true), None), Ok((Some(true), None)));
        assert_eq!(said(None, at), Ok((Some(true), Some(100))));
        assert_eq!(said(None, Some(None)), Ok((Some(false), None)));
        assert_eq!(said(Some(true), Some(None)), Ok((Some(true), None)));
        assert_eq!(said(Some(false), at), Ok((Some(false), Some(100))));
        assert!(said(None, Some(Some("yesterday"))).is_err());
    }

    #[test]
    fn estimates_have_bounds() {
        for (seconds, fits) in [(0, true), (7_258_118_399, true), (-1, false), (7_258_118_400, false)] {
            let mut faults = Faults::default();
            assert_eq!(estimate(&mut faults, Some(seconds)).is_some(), fits, "{seconds}");
            assert_eq!(faults.is_empty(), fits);
        }
    }
}
