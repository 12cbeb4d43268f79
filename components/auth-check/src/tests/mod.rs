//! The attacks on bearer tokens that a verifier without state can meet, one test per family. Numbers in the tables are those of
//! the project's list of attacks.

mod algorithms;
mod claims;
mod encoding;
mod fixtures;
mod key_sources;
mod kinds;
mod signatures;
mod transport;
