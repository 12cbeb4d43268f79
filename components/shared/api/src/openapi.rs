//! The OpenAPI document (version 3.1), made from the rows and the types. `openapi.json` beside the sources is this document; a
//! test compares them.

use std::collections::BTreeMap;

use kronos_domain::{Reach, Role};
use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use crate::{
    Access, Body, Effect, Kind, Need, Object, Operation, Parameter, Refused, identity, operations, refused, scope,
};

mod headers;

use headers::Shape;

/// Where schemas with a name stand.
const SCHEMAS: &str = "/components/schemas";
/// Where examples with a name stand.
const EXAMPLES: &str = "/components/examples";

/// The document.
pub fn document() -> Value {
    let settings = || SchemaSettings::draft2020_12().with(|settings| settings.definitions_path = SCHEMAS.into());
    // What is answered always has its members; what is sent may leave some out.
    let mut sent = settings().for_deserialize().into_generator();
    let mut answered = settings().for_serialize().into_generator();
    let mut paths: Map<String, Value> = Map::new();
    for operation in operations::all() {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[method(operation)] = describe(operation, &mut sent, &mut answered);
    }
    let mut schemas = sent.take_definitions(true);
    schemas.append(&mut answered.take_definitions(true));
    schemas.insert("Problem".to_owned(), problem());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Kronos",
            "version": "1",
            "summary": "Time tracker and service hub",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "examples": examples(),
            "headers": headers::headers(),
            "parameters": headers::parameters(),
            "securitySchemes": {
                "operator": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The operator secret, which is the variable `operator_secret`.",
                },
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": scopes(),
                },
            },
        },
    })
}

/// An operation with all methods is shown with the one that is asked for most.
fn method(operation: &Operation) -> String {
    if operation.method == "*" { "get".to_owned() } else { operation.method.to_ascii_lowercase() }
}

fn describe(operation: &Operation, sent: &mut SchemaGenerator, answered: &mut SchemaGenerator) -> Value {
    let refusals = refusals(operation);
    let answer = operation.types.answer.map(|of| of(answered).to_value());
    let is_tagged = answer.as_ref().is_some_and(|answer| is_tagged(answer, answered));
    let shape = Shape { operation, refusals: &refusals, is_tagged };
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.summary.trim(),
        "tags": [operation.component],
        "security": security(operation, &refusals),
        "responses": responses(&shape, answer.as_ref()),
    });
    if let Some(need) = operation.need {
        described["x-permission"] = permission(need);
    }
    let fields = shape.taken().into_iter().map(headers::parameter);
    let parameters: Vec<Value> =
        path_parameters(operation.path).chain(query_parameters(operation)).chain(fields).collect();
    if !parameters.is_empty() {
        described["parameters"] = parameters.into();
    }
    if let (Some(body), Some(of)) = (&operation.body, &operation.types.body) {
        described["requestBody"] = request_body(body, (of.schema)(sent).as_value());
    }
    described
}

fn security(operation: &Operation, refusals: &[Refused]) -> Value {
    let refuses = |refusal: Refused| refusals.contains(&refusal);
    match operation.access {
        Access::Public if refuses(identity::refused::OPERATOR_SECRET) => json!([{ "operator": [] }]),
        // One way to call it has a token, another has none.
        Access::Public if refuses(refused::UNAUTHENTICATED) => json!([{ "token": [] }, {}]),
        Access::Public => json!([]),
        Access::Token => json!([{ "token": [] }]),
        Access::Scope(scope) => json!([{ "token": [scope] }]),
    }
}

/// The permission with how far it goes for each role.
fn permission(need: Need) -> Value {
    let reaches = Role::ALL.into_iter().map(|role| (role, need.permission.reach(role)));
    let roles =
        reaches.filter(|(_, reach)| *reach != Reach::None).map(|(role, reach)| (role.to_string(), json!(reach)));
    let object = match need.object {
        Object::Named => "what the path names",
        Object::Reached => "as much as the role reaches",
        Object::Whole => "the whole organization",
    };
    json!({ "name": need.permission.name(), "for": object, "roles": roles.collect::<Map<_, _>>() })
}

fn scopes() -> String {
    let lines = scope::ALL.iter().map(|(name, about)| format!("- `{name}`: {about}\n"));
    format!("An access token (RFC 9068) with the scope that the operation needs:\n{}", lines.collect::<String>())
}

