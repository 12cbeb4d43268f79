//! Checks that new entries and changes share.

use kronos_domain::{Instant, ProjectId, Seconds, TagId, TaskId, entry::Kind};
use kronos_platform::Faults;
use kronos_storage::{Actor, Db, time_entries};

use crate::refusal::Refusal;

/// What is wrong with a duration beside an end.
pub const MISSTATED: &str = "must be the time between `start` and `end`";
/// What is wrong with a duration of more than [`kronos_domain::entry::Span::LONGEST`].
pub const TOO_LONG: &str = "must not be more than 366 days: record longer work as several entries";

/// Most tags of an entry.
const MAX_TAGS: usize = 100;

/// Ids of tags, sorted, each once.
pub fn tags(faults: &mut Faults, texts: &[String]) -> Vec<TagId> {
    let parsed: Result<Vec<TagId>, _> = texts.iter().map(|text| text.parse()).collect();
    let mut tags = faults.check("tags", parsed).unwrap_or_default();
    tags.sort_unstable();
    tags.dedup();
    if tags.len() > MAX_TAGS {
        faults.add("tags", format_args!("must not be more than {MAX_TAGS}"));
    }
    tags
}

/// Notes a price for a pause.
pub fn refuse_paid_break(faults: &mut Faults, kind: Option<Kind>, billable: Option<bool>) {
    if kind == Some(Kind::Break) && billable == Some(true) {
        faults.add("billable", "must be false: nobody pays for a break");
    }
}

/// What an entry is to refer to and what is not there, if that is why it was refused.
pub async fn why_not_there(
    db: &Db,
    actor: Actor,
    project: Option<ProjectId>,
    task: Option<TaskId>,
    tags: &[TagId],
) -> Result<(), Refusal> {
    let missing = time_entries::missing(db, actor, project, task, tags).await?.ok_or(Refusal::NotFound)?;
    let mut faults = Faults::default();
    if missing.project {
        faults.add("project_id", "must be a project that you see");
    } else if missing.task {
        faults.add("task_id", "must be a task of the project");
    }
    if missing.tag {
        faults.add("tags", "must be tags of the organization");
    }
    Ok(faults.finish()?)
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
