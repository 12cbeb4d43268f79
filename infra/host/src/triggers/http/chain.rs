//! Calls from one component of the application to another, which never leave the process.

use std::{
    collections::HashMap,
    future::ready,
    sync::{Arc, Weak},
};

use http::{HeaderValue, Request, Uri, uri::Scheme};
use wasmtime_wasi_http::{Error, WasiBody};

use super::{
    head::{self, RouteHeaders},
    instances::{Failure, HttpComponent},
    request_id,
    router::{Match, PARAMETERS},
};
use crate::capabilities::http::{Calling, Components};

/// The components that can be called.
pub struct Chain {
    /// They hold, through their grants, what holds this.
    components: HashMap<String, Weak<HttpComponent>>,
    headers: RouteHeaders,
}

impl Chain {
    /// Lets `components` be called by their ids.
    pub fn new(components: &[Arc<HttpComponent>]) -> Self {
        let components =
            components.iter().map(|component| (component.id().to_owned(), Arc::downgrade(component))).collect();
        Self { components, headers: RouteHeaders::chained() }
    }

    /// `request` as it would look had it come in by the route `/...`.
    fn enter(&self, request: Request<WasiBody>) -> Result<(Request<WasiBody>, HeaderValue), Error> {
        let (mut head, body) = request.into_parts();
        let authority = head.uri.authority().cloned().ok_or(Error::HttpRequestUriInvalid)?;
        let path_and_query = head.uri.path_and_query().map_or("/", |path| path.as_str());
        let full_url = head::full_url(&authority, path_and_query);
        head::strip(&mut head.headers);
        let id = request_id::of(&mut head.headers);
        let path = head.uri.path().to_owned();
        let found = Match { target: (), parameters: [""; PARAMETERS], path_info: &path };
        self.headers.add(&mut head.headers, &found, full_url, HeaderValue::from_static("0.0.0.0:0"));
        let mut uri = head.uri.into_parts();
        uri.scheme = Some(Scheme::HTTP);
        head.uri = Uri::from_parts(uri).map_err(|_| Error::HttpRequestUriInvalid)?;
        Ok((Request::from_parts(head, body), id))
    }
}

impl Components for Chain {
    fn call(&self, id: &str, request: Request<WasiBody>, depth: u8) -> Calling {
        let target = self.components.get(id).and_then(Weak::upgrade).ok_or(Error::DestinationNotFound);
        let entered = target.and_then(|target| Ok((target, self.enter(request)?)));
        let (target, (request, id)) = match entered {
            Ok(entered) => entered,
            Err(error) => return Box::pin(ready(Err(error))),
        };
        Box::pin(async move {
            target.handle(request, id, depth, None).await.map_err(|failure| match failure {
                Failure::Timeout => Error::HttpResponseTimeout,
                Failure::Overloaded | Failure::NotInstantiated(_) => Error::DestinationUnavailable,
                Failure::Trapped | Failure::Refused(_) => {
                    Error::InternalError(Some(format!("component `{}` {failure}", target.id())))
                }
            })
        })
    }
}
