//! Tags, which every member sees and may make.

use kronos_domain::{Instant, project::Tag};

use crate::{
    db::{Fragment, record, statements},
    resource::{LABEL, Label, Labels, RESOURCE, Resource},
};

record! {
    COLUMNS, COLUMNS_OF_R("r."), decode -> Tag {
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

const TAGS: &[Fragment] = &[Fragment::shared("tag", COLUMNS), Fragment::shared("r.tag", COLUMNS_OF_R)];

crate::pages! {
    LIST = COLUMNS_OF_R, r"
        SELECT r.* FROM caller c
        JOIN tags r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
        WHERE c.role IN {all:tags:read} AND ($9::boolean IS NULL OR (r.archived_at IS NOT NULL) = $9::boolean)
    " with TAGS;
}

statements! {
    READ = r"
        SELECT c.role IN {all:tags:manage}, {r.tag}
        FROM callers c
        JOIN tags r ON r.organization_id = c.organization_id
        WHERE {is_caller} AND r.id = $3::uuid AND r.deleted_at IS NULL AND c.role IN {all:tags:read}
    " with TAGS RESOURCE;

    REPEATED = r"
        SELECT {r.tag}
        FROM callers c
        JOIN tags r ON r.organization_id = c.organization_id
        WHERE {is_caller} AND r.id = $3::uuid AND r.request_digest = $4::text AND c.role IN {all:tags:create}
    " with TAGS RESOURCE;

    INSERT = r"
        INSERT INTO tags ({new_columns}, name, name_key, archived_at)
        SELECT {new_values}, $7::text, $8::text, $9::bigint
        FROM callers c CROSS JOIN {now}
        WHERE {is_caller} AND c.role IN {all:tags:create}
        RETURNING {tag}
    " with TAGS RESOURCE;

    UPDATE = r"
        UPDATE tags SET
            name = {new_name}, name_key = {new_name_key}, archived_at = {new_archived_at}, {changed}
        WHERE {target}
          AND (name, archived_at) IS DISTINCT FROM ({new_name}, {new_archived_at})
          AND EXISTS (SELECT 1 FROM callers c WHERE {is_caller} AND c.role IN {all:tags:manage})
        RETURNING {tag}
    " with TAGS LABEL RESOURCE;

    DELETE = r"
        UPDATE tags SET deleted_at = {next_stamp}, {changed}
        WHERE {target} AND EXISTS (SELECT 1 FROM callers c WHERE {is_caller} AND c.role IN {all:tags:manage})
        RETURNING id::text
    " with TAGS RESOURCE;
}

/// Tags. The list takes whether they are archived; none: all.
pub const TAG: Labels<Tag> = Labels {
    resource: Resource { list: LIST, read: READ, repeated: REPEATED, delete: DELETE, decode },
    insert: INSERT,
    update: UPDATE,
};

impl Label for Tag {
    fn name(&self) -> &str {
        &self.name
    }

    fn archived_at(&self) -> Option<Instant> {
        self.archived_at
    }
}
