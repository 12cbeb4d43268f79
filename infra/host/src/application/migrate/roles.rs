//! Two roles in PostgreSQL, so that only the component `identity` reaches its secrets: `kronos_app` for the variable `postgres_url`,
//! and `kronos_identity`, which opens the schema `identity` and nothing else, for `identity_postgres_url`.

use tokio_postgres::error::SqlState;

use super::MigrateError;
use crate::capabilities::postgres;

/// Makes the roles when they are missing, without passwords, and gives each what it needs of what is there and of what the same role
/// will make later. It can be run again.
const SQL: &str = "\
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['kronos_app', 'kronos_identity'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I LOGIN', name);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- somebody else made it for another database
            END;
        END IF;
    END LOOP;
END
$$;
GRANT USAGE ON SCHEMA public TO kronos_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO kronos_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO kronos_app;
REVOKE INSERT, UPDATE, DELETE ON refinery_schema_history FROM kronos_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO kronos_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO kronos_app;
GRANT USAGE ON SCHEMA identity TO kronos_identity;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA identity TO kronos_identity;
ALTER DEFAULT PRIVILEGES IN SCHEMA identity GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO kronos_identity;
";

/// What became of the roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Roles {
    /// They are there, and have what they need.
    Ready,
    /// The role in the URL may not make them; one that may runs this.
    Sql(&'static str),
}

/// Separates identity's secrets from the rest of a PostgreSQL store, which is up to date.
pub async fn separate(url: &str) -> Result<Roles, MigrateError> {
    let client = postgres::connect(url).await?;
    match client.batch_execute(SQL).await {
        Ok(()) => Ok(Roles::Ready),
        Err(error) if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) => Ok(Roles::Sql(SQL)),
        Err(error) => Err(error.into()),
    }
}
