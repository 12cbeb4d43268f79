//! The HTTP trigger: from a connection to a component and back.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, uri::Authority};
use http_body_util::BodyExt as _;

use self::{
    chain::Chain, head::RouteHeaders, incoming::Fate, instances::HttpComponent, response::Fixed, router::Router,
};
use crate::{
    capabilities::http::OWN,
    config::{
        manifest::{HttpTarget, Manifest},
        options::Limits,
    },
};

mod answer;
pub mod body;
pub mod chain;
pub mod connection;
mod frames;
pub mod head;
pub mod incoming;
pub mod instances;
mod linger;
pub mod listener;
pub mod outgoing;
pub mod pace;
pub mod request_id;
pub mod response;
pub mod router;
mod serve;
pub mod slots;
mod socket;
pub mod watch;

/// What answers a path.
#[derive(Clone, Copy, Debug)]
enum Target {
    Component { component: usize, headers: usize },
    Fixed(usize),
}

/// The application as seen from HTTP.
pub struct App {
    router: Router<Target>,
    components: Vec<Arc<HttpComponent>>,
    headers: Vec<RouteHeaders>,
    chained: RouteHeaders,
    fixed: Vec<Fixed>,
    info: Bytes,
    limits: Limits,
    access_log: bool,
}

/// Why the routes of a manifest cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A route is not one.
    #[error(transparent)]
    Route(#[from] router::Error),
    /// A static response is not one.
    #[error("static response of route `{route}`: {source}")]
    Fixed {
        /// The route.
        route: String,
        /// What is wrong.
        source: response::FixedError,
    },
    /// A trigger names a component that does not exist.
    #[error("the trigger of route `{route}` names the component `{component}`, which does not exist")]
    NoComponent {
        /// The route.
        route: String,
        /// The component.
        component: String,
    },
}

impl App {
    /// Lays out the routes of `manifest` over its `components`; with `access_log`, every request is a line in the log.
    pub fn new(
        manifest: &Manifest,
        components: Vec<Arc<HttpComponent>>,
        limits: Limits,
        access_log: bool,
    ) -> Result<Self, Error> {
        let mut info = serde_json::Map::from_iter([("name".to_owned(), manifest.name.clone().into())]);
        if let Some(version) = &manifest.version {
            info.insert("version".into(), version.clone().into());
        }
        let mut app = Self {
            router: Router::default(),
            components,
            headers: Vec::new(),
            chained: RouteHeaders::chained(),
            fixed: Vec::new(),
            info: format!("{:#}", serde_json::Value::Object(info)).into(),
            limits,
            access_log,
        };
        for trigger in &manifest.http {
            let Some(route) = &trigger.route else { continue };
            let target = match &trigger.target {
                HttpTarget::Component(id) => {
                    let component = app
                        .components
                        .iter()
                        .position(|component| component.id() == id)
                        .ok_or_else(|| Error::NoComponent { route: route.clone(), component: id.clone() })?;
                    Target::Component { component, headers: app.headers.len() }
                }
                HttpTarget::Static(fixed) => {
                    let fixed = Fixed::new(fixed).map_err(|source| Error::Fixed { route: route.clone(), source })?;
                    app.fixed.push(fixed);
                    Target::Fixed(app.fixed.len() - 1)
                }
            };
            let (parsed, replaced) = app.router.insert(route, target)?;
            if let Target::Component { .. } = target {
                app.headers.push(RouteHeaders::new(&parsed));
            }
            if replaced.is_some() {
                tracing::warn!("route `{route}` is declared twice: the first declaration is never used");
            }
        }
        Ok(app)
    }

    /// Calls a component within the process, as if the request had come in by the route `/...`.
    pub async fn call(&self, component: &str, request: Request<Bytes>) -> Option<Response<Bytes>> {
        let component = self.components.iter().find(|known| known.id() == component)?;
        let (mut head, body) = request.into_parts();
        let authority = head.uri.authority().cloned().unwrap_or_else(|| Authority::from_static(OWN));
        let id = self.chained.enter(&mut head, authority).ok()?;
        let body = if body.is_empty() { body::empty() } else { body::full(body) };
        let answer = component.handle(Request::from_parts(head, body), id.clone(), 0, None).await;
        let response = self.finish(answer, &Fate::default(), &id, component.id()).await;
        let (head, body) = response.into_parts();
        let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        Some(Response::from_parts(head, body))
    }

    /// What lets the components call each other.
    pub fn chain(&self) -> Chain {
        Chain::new(&self.components)
    }
}
