//! The statements that the peers run: those of Kronos itself, caught by a driver that runs nothing, so that they can't drift.

use std::{cell::RefCell, fs, future::Future, path::Path, pin::pin, rc::Rc, task};

use anyhow::Context as _;
use kronos_domain::{EntryId, Instant, OrganizationId, UserId, entry};
use kronos_storage::{
    Db, Engine, Error, Value, consumers,
    db::{Driver, RowsFuture},
    report_events,
    reports::{self, Group, Split},
    time_entries::{self, Actor, Change, Condition, Edit, End, Filter, NewEntry, Slice, Sort},
};

struct Recorder {
    engine: Engine,
    heard: Rc<RefCell<Option<&'static str>>>,
}

impl Driver for Recorder {
    fn engine(&self) -> Engine {
        self.engine
    }

    fn rows(&self, sql: &'static str, _parameters: Vec<Value>) -> RowsFuture<'_> {
        *self.heard.borrow_mut() = Some(sql);
        Box::pin(async { Err(Error::Internal("nothing runs here".to_owned())) })
    }
}

/// Writes one file per statement, such as `read.sql`, into a folder.
pub fn write(engine: Engine, folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    let heard = Rc::new(RefCell::new(None));
    let db = Db::with_driver(Recorder { engine, heard: heard.clone() });
    let save = |name: &str| {
        let sql = heard.borrow_mut().take().with_context(|| format!("`{name}` sent no statement"))?;
        fs::write(folder.join(format!("{name}.sql")), sql).with_context(|| format!("cannot write {name}.sql"))
    };

    let id = "00000000-0000-7000-8000-000000000000";
    let actor = Actor { organization: parse::<OrganizationId>(id)?, user: parse::<UserId>(id)? };
    let entry = parse::<EntryId>(id)?;
    let now = Instant::from_seconds(0);
    let new = NewEntry {
        user: None,
        id: entry,
        member: None,
        span: entry::Span::new(now, None)?,
        time_zone: None,
        kind: entry::Kind::Work,
        project: None,
        task: None,
        tags: Vec::new(),
        description: entry::Description::default(),
        billable: None,
        billable_rate: None,
        source: "api".to_owned(),
        external_id: None,
        external_url: None,
        request_digest: String::new(),
    };
    let change = Change { actor, request_id: None, traceparent: None, now };
    let running = Condition { running: true, ..Condition::default() };
    let stop = Edit { end: Some(End::FromStart(now)), ..Edit::default() };

    poll_once(time_entries::read(&db, actor, entry));
    save("read")?;
    poll_once(time_entries::list(&db, actor, &Filter::default(), Sort::Descending, Slice::first(50)));
    save("list")?;
    poll_once(time_entries::create(&db, change, new));
    save("create")?;
    poll_once(time_entries::update(&db, change, entry, &stop, running));
    save("stop")?;
    poll_once(reports::summary(&db, actor, &[], Group::Bucket, Split::Start));
    save("report")?;
    poll_once(consumers::state(&db, report_events::CONSUMER));
    save("pending")?;
    poll_once(report_events::apply(&db, 1));
    save("apply")
}

fn parse<T: std::str::FromStr>(text: &str) -> anyhow::Result<T> {
    text.parse().ok().with_context(|| format!("`{text}` is not an id"))
}

/// The recorder never waits, so one look is enough.
fn poll_once(future: impl Future) {
    let mut context = task::Context::from_waker(task::Waker::noop());
    let _failed_as_meant = pin!(future).as_mut().poll(&mut context);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_statement_is_caught_for_both_engines() {
        for engine in [Engine::Postgres, Engine::Sqlite] {
            let folder = tempfile::tempdir().expect("a folder");
            write(engine, folder.path()).expect("statements");
            for name in ["read", "list", "create", "stop", "report", "pending", "apply"] {
                let sql = fs::read_to_string(folder.path().join(format!("{name}.sql"))).expect("a statement");
                assert_eq!(sql.contains("$1"), engine == Engine::Postgres, "{name}: {sql}");
            }
        }
    }
}
