//! The head of a request: read from the host once, and turned into what handlers get only after `gateway` has admitted it.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use spin_sdk::wasip3::http::types::Request;

use crate::bindings::kronos::gateway::policy;
use crate::problem::{Field, Problem};

/// The address of the peer, as the host saw it.
const CLIENT_ADDRESS: &str = "spin-client-addr";

/// A head as received.
#[derive(Debug)]
pub(crate) struct Head {
    pub method: Method,
    pub path_with_query: String,
    pub authority: Option<String>,
    fields: Vec<Field>,
}

/// The fields of an admitted head.
#[derive(Debug)]
pub(crate) struct Fields {
    /// Those that a client can't have forged.
    pub headers: HeaderMap,
    /// Address and port of the peer.
    pub client_address: Option<String>,
}

impl Head {
    /// Asks the host for the head.
    pub fn read(request: &Request) -> Result<Self, Problem> {
        let method = request.get_method().try_into();
        Ok(Self {
            method: method.map_err(|_| Problem::malformed("The method is not a token."))?,
            path_with_query: request.get_path_with_query().unwrap_or_else(|| "/".to_owned()),
            authority: request.get_authority(),
            fields: request.get_headers().copy_all(),
        })
    }

    /// The first value of a field, when it is a text.
    pub fn text(&self, name: &HeaderName) -> Option<&str> {
        let (_, value) = self.fields.iter().find(|(have, _)| have == name.as_str())?;
        str::from_utf8(value).ok()
    }

    /// The path without the query, and the query.
    pub fn path_and_query(&self) -> (&str, Option<&str>) {
        self.path_with_query.split_once('?').map_or((&self.path_with_query, None), |(path, query)| (path, Some(query)))
    }

    /// Asks `gateway`.
    pub fn admit(&self, entropy: &[u8], settings: policy::SettingsParam<'_>) -> policy::Verdict {
        let parts = || self.fields.iter().flat_map(|(name, value)| [name.as_bytes(), value]);
        // The host's limit on heads is far lower; a length that is not true is refused.
        let lengths: Vec<u32> = parts().map(|part| u32::try_from(part.len()).unwrap_or(u32::MAX)).collect();
        let mut bytes = Vec::with_capacity(parts().map(<[u8]>::len).sum());
        parts().for_each(|part| bytes.extend_from_slice(part));
        policy::admit(
            policy::RequestHeadParam {
                method: self.method.as_str(),
                path_with_query: &self.path_with_query,
                authority: self.authority.as_deref(),
                headers: policy::ReceivedFieldsParam { lengths: &lengths, bytes: &bytes },
                entropy,
            },
            settings,
        )
    }

    /// The fields without those at the positions that `gateway` calls forged, which ascend.
    pub fn into_fields(self, forged: &[u32]) -> Result<Fields, Problem> {
        let mut forged = forged.iter().peekable();
        let mut fields = Fields { headers: HeaderMap::with_capacity(self.fields.len()), client_address: None };
        for (position, (name, value)) in (0..).zip(self.fields) {
            let is_forged = forged.next_if(|forged| **forged == position).is_some();
            if name == CLIENT_ADDRESS {
                // The host appends its own value after any that a client sent.
                fields.client_address = String::from_utf8(value).ok();
            } else if !is_forged {
                let field = HeaderName::from_bytes(name.as_bytes()).map_err(http::Error::from).and_then(|name| {
                    Ok((name, HeaderValue::from_maybe_shared(Bytes::from(value)).map_err(http::Error::from)?))
                });
                let (name, value) = field.map_err(|_| Problem::malformed("A header field is malformed."))?;
                fields.headers.append(name, value);
            }
        }
        Ok(fields)
    }
}
