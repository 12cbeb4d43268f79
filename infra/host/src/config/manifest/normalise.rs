//! From what is written to what runs, in Spin's order: trigger ids, inline components, inheritance, references.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use toml::Spanned;

use super::{
    HttpTarget, HttpTrigger, Manifest, RedisTrigger, StaticResponse, VariableDeclaration, component,
    findings::Findings,
    schema::{self, Document, StringOr},
};
use crate::config::{
    diagnostic::{Diagnostic, SourceFile},
    names::{kebab_error, route_error, variable_error},
    template::Template,
};

pub(super) fn normalise(path: &Path, source: &SourceFile) -> Result<Manifest, Vec<Diagnostic>> {
    let document = parse(source).map_err(|error| vec![error])?;
    let mut findings = Findings { source, errors: Vec::new(), warnings: Vec::new() };
    let root = match path.parent() {
        Some(parent) if parent != Path::new("") => parent.to_path_buf(),
        _ => Path::new(".").to_path_buf(),
    };

    let name = document.application.name;
    if name.get_ref().trim().is_empty() {
        findings.error(&name, "the application has no name", "Give it one.");
    }
    let variables = variables(document.variables, &mut findings);
    let mut written = document.component;
    for id in written.keys() {
        check_id(id, "component", &mut findings);
    }

    if let Some(base) = document.application.trigger.http.and_then(|http| http.base)
        && base.get_ref() != "/"
    {
        findings.error(&base, "an HTTP base other than `/` is not supported any more", "Put it into the routes.");
    }
    let default_address = document
        .application
        .trigger
        .redis
        .and_then(|redis| redis.address)
        .and_then(|address| findings.template(&address, &variables));

    let mut ids = TriggerIds::default();
    let mut http = Vec::new();
    for trigger in document.trigger.http {
        http.extend(http_trigger(trigger, &mut ids, &mut written, &mut findings));
    }
    let mut redis = Vec::new();
    for trigger in document.trigger.redis {
        redis.extend(redis_trigger(
            trigger,
            default_address.as_ref(),
            &variables,
            &mut ids,
            &mut written,
            &mut findings,
        ));
    }
    duplicate_routes(&http, &mut findings);

    let components = component::normalise(&root, &written, &variables, &mut findings);
    for (trigger, id) in &redis {
        if let Some(chained) = written.get(trigger.component.as_str()).and_then(|component| {
            component.allowed_outbound_hosts.iter().find(|host| host.get_ref().contains(".spin.internal"))
        }) {
            findings.error(
                chained,
                format!("`{}` has a Redis trigger and may call other components", trigger.component),
                "Spin's Redis trigger has no service chaining and refuses to start: remove the entry.",
            );
        }
        unknown_component(&trigger.component, id, &written, &mut findings);
    }
    for (trigger, id) in &http {
        if let HttpTarget::Component(component) = &trigger.target {
            unknown_component(component, id, &written, &mut findings);
        }
    }

    if !findings.errors.is_empty() {
        return Err(findings.errors);
    }
    Ok(Manifest {
        name: name.into_inner(),
        version: document.application.version.filter(|version| !version.is_empty()),
        path: path.to_path_buf(),
        root,
        variables,
        http: http.into_iter().map(|(trigger, _)| trigger).collect(),
        redis: redis.into_iter().map(|(trigger, _)| trigger).collect(),
        components,
        warnings: findings.warnings,
    })
}

fn parse(source: &SourceFile) -> Result<Document, Diagnostic> {
    const REMEDY: &str = "Begin the file with `spin_manifest_version = 2`; `spin doctor` upgrades older manifests.";
    let version: schema::VersionOnly = source.parse()?;
    match version.spin_manifest_version {
        Some(version) if version.get_ref().as_integer() == Some(2) => source.parse(),
        Some(version) => {
            let written = match version.get_ref() {
                toml::Value::Integer(number) => number.to_string(),
                other => format!("of type {}", other.type_str()),
            };
            Err(source.at(version.span(), format!("a manifest version {written} is not supported"), REMEDY))
        }
        None => Err(source.at(0..0, "the manifest has no `spin_manifest_version`", REMEDY)),
    }
}

