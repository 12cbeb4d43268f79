//! What calls components: requests over HTTP and messages over Redis.

pub mod http;
pub mod redis;
