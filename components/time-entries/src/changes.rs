//! `GET /api/v1/organizations/{organization}/time-entries/changes`: what happened since a position.

use kronos_platform::{Call, Reply};

use crate::refusal::Refusal;

pub fn changes(_call: &Call) -> Result<Reply, Refusal> {
    Err(Refusal::NotFound)
}
