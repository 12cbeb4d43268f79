//! What a handler is given.

use std::rc::Rc;

use bytes::Bytes;
use http::HeaderMap;
use jiff::Timestamp;
use kronos_api::Operation;
use kronos_domain::UserId;
use kronos_storage::Db;
use serde::de::DeserializeOwned;

use crate::auth::{self, Caller, KeySet};
use crate::configuration::{self, Configuration};
use crate::problem::Problem;
use crate::query::Query;
use crate::routes::PathParams;
use crate::{body, doorbell, store};

/// A request that may go on: admitted by `gateway` and, unless the operation is public, from a caller whom `auth-check` knows.
#[derive(Debug)]
#[non_exhaustive]
pub struct Call {
    /// The operation that was called.
    pub operation: &'static Operation,
    /// Who is calling; none in public operations.
    pub caller: Option<Rc<Caller>>,
    /// The method as received: for GET operations it may be HEAD.
    pub method: http::Method,
    /// Parameters of the path.
    pub path: PathParams,
    /// Parameters of the query.
    pub query: Query,
    /// Header fields that a client can't have forged.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// Id of the request, for the log.
    pub request_id: String,
    /// W3C trace context for requests that this one causes.
    pub traceparent: String,
    /// Address and port of the peer, as the host saw it.
    pub client_address: Option<String>,
    /// When the request came in.
    pub now: Timestamp,
    pub(crate) configuration: Rc<Configuration>,
}

impl Call {
    /// The body as JSON. What neither the type nor the row of the operation knows is refused by name. A body that may be left out
    /// and was counts as `{}`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        body::json(&self.headers, &self.body, self.operation.body.as_ref())
    }

    /// The user who is calling.
    pub fn user(&self) -> Result<UserId, Problem> {
        let caller = self.caller.as_ref().ok_or_else(|| Problem::internal("a public operation asks for its caller"))?;
        Ok(caller.user)
    }

    /// The database.
    pub async fn db(&self) -> Result<Rc<Db>, Problem> {
        store::get().await
    }

    /// Tells the consumers of events that there are new ones.
    pub fn ring(&self) {
        doorbell::ring();
    }

    /// Where users reach Kronos, without a trailing slash.
    pub fn public_url(&self) -> &str {
        &self.configuration.public_url
    }

    /// The issuers whose tokens are accepted, our own first.
    pub fn issuers(&self) -> impl Iterator<Item = &str> {
        self.configuration.issuers.iter().map(|issuer| issuer.name.as_str())
    }

    /// The keys of a foreign issuer, none when it is not trusted; at most `max_age` seconds old, where that is possible. For the one
    /// component that the others get them from, and that keeps the last good ones in `db`.
    pub async fn issuer_keys(
        &self,
        db: &Rc<Db>,
        issuer: &str,
        max_age: Option<i64>,
    ) -> Result<Option<KeySet>, Problem> {
        auth::keys_at_origin(&self.configuration, db, issuer, max_age).await
    }

    /// A variable of the component; empty when it is not granted.
    pub async fn variable(&self, name: &str) -> Result<String, Problem> {
        configuration::variable(name).await
    }

    /// Checks the token of the request once more, for another permission: an RFC 6749 scope token.
    pub async fn require(&self, permission: &str) -> Result<Rc<Caller>, Problem> {
        let allowed = |byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        if permission.is_empty() || !permission.bytes().all(allowed) {
            return Err(Problem::malformed("The scope is not a scope token."));
        }
        auth::authenticate(&self.configuration, &self.headers, Some(permission), self.now).await
    }
}
