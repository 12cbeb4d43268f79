//! `/api/v1/organizations/{organization}/clients` and `/tags`: resources that are nothing but a name.

use kronos_api::projects::{CreateLabel, UpdateLabel};
use kronos_platform::{Call, Faults, Reply, pages};
use kronos_storage::resource::{Label, Labels, Relabel};

use crate::{
    change,
    creation::{Creation, why_not},
    refusal::Refusal,
    resource::{self, Shown},
    validation::end,
};

pub async fn list<T: Shown>(call: &Call, labels: &Labels<T>) -> Result<Reply, Refusal> {
    resource::list(call, &labels.resource, &[pages::state(&call.query, "archived")?.into()]).await
}

pub async fn create<T: Shown>(call: &Call, labels: &Labels<T>) -> Result<Reply, Refusal> {
    let mut body: CreateLabel = call.json()?;
    let mut faults = Faults::default();
    let creation = Creation::of(call, &mut faults, &mut body, |body| &mut body.id)?;
    let name = faults.parse("name", Some(&body.name));
    let end = end(&mut faults, "archived_at", body.is_archived, body.archived_at.as_deref().map(Some));
    let name = required(faults, name)?;

    let (change, db) = (change(call)?, call.db().await?);
    let made = labels.create(&db, change, creation.origin(), &name, end).await;
    creation.answer(call, &db, &labels.resource, made, async || why_not(&db, change.actor, None).await).await
}

pub async fn update<T: Shown + Label>(call: &Call, labels: &Labels<T>) -> Result<Reply, Refusal> {
    let body: UpdateLabel = call.json()?;
    let mut faults = Faults::default();
    let edit = Relabel {
        name: faults.parse("name", body.name.as_deref()),
        end: end(&mut faults, "archived_at", body.is_archived, body.archived_at.as_ref().map(Option::as_deref)),
    };
    faults.finish()?;

    let db = call.db().await?;
    let apply = async |change, id, version| labels.update(&db, change, id, version, &edit).await;
    resource::update(call, &db, &labels.resource, apply, |label| Ok(edit.alters(label, call.now.into()))).await
}

/// What has no value only where there was a fault.
pub fn required<T>(faults: Faults, value: Option<T>) -> Result<T, Refusal> {
    match value {
        Some(value) if faults.is_empty() => Ok(value),
        _ => Err(faults.into()),
    }
}