fn path_parameters(path: &str) -> impl Iterator<Item = Value> {
    let names = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    names.map(|name| json!({ "name": name, "in": "path", "required": true, "schema": schema(Kind::Id) }))
}

fn query_parameters(operation: &Operation) -> impl Iterator<Item = Value> {
    operation.parameters.iter().filter(|parameter| parameter.effect == Effect::Applied).map(query_parameter)
}

fn query_parameter(parameter: &Parameter) -> Value {
    let of_one = bounded(parameter);
    let aliases: Vec<String> = parameter.aliases.iter().map(|alias| format!("`{alias}`")).collect();
    let also = if aliases.is_empty() { String::new() } else { format!(" Also as {}.", aliases.join(", ")) };
    let mut described = json!({
        "name": parameter.name,
        "in": "query",
        "description": format!("{}{also}", parameter.about),
        "schema": of_one,
    });
    if parameter.required {
        described["required"] = true.into();
    }
    if !parameter.sample.is_empty() {
        let example = value(parameter.kind, parameter.sample);
        described["example"] = if parameter.repeats { json!([example]) } else { example };
    }
    described
}

/// The schema of a parameter with its bounds and its default.
fn bounded(parameter: &Parameter) -> Value {
    let mut one = schema(parameter.kind);
    if let Some(least) = parameter.least {
        one["minimum"] = least.into();
    }
    if !parameter.default.is_empty() {
        one["default"] = value(parameter.kind, parameter.default);
    }
    let (mut bounded, bound) = match parameter.kind {
        _ if parameter.repeats => (json!({ "type": "array", "items": one }), "maxItems"),
        Kind::Number => (one, "maximum"),
        Kind::Text | Kind::Time | Kind::Flag | Kind::Id | Kind::OneOf(_) => (one, "maxLength"),
    };
    if let Some(most) = parameter.most {
        bounded[bound] = most.into();
    }
    bounded
}

/// A value as JSON has it.
fn value(kind: Kind, text: &str) -> Value {
    match kind {
        Kind::Number | Kind::Flag => serde_json::from_str(text).unwrap_or_default(),
        Kind::Text | Kind::Time | Kind::Id | Kind::OneOf(_) => text.into(),
    }
}

fn schema(kind: Kind) -> Value {
    match kind {
        Kind::Text => json!({ "type": "string" }),
        Kind::Time => json!({ "type": "string", "format": "date-time" }),
        Kind::Number => json!({ "type": "integer", "minimum": 0 }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Id => json!({ "type": "string", "format": "uuid" }),
        Kind::OneOf(words) => json!({ "type": "string", "enum": words }),
    }
}

fn request_body(body: &Body, schema: &Value) -> Value {
    let example: Value = serde_json::from_str(body.sample).unwrap_or_default();
    json!({
        "required": !body.optional,
        "content": { "application/json": { "schema": schema, "example": example } },
    })
}

fn responses(shape: &Shape<'_>, content: Option<&Value>) -> Value {
    let mut responses: Map<String, Value> = Map::new();
    let answer = |description: &str, fields: &[&str], content: Option<&Value>| {
        let mut answer = json!({ "description": description });
        if !fields.is_empty() {
            answer["headers"] = headers::references(fields);
        }
        if let Some(schema) = content {
            answer["content"] = json!({ "application/json": { "schema": schema } });
        }
        answer
    };
    responses.insert(shape.operation.status.to_string(), answer("Success.", &shape.answered(), content));
    if shape.is_repeatable() {
        let replayed = "The same request was made before. This is what it created, as it is now.";
        responses.insert("200".to_owned(), answer(replayed, &["ETag", "Idempotency-Replayed"], content));
    }
    if shape.is_conditional() {
        responses
            .insert("304".to_owned(), answer("`If-None-Match` names what the caller has already.", &["ETag"], None));
    }
    for refusal in shape.refusals {
        responses.entry(refusal.status.to_string()).or_insert_with(|| {
            let alike = || shape.refusals.iter().filter(|other| other.status == refusal.status);
            let lines: Vec<String> = alike().map(|other| format!("`{}`: {}", other.key, other.sentence)).collect();
            let examples =
                alike().map(|other| (other.key.to_owned(), json!({ "$ref": format!("#{EXAMPLES}/{}", other.key) })));
            let mut refused = answer(&lines.join("\n"), headers::of_refusal(refusal.status), None);
            refused["content"] = json!({
                "application/problem+json": {
                    "schema": { "$ref": format!("#{SCHEMAS}/Problem") },
                    "examples": examples.collect::<Map<_, _>>(),
                },
            });
            refused["x-keys"] = alike().map(|other| other.key).collect::<Vec<_>>().into();
            refused
        });
    }
    responses.into()
}

/// Whether an answer is one resource with a version.
fn is_tagged(answer: &Value, answered: &SchemaGenerator) -> bool {
    let named = |schema: &Value| answered.definitions().get(schema["$ref"].as_str()?.rsplit('/').next()?).cloned();
    let resource = named(answer).and_then(|answer| named(&answer["properties"]["data"]));
    resource.is_some_and(|resource| resource["properties"].get("version").is_some())
}

/// What each refusal looks like, by its key.
fn examples() -> Value {
    let all = operations::all().flat_map(refusals).map(|refusal| (refusal.key, refusal));
    let all: BTreeMap<_, _> = all.collect();
    all.into_iter()
        .map(|(key, refusal)| (key.to_owned(), json!({ "value": example(refusal) })))
        .collect::<Map<_, _>>()
        .into()
}

fn example(Refused { status, key, sentence }: Refused) -> Value {
    let is_about_values = key == refused::VALIDATION_FAILED.key;
    json!({
        "type": "about:blank",
        "title": title(status),
        "status": status,
        "detail": sentence,
        "key": key,
        "message": if is_about_values { "start: is required" } else { sentence },
        "error": true,
        "errors": if is_about_values { json!({ "start": ["is required"] }) } else { json!({}) },
        "request_id": "01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e",
    })
}

/// The name of a status (RFC 9110, section 15).
fn title(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        412 => "Precondition Failed",
        413 => "Payload Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Entity",
        423 => "Locked",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "Error",
    }
}

