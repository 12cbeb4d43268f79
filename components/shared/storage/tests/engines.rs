//! Every statement on both engines, with the real migrations. PostgreSQL is a private child process.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "engines/consumers.rs"]
mod consumers;
#[path = "engines/driver.rs"]
mod driver;
#[path = "engines/events.rs"]
mod events;
#[path = "engines/fixture.rs"]
mod fixture;
#[path = "engines/identity.rs"]
mod identity;
#[path = "engines/invitations.rs"]
mod invitations;
#[path = "engines/issuer_keys.rs"]
mod issuer_keys;
#[path = "engines/lists.rs"]
mod lists;
#[path = "engines/members.rs"]
mod members;
#[path = "engines/organizations.rs"]
mod organizations;
#[path = "engines/outbox.rs"]
mod outbox;
#[path = "engines/pages.rs"]
mod pages;
#[path = "engines/plans.rs"]
mod plans;
#[path = "engines/positions.rs"]
mod positions;
#[path = "engines/projects.rs"]
mod projects;
#[path = "engines/rates.rs"]
mod rates;
#[path = "engines/reports.rs"]
mod reports;
#[path = "engines/statements.rs"]
mod statements;
#[path = "engines/sync.rs"]
mod sync;
#[path = "engines/teams.rs"]
mod teams;
#[path = "engines/throttle.rs"]
mod throttle;
#[path = "engines/time_entries.rs"]
mod time_entries;

/// Makes a test of each function for each engine.
macro_rules! on_both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($world:ident: World) $body:block)*) => {$(
        async fn $name($world: World) $body

        mod $name {
            async fn test($world: crate::fixture::World) {
                super::$name($world).await;
            }

            #[test]
            fn sqlite() {
                crate::fixture::block_on(async { test(crate::fixture::World::sqlite().await).await });
            }

            #[kronos_test_servers::needs(postgres)]
            #[test]
            fn postgres() {
                crate::fixture::block_on(async { test(crate::fixture::World::postgres().await).await });
            }
        }
    )*};
}
pub(crate) use on_both_engines;
