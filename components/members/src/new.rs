//! What is created: its id, and whether the same request created it before. Repeating a request does not repeat its effect when it
//! bears an id or an `Idempotency-Key`.

use std::{fmt::Display, str::FromStr};

use kronos_domain::MemberId;
use kronos_platform::{
    Call, Faults, Problem, Reply,
    idempotency::{self, Key},
    new_id,
};
use serde::Serialize;
use uuid::Uuid;

use crate::refusal::Refusal;

/// Where an id comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// The client chose it.
    Client,
    /// It follows from the `Idempotency-Key`.
    Key,
    /// It is new with each request.
    Fresh,
}

/// Something new.
#[derive(Debug, Clone)]
pub struct New {
    /// Its id.
    pub id: Uuid,
    /// Digest of the request.
    pub digest: String,
    origin: Origin,
}

impl New {
    /// What a request creates. The body has the chosen id in place of the one that it came with.
    pub fn of<T: Serialize>(call: &Call, owners: &[Uuid], chosen: Option<Uuid>, body: &T) -> Result<Self, Problem> {
        let digest = idempotency::digest(body)?;
        let (id, origin) = match (chosen, Key::of(&call.headers)?) {
            (Some(id), _) => (id, Origin::Client),
            (None, Some(key)) => (key.id(call.operation, owners), Origin::Key),
            (None, None) => (new_id(call.now), Origin::Fresh),
        };
        Ok(Self { id, digest, origin })
    }

    /// Whether the same request may have created it before.
    pub fn may_be_repeated(&self) -> bool {
        self.origin != Origin::Fresh
    }

    /// Why something else has the id; none where nobody chose it.
    pub fn taken(&self) -> Option<Refusal> {
        match self.origin {
            Origin::Client => Some(Refusal::IdAlreadyUsed),
            Origin::Key => Some(Refusal::IdempotencyKeyReused),
            Origin::Fresh => None,
        }
    }
}

/// The id that the client chose. Empty, or not one that grows with time, it counts as none.
pub fn chosen(faults: &mut Faults, id: &mut Option<String>) -> Option<Uuid> {
    let given = id.take().filter(|id| !id.is_empty());
    let chosen = faults.parse("id", given.as_deref()).filter(|id: &MemberId| id.is_time_ordered());
    *id = chosen.map(|id| id.to_string());
    chosen.map(MemberId::uuid)
}

/// Parses a text that has to be there.
pub fn required<T: FromStr<Err: Display>>(faults: &mut Faults, field: &'static str, text: Option<&str>) -> Option<T> {
    if text.is_none() {
        faults.add(field, "is required");
    }
    faults.parse(field, text)
}

/// The answer to a request that was answered before.
pub fn replayed(reply: Reply) -> Reply {
    reply.header("idempotency-replayed", "true")
}
