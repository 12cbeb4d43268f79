//! `/api/v1/organizations/{organization}/projects`.

use std::cell::Cell;

use kronos_api::projects::{Budget, CreateProject, UpdateProject};
use kronos_domain::{ClientId, project};
use kronos_platform::{Call, Faults, Reply, pages};
use kronos_storage::{
    Change, Error,
    clients::CLIENT,
    projects::{self, Edit, NewProject, PROJECT},
};

use crate::{
    actor, change,
    creation::{Creation, why_not},
    labels::required,
    refusal::Refusal,
    resource,
    validation::{end, estimate, rate, setting},
};

pub async fn list(call: &Call) -> Result<Reply, Refusal> {
    let client: Option<ClientId> = call.query.get_as("client_id")?;
    resource::list(call, &PROJECT, &[pages::state(&call.query, "archived")?.into(), client.into()]).await
}

pub async fn create(call: &Call) -> Result<Reply, Refusal> {
    let mut body: CreateProject = call.json()?;
    let mut faults = Faults::default();
    let creation = Creation::of(call, &mut faults, &mut body, |body| &mut body.id)?;
    let name = faults.parse("name", Some(&body.name));
    let client = faults.parse("client_id", body.client_id.as_deref());
    let color = faults.parse("color", body.color.as_deref()).unwrap_or_default();
    let estimated_time = estimate(&mut faults, body.estimated_time);
    let budget = body.budget.and_then(|budget| budget_of(&mut faults, budget));
    let end = end(&mut faults, "archived_at", body.is_archived, body.archived_at.as_deref().map(Some));
    let amount = rate(&mut faults, "billable_rate", body.billable_rate);
    let name = required(faults, name)?;

    let (change, db) = (change(call)?, call.db().await?);
    let setting = setting(call, &db, change.actor, amount.map(Some)).await?;
    let new = NewProject {
        client,
        name,
        color,
        is_public: body.is_public.unwrap_or(false),
        billable_default: body.is_billable,
        estimated_time,
        budget,
        end,
        rate: setting.map(|setting| setting.today),
    };
    let made = projects::create(&db, change, creation.origin(), &new).await;
    let why_not = async || why_not(&db, change.actor, None).await;
    creation.answer(call, &db, &PROJECT, made, why_not).await.map_err(unknown_client)
}

pub async fn update(call: &Call) -> Result<Reply, Refusal> {
    let body: UpdateProject = call.json()?;
    let mut faults = Faults::default();
    let client = body.client_id.as_ref().map(|client| faults.parse("client_id", client.as_deref()));
    let mut edit = Edit {
        client,
        name: faults.parse("name", body.name.as_deref()),
        color: faults.parse("color", body.color.as_deref()),
        is_public: body.is_public,
        billable_default: body.is_billable,
        estimated_time: body.estimated_time.map(|seconds| estimate(&mut faults, seconds)),
        budget: body.budget.map(|budget| budget.and_then(|budget| budget_of(&mut faults, budget))),
        end: end(&mut faults, "archived_at", body.is_archived, body.archived_at.as_ref().map(Option::as_deref)),
        rate: None,
    };
    let amount = body.billable_rate.map(|amount| rate(&mut faults, "billable_rate", amount));
    faults.finish()?;

    let db = call.db().await?;
    if amount.is_some() {
        resource::price_is_as_read(call, &db, &PROJECT).await?;
    }
    let setting = setting(call, &db, actor(call)?, amount).await?;
    edit.rate = setting.map(|setting| setting.today);
    let is_hidden = Cell::new(false);
    let apply = async |change: Change<'_>, id, version| {
        // Whoever runs a project need not see every client.
        if let Some(Some(client)) = edit.client
            && CLIENT.resource.read(&db, change.actor, client.uuid()).await?.is_none()
        {
            is_hidden.set(true);
            return Ok(None);
        }
        projects::update(&db, change, id, version, &edit).await
    };
    let alters = |project: &project::Project| {
        if is_hidden.get() {
            return Err(Faults::one("client_id", UNKNOWN_CLIENT).into());
        }
        if setting.is_some_and(|setting| !setting.allowed) && edit.sets_rate_of(project.billable_rate) {
            return Err(Refusal::Forbidden);
        }
        Ok(edit.alters(project, call.now.into()))
    };
    resource::update(call, &db, &PROJECT, apply, alters).await.map_err(unknown_client)
}

const UNKNOWN_CLIENT: &str = "must be a client of the organization";

fn unknown_client(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Storage(Error::ForeignKey(_)) => Faults::one("client_id", UNKNOWN_CLIENT).into(),
        other => other,
    }
}

fn budget_of(faults: &mut Faults, budget: Budget) -> Option<project::Budget> {
    let Budget { kind, amount, period, thresholds } = budget;
    faults.check("budget", project::Budget::new(kind, amount, period, thresholds))
}
