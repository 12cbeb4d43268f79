//! What clients, projects and their members, tasks, tags and rates have in common. Each is a file with its own statements; what is the
//! same in all of them are the fragments here: who calls, what every new row has, which row a change is for, and what every change
//! sets. [`Resource`] runs the statements that take the same parameters.

use kronos_domain::{Instant, Name};
use uuid::Uuid;

use crate::{
    Actor, Change, Columns, Db, Error, Statement, Value,
    db::Fragment,
    pages::{self, Found, Pages, Wanted},
};

/// Parameters `$1` to `$6` of all statements but lists: organization and user; id; of a new row the digest of its request, of a
/// change the version that it has to find; id and trace of the request.
pub(crate) const RESOURCE: &[Fragment] = &[
    Fragment::shared("is_caller", "c.organization_id = $1::uuid AND c.user_id = $2::uuid"),
    Fragment::shared(
        "new_columns",
        "id, organization_id, request_digest, version, changed_by, request_id, traceparent, created_at, updated_at",
    ),
    Fragment::shared(
        "new_values",
        "$3::uuid, c.organization_id, $4::text, 1, c.user_id, $5::text, $6::text, stamp.at, stamp.at",
    ),
    Fragment::shared("now", "(SELECT {stamp} AS at) stamp"),
    Fragment::shared(
        "target",
        "id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NULL AND ($4::bigint IS NULL OR version = $4::bigint)",
    ),
    Fragment::shared(
        "changed",
        "version = version + 1, changed_by = $2::uuid, request_id = $5::text, traceparent = $6::text, updated_at = {next_stamp}",
    ),
    Fragment::pair(
        "next_stamp",
        "change_stamp(updated_at)",
        "max(updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), {last_event})",
    ),
];

/// What becomes of a resource that is nothing but a name, by the parameters of [`Labels::update`].
pub(crate) const LABEL: &[Fragment] = &[
    Fragment::shared("new_name", "COALESCE($7::text, name)"),
    Fragment::shared("new_name_key", "COALESCE($8::text, name_key)"),
    Fragment::shared(
        "new_archived_at",
        "CASE WHEN $9::boolean IS NULL THEN archived_at
              WHEN $9::boolean THEN COALESCE($10::bigint, archived_at, $11::bigint) END",
    ),
];

/// The statements of a kind of resources that all kinds have, and how one is read from the columns of a row.
#[derive(Debug)]
pub struct Resource<T> {
    pub(crate) list: Pages,
    /// Whether the caller may change it, and its columns.
    pub(crate) read: Statement,
    /// Its columns, whether it was deleted or not.
    pub(crate) repeated: Statement,
    /// Any column.
    pub(crate) delete: Statement,
    pub(crate) decode: fn(&mut Columns) -> Result<T, Error>,
}

/// A resource that an actor sees, and whether they may change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing<T> {
    /// The actor may change and delete it.
    pub changeable: bool,
    /// The resource as it is now.
    pub resource: T,
}

impl<T> Resource<T> {
    /// A page of those that the actor sees. `own` are the parameters of this list alone. None where the actor is not a member.
    pub async fn page(&self, db: &Db, actor: Actor, wanted: &Wanted, own: &[Value]) -> Result<Option<Found<T>>, Error> {
        pages::page(db, &self.list, actor, wanted, own, self.decode).await
    }

    /// One that the actor sees.
    pub async fn read(&self, db: &Db, actor: Actor, id: Uuid) -> Result<Option<Standing<T>>, Error> {
        let row = db.row(&self.read, &[actor.organization.into(), actor.user.into(), Value::Uuid(id)]).await?;
        let Some(row) = row else { return Ok(None) };
        let mut columns = row.columns();
        Ok(Some(Standing { changeable: columns.bool()?, resource: (self.decode)(&mut columns)? }))
    }

    /// What the same request created before, as it is now, even if it was deleted.
    pub async fn repeated(&self, db: &Db, actor: Actor, id: Uuid, digest: &str) -> Result<Option<T>, Error> {
        let parameters = [actor.organization.into(), actor.user.into(), Value::Uuid(id), digest.into()];
        self.one(db, &self.repeated, &parameters).await
    }

    /// Deletes one; a tombstone remains. False means that there is none of this version that the actor may delete. What is in use is
    /// refused as [`Error::ForeignKey`].
    pub async fn delete(&self, db: &Db, change: Change<'_>, id: Uuid, version: Option<i64>) -> Result<bool, Error> {
        Ok(db.row(&self.delete, &modification(change, id, version)).await?.is_some())
    }

