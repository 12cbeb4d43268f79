//! Reading projects.

use super::{COLUMNS, PROJECTS, SHOWN, VISIBILITY};
use crate::{
    db::{Fragment, statements},
    rates::CURRENT,
    resource::FRAGMENTS,
};

const OF_R: &[Fragment] = &[Fragment::shared("of", "r")];
const OF_P: &[Fragment] = &[Fragment::shared("of", "p")];

crate::pages! {
    LIST = COLUMNS, r"
        SELECT p.* FROM caller c
        JOIN projects p ON p.organization_id = c.organization_id AND p.deleted_at IS NULL
        WHERE {sees_project}
          AND ($9::boolean IS NULL OR (p.archived_at IS NOT NULL) = $9::boolean)
          AND ($10::uuid IS NULL OR p.client_id = $10::uuid)
    " with OF_R PROJECTS SHOWN CURRENT VISIBILITY;
}

statements! {
    READ = r"
        SELECT {manages_project}, {project}
        FROM callers c
        JOIN projects p ON p.organization_id = c.organization_id
        WHERE {is_caller} AND p.id = $3::uuid AND p.deleted_at IS NULL AND {sees_project}
    " with OF_P PROJECTS SHOWN CURRENT VISIBILITY FRAGMENTS;

    REPEATED = r"
        SELECT {project}
        FROM callers c
        JOIN projects p ON p.organization_id = c.organization_id
        WHERE {is_caller} AND p.id = $3::uuid AND p.request_digest = $4::text AND c.role IN {all:projects:manage}
    " with OF_P PROJECTS SHOWN CURRENT VISIBILITY FRAGMENTS;
}
