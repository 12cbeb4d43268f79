//! Organizations and who belongs to them: settings, members, invitations by link, teams. The rules of who may do what and all
//! invariants are in the statements and constraints of the storage; a handler parses, calls and answers, and asks why only after
//! a refusal.

mod accept;
mod invitations;
mod members;
mod merge;
mod new;
mod organizations;
mod refusal;
mod teams;

use kronos_api::members::Op;
use kronos_platform::{Call, Problem, Reply};
use kronos_storage::{Actor, Change};

use self::refusal::Refusal;

kronos_platform::http_service!(super::route);

async fn route(op: Op, call: Call) -> Result<Reply, Refusal> {
    match op {
        Op::ListOrganizations => organizations::list(call).await,
        Op::CreateOrganization => organizations::create(call).await,
        Op::ReadOrganization => organizations::read(call).await,
        Op::ReplaceOrganization | Op::UpdateOrganization => organizations::update(call).await,
        Op::ListMembers => members::list(call).await,
        Op::CreateMember => members::create(call).await,
        Op::ReadMember => members::read(call).await,
        Op::ReplaceMember | Op::UpdateMember => members::update(call).await,
        Op::DeleteMember => members::delete(call).await,
        Op::DeactivateMember => members::activate(call, false).await,
        Op::ReactivateMember => members::activate(call, true).await,
        Op::MakePlaceholder => members::make_placeholder(call).await,
        Op::InvitePlaceholder => invitations::invite_placeholder(call).await,
        Op::MergeInto | Op::MergeMemberInto => merge::merge_into(call).await,
        Op::ListInvitations => invitations::list(call).await,
        Op::CreateInvitation => invitations::create(call).await,
        Op::ReadInvitation => invitations::read(call).await,
        Op::ResendInvitation => invitations::resend(call).await,
        Op::DeleteInvitation => invitations::delete(call).await,
        Op::AcceptInvitation => accept::accept(call).await,
        Op::ListTeams => teams::list(call).await,
        Op::CreateTeam => teams::create(call).await,
        Op::ReadTeam => teams::read(call).await,
        Op::ReplaceTeam | Op::UpdateTeam => teams::update(call).await,
        Op::DeleteTeam => teams::delete(call).await,
        Op::PlaceInTeam => teams::place(call).await,
        Op::TakeOutOfTeam => teams::take_out(call).await,
    }
}

/// Who calls, in the organization of the path.
fn actor(call: &Call) -> Result<Actor, Problem> {
    Ok(Actor { organization: call.path.get_as("organization")?, user: call.user()? })
}

/// What a write by an actor is told about the request.
fn change(call: &Call, actor: Actor) -> Change<'_> {
    Change { actor, request_id: Some(&call.request_id), traceparent: Some(&call.traceparent), now: call.now.into() }
}
