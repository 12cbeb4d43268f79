//! What can go wrong between a component and its database.

/// Why a statement failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A unique constraint or index of that name refused the write. SQLite reports columns; they are given the name that
    /// PostgreSQL would use: `<table>_pkey`, `<table>_<columns>_key`, or the index's own where it is partial.
    #[error("the unique constraint `{0}` refused the write")]
    Unique(String),
    /// A check constraint of that name refused the write.
    #[error("the check constraint `{0}` refused the write")]
    Check(String),
    /// A foreign key of that name refused the write; SQLite does not say which, the name is empty then.
    #[error("the foreign key `{0}` refused the write")]
    ForeignKey(String),
    /// Other writers were in the way for too long. The write did not happen and may be repeated.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// The database cannot be reached. Whether a write happened is unknown.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// The store lacks a table, column or function that this version has: `kronos migrate` was not run, or an older one.
    #[error("the store is not migrated: {0}")]
    NotMigrated(String),
    /// Anything else: a defect. The text is for the log only.
    #[error("the database failed: {0}")]
    Internal(String),
}

/// Unique indexes whose name cannot be derived from the columns that SQLite reports.
const INDEX_NAMES: &[(&str, &str)] = &[
    ("time_entries.member_id", "time_entries_one_running_per_member"),
    ("invitations.organization_id, invitations.email", "invitations_one_open_per_email"),
    ("invitations.member_id", "invitations_one_open_per_member"),
    ("teams.organization_id, teams.name_key", "teams_one_of_a_name"),
    ("team_members.team_id, team_members.member_id", "team_members_once_per_team"),
    ("time_entries.organization_id, time_entries.source, time_entries.external_id", "time_entries_external_id_key"),
];

impl Error {
    /// From PostgreSQL's SQLSTATE (appendix A of its manual) and the constraint that it names.
    pub fn from_sqlstate(code: &str, constraint: &str, text: String) -> Self {
        match code {
            "23505" => Self::Unique(constraint.into()),
            "23514" => Self::Check(constraint.into()),
            "23503" => Self::ForeignKey(constraint.into()),
            // serialization_failure, deadlock_detected, lock_not_available, query_canceled (statement_timeout)
            "40001" | "40P01" | "55P03" | "57014" => Self::Busy(text),
            // undefined_table, invalid_schema_name, undefined_column, undefined_function
            "42P01" | "3F000" | "42501" | "42703" | "42883" => Self::NotMigrated(text),
            // read_only_sql_transaction: the server is a standby
            "25006" => Self::Unavailable(text),
            // Classes: connection exception, insufficient resources, operator intervention
            _ if ["08", "53", "57"].iter().any(|class| code.starts_with(class)) => Self::Unavailable(text),
            _ => Self::Internal(text),
        }
    }

    /// From the message of SQLite, which is all that Spin passes on. It may be embedded in a longer text.
    pub fn from_sqlite_message(text: &str) -> Self {
        let after = |marker: &str| {
            let rest = text.split_once(marker)?.1;
            // The host may append its own words, such as `(code 2067)` or a line of context.
            let end = rest.find(['\n', '(', ')', '"', '\'']).unwrap_or(rest.len());
            Some(rest[..end].trim())
        };
        if let Some(columns) = after("UNIQUE constraint failed:") {
            return Self::Unique(unique_name(columns));
        }
        if let Some(name) = after("CHECK constraint failed:") {
            return Self::Check(name.into());
        }
        if text.contains("FOREIGN KEY constraint failed") {
            return Self::ForeignKey(String::new());
        }
        if text.contains("database is locked") || text.contains("database table is locked") {
            return Self::Busy(text.into());
        }
        if text.contains("no such table") || text.contains("no such column") {
            return Self::NotMigrated(text.into());
        }
        if text.contains("disk I/O error") || text.contains("unable to open database") {
            return Self::Unavailable(text.into());
        }
        Self::Internal(text.into())
    }
}

/// PostgreSQL's default name for the constraint on `table.a, table.b`.
fn unique_name(columns: &str) -> String {
    if let Some((_, name)) = INDEX_NAMES.iter().find(|(reported, _)| *reported == columns) {
        return (*name).into();
    }
    let mut table = "";
    let mut names = Vec::new();
    for column in columns.split(", ") {
        let (its_table, name) = column.split_once('.').unwrap_or(("", column));
        table = its_table;
        names.push(name);
    }
    // What is unique with something beside it is so by itself, and SQLite looks at the newest index first.
    if names.first() == Some(&"id") { format!("{table}_pkey") } else { format!("{table}_{}_key", names.join("_")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_speaks_of_constraints_by_their_postgres_names() {
        let name = |text| match Error::from_sqlite_message(text) {
            Error::Unique(name) | Error::Check(name) => name,
            other => panic!("{other:?}"),
        };
        assert_eq!(name("UNIQUE constraint failed: time_entries.id"), "time_entries_pkey");
        assert_eq!(name("UNIQUE constraint failed: users.email"), "users_email_key");
        assert_eq!(
            name("UNIQUE constraint failed: members.organization_id, members.user_id"),
            "members_organization_id_user_id_key"
        );
        assert_eq!(name("UNIQUE constraint failed: time_entries.member_id"), "time_entries_one_running_per_member");
        assert_eq!(name("sqlite: CHECK constraint failed: time_entries_end (code 275)"), "time_entries_end");
    }

    #[test]
    fn what_may_be_repeated_is_told_apart() {
        assert!(matches!(Error::from_sqlite_message("database is locked"), Error::Busy(_)));
        assert!(matches!(Error::from_sqlstate("40P01", "", String::new()), Error::Busy(_)));
        assert!(matches!(Error::from_sqlstate("57P01", "", String::new()), Error::Unavailable(_)));
        assert!(matches!(Error::from_sqlstate("42601", "", String::new()), Error::Internal(_)));
        assert_eq!(
            Error::from_sqlstate("23505", "users_email_key", String::new()),
            Error::Unique("users_email_key".into())
        );
    }
    #[test]
    fn a_store_that_is_not_migrated_is_no_defect() {
        for code in ["42P01", "3F000", "42501", "42703", "42883"] {
            assert!(matches!(Error::from_sqlstate(code, "", String::new()), Error::NotMigrated(_)), "{code}");
        }
        for text in ["no such table: users", "prepare: no such column: position (code 1)"] {
            assert_eq!(Error::from_sqlite_message(text), Error::NotMigrated(text.into()));
        }
    }
}
