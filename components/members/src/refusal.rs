//! Why a request is refused.

use kronos_api::members::refused;

kronos_platform::refusals! {
    /// The id is in use.
    IdAlreadyUsed => refused::ID_ALREADY_USED,
    /// The idempotency key was used for another request.
    IdempotencyKeyReused => refused::IDEMPOTENCY_KEY_REUSED,
    /// The name is in use.
    NameAlreadyUsed => refused::NAME_ALREADY_USED,
    /// Nobody would be left who may do everything.
    LastOwner => refused::LAST_OWNER,
    /// An owner is another owner's business.
    OnlyOwners => refused::ONLY_OWNERS,
    /// The placeholder has time entries.
    StillInUse => refused::STILL_IN_USE,
    /// The member is a person.
    NotAPlaceholder => refused::NOT_A_PLACEHOLDER,
    /// The member is no person.
    IsAPlaceholder => refused::IS_A_PLACEHOLDER,
    /// One of two members would have two running timers.
    StillRunning => refused::STILL_RUNNING,
    /// Entries would overlap, which the organization forbids.
    Overlapping => refused::OVERLAPPING,
    /// Whoever is invited is a member.
    AlreadyAMember => refused::ALREADY_A_MEMBER,
    /// Whoever is invited is invited.
    AlreadyInvited => refused::ALREADY_INVITED,
    /// The invitation was accepted.
    Accepted => refused::ACCEPTED,
    /// The invitation is for somebody else.
    AnotherAddress => refused::ANOTHER_ADDRESS,
    /// The invitation is too old.
    Expired => refused::EXPIRED,
}
