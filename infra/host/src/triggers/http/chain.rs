//! Calls from one component of the application to another, which never leave the process.

use std::{
    collections::HashMap,
    future::ready,
    sync::{Arc, Weak},
};

use http::{HeaderValue, Request};
use wasmtime_wasi_http::{Error, WasiBody};

use super::{
    head::RouteHeaders,
    instances::{Failure, HttpComponent},
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

    fn enter(&self, request: Request<WasiBody>) -> Result<(Request<WasiBody>, HeaderValue), Error> {
        let (mut head, body) = request.into_parts();
        let authority = head.uri.authority().cloned().ok_or(Error::HttpRequestUriInvalid)?;
        let id = self.headers.enter(&mut head, authority).map_err(|_| Error::HttpRequestUriInvalid)?;
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
                Failure::Overloaded | Failure::Stopped | Failure::NotInstantiated(_) => Error::DestinationUnavailable,
                Failure::Trapped | Failure::Refused(_) => {
                    Error::InternalError(Some(format!("component `{}` {failure}", target.id())))
                }
            })
        })
    }
}