    /// The row of a statement, if it has one.
    pub(crate) async fn one(&self, db: &Db, statement: &Statement, parameters: &[Value]) -> Result<Option<T>, Error> {
        let row = db.row(statement, parameters).await?;
        row.map(|row| (self.decode)(&mut row.columns())).transpose()
    }
}

/// How a new resource is told from others.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// Its id.
    pub id: Uuid,
    /// Digest of the request that makes it.
    pub digest: &'a str,
}

/// `$1` to `$6` of a statement that makes a row.
pub(crate) fn creation(change: Change<'_>, origin: Origin<'_>) -> Vec<Value> {
    parameters(change, origin.id, origin.digest.into())
}

/// `$1` to `$6` of a statement that changes a row.
pub(crate) fn modification(change: Change<'_>, id: Uuid, version: Option<i64>) -> Vec<Value> {
    parameters(change, id, version.into())
}

fn parameters(change: Change<'_>, id: Uuid, fourth: Value) -> Vec<Value> {
    let Change { actor, request_id, traceparent, .. } = change;
    vec![actor.organization.into(), actor.user.into(), Value::Uuid(id), fourth, request_id.into(), traceparent.into()]
}

/// A name, and what it is compared by.
pub(crate) fn name(name: Option<&Name>) -> [Value; 2] {
    [name.map(Name::as_str).into(), name.map(Name::key).into()]
}

/// Whether something is to be over, archived or done, and since when.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct End {
    /// Whether it is; none: as before.
    pub over: Option<bool>,
    /// Since when; none: since it was, or now.
    pub since: Option<Instant>,
}

impl End {
    /// Since when something new is over.
    pub fn of_new(self, now: Instant) -> Option<Instant> {
        self.over.unwrap_or(false).then(|| self.since.unwrap_or(now).truncated())
    }

    /// What a change is told: whether it is over, since when, and what time it is.
    pub(crate) fn parameters(self, change: Change<'_>) -> [Value; 3] {
        [self.over.into(), self.since.map(Instant::truncated).into(), change.now.truncated().into()]
    }

    /// What it would make of the present state.
    pub fn applied(self, before: Option<Instant>, now: Instant) -> Option<Instant> {
        match self.over {
            None => before,
            Some(false) => None,
            Some(true) => self.since.map(Instant::truncated).or(before).or(Some(now.truncated())),
        }
    }
}

/// A resource that is nothing but a name, and can be archived.
pub trait Label {
    /// What it is called.
    fn name(&self) -> &str;
    /// Since when it is archived.
    fn archived_at(&self) -> Option<Instant>;
}

/// What to change about a label; what is none stays.
#[derive(Debug, Clone, Default)]
pub struct Relabel {
    /// What it is called.
    pub name: Option<Name>,
    /// Whether it is archived.
    pub end: End,
}

impl Relabel {
    /// Whether it would change a label.
    pub fn alters(&self, label: &impl Label, now: Instant) -> bool {
        self.name.as_ref().is_some_and(|name| name.as_str() != label.name())
            || self.end.applied(label.archived_at(), now) != label.archived_at()
    }
}

/// The statements of a kind of labels.
#[derive(Debug)]
pub struct Labels<T> {
    /// Those that all kinds of resources have.
    pub resource: Resource<T>,
    pub(crate) insert: Statement,
    pub(crate) update: Statement,
}

impl<T> Labels<T> {
    /// Makes a label. None means that the actor may not.
    pub async fn create(
        &self,
        db: &Db,
        change: Change<'_>,
        origin: Origin<'_>,
        name: &Name,
        end: End,
    ) -> Result<Option<T>, Error> {
        let mut parameters = creation(change, origin);
        parameters.extend(self::name(Some(name)));
        parameters.push(end.of_new(change.now).into());
        self.resource.one(db, &self.insert, &parameters).await
    }

    /// Changes a label. None means that there is none of this version that the actor may change and that the edit alters.
    pub async fn update(
        &self,
        db: &Db,
        change: Change<'_>,
        id: Uuid,
        version: Option<i64>,
        edit: &Relabel,
    ) -> Result<Option<T>, Error> {
        let mut parameters = modification(change, id, version);
        parameters.extend(name(edit.name.as_ref()));
        parameters.extend(edit.end.parameters(change));
        self.resource.one(db, &self.update, &parameters).await
    }
}