fn variables(
    written: BTreeMap<Spanned<String>, schema::Variable>,
    findings: &mut Findings<'_>,
) -> BTreeMap<String, VariableDeclaration> {
    let mut variables = BTreeMap::new();
    for (name, variable) in written {
        if let Some(reason) = variable_error(name.get_ref()) {
            findings.error(
                &name,
                format!("`{}` is not a variable name: {reason}", name.get_ref()),
                "Use lower_snake_case.",
            );
        }
        if variable.default.is_none() && !variable.required {
            findings.error(
                &name,
                format!("the variable `{}` has neither a default nor `required = true`", name.get_ref()),
                "Add one of the two.",
            );
        }
        variables.insert(
            name.into_inner(),
            VariableDeclaration { required: variable.required, default: variable.default, secret: variable.secret },
        );
    }
    variables
}

fn check_id(id: &Spanned<String>, kind: &str, findings: &mut Findings<'_>) {
    if let Some(reason) = kebab_error(id.get_ref()) {
        findings.error(id, format!("`{}` is not a {kind} id: {reason}", id.get_ref()), "Use kebab-case.");
    }
}

/// Trigger ids in use, and how many ids were made up per trigger type.
#[derive(Default)]
struct TriggerIds {
    used: BTreeSet<String>,
    generated: BTreeMap<&'static str, usize>,
}

impl TriggerIds {
    /// The written id, else `{component}-{type}-trigger`, else `{type}-trigger{N}`.
    fn assign(
        &mut self,
        kind: &'static str,
        written: Option<Spanned<String>>,
        component: Option<&Spanned<StringOr<schema::Component>>>,
        findings: &mut Findings<'_>,
    ) -> String {
        if let Some(id) = written {
            check_id(&id, "trigger", findings);
            if !self.used.insert(id.get_ref().clone()) {
                findings.error(
                    &id,
                    format!("two triggers have the id `{}`", id.get_ref()),
                    "Rename one of them, or leave the id out.",
                );
            }
            return id.into_inner();
        }
        if let Some(StringOr::String(component)) = component.map(Spanned::get_ref) {
            let id = format!("{component}-{kind}-trigger");
            if self.used.insert(id.clone()) {
                return id;
            }
        }
        let count = self.generated.entry(kind).or_default();
        loop {
            let id = format!("{kind}-trigger{count}");
            *count += 1;
            if self.used.insert(id.clone()) {
                return id;
            }
        }
    }
}

/// A trigger with the place that errors about it name.
type Placed<T> = (T, Spanned<()>);

fn http_trigger(
    trigger: Spanned<schema::HttpTrigger>,
    ids: &mut TriggerIds,
    components: &mut BTreeMap<Spanned<String>, schema::Component>,
    findings: &mut Findings<'_>,
) -> Option<Placed<HttpTrigger>> {
    let place = Spanned::new(trigger.span(), ());
    let trigger = trigger.into_inner();
    no_multi_component(trigger.components.as_ref(), findings);
    if let Some(dependencies) = trigger.dependencies {
        findings.error(
            &dependencies,
            "HTTP middleware is not supported by this host",
            "Make it a component that exports plain functions and use it through [component.X.dependencies].",
        );
    }
    if let Some(executor) = trigger.executor
        && !matches!(executor.kind.get_ref().as_str(), "http" | "spin")
    {
        findings.error(
            &executor.kind,
            format!("the executor `{}` is not supported", executor.kind.get_ref()),
            "Remove `executor`: the interface that the component exports decides.",
        );
    }
    let id = ids.assign("http", trigger.id, trigger.component.as_ref(), findings);
    let Some(route) = trigger.route else {
        findings.error(&place, "an HTTP trigger has no `route`", "Add `route = \"/...\"` or `{ private = true }`.");
        return None;
    };
    let place = Spanned::new(route.span(), ());
    let route = match route.into_inner() {
        StringOr::String(written) => {
            let path = if written.starts_with('/') { written } else { format!("/{written}") };
            if let Some(reason) = route_error(&path) {
                findings.error(&place, format!("`{path}` is not a route: {reason}"), "");
            }
            if path == "/.well-known/spin" || path.starts_with("/.well-known/spin/") {
                findings.warning(&place, format!("the route `{path}` is never used: Spin answers there itself"), "");
            }
            Some(path)
        }
        StringOr::Table(table) => {
            if !table.private {
                findings.error(&place, "`private = false` says nothing about the route", "Write the route instead.");
            }
            None
        }
    };
    let target = match (trigger.component, trigger.static_response) {
        (Some(component), None) => HttpTarget::Component(hoist(component, &id, components, findings)),
        (None, Some(response)) => {
            if !(100..1000).contains(&response.get_ref().status_code) {
                findings.error(&response, "`status_code` is not an HTTP status", "Use a number from 100 to 999.");
            }
            if route.is_none() {
                findings.error(&place, "a static response cannot be private", "Give it a route.");
            }
            let response = response.into_inner();
            HttpTarget::Static(StaticResponse {
                status: response.status_code,
                headers: response.headers.into_iter().collect(),
                body: response.body,
            })
        }
        (Some(_), Some(_)) => {
            findings.error(&place, "the trigger has a component and a static response", "Keep one of the two.");
            return None;
        }
        (None, None) => {
            findings.error(&place, "the trigger has no component", "Add `component = \"...\"` or `static_response`.");
            return None;
        }
    };
    Some((HttpTrigger { id, route, target }, place))
}

