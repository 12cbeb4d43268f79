//! What an entry of Kronos does not have yet is refused, rather than dropped silently.

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
