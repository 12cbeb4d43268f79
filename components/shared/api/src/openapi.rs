//! The OpenAPI document (version 3.1), made from the rows and the types. `openapi.json` beside the sources is this document; a
//! test compares them.

use kronos_domain::{Reach, Role};
use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use crate::{Access, Body, Effect, Kind, Need, Object, Operation, Parameter, Refused, operations, refused, scope};

/// Where schemas with a name stand.
const SCHEMAS: &str = "/components/schemas";

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
            "securitySchemes": {
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
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.summary.trim(),
        "tags": [operation.component],
        "security": security(operation.access),
        "responses": responses(operation, answered),
    });
    if let Some(need) = operation.need {
        described["x-permission"] = permission(need);
    }
    let parameters: Vec<Value> = path_parameters(operation.path).chain(query_parameters(operation)).collect();
    if !parameters.is_empty() {
        described["parameters"] = parameters.into();
    }
    if let (Some(body), Some(of)) = (&operation.body, &operation.types.body) {
        described["requestBody"] = request_body(body, (of.schema)(sent).as_value());
    }
    described
}

fn security(access: Access) -> Value {
    match access {
        Access::Public => json!([]),
        Access::Token => json!([{ "token": [] }]),
        Access::Scope(scope) => json!([{ "token": [scope] }]),
    }
}

/// The permission with how far it goes for each role.
fn permission(need: Need) -> Value {
    let reaches = Role::ALL.into_iter().map(|role| (role, need.permission.reach(role)));
    let roles = reaches.filter(|(_, reach)| *reach != Reach::None).map(|(role, reach)| (role.to_string(), json!(reach)));
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
    let of_one = schema(parameter.kind);
    let aliases: Vec<String> = parameter.aliases.iter().map(|alias| format!("`{alias}`")).collect();
    let also = if aliases.is_empty() { String::new() } else { format!(" Also as {}.", aliases.join(", ")) };
    let mut described = json!({
        "name": parameter.name,
        "in": "query",
        "description": format!("{}{also}", parameter.about),
        "schema": if parameter.repeats { json!({ "type": "array", "items": of_one }) } else { of_one },
    });
    if parameter.required {
        described["required"] = true.into();
    }
    if !parameter.sample.is_empty() {
        described["example"] = match parameter.kind {
            Kind::Number | Kind::Flag => serde_json::from_str(parameter.sample).unwrap_or_default(),
            Kind::Text | Kind::Time | Kind::Id | Kind::OneOf(_) if parameter.repeats => json!([parameter.sample]),
            Kind::Text | Kind::Time | Kind::Id | Kind::OneOf(_) => parameter.sample.into(),
        };
    }
    described
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

fn responses(operation: &Operation, answered: &mut SchemaGenerator) -> Value {
    let mut responses: Map<String, Value> = Map::new();
    let mut success = json!({ "description": "Success." });
    if let Some(of) = operation.types.answer {
        success["content"] = json!({ "application/json": { "schema": of(answered).to_value() } });
    }
    responses.insert(operation.status.to_string(), success);
    let refusals = refusals(operation);
    for refusal in &refusals {
        responses.entry(refusal.status.to_string()).or_insert_with(|| {
            let alike = || refusals.iter().filter(|other| other.status == refusal.status);
            let lines: Vec<String> = alike().map(|other| format!("`{}`: {}", other.key, other.sentence)).collect();
            json!({
                "description": lines.join("\n"),
                "content": { "application/problem+json": { "schema": { "$ref": format!("#{SCHEMAS}/Problem") } } },
                "x-keys": alike().map(|other| other.key).collect::<Vec<_>>(),
            })
        });
    }
    responses.into()
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
            "message": { "type": "string", "description": "As `detail`." },
            "error": { "type": "boolean", "const": true },
            "errors": {
                "description": "What is wrong with each parameter or member, by its path.",
                "type": "object",
                "additionalProperties": { "type": "array", "items": { "type": "string" } },
            },
            "request_id": { "type": "string", "description": "Names the request in the log of the server." },
        },
    })
}
