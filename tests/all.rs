//! Every test that needs the running application; the folders mirror the URLs.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test makes its own ids and stops at the first surprise"
)]

mod api {
    mod organizations {
        mod audit_trail {
            mod list;
        }
        mod clients {
            mod client;
        }
        mod project_members {
            mod member;
        }
        mod projects {
            mod clients_of_solidtime;
            mod list;
            mod project;
        }
        mod rates {
            mod rate;
        }
        mod reports {
            mod summary;
        }
        mod tags {
            mod tag;
        }
        mod tasks {
            mod task;
        }
        mod invitations {
            mod invitation;
        }
        mod members {
            mod list;
            mod member;
            mod merge;
        }
        mod organization;
        mod teams {
            mod team;
        }
        mod time_entries {
            mod actions;
            mod bulk;
            mod changes;
            mod entry;
            mod list;
            mod overlap;
            mod references;
            mod rules;
        }
    }
    mod users {
        mod me;
    }
}
mod auth {
    mod issuers;
    mod operator_tokens;
    mod session;
    mod sign_in;
    mod tokens;
    mod verify;
}
mod authorization;
mod edge;
mod events {
    mod doorbell;
    mod report_builder;
}
mod host {
    mod capabilities;
    mod faults;
    mod hostile;
    mod http;
    mod instances;
    mod limits;
    mod network {
        mod guests;
        mod ledger;
        mod postgres;
    }
    mod outside;
    mod redis_trigger;
    mod sqlite;
    mod state_folder;
}
mod laws;
mod rights;
mod spin;
mod strictness;
mod walkthrough;
mod well_known;
