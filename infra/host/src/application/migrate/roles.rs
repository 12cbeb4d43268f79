//! Two roles in PostgreSQL, so that only the component `identity` reaches its secrets: `kronos_app` for the variable `postgres_url`,
//! and `kronos_identity`, which opens the schema `identity` and nothing else, for `identity_postgres_url`.

use tokio_postgres::error::SqlState;

use super::MigrateError;
use crate::capabilities::postgres;

/// Makes the roles when they are missing, without passwords, and gives each what it needs of what is there and of what the owner of
/// the tables will make later. It can be run again.
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
-- What anybody could make there, would run with the rights of whoever calls it.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO kronos_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO kronos_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO kronos_app;
REVOKE INSERT, UPDATE, DELETE ON refinery_schema_history FROM kronos_app;
REVOKE UPDATE, DELETE ON audit_trail FROM kronos_app;
DO $$
DECLARE
    migrating   name;
    maintenance regprocedure;
BEGIN
    SELECT tableowner INTO STRICT migrating FROM pg_tables WHERE schemaname = 'public' AND tablename = 'time_entries';
    -- It looks when the transactions of others began (sync_horizon). A superuser sees that anyway.
    IF NOT pg_has_role(migrating, 'pg_read_all_stats', 'USAGE')
        AND NOT (pg_has_role(migrating, 'kronos_app', 'USAGE') AND pg_has_role(migrating, 'kronos_identity', 'USAGE')) THEN
        EXECUTE format('GRANT kronos_app, kronos_identity TO %I', migrating);
    END IF;
    EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA public '
        'GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO kronos_app', migrating);
    EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA public GRANT USAGE ON SEQUENCES TO kronos_app', migrating);
    EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA identity '
        'GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO kronos_identity', migrating);
    -- Partitions are made and dropped with the rights of the owner of the tables.
    FOR maintenance IN
        SELECT oid::regprocedure FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND proname IN ('make_outbox_partition', 'trim_outbox')
    LOOP
        EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER SET search_path = public, pg_temp', maintenance);
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', maintenance);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO kronos_app', maintenance);
    END LOOP;
END
$$;
GRANT USAGE ON SCHEMA identity TO kronos_identity;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA identity TO kronos_identity;
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
    grant(&postgres::connect(url).await?).await
}

/// Where the secrets are separated, gives the roles what they need of what a migration has made: tables of another owner, and
/// functions that were made anew.
pub(super) async fn renew(client: &tokio_postgres::Client) -> Result<Roles, MigrateError> {
    let are_separated = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = 'kronos_identity' AND \
                         has_schema_privilege(pg_roles.oid, 'identity', 'USAGE'))";
    if client.query_one(are_separated, &[]).await?.try_get(0)? { grant(client).await } else { Ok(Roles::Ready) }
}

async fn grant(client: &tokio_postgres::Client) -> Result<Roles, MigrateError> {
    match client.batch_execute(SQL).await {
        Ok(()) => Ok(Roles::Ready),
        Err(error) if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) => Ok(Roles::Sql(SQL)),
        Err(error) => Err(error.into()),
    }
}
