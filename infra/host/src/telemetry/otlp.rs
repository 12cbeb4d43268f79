//! Export of spans by OTLP over HTTP, as `OTEL_EXPORTER_OTLP_*` say (OpenTelemetry specification, "OTLP Exporter Configuration").

use std::time::Duration;

use async_trait::async_trait;
use http::{HeaderName, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use opentelemetry::KeyValue;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response, hyper::HyperClient};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use percent_encoding::percent_decode_str;
use tokio::runtime::Handle;

/// Default of `OTEL_EXPORTER_OTLP_TIMEOUT`.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Why the export cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The address is not a URL.
    #[error("`{0}` is not an http:// or https:// address")]
    Endpoint(String),
    /// The protocol is not supported.
    #[error(
        "OTEL_EXPORTER_OTLP_PROTOCOL=`{0}` is not supported\n  Use http/protobuf, and the collector's HTTP port (4318)."
    )]
    Protocol(String),
    /// The headers are malformed.
    #[error("OTEL_EXPORTER_OTLP_HEADERS is not a list of name=value")]
    Headers,
    /// The timeout is malformed.
    #[error("OTEL_EXPORTER_OTLP_TIMEOUT=`{0}` is not a number of milliseconds")]
    Timeout(String),
    /// TLS cannot be set up.
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
    /// The exporter refuses its settings.
    #[error(transparent)]
    Exporter(#[from] ExporterBuildError),
}

/// The exporter that the standard variables describe; `None` when they name no collector or switch the export off.
pub(super) fn exporter(runtime: Handle) -> Result<Option<SpanExporter>, SetupError> {
    let Some(timeout) = check(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))? else {
        return Ok(None);
    };
    let connector = HttpsConnectorBuilder::new()
        .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())?
        .https_or_http()
        .enable_http1()
        .build();
    let client = Client { inner: HyperClient::new(connector, timeout, None), runtime };
    Ok(Some(SpanExporter::builder().with_http().with_http_client(client).with_timeout(timeout).build()?))
}

/// Checks what the exporter would pass over in silence, and returns the timeout; `None` without a collector.
fn check(get: impl Fn(&str) -> Option<String>) -> Result<Option<Duration>, SetupError> {
    let specific = |name: &str| {
        get(&format!("OTEL_EXPORTER_OTLP_TRACES_{name}")).or_else(|| get(&format!("OTEL_EXPORTER_OTLP_{name}")))
    };
    let off = get("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"))
        || get("OTEL_TRACES_EXPORTER").is_some_and(|value| value == "none");
    let Some(endpoint) = specific("ENDPOINT").filter(|_| !off) else { return Ok(None) };
    let is_url = endpoint
        .parse::<Uri>()
        .is_ok_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some());
    if !is_url {
        return Err(SetupError::Endpoint(endpoint));
    }
    if let Some(protocol) = specific("PROTOCOL").filter(|protocol| protocol != "http/protobuf") {
        return Err(SetupError::Protocol(protocol));
    }
    let headers = specific("HEADERS").unwrap_or_default();
    let is_field =
        |entry: &str| entry.split_once('=').is_some_and(|(name, _)| HeaderName::try_from(name.trim()).is_ok());
    if !headers.split(',').filter(|entry| !entry.trim().is_empty()).all(is_field) {
        return Err(SetupError::Headers);
    }
    match specific("TIMEOUT") {
        Some(millis) => match millis.parse() {
            Ok(number) => Ok(Some(Duration::from_millis(number))),
            Err(_) => Err(SetupError::Timeout(millis)),
        },
        None => Ok(Some(TIMEOUT)),
    }
}

/// What the spans say about this process. The SDK leaves the values of `OTEL_RESOURCE_ATTRIBUTES` percent-encoded.
pub(super) fn resource() -> Resource {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let attributes = decode(&variable("OTEL_RESOURCE_ATTRIBUTES").unwrap_or_default());
    let named = attributes.iter().find(|pair| pair.key.as_str() == "service.name").map(|pair| pair.value.to_string());
    Resource::builder()
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .with_attributes(attributes)
        .with_service_name(variable("OTEL_SERVICE_NAME").or(named).unwrap_or_else(|| "kronos".into()))
        .build()
}

/// `name=value` pairs between commas, the values percent-encoded (OpenTelemetry specification, "Resource SDK").
fn decode(list: &str) -> Vec<KeyValue> {
    let pairs = list.split(',').filter_map(|entry| entry.split_once('='));
    pairs
        .filter_map(|(name, value)| {
            let value = percent_decode_str(value.trim()).decode_utf8().ok()?;
            Some(KeyValue::new(name.trim().to_owned(), value.into_owned()))
        })
        .collect()
}

/// A client that runs on the runtime of the host: the exporter calls it from a thread without one.
#[derive(Debug)]
struct Client {
    inner: HyperClient<HttpsConnector<HttpConnector>>,
    runtime: Handle,
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.inner.clone();
        self.runtime.spawn(async move { client.send_bytes(request).await }).await?
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn checked(settings: &[(&str, &str)]) -> Result<Option<Duration>, SetupError> {
        let settings: BTreeMap<_, _> =
            settings.iter().map(|(name, value)| (format!("OTEL_{name}"), (*value).to_owned())).collect();
        check(|name| settings.get(name).cloned())
    }

    #[test]
    fn without_a_collector_nothing_is_exported() {
        let endpoint = ("EXPORTER_OTLP_ENDPOINT", "http://collector:4318");
        assert_eq!(checked(&[]).expect("no settings"), None);
        assert_eq!(checked(&[endpoint]).expect("valid"), Some(TIMEOUT));
        assert_eq!(checked(&[("EXPORTER_OTLP_TRACES_ENDPOINT", "https://other/x")]).expect("valid"), Some(TIMEOUT));
        assert_eq!(checked(&[endpoint, ("SDK_DISABLED", "TRUE")]).expect("valid"), None);
        assert_eq!(checked(&[endpoint, ("TRACES_EXPORTER", "none")]).expect("valid"), None);
    }

    #[test]
    fn what_cannot_be_used_is_refused() {
        let with = |name, value| checked(&[("EXPORTER_OTLP_ENDPOINT", "http://collector:4318"), (name, value)]);
        assert!(matches!(checked(&[("EXPORTER_OTLP_ENDPOINT", "collector")]), Err(SetupError::Endpoint(_))));
        assert!(matches!(with("EXPORTER_OTLP_PROTOCOL", "grpc"), Err(SetupError::Protocol(_))));
        assert!(matches!(with("EXPORTER_OTLP_TRACES_PROTOCOL", "http/json"), Err(SetupError::Protocol(_))));
        for headers in ["x", "=a", "a b=c", "a=b,c"] {
            assert!(matches!(with("EXPORTER_OTLP_HEADERS", headers), Err(SetupError::Headers)), "{headers}");
        }
        assert!(matches!(with("EXPORTER_OTLP_TIMEOUT", "10s"), Err(SetupError::Timeout(_))));
        assert_eq!(with("EXPORTER_OTLP_TRACES_TIMEOUT", "250").expect("valid"), Some(Duration::from_millis(250)));
    }
}
