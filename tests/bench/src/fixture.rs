//! The data of a run: one organization with members, their tokens and entries. It is made once per engine through Kronos itself,
//! then every contender gets a copy.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use futures::future::try_join_all;
use http::StatusCode;
use kronos_storage::Engine;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    bench::{Bench, OPERATOR_SECRET, OWNER_EMAIL},
    client::Connection,
    contender::{Contender, Store},
    postgres::Postgres,
    statements,
};

/// Members; as many timers run at once.
pub const MEMBERS: usize = 64;
/// Members of these who have recorded entries: a company of that size.
const RECORDING_MEMBERS: usize = 16;
/// Entries a day and member.
const ENTRIES_PER_DAY: usize = 8;
/// Name of the database that the others are copies of.
const TEMPLATE: &str = "kronos_template";

/// The data, as a client knows it.
#[derive(Debug)]
pub struct Fixture {
    /// The engine that holds it.
    pub engine: Engine,
    /// The organization.
    pub organization: String,
    /// Token of the owner.
    pub owner: String,
    /// Tokens of the members.
    pub members: Vec<String>,
    /// Ids of entries of the members.
    pub entries: Vec<String>,
    /// File with the public keys.
    pub jwks: PathBuf,
    /// Folder with the statements for the peers.
    pub statements: PathBuf,
    folder: PathBuf,
}

impl Fixture {
    /// Makes the data.
    pub async fn create(bench: &Bench, engine: Engine, postgres: Option<&Postgres>) -> anyhow::Result<Self> {
        let (name, days) = (format!("fixture-{engine:?}").to_lowercase(), if bench.settings.smoke { 4 } else { 75 });
        let folder = bench.folder().join(&name);
        start_over(&folder)?;
        let statements = folder.join("statements");
        statements::write(engine, &statements)?;
        let url = match postgres {
            Some(postgres) => {
                postgres.create(TEMPLATE, None).await?;
                Some(postgres.url(TEMPLATE))
            }
            None => None,
        };
        let store = url.as_deref().map_or(Store::Sqlite(&folder), Store::Postgres);
        let kronos = Contender::kronos(bench, "fixture", &bench.manifest(), &folder, store, &[]).await?;

        let mut connection = kronos.connect().await?;
        let jwks = folder.join("jwks.json");
        std::fs::write(&jwks, connection.get("/.well-known/jwks.json", None).await?.success()?.body)?;
        let owner = mint_owner(&mut connection).await?;
        let memberships = connection.get("/api/v1/users/me/memberships", Some(&owner)).await?.success()?.json()?;
        let organization = memberships["data"][0]["organization"]["id"].as_str().context("no organization")?.to_owned();

        let sql = members_sql(&organization);
        match postgres {
            Some(postgres) => postgres.connect(TEMPLATE).await?.batch_execute(&sql).await?,
            None => rusqlite::Connection::open(folder.join("default.db"))?.execute_batch(&sql)?,
        }
        let mut members = Vec::new();
        for member in 0..MEMBERS {
            members.push(mint(&mut connection, &email(member)).await.context("no token for a member")?);
        }
        let recording = members.iter().take(RECORDING_MEMBERS).map(|token| record(&kronos, &organization, token, days));
        let entries = try_join_all(recording).await?.concat();
        let fixture = Self { engine, organization, owner, members, entries, jwks, statements, folder };
        fixture.wait_for_report(&mut connection).await?;
        drop(connection);
        drop(kronos);
        if let Some(postgres) = postgres {
            postgres.connect(TEMPLATE).await?.batch_execute("VACUUM (ANALYZE)").await?;
        } else {
            // The files alone are copied, so everything has to be in them.
            for file in ["default.db", "identity.db"] {
                let database = rusqlite::Connection::open(fixture.folder.join(file))?;
                database.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
            }
        }
        Ok(fixture)
    }

    /// A copy of the data for a contender: the URL of a database, or none and the folder with the files of SQLite is it.
    pub async fn copy(&self, postgres: Option<&Postgres>, name: &str) -> anyhow::Result<(Option<String>, PathBuf)> {
        let folder = self.folder_of(name);
        std::fs::create_dir_all(&folder)?;
        let url = if let Some(postgres) = postgres {
            let database = name.replace('-', "_");
            postgres.create(&database, Some(TEMPLATE)).await?;
            Some(postgres.url(&database))
        } else {
            for file in ["default.db", "identity.db"] {
                std::fs::copy(self.folder.join(file), folder.join(file))?;
            }
            None
        };
        self.copy_cache(&folder)?;
        Ok((url, folder))
    }

