//! Every test that needs the running application; the folders mirror the URLs.

#![expect(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod api {
    mod reports;
    mod time_entries;
    mod time_entries_list;
    mod users;
}
mod auth;
mod authorization;
mod events;
mod host {
    mod capabilities;
    mod faults;
    mod http;
    mod limits;
    mod redis_trigger;
}
mod laws;
mod walkthrough;