/// What an operation may refuse: by what its row says of it, and its own.
fn refusals(operation: &Operation) -> Vec<Refused> {
    let mut refusals = vec![refused::MALFORMED, refused::INTERNAL, refused::UNAVAILABLE];
    match operation.access {
        Access::Public => {}
        Access::Token => refusals.extend([refused::UNAUTHENTICATED, refused::INVALID_TOKEN]),
        Access::Scope(_) => {
            refusals.extend([refused::UNAUTHENTICATED, refused::INVALID_TOKEN, refused::INSUFFICIENT_SCOPE]);
        }
    }
    if !operation.forwarded {
        refusals.push(refused::VALIDATION_FAILED);
    }
    if operation.path.contains('{') {
        refusals.push(refused::NOT_FOUND);
    }
    if operation.forbids() {
        refusals.push(refused::PERMISSION_DENIED);
    }
    let writes = ["PUT", "PATCH", "DELETE"].contains(&operation.method);
    if operation.need.is_some() && operation.path.ends_with('}') && writes {
        refusals.push(refused::VERSION_MISMATCH);
    }
    if operation.body.is_some() {
        refusals.extend([refused::BODY_TOO_SLOW, refused::BODY_TOO_LARGE, refused::UNSUPPORTED_MEDIA_TYPE]);
    }
    refusals.extend(operation.refusals);
    refusals
}

/// Problem details (RFC 9457) with what solidtime's clients read.
fn problem() -> Value {
    json!({
        "description": "Why a request failed (RFC 9457).",
        "type": "object",
        "required": ["type", "title", "status", "detail", "key", "message", "error", "errors", "request_id"],
        "properties": {
            "type": { "type": "string", "const": "about:blank" },
            "title": { "type": "string", "description": "The name of the status." },
            "status": { "type": "integer", "description": "The status." },
            "detail": { "type": "string", "description": "What happened, for people." },
            "key": { "type": "string", "description": "What happened, for programs." },
            "message": { "type": "string", "description": "As `detail`, or the first of `errors` with its field." },
            "error": { "type": "boolean", "const": true },
            "errors": {
                "description": "What is wrong with each parameter or member, by its path.",
                "type": "object",
                "additionalProperties": { "type": "array", "items": { "type": "string" } },
            },
            "meta": { "type": "object", "description": "What a program needs to go on; each `key` has its own." },
            "request_id": { "type": "string", "description": "Names the request in the log of the server." },
        },
    })
}
