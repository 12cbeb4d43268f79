//! `PATCH` and `DELETE .../time-entries`: many entries at once, in one statement. A second one tells why some were not changed.

use std::collections::HashMap;

use kronos_api::time_entries::{DeleteTimeEntries, ResultOfOne, Results, UpdateTimeEntries};
use kronos_domain::{EntryId, Permission, entry::TimeEntry};
use kronos_platform::{Call, Faults, Reply};
use kronos_storage::{
    Actor, Db, Error,
    time_entries::{self, Edit},
};

use crate::{
    change,
    refusal::Refusal,
    update::edit,
    validation::{refuse_paid_break, why_not_there},
};

/// Most entries of a request.
const MAX_IDS: usize = 500;

/// What became of each entry: its version now, or the key of the refusal.
type Fates = HashMap<EntryId, Result<i64, &'static str>>;

pub async fn update(call: Call) -> Result<Reply, Refusal> {
    let body: UpdateTimeEntries = call.json()?;
    let mut faults = Faults::default();
    let ids = ids(&mut faults, &body.ids);
    let billable = body.changes.billable;
    let edit = edit(&mut faults, body.changes.into());
    refuse_paid_break(&mut faults, edit.kind, billable);
    faults.finish()?;
    let (change, db) = (change(&call)?, call.db().await?);
    let changed = match time_entries::update_all(&db, change, &ids, &edit).await {
        Ok(changed) => changed,
        // What all of them are to refer to is not there, so that none was changed.
        Err(Error::ForeignKey(_)) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let mut fates = fates(&call, changed);
    if fates.len() < ids.len() {
        explain(&db, change.actor, &ids, &mut fates, Some(&edit)).await?;
    }
    Ok(answer(&ids, &fates))
}

pub async fn delete(call: Call) -> Result<Reply, Refusal> {
    let mut faults = Faults::default();
    let ids = if call.body.is_empty() {
        let ids = call.query.list_as::<EntryId>("ids", MAX_IDS)?;
        if ids.is_empty() {
            faults.add("ids", "is required");
        }
        ids
    } else {
        let body: DeleteTimeEntries = call.json()?;
        ids(&mut faults, &body.ids)
    };
    faults.finish()?;
    let (change, db) = (change(&call)?, call.db().await?);
    let deleted = time_entries::delete_all(&db, change, &ids).await?;
    let mut fates = fates(&call, deleted);
    if fates.len() < ids.len() {
        explain(&db, change.actor, &ids, &mut fates, None).await?;
    }
    Ok(answer(&ids, &fates))
}

/// The ids of the body, each once.
fn ids(faults: &mut Faults, texts: &[String]) -> Vec<EntryId> {
    if texts.is_empty() || texts.len() > MAX_IDS {
        faults.add("ids", format_args!("must have 1 to {MAX_IDS} ids"));
        return Vec::new();
    }
    let parsed: Result<Vec<EntryId>, _> = texts.iter().map(|text| text.parse()).collect();
    let mut ids = faults.check("ids", parsed).unwrap_or_default();
    let mut seen = std::collections::HashSet::new();
    ids.retain(|id| seen.insert(*id));
    ids
}

fn fates(call: &Call, done: Vec<TimeEntry>) -> Fates {
    if !done.is_empty() {
        call.ring();
    }
    done.into_iter().map(|entry| (entry.id, Ok(entry.version))).collect()
}

/// Why the statement left entries out, or that the edit changes nothing about them.
async fn explain(
    db: &Db,
    actor: Actor,
    ids: &[EntryId],
    fates: &mut Fates,
    edit: Option<&Edit>,
) -> Result<(), Refusal> {
    let relation = time_entries::relation(db, actor, None).await?.ok_or(Refusal::NotFound)?;
    if !Permission::EntriesChange.allows(relation.role, true) {
        return Err(Refusal::Forbidden);
    }
    let left: Vec<_> = ids.iter().copied().filter(|id| !fates.contains_key(id)).collect();
    let standings = time_entries::standings(db, actor, &left).await?;
    for standing in standings.into_iter().filter(|standing| standing.visible) {
        let entry = &standing.entry;
        let rate = edit.is_some_and(|edit| edit.sets_rate_of(entry)) && !standing.role.changes_everyone();
        let fate = match edit {
            _ if !standing.changeable || rate => Err(PERMISSION_DENIED),
            Some(edit) if !edit.alters(entry) => Ok(entry.version),
            Some(edit) => {
                let (project, task) = edit.place_of(entry);
                why_not_there(db, actor, project, task, edit.tags.as_deref().unwrap_or_default()).await?;
                Err(CONTENDED)
            }
            // It was there a moment ago or is again: somebody else is at it.
            None => Err(CONTENDED),
        };
        fates.insert(entry.id, fate);
    }
    Ok(())
}

const PERMISSION_DENIED: &str = kronos_api::refused::PERMISSION_DENIED.key;
const NOT_FOUND: &str = kronos_api::refused::NOT_FOUND.key;
const CONTENDED: &str = kronos_api::refused::UNAVAILABLE.key;

fn answer(ids: &[EntryId], fates: &Fates) -> Reply {
    let results: Vec<_> = ids
        .iter()
        .map(|id| {
            let fate = fates.get(id).copied().unwrap_or(Err(NOT_FOUND));
            ResultOfOne { id: *id, version: fate.ok(), key: fate.err().map(str::to_owned) }
        })
        .collect();
    let of = |refused: bool| results.iter().filter(|one| one.key.is_some() == refused).map(|one| one.id).collect();
    Reply::ok(&Results { success: of(false), error: of(true), results: results.clone() })
}
