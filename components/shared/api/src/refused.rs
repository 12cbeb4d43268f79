//! Refusals as data: what a client is told when a request fails. Those here any operation may answer; those of a component stand
//! in its file, and the rows name them.

/// A refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// HTTP status.
    pub status: u16,
    /// For programs; never changes.
    pub key: &'static str,
    /// For people.
    pub sentence: &'static str,
}

impl Refused {
    /// A refusal.
    pub const fn new(status: u16, key: &'static str, sentence: &'static str) -> Self {
        Self { status, key, sentence }
    }
}

/// The request can't be read.
pub const MALFORMED: Refused = Refused::new(400, "malformed_request", "The request is malformed.");
/// There is no token.
pub const UNAUTHENTICATED: Refused = Refused::new(401, "unauthenticated", "Send a bearer token.");
/// The token is worth nothing here.
pub const INVALID_TOKEN: Refused = Refused::new(401, "invalid_token", "The token is expired, revoked or not for us.");
/// The token lacks the scope.
pub const INSUFFICIENT_SCOPE: Refused = Refused::new(403, "insufficient_scope", "The token does not allow this.");
/// The role of the caller does not allow it.
pub const PERMISSION_DENIED: Refused =
    Refused::new(403, "permission_denied", "Your role in the organization does not allow this.");
/// Not there, or not for this caller to know.
pub const NOT_FOUND: Refused = Refused::new(404, "not_found", "There is no such resource.");
/// The client began a body and went silent.
pub const BODY_TOO_SLOW: Refused = Refused::new(408, "body_too_slow", "The body did not come within 30 seconds.");
/// A condition of the request (RFC 9110, section 13.1) is not met.
pub const VERSION_MISMATCH: Refused =
    Refused::new(412, "version_mismatch", "The resource is not in the state that you expect. Read it again.");
/// The body is too large.
pub const BODY_TOO_LARGE: Refused = Refused::new(413, "body_too_large", "The body is too large.");
/// The body is not of a media type that is read.
pub const UNSUPPORTED_MEDIA_TYPE: Refused =
    Refused::new(415, "unsupported_media_type", "The body has to be `application/json`.");
/// The body is compressed or coded otherwise.
pub const UNSUPPORTED_CONTENT_ENCODING: Refused = Refused::new(
    415,
    "unsupported_content_encoding",
    "The body is coded, as `content-encoding` says. Send it as it is.",
);
/// Parameters or members are unknown or have values that can't be accepted; `errors` names them.
pub const VALIDATION_FAILED: Refused = Refused::new(422, "validation_failed", "The given data is invalid.");
/// The caller asks too often.
pub const TOO_MANY_REQUESTS: Refused =
    Refused::new(429, "too_many_requests", "There were too many requests. Try again later.");
/// A defect.
pub const INTERNAL: Refused = Refused::new(500, "internal_error", "Something went wrong on our side.");
/// Something that the request needs can't be reached.
pub const UNAVAILABLE: Refused = Refused::new(503, "unavailable", "The service is not available at the moment.");
/// The database lacks what this version needs.
pub const STORE_NOT_MIGRATED: Refused = Refused::new(
    503,
    "store_not_migrated",
    "The store is not migrated to this version. Whoever runs Kronos has to run `kronos migrate`.",
);
