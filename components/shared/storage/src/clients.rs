//! Clients. Whoever does not see all of them sees those of the projects that they see.

use kronos_domain::{Instant, project::Client};

use crate::{
    db::{Fragment, record, statements},
    projects::VISIBILITY,
    resource::{LABEL, Label, Labels, RESOURCE, Resource},
};

record! {
    COLUMNS, COLUMNS_OF_R("r."), decode -> Client {
        id: id id,
        organization: id organization_id,
        name: text name,
        archived_at: optional_instant archived_at,
        version: integer version,
        created_at: instant created_at,
        updated_at: instant updated_at,
        deleted_at: optional_instant deleted_at,
    }
}

const CLIENTS: &[Fragment] = &[
    Fragment::shared("client", COLUMNS),
    Fragment::shared("r.client", COLUMNS_OF_R),
    Fragment::shared(
        "sees_client",
        "(c.role IN {all:clients:read} OR (c.role IN {any:clients:read} AND EXISTS (
              SELECT 1 FROM projects p
              WHERE p.organization_id = r.organization_id AND p.client_id = r.id AND p.deleted_at IS NULL AND {sees_project}
          )))",
    ),
];

crate::pages! {
    LIST = COLUMNS_OF_R, r"
        SELECT r.* FROM caller c
        JOIN clients r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
        WHERE {sees_client} AND ($9::boolean IS NULL OR (r.archived_at IS NOT NULL) = $9::boolean)
    " with CLIENTS VISIBILITY;
}

statements! {
    READ = r"
        SELECT c.role IN {all:clients:manage}, {r.client}
        FROM callers c
        JOIN clients r ON r.organization_id = c.organization_id
        WHERE {is_caller} AND r.id = $3::uuid AND r.deleted_at IS NULL AND {sees_client}
    " with CLIENTS VISIBILITY RESOURCE;

    REPEATED = r"
        SELECT {r.client}
        FROM callers c
        JOIN clients r ON r.organization_id = c.organization_id
        WHERE {is_caller} AND r.id = $3::uuid AND r.request_digest = $4::text AND c.role IN {all:clients:manage}
    " with CLIENTS VISIBILITY RESOURCE;

    INSERT = r"
        INSERT INTO clients ({new_columns}, name, name_key, archived_at)
        SELECT {new_values}, $7::text, $8::text, $9::bigint
        FROM callers c CROSS JOIN {now}
        WHERE {is_caller} AND c.role IN {all:clients:manage}
        RETURNING {client}
    " with CLIENTS RESOURCE;

    UPDATE = r"
        UPDATE clients SET
            name = {new_name}, name_key = {new_name_key}, archived_at = {new_archived_at}, {changed}
        WHERE {target}
          AND (name, archived_at) IS DISTINCT FROM ({new_name}, {new_archived_at})
          AND EXISTS (SELECT 1 FROM callers c WHERE {is_caller} AND c.role IN {all:clients:manage})
        RETURNING {client}
    " with CLIENTS LABEL RESOURCE;

    DELETE = r"
        UPDATE clients SET deleted_at = {next_stamp}, {changed}
        WHERE {target} AND EXISTS (SELECT 1 FROM callers c WHERE {is_caller} AND c.role IN {all:clients:manage})
        RETURNING id::text
    " with CLIENTS RESOURCE;
}

/// Clients. The list takes whether they are archived; none: all.
pub const CLIENT: Labels<Client> = Labels {
    resource: Resource { list: LIST, read: READ, repeated: REPEATED, delete: DELETE, decode },
    insert: INSERT,
    update: UPDATE,
};

impl Label for Client {
    fn name(&self) -> &str {
        &self.name
    }

    fn archived_at(&self) -> Option<Instant> {
        self.archived_at
    }
}
