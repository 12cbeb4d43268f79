//! Accepting an invitation.

use kronos_domain::MemberId;

use super::Acceptance;
use crate::{
    Db, Error, Row,
    db::{Fragment, statements},
};

const ACCEPTANCE: &[Fragment] = &[Fragment::shared(
    "acceptable",
    "i.token_hash = $2::text AND i.email = caller.email
          AND i.accepted_at IS NULL AND i.deleted_at IS NULL AND i.expires_at > $4::bigint",
)];

statements! {
    // Whoever accepts is no member yet, so the caller is the user. Of two who accept at once the second one waits, and then finds
    // the invitation spent. The whole is undone where the user is a member already.
    ACCEPT = {
        postgres: r"
        WITH caller AS (
            SELECT id, email FROM users WHERE id = $1::uuid
        ), accepted AS (
            UPDATE invitations AS i SET
                accepted_at = {stamp}, accepted_by = caller.id, version = i.version + 1, changed_by = caller.id,
                request_id = $5::text, traceparent = $6::text, updated_at = change_stamp(i.updated_at)
            FROM caller
            WHERE {acceptable}
            RETURNING i.organization_id, i.role, i.member_id, i.accepted_by, i.accepted_at
        ), taken_over AS (
            UPDATE members AS t SET
                user_id = accepted.accepted_by, role = accepted.role, name = NULL, name_key = NULL, email = NULL,
                deactivated_at = NULL, version = t.version + 1, changed_by = accepted.accepted_by,
                request_id = $5::text, traceparent = $6::text, updated_at = change_stamp(t.updated_at)
            FROM accepted
            WHERE t.id = accepted.member_id AND t.user_id IS NULL AND t.deleted_at IS NULL
            RETURNING t.id
        ), joined AS (
            INSERT INTO members AS t (id, organization_id, user_id, role, changed_by, request_id, traceparent, created_at, updated_at)
            SELECT $3::uuid, organization_id, accepted_by, role, accepted_by, $5::text, $6::text, accepted_at, accepted_at
            FROM accepted WHERE member_id IS NULL
            RETURNING t.id
        )
        SELECT id::text FROM taken_over UNION ALL SELECT id::text FROM joined
        ",
        sqlite: r"
        INSERT INTO invitation_acceptances (invitation_id, organization_id, member_id, user_id, role, takes_over, request_id,
            traceparent, accepted_at)
        SELECT i.id, i.organization_id, COALESCE(i.member_id, $3::uuid), caller.id, i.role, i.member_id IS NOT NULL,
            $5::text, $6::text, {stamp}
        FROM users caller
        JOIN invitations i ON true
        WHERE caller.id = $1::uuid AND {acceptable}
        RETURNING member_id
        ",
    } with ACCEPTANCE;

    OBSTACLE = r"
        SELECT i.email = caller.email, i.accepted_at IS NOT NULL, i.deleted_at IS NOT NULL, i.expires_at <= $3::bigint
        FROM users caller
        JOIN invitations i ON i.token_hash = $2::text
        WHERE caller.id = $1::uuid
    ";
}

/// Makes a user a member by an invitation. None means that it is no good to them: [`obstacle`] tells why.
pub async fn accept(db: &Db, acceptance: Acceptance<'_>) -> Result<Option<MemberId>, Error> {
    let parameters = [
        acceptance.user.into(),
        acceptance.token_hash.into(),
        acceptance.member.into(),
        acceptance.now.into(),
        acceptance.request_id.into(),
        acceptance.traceparent.into(),
    ];
    db.row(&ACCEPT, &parameters).await?.map(|row| row.columns().parsed()).transpose()
}

/// Why an invitation is no good to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// It is for another address.
    AnotherAddress,
    /// It was accepted.
    Accepted,
    /// It was revoked.
    Revoked,
    /// It has expired.
    Expired,
}

/// What keeps a user from accepting the invitation with this secret; none where there is no such invitation, or nothing.
pub async fn obstacle(db: &Db, acceptance: Acceptance<'_>) -> Result<Option<Obstacle>, Error> {
    let parameters = [acceptance.user.into(), acceptance.token_hash.into(), acceptance.now.into()];
    let decode = |row: Row| {
        let mut columns = row.columns();
        let (meant, accepted) = (columns.bool()?, columns.bool()?);
        let (revoked, expired) = (columns.bool()?, columns.bool()?);
        Ok(match (meant, accepted, revoked, expired) {
            (false, _, _, _) => Some(Obstacle::AnotherAddress),
            (true, true, _, _) => Some(Obstacle::Accepted),
            (true, false, true, _) => Some(Obstacle::Revoked),
            (true, false, false, true) => Some(Obstacle::Expired),
            (true, false, false, false) => None,
        })
    };
    Ok(db.row(&OBSTACLE, &parameters).await?.map(decode).transpose()?.flatten())
}
