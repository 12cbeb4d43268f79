//! Which changes become events, and what they say: one list, from which the triggers of both engines are made.
//!
//! To publish an aggregate: add it here, run the tests of this crate with `KRONOS_REGENERATE=1`, and copy its triggers from
//! `rendered/events.{postgres,sqlite}.sql` into a migration. A new column of a listed table gets a line here, too, and new triggers:
//! the tests know every column and every trigger of a migrated database.

mod people;
mod work;

use std::fmt::Write as _;

use crate::Engine;

/// A table whose changes are events.
#[derive(Debug, Clone, Copy)]
pub struct Aggregate {
    /// The first part of its topics.
    pub name: &'static str,
    /// The table. It has the columns `id`, `version`, `changed_by` and `updated_at`.
    pub table: &'static str,
    /// What becomes of each column. Columns have the same name in events.
    pub columns: &'static [(&'static str, Column)],
    /// What an insert is called: the first verb whose condition holds.
    pub on_insert: &'static [Verb],
    /// What an update is called: the first verb whose condition holds.
    pub on_update: &'static [Verb],
}

/// What events say of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// It is an attribute of the event itself.
    Attribute,
    /// It is part of the data, unless it is NULL.
    Public,
    /// The same; a boolean, for which SQLite has no type.
    PublicFlag,
    /// The same; a list or an object, which SQLite holds as JSON text.
    PublicJson,
    /// Nothing.
    Private,
}

/// What happened.
#[derive(Debug, Clone, Copy)]
pub struct Verb {
    /// The second part of the topic.
    pub name: &'static str,
    /// A condition on `NEW` and `OLD` that is never NULL; empty for the last verb.
    pub when: &'static str,
}

/// All of them.
pub const AGGREGATES: &[Aggregate] = &[
    TIME_ENTRY,
    people::ORGANIZATION,
    people::USER,
    people::MEMBER,
    people::INVITATION,
    people::TEAM,
    people::TEAM_MEMBER,
    work::CLIENT,
    work::PROJECT,
    work::PROJECT_MEMBER,
    work::TASK,
    work::TAG,
    work::RATE,
];

const TIME_ENTRY: Aggregate = Aggregate {
    name: "time_entry",
    table: "time_entries",
    columns: &[
        ("id", Column::Attribute),
        ("organization_id", Column::Attribute),
        ("member_id", Column::Public),
        ("user_id", Column::Public),
        ("start_at", Column::Public),
        ("end_at", Column::Public),
        ("time_zone", Column::Public),
        ("description", Column::Public),
        ("billable", Column::PublicFlag),
        ("billable_rate", Column::Public),
        ("currency", Column::Public),
        ("source", Column::Public),
        ("project_id", Column::Public),
        ("task_id", Column::Public),
        ("kind", Column::Public),
        ("tags", Column::PublicJson),
        ("billable_rate_source", Column::Public),
        ("cost_rate", Column::Public),
        ("cost_rate_source", Column::Public),
        ("external_id", Column::Public),
        ("external_url", Column::Public),
        ("live", Column::Private),
        ("request_digest", Column::Private),
        ("version", Column::Attribute),
        ("changed_by", Column::Attribute),
        ("created_at", Column::Public),
        ("updated_at", Column::Attribute),
        ("deleted_at", Column::Public),
        ("request_id", Column::Attribute),
        ("traceparent", Column::Attribute),
        ("folded_description", Column::Private),
    ],
    on_insert: &[Verb { name: "started", when: "NEW.end_at IS NULL" }, Verb { name: "created", when: "" }],
    on_update: &[
        Verb { name: "deleted", when: "NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL" },
        Verb { name: "restored", when: "NEW.deleted_at IS NULL AND OLD.deleted_at IS NOT NULL" },
        Verb { name: "stopped", when: "NEW.end_at IS NOT NULL AND OLD.end_at IS NULL" },
        Verb { name: "updated", when: "" },
    ],
};

/// The verb of deletions, of which the audit trail has no changes.
const DELETED: &str = "deleted";

/// The triggers of all aggregates, for a migration.
pub fn triggers(engine: Engine) -> String {
    let render = match engine {
        Engine::Postgres => postgres_triggers,
        Engine::Sqlite => sqlite_triggers,
    };
    AGGREGATES.iter().map(render).collect()
}

impl Aggregate {
    fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|(name, _)| *name == column)
    }
}

/// One trigger per verb, all of which call the same function.
fn postgres_triggers(aggregate: &Aggregate) -> String {
    let Aggregate { name, table, .. } = aggregate;
    let hidden = aggregate.columns.iter().filter(|(_, column)| matches!(column, Column::Attribute | Column::Private));
    let hidden = hidden.map(|(column, _)| format!("'{column}'")).collect::<Vec<_>>().join(", ");
    let mut sql = String::new();
    for (event, verbs) in [("INSERT", aggregate.on_insert), ("UPDATE", aggregate.on_update)] {
        // What no verb before has taken.
        let mut left: Vec<String> = Vec::new();
        for Verb { name: verb, when } in verbs {
            let conditions = left.iter().map(String::as_str).chain([*when]).filter(|condition| !condition.is_empty());
            let condition = conditions.collect::<Vec<_>>().join(" AND ");
            let condition = if condition.is_empty() { condition } else { format!("WHEN ({condition})\n    ") };
            let _infallible = write!(
                sql,
                "CREATE TRIGGER {table}_append_{verb} AFTER {event} ON {table} FOR EACH ROW\n    \
                 {condition}EXECUTE FUNCTION append_event('{name}', '{verb}', {hidden});\n\n"
            );
            left.push(format!("NOT ({when})"));
        }
    }
    sql
}

