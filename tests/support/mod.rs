//! Starts Kronos for a test and gives it people to act as.
//!
//! A test takes the application on one engine and talks to it over HTTP:
//!
//! ```ignore
//! on_both_engines! {
//!     /// What the test proves.
//!     async fn an_entry_can_be_read_back(kronos: Kronos) {
//!         let owner = kronos.owner().await;
//!         owner.get("/api/v1/users/me/memberships").await.expect(200);
//!     }
//! }
//! ```

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::return_self_not_must_use,
    reason = "a test makes its own ids and stops at the first surprise"
)]

mod actor;
mod kronos;
mod signer;

pub use actor::{Actor, Answer};
pub use kronos::{Engine, Guests, Kronos, OPERATOR_SECRET, OWNER_PASSWORD, repository};
pub use kronos_test_servers::needs;
pub use signer::Signer;

/// Declares each test twice: on SQLite with the embedded Redis, and on PostgreSQL with a Redis server.
#[macro_export]
macro_rules! on_both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($kronos:ident: Kronos) $body:block)*) => {$(
        $(#[$meta])*
        mod $name {
            #[expect(clippy::wildcard_imports, reason = "the body belongs to the file that it stands in")]
            use super::*;

            async fn run($kronos: $crate::Kronos) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                run($crate::Kronos::start($crate::Engine::Embedded).await).await;
            }

            #[$crate::needs(postgres, redis)]
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                run($crate::Kronos::start($crate::Engine::Servers).await).await;
            }
        }
    )*};
}
