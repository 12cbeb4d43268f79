//! Checks that new entries and changes share. What an entry of Kronos does not have yet is refused, rather than dropped silently.

use kronos_domain::{Instant, Seconds, entry::Span};
use kronos_platform::Faults;

/// Notes references and kinds that there are none of.
pub fn refuse_unsupported(
    faults: &mut Faults,
    project: Option<&str>,
    task: Option<&str>,
    tags: Option<&[String]>,
    kind: Option<&str>,
) {
    if project.is_some() {
        faults.add("project_id", "must be null: there are no projects yet");
    }
    if task.is_some() {
        faults.add("task_id", "must be null: there are no tasks yet");
    }
    if tags.is_some_and(|tags| !tags.is_empty()) {
        faults.add("tags", "must be empty: there are no tags yet");
    }
    if kind.is_some_and(|kind| kind != "work") {
        faults.add("type", "must be `work`: there are no breaks yet");
    }
}

/// A duration that an entry can have. A longer one is refused with what to do instead.
pub fn duration(faults: &mut Faults, seconds: Option<i64>) -> Option<Seconds> {
    let seconds = seconds?;
    if seconds < 0 {
        faults.add("duration", "must not be negative");
        return None;
    }
    if seconds > Span::LONGEST.count() {
        faults.add("duration", "must not be more than 366 days: record longer work as several entries");
        return None;
    }
    Some(Seconds::new(seconds))
}

/// Whether a duration is the time between two instants. Clients cut or round fractions before or after they subtract, so it may
/// be a second off.
pub fn agrees(start: Instant, end: Instant, duration: Seconds) -> bool {
    (end.seconds() - start.seconds() - duration.count()).abs() <= 1
}