/// One trigger per kind of change, which decides on the verb.
fn sqlite_triggers(aggregate: &Aggregate) -> String {
    let Aggregate { name, table, .. } = aggregate;
    let own = |column: &str| if aggregate.has(column) { format!("NEW.{column}") } else { "NULL".to_owned() };
    let (organization, traceparent, request) = (own("organization_id"), own("traceparent"), own("request_id"));
    let data: Vec<_> =
        public(aggregate).map(|(column, kind)| format!("'{column}', {}", json(kind, "NEW", column))).collect();
    let data = data.join(",\n            ");
    let mut sql = String::new();
    for (event, verbs) in [("INSERT", aggregate.on_insert), ("UPDATE", aggregate.on_update)] {
        let (lower, topic) = (event.to_lowercase(), topic(name, verbs));
        let changes = if event == "INSERT" { beginning(aggregate) } else { changes(aggregate) };
        let _infallible = write!(
            sql,
            "CREATE TRIGGER {table}_append_event_on_{lower} AFTER {event} ON {table}\n\
             BEGIN\n    \
             INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,\n        \
             recorded_at, data)\n    \
             VALUES ({organization}, '{name}', {topic},\n        \
             NEW.id, NEW.version, NEW.changed_by, {traceparent}, {request}, NEW.updated_at,\n        \
             max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),\n            \
             CAST(unixepoch('subsec') * 1000000 AS INTEGER)),\n        \
             json_patch('{{}}', json_object(\n            {data}\n        )));\n\n    \
             INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,\n        \
             changes)\n    \
             SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,\n        {changes}\n    \
             FROM outbox WHERE position = last_insert_rowid();\n\
             END;\n\n"
        );
    }
    sql
}

fn public(aggregate: &Aggregate) -> impl Iterator<Item = (&'static str, Column)> {
    let columns = aggregate.columns.iter().copied();
    columns.filter(|(_, column)| matches!(column, Column::Public | Column::PublicFlag | Column::PublicJson))
}

fn topic(aggregate: &str, verbs: &[Verb]) -> String {
    if let [Verb { name, .. }] = verbs {
        return format!("'{aggregate}.{name}'");
    }
    let mut sql = "CASE".to_owned();
    for Verb { name, when } in verbs {
        let condition = if when.is_empty() { "ELSE".to_owned() } else { format!("WHEN {when} THEN") };
        let _infallible = write!(sql, "\n            {condition} '{aggregate}.{name}'");
    }
    sql + "\n        END"
}

/// What a new row begins with, as changes from nothing.
fn beginning(aggregate: &Aggregate) -> String {
    let changes: Vec<_> = public(aggregate)
        .map(|(column, kind)| {
            let after = json(kind, "NEW", column);
            format!("'{column}', json(CASE WHEN NEW.{column} IS NOT NULL THEN json_array(NULL, {after}) END)")
        })
        .collect();
    format!("json_patch('{{}}', json_object(\n            {}\n        ))", changes.join(",\n            "))
}

/// `json_patch` removes what did not change.
fn changes(aggregate: &Aggregate) -> String {
    let changes: Vec<_> = public(aggregate)
        .map(|(column, kind)| {
            let (before, after) = (json(kind, "OLD", column), json(kind, "NEW", column));
            format!(
                "'{column}', json(CASE WHEN OLD.{column} IS NOT NEW.{column} THEN json_array({before}, {after}) END)"
            )
        })
        .collect();
    let (name, changes) = (aggregate.name, changes.join(",\n            "));
    format!(
        "CASE WHEN topic <> '{name}.{DELETED}' THEN json_patch('{{}}', json_object(\n            {changes}\n        )) END"
    )
}

fn json(kind: Column, row: &str, column: &str) -> String {
    match kind {
        Column::PublicFlag => format!("json(CASE {row}.{column} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)"),
        Column::PublicJson => format!("json({row}.{column})"),
        Column::Public | Column::Attribute | Column::Private => format!("{row}.{column}"),
    }
}

#[cfg(test)]
mod tests {
    use std::{env, fs, path::Path};

    use kronos_domain::event;

    use super::*;

    /// What migrations are copied from is what the list says.
    #[test]
    fn the_rendered_triggers_are_up_to_date() {
        for (engine, name) in [(Engine::Postgres, "postgres"), (Engine::Sqlite, "sqlite")] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("rendered").join(format!("events.{name}.sql"));
            if env::var_os("KRONOS_REGENERATE").is_some() {
                fs::write(&path, triggers(engine)).expect("a file");
            }
            let written = fs::read_to_string(&path).unwrap_or_default();
            assert_eq!(written, triggers(engine), "{}: run this test with KRONOS_REGENERATE=1", path.display());
        }
    }

    #[test]
    fn every_topic_is_known_to_the_domain() {
        let topics = AGGREGATES.iter().flat_map(|aggregate| {
            let verbs = aggregate.on_insert.iter().chain(aggregate.on_update);
            verbs.map(|verb| format!("{}.{}", aggregate.name, verb.name))
        });
        let mut topics: Vec<_> = topics.collect();
        let mut known: Vec<_> = event::known().map(|kind| kind.to_string()).collect();
        topics.sort_unstable();
        known.sort_unstable();
        assert_eq!(topics, known);
    }

    #[test]
    fn the_last_verb_takes_what_is_left() {
        for aggregate in AGGREGATES {
            for verbs in [aggregate.on_insert, aggregate.on_update] {
                let (last, others) = verbs.split_last().expect("a verb");
                assert!(last.when.is_empty() && others.iter().all(|verb| !verb.when.is_empty()), "{}", aggregate.name);
            }
        }
    }
}