    /// The folder of a contender.
    pub fn folder_of(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Compiled components, so that a start does not compile them again.
    fn copy_cache(&self, folder: &Path) -> anyhow::Result<()> {
        let cache = self.folder.join("cache");
        if !cache.is_dir() {
            return Ok(());
        }
        std::fs::create_dir_all(folder.join("cache"))?;
        for entry in std::fs::read_dir(cache)?.flatten().filter(|entry| entry.path().is_file()) {
            std::fs::copy(entry.path(), folder.join("cache").join(entry.file_name()))?;
        }
        Ok(())
    }

    /// Path of the entries.
    pub fn entries_path(&self) -> String {
        format!("/api/v1/organizations/{}/time-entries", self.organization)
    }

    /// Path of the report of a month, per day.
    pub fn report_path(&self) -> String {
        let organization = &self.organization;
        format!(
            "/api/v1/organizations/{organization}/reports/summary?group=day&start=2026-01-31T23:00:00Z\
             &end=2026-02-28T23:00:00Z&time_zone=Europe/Berlin"
        )
    }

    /// Every event is in the report.
    async fn wait_for_report(&self, connection: &mut Connection) -> anyhow::Result<()> {
        let path = format!(
            "/api/v1/organizations/{}/reports/summary?group=member&start=2026-01-01T00:00:00Z&end=2026-07-01T00:00:00Z\
             &time_zone=UTC",
            self.organization
        );
        // Each entry is 45 minutes long.
        let expected = self.entries.len() * 45 * 60;
        let mut seconds = 0;
        for _ in 0..600 {
            let report = connection.get(&path, Some(&self.owner)).await?.success()?.json()?;
            seconds = report["data"]["seconds"].as_u64().context("a report without a sum")?;
            if usize::try_from(seconds)? == expected {
                return Ok(());
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        bail!("after a minute the report shows {seconds} of {expected} seconds")
    }
}

/// A finished entry that overlaps none of its member: number `index` of those that are `per_day` a day from a January on.
pub fn entry_body(index: usize) -> Value {
    let (day, slot) = (index / ENTRIES_PER_DAY, index % ENTRIES_PER_DAY);
    // Months of 28 days, so that every date exists.
    let (month, day, hour) = (day / 28 % 6 + 1, day % 28 + 1, 8 + slot);
    json!({
        "start": format!("2026-{month:02}-{day:02}T{hour:02}:00:00Z"),
        "end": format!("2026-{month:02}-{day:02}T{hour:02}:45:00Z"),
        "time_zone": "Europe/Berlin",
        "description": format!("Measured work, part {index}"),
        "billable": index.is_multiple_of(2),
    })
}

/// A token for scripts, as `kronos token` mints them.
async fn mint(connection: &mut Connection, email: &str) -> anyhow::Result<String> {
    let body = json!({ "email": email });
    let answer = connection.post("/auth/operator/tokens", Some(OPERATOR_SECRET), &body).await?.success()?.json()?;
    Ok(answer["access_token"].as_str().context("an answer without a token")?.to_owned())
}

/// A token for the owner.
pub async fn mint_owner(connection: &mut Connection) -> anyhow::Result<String> {
    mint(connection, OWNER_EMAIL).await.context("no token for the owner")
}

async fn record(kronos: &Contender, organization: &str, token: &str, days: usize) -> anyhow::Result<Vec<String>> {
    let mut connection = kronos.connect().await?;
    let path = format!("/api/v1/organizations/{organization}/time-entries");
    let mut ids = Vec::new();
    for index in 0..days * ENTRIES_PER_DAY {
        let answer = connection.post(&path, Some(token), &entry_body(index)).await?;
        if answer.status != StatusCode::CREATED {
            answer.success().context("cannot record an entry")?;
            bail!("an entry was recorded without the status 201");
        }
        ids.push(answer.json()?["data"]["id"].as_str().context("an entry without an id")?.to_owned());
    }
    Ok(ids)
}

fn email(member: usize) -> String {
    format!("member{member}@kronos.test")
}

/// No operation adds members.
fn members_sql(organization: &str) -> String {
    let mut sql = String::new();
    for member in 0..MEMBERS {
        let (user, id, email) = (id(member * 2), id(member * 2 + 1), email(member));
        // A string can always be written to.
        let _ = writeln!(
            sql,
            "INSERT INTO users (id, email, name, time_zone, created_at) \
             VALUES ('{user}', '{email}', 'Member {member}', 'Europe/Berlin', 0); \
             INSERT INTO members (id, organization_id, user_id, role, created_at) \
             VALUES ('{id}', '{organization}', '{user}', 'employee', 0);"
        );
    }
    sql
}

/// The same ids in every run.
fn id(number: usize) -> Uuid {
    let mut bytes = [0; 10];
    bytes[2..].copy_from_slice(&(number as u64).to_be_bytes());
    uuid::Builder::from_unix_timestamp_millis(1_767_225_600_000, &bytes).into_uuid()
}

/// Empties a folder, but for the compiled components.
fn start_over(folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() {
            std::fs::remove_file(&path)?;
        } else if path.file_name().is_none_or(|name| name != "cache") {
            std::fs::remove_dir_all(&path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_a_member_do_not_overlap() {
        let starts: std::collections::HashSet<String> =
            (0..600).map(|index| entry_body(index)["start"].to_string()).collect();
        assert_eq!(starts.len(), 600);
        assert_eq!(entry_body(8)["start"], "2026-01-02T08:00:00Z");
    }

    #[test]
    fn ids_are_distinct() {
        assert_ne!(id(1), id(2));
        assert_eq!(id(1).get_version_num(), 7);
    }
}
