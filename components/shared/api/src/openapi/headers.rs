//! Header fields: which an operation takes and answers follows from its row and its types.

use serde_json::{Map, Value, json};

use crate::{Effect, Operation, Refused, refused};

/// Key of the refusal that operations with an `Idempotency-Key` have.
const KEY_REUSED: &str = "idempotency_key_reused";

/// An operation with what its types tell.
#[derive(Clone, Copy)]
pub(super) struct Shape<'a> {
    pub operation: &'a Operation,
    /// Everything that it refuses.
    pub refusals: &'a [Refused],
    /// Whether it answers one resource that has a version.
    pub is_tagged: bool,
}

impl Shape<'_> {
    /// Whether the same request, made again, has no further effect.
    pub fn is_repeatable(&self) -> bool {
        self.refusals.iter().any(|refusal| refusal.key == KEY_REUSED)
    }

    /// Whether it answers 304.
    pub fn is_conditional(&self) -> bool {
        self.is_tagged && self.operation.method == "GET"
    }

    /// The fields that it takes.
    pub fn taken(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        if self.refusals.contains(&refused::VERSION_MISMATCH) {
            names.extend(["If-Match", "If-None-Match"]);
        } else if self.is_conditional() {
            names.push("If-None-Match");
        }
        if self.is_repeatable() {
            names.push("Idempotency-Key");
        }
        names
    }

    /// The fields of its success.
    pub fn answered(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        if self.is_tagged {
            names.push("ETag");
        }
        if self.operation.status == 201 {
            names.push("Location");
        }
        let counts =
            |name| move |parameter: &crate::Parameter| parameter.name == name && parameter.effect == Effect::Applied;
        if ["total", "page"].into_iter().any(|name| self.operation.parameters.iter().any(counts(name))) {
            names.push("X-Total-Count");
        }
        names
    }
}

/// The fields of a refusal with this status.
pub(super) fn of_refusal(status: u16) -> &'static [&'static str] {
    match status {
        401 => &["WWW-Authenticate"],
        429 | 503 => &["Retry-After"],
        _ => &[],
    }
}

/// Members of `parameters` for fields of a request.
pub(super) fn parameter(name: &str) -> Value {
    json!({ "$ref": format!("#/components/parameters/{name}") })
}

/// `headers` of a response.
pub(super) fn references(names: &[&str]) -> Value {
    let reference = |name: &&str| ((*name).to_owned(), json!({ "$ref": format!("#/components/headers/{name}") }));
    names.iter().map(reference).collect::<Map<_, _>>().into()
}

/// Fields of requests.
pub(super) fn parameters() -> Value {
    let field = |name: &str, about: &str, example: &str| json!({ "name": name, "in": "header", "description": about, "schema": { "type": "string" }, "example": example });
    let mut key = field(
        "Idempotency-Key",
        "A name for the request, of 1 to 255 visible ASCII characters: when it is made again under the same name, it has no further effect.",
        "\"import-2026-03-04-17\"",
    );
    key["schema"] = json!({ "type": "string", "minLength": 1, "maxLength": 255 });
    json!({
        "If-Match": field(
            "If-Match", "Entity tags, one of which the resource must have: else nothing happens, and the answer is 412.", "\"3\"",
        ),
        "If-None-Match": field(
            "If-None-Match",
            "Entity tags that the resource must not have: where it has one, a read is answered 304, and a write 412.",
            "\"3\"",
        ),
        "Idempotency-Key": key,
    })
}

/// Fields of responses.
pub(super) fn headers() -> Value {
    let text = |about: &str, example: &str| json!({ "description": about, "schema": { "type": "string" }, "example": example });
    let number = |about: &str, example: u64| json!({ "description": about, "schema": { "type": "integer", "minimum": 0 }, "example": example });
    let location =
        "/api/v1/organizations/01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e/time-entries/01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6f";
    json!({
        "ETag": text("The version of the resource, for `If-Match` and `If-None-Match`.", "\"3\""),
        "Idempotency-Replayed": text("`true`: nothing happened this time.", "true"),
        "Location": text("Where the new resource is.", location),
        "Retry-After": number("Seconds after which another try may succeed.", 30),
        "WWW-Authenticate": text("What is wrong with the token (RFC 6750).", "Bearer realm=\"kronos\""),
        "X-Total-Count": number("How many resources all pages hold; where `total` is a parameter, only when it is asked for.", 1234),
    })
}
