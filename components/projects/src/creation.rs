//! Making resources. Repeating a request does not repeat its effect when it bears an id or an `Idempotency-Key`.

use kronos_domain::{Permission, ProjectId, Reach};
use kronos_platform::{
    Call, Faults, Problem, Reply, StatusCode,
    idempotency::{self, Key},
    new_id,
};
use kronos_storage::{
    Actor, Db, Error,
    resource::{Origin, Resource},
    time_entries,
};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    actor,
    refusal::Refusal,
    resource::{Shown, reply},
};

/// Where the id of a resource comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// The client chose it.
    Client,
    /// It follows from the `Idempotency-Key`.
    Key,
    /// It is new with each request.
    Fresh,
}

/// What a new resource is told from others by.
#[derive(Debug)]
pub struct Creation {
    id: Uuid,
    source: Source,
    digest: String,
}

impl Creation {
    /// From a request and its body, whose member `id` is taken: both official clients of solidtime send one that they do not mean.
    /// `context` is what the path names beside the organization.
    pub fn of<T: Serialize>(
        call: &Call,
        faults: &mut Faults,
        body: &mut T,
        id: impl FnOnce(&mut T) -> &mut Option<String>,
    ) -> Result<Self, Problem> {
        let id = id(body);
        let stated = id.take().filter(|id| !id.is_empty());
        // Ids are written alike, whatever they stand for.
        let chosen: Option<ProjectId> = faults.parse("id", stated.as_deref());
        let chosen = chosen.filter(|id| id.is_time_ordered()).map(ProjectId::uuid);
        // An id that counts as none may be another one when the request is repeated.
        *id = chosen.map(|id| id.to_string());
        let digest = idempotency::digest(&(call.path.as_str(), &*body))?;
        let Actor { organization, user } = actor(call)?;
        let (id, source) = match (chosen, Key::of(&call.headers)?) {
            (Some(id), _) => (id, Source::Client),
            (None, Some(key)) => (key.id(call.operation, &[organization.uuid(), user.uuid()]), Source::Key),
            (None, None) => (new_id(call.now), Source::Fresh),
        };
        Ok(Self { id, source, digest })
    }

    /// What storage is told.
    pub fn origin(&self) -> Origin<'_> {
        Origin { id: self.id, digest: &self.digest }
    }

    /// The answer to what came of it. Where there is nothing, `why_not` tells why.
    pub async fn answer<T: Shown>(
        &self,
        call: &Call,
        db: &Db,
        resource: &Resource<T>,
        made: Result<Option<T>, Error>,
        why_not: impl AsyncFnOnce() -> Result<Refusal, Refusal>,
    ) -> Result<Reply, Refusal> {
        match made {
            Ok(Some(made)) => {
                call.ring();
                let location = format!("/api/v1/organizations/{}/{}/{}", actor(call)?.organization, T::LIST, self.id);
                Ok(reply(StatusCode::CREATED, made).header("location", location))
            }
            Ok(None) => Err(why_not().await?),
            Err(Error::Unique(constraint)) => self.repeated(call, db, resource, constraint).await,
            Err(error) => Err(error.into()),
        }
    }

    /// Answers a request whose resource a unique constraint refused: with the resource, if the very same request created it.
    async fn repeated<T: Shown>(
        &self,
        call: &Call,
        db: &Db,
        resource: &Resource<T>,
        constraint: String,
    ) -> Result<Reply, Refusal> {
        if self.source != Source::Fresh
            && let Some(made) = resource.repeated(db, actor(call)?, self.id, &self.digest).await?
        {
            return Ok(reply(StatusCode::OK, made).header("idempotency-replayed", "true"));
        }
        Err(match self.source {
            Source::Client if constraint.ends_with("_pkey") => Refusal::IdAlreadyUsed,
            Source::Key if constraint.ends_with("_pkey") => Refusal::IdempotencyKeyReused,
            Source::Client | Source::Key | Source::Fresh => Refusal::of_unique(constraint),
        })
    }
}

/// Why a caller could not make something: they are no member, their role does not allow it, or, where it has this permission, what the
/// field names is not there.
pub async fn why_not(
    db: &Db,
    actor: Actor,
    fault: Option<(Permission, &'static str, &'static str)>,
) -> Result<Refusal, Refusal> {
    let Some(relation) = time_entries::relation(db, actor, None).await? else { return Ok(Refusal::NotFound) };
    Ok(match fault {
        Some((permission, field, fault)) if permission.reach(relation.role) == Reach::All => {
            Faults::one(field, fault).into()
        }
        _ => Refusal::Forbidden,
    })
}