fn redis_trigger(
    trigger: Spanned<schema::RedisTrigger>,
    default_address: Option<&Template>,
    variables: &BTreeMap<String, VariableDeclaration>,
    ids: &mut TriggerIds,
    components: &mut BTreeMap<Spanned<String>, schema::Component>,
    findings: &mut Findings<'_>,
) -> Option<Placed<RedisTrigger>> {
    let place = Spanned::new(trigger.get_ref().channel.span(), ());
    let trigger = trigger.into_inner();
    no_multi_component(trigger.components.as_ref(), findings);
    if let Some(dependencies) = trigger.dependencies {
        findings.error(&dependencies, "Spin's Redis trigger takes no dependencies", "Remove them.");
    }
    let id = ids.assign("redis", trigger.id, trigger.component.as_ref(), findings);
    let address = match &trigger.address {
        Some(address) => findings.template(address, variables),
        None if default_address.is_none() => {
            findings.error(
                &place,
                "the Redis trigger has no address",
                "Add `address` here or under [application.trigger.redis].",
            );
            None
        }
        None => default_address.cloned(),
    };
    let channel = findings.template(&trigger.channel, variables);
    let Some(component) = trigger.component else {
        findings.error(&place, "the trigger has no component", "Add `component = \"...\"`.");
        return None;
    };
    let component = hoist(component, &id, components, findings);
    Some((RedisTrigger { id, address: address?, channel: channel?, component }, place))
}

/// The id of the trigger's component; an inline one moves to the table of components first.
fn hoist(
    component: Spanned<StringOr<schema::Component>>,
    trigger: &str,
    components: &mut BTreeMap<Spanned<String>, schema::Component>,
    findings: &mut Findings<'_>,
) -> String {
    let span = component.span();
    match component.into_inner() {
        StringOr::String(id) => id,
        StringOr::Table(inline) => {
            let mut id = format!("{trigger}-component");
            let mut count = 0;
            while components.contains_key(id.as_str()) {
                id = format!("inline-component{count}");
                count += 1;
            }
            let key = Spanned::new(span, id.clone());
            check_id(&key, "component", findings);
            components.insert(key, *inline);
            id
        }
    }
}

fn no_multi_component<T>(components: Option<&Spanned<T>>, findings: &mut Findings<'_>) {
    if let Some(components) = components {
        findings.error(components, "`components` is reserved by Spin", "Use `component`.");
    }
}

fn unknown_component(
    id: &str,
    place: &Spanned<()>,
    components: &BTreeMap<Spanned<String>, schema::Component>,
    findings: &mut Findings<'_>,
) {
    if !components.contains_key(id) {
        findings.error(
            place,
            format!("the trigger names the component `{id}`, which does not exist"),
            format!("Add [component.{id}] or correct the name."),
        );
    }
}

fn duplicate_routes(http: &[Placed<HttpTrigger>], findings: &mut Findings<'_>) {
    let mut last = BTreeMap::new();
    for (trigger, place) in http {
        let Some(route) = trigger.route.as_deref() else { continue };
        if let Some(earlier) = last.insert(route, place) {
            findings.warning(
                earlier,
                format!("the route `{route}` is written twice and this trigger is never used"),
                "Remove one of the two: the later one wins.",
            );
        }
    }
}
