//! Checks that new entries and changes share. What an entry cannot have is refused rather than dropped.

use kronos_domain::{Instant, Seconds};
use kronos_platform::Faults;

/// What is wrong with a duration beside an end.
pub const MISSTATED: &str = "must be the time between `start` and `end`";
/// What is wrong with a duration of more than [`kronos_domain::entry::Span::LONGEST`].
pub const TOO_LONG: &str = "must not be more than 366 days: record longer work as several entries";

/// Notes references to what entries do not have.
pub fn refuse_unsupported(
    faults: &mut Faults,
    project: Option<&str>,
    task: Option<&str>,
    tags: Option<&[String]>,
    kind: Option<&str>,
) {
    if project.is_some() {
        faults.add("project_id", "must be null: entries have no project");
    }
    if task.is_some() {
        faults.add("task_id", "must be null: entries have no task");
    }
    if tags.is_some_and(|tags| !tags.is_empty()) {
        faults.add("tags", "must be empty: entries have no tags");
    }
    if kind.is_some_and(|kind| kind != "work") {
        faults.add("type", "must be `work`: entries are not breaks");
    }
}

/// A duration that could be stored. Whether an entry may last that long depends on how long it lasts already.
pub fn duration(faults: &mut Faults, seconds: Option<i64>) -> Option<Seconds> {
    let seconds = seconds?;
    if seconds < 0 {
        faults.add("duration", "must be a whole number of 0 or more");
        return None;
    }
    if seconds > Instant::MAX.seconds() {
        faults.add("duration", TOO_LONG);
        return None;
    }
    Some(Seconds::new(seconds))
}
