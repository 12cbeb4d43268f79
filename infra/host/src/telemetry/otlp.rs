//! Export of spans by OTLP over HTTP, in the protocol's JSON encoding.
//!
//! The protocol's own crate needs a Protobuf compiler in every build, which is dear for three kinds of records; collectors
//! accept both encodings at the same address.

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, Uri, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use opentelemetry::{
    Array, KeyValue, SpanId, Value,
    trace::{SpanKind, Status},
};
use opentelemetry_sdk::{
    Resource,
    error::{OTelSdkError, OTelSdkResult},
    trace::{SpanData, SpanExporter},
};
use serde_json::json;
use tokio::runtime::Handle;

/// Default of `OTEL_EXPORTER_OTLP_TIMEOUT`.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Attempts per batch, when the collector is busy or away.
const ATTEMPTS: u32 = 4;

/// Bytes of an answer that are looked at.
const ANSWER: usize = 64 << 10;

/// Why the export cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The address is not a URL.
    #[error("`{0}` is not an http:// or https:// address")]
    Endpoint(String),
    /// The protocol is not supported.
    #[error(
        "OTEL_EXPORTER_OTLP_PROTOCOL=`{0}` is not supported: use http/json or http/protobuf, and the collector's HTTP port"
    )]
    Protocol(String),
    /// The headers are malformed.
    #[error("OTEL_EXPORTER_OTLP_HEADERS is not a list of name=value")]
    Headers,
    /// TLS cannot be set up.
    #[error("TLS: {0}")]
    Tls(String),
}

/// Sends batches of spans to a collector.
pub(super) struct Exporter {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    endpoint: Uri,
    headers: HeaderMap,
    timeout: Duration,
    resource: Resource,
    runtime: Handle,
}

impl fmt::Debug for Exporter {
    /// Without the headers, which may hold a key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exporter").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

impl Exporter {
    /// The exporter that the standard variables describe; `None` when they name no collector or switch the export off.
    pub(super) fn from_env(runtime: &Handle) -> Result<Option<Self>, SetupError> {
        Self::from_settings(|name| std::env::var(name).ok().filter(|value| !value.is_empty()), runtime)
    }

    fn from_settings(get: impl Fn(&str) -> Option<String>, runtime: &Handle) -> Result<Option<Self>, SetupError> {
        let specific = |name: &str| {
            get(&format!("OTEL_EXPORTER_OTLP_TRACES_{name}")).or_else(|| get(&format!("OTEL_EXPORTER_OTLP_{name}")))
        };
        let address = get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").or_else(|| {
            get("OTEL_EXPORTER_OTLP_ENDPOINT").map(|base| format!("{}/v1/traces", base.trim_end_matches('/')))
        });
        let off = get("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"))
            || get("OTEL_TRACES_EXPORTER").is_some_and(|value| value == "none");
        let Some(address) = address.filter(|_| !off) else { return Ok(None) };
        if let Some(protocol) = specific("PROTOCOL").filter(|protocol| !protocol.starts_with("http/")) {
            return Err(SetupError::Protocol(protocol));
        }
        let endpoint = address
            .parse::<Uri>()
            .ok()
            .filter(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some())
            .ok_or(SetupError::Endpoint(address))?;
        let mut headers = HeaderMap::new();
        for entry in
            specific("HEADERS").iter().flat_map(|list| list.split(',')).filter(|entry| !entry.trim().is_empty())
        {
            let (name, value) = entry.split_once('=').ok_or(SetupError::Headers)?;
            let name = HeaderName::try_from(name.trim()).map_err(|_| SetupError::Headers)?;
            let mut value = HeaderValue::try_from(value.trim()).map_err(|_| SetupError::Headers)?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));

        let connector = hyper_rustls::HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())
            .map_err(|error| SetupError::Tls(error.to_string()))?
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Some(Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            endpoint,
            headers,
            timeout: specific("TIMEOUT").and_then(|millis| millis.parse().ok()).map_or(TIMEOUT, Duration::from_millis),
            resource: Resource::builder_empty().build(),
            runtime: runtime.clone(),
        }))
    }
}

impl SpanExporter for Exporter {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let body = Bytes::from(encode(&self.resource, &batch).to_string());
        let (client, endpoint, headers) = (self.client.clone(), self.endpoint.clone(), self.headers.clone());
        let timeout = self.timeout;
        let attempts = async move {
            let mut pause = Duration::from_millis(500);
            for attempt in 1.. {
                match send(&client, &endpoint, &headers, body.clone()).await {
                    Ok(()) => break,
                    Err(Failure { retry: true, .. }) if attempt < ATTEMPTS => tokio::time::sleep(pause).await,
                    Err(failure) => return Err(OTelSdkError::InternalFailure(failure.reason)),
                }
                pause *= 2;
            }
            Ok(())
        };
        // The batch processor calls from a thread without a runtime.
        let sent = self.runtime.spawn(async move { tokio::time::timeout(timeout, attempts).await });
        match sent.await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(OTelSdkError::Timeout(self.timeout)),
            Err(_) => Err(OTelSdkError::AlreadyShutdown),
        }
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.resource = resource.clone();
    }
}

struct Failure {
    reason: String,
    retry: bool,
}

async fn send(
    client: &Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    endpoint: &Uri,
    headers: &HeaderMap,
    body: Bytes,
) -> Result<(), Failure> {
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = http::Method::POST;
    *request.uri_mut() = endpoint.clone();
    *request.headers_mut() = headers.clone();
    let response = client.request(request).await.map_err(|error| Failure { reason: error.to_string(), retry: true })?;
    let status = response.status();
    // A body that is read to its end lets the connection serve the next batch.
    let _ = Limited::new(response.into_body(), ANSWER).collect().await;
    if status.is_success() {
        return Ok(());
    }
    let retry = matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    );
    Err(Failure { reason: format!("the collector answers {status}"), retry })
}

/// `ExportTraceServiceRequest` in the JSON encoding: ids in hexadecimal, 64-bit numbers as strings.
fn encode(resource: &Resource, batch: &[SpanData]) -> serde_json::Value {
    let spans: Vec<_> = batch.iter().map(span).collect();
    let attributes: Vec<_> = resource.iter().map(|(key, value)| attribute(key.as_str(), value)).collect();
    json!({
        "resourceSpans": [{
            "resource": { "attributes": attributes },
            "scopeSpans": [{ "scope": { "name": "kronos", "version": env!("CARGO_PKG_VERSION") }, "spans": spans }],
        }],
    })
}

fn span(span: &SpanData) -> serde_json::Value {
    let events: Vec<_> = span
        .events
        .iter()
        .map(|event| {
            json!({
                "timeUnixNano": nanos(event.timestamp),
                "name": event.name,
                "attributes": attributes(&event.attributes),
            })
        })
        .collect();
    let status = match &span.status {
        Status::Unset => json!({}),
        Status::Ok => json!({ "code": 1 }),
        Status::Error { description } => json!({ "code": 2, "message": description }),
    };
    let mut object = json!({
        "traceId": span.span_context.trace_id().to_string(),
        "spanId": span.span_context.span_id().to_string(),
        "name": span.name,
        "kind": kind(&span.span_kind),
        "startTimeUnixNano": nanos(span.start_time),
        "endTimeUnixNano": nanos(span.end_time),
        "attributes": attributes(&span.attributes),
        "events": events,
        "status": status,
        "flags": span.span_context.trace_flags().to_u8(),
    });
    if span.parent_span_id != SpanId::INVALID {
        object["parentSpanId"] = span.parent_span_id.to_string().into();
    }
    object
}

fn kind(kind: &SpanKind) -> u8 {
    match kind {
        SpanKind::Internal => 1,
        SpanKind::Server => 2,
        SpanKind::Client => 3,
        SpanKind::Producer => 4,
        SpanKind::Consumer => 5,
    }
}

fn nanos(time: SystemTime) -> String {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos().to_string()
}

fn attributes(pairs: &[KeyValue]) -> Vec<serde_json::Value> {
    pairs.iter().map(|pair| attribute(pair.key.as_str(), &pair.value)).collect()
}

fn attribute(key: &str, value: &Value) -> serde_json::Value {
    json!({ "key": key, "value": any(value) })
}

fn any(value: &Value) -> serde_json::Value {
    fn list<T: Clone + Into<Value>>(values: &[T]) -> serde_json::Value {
        let values: Vec<_> = values.iter().map(|value| any(&value.clone().into())).collect();
        json!({ "arrayValue": { "values": values } })
    }
    match value {
        Value::Bool(value) => json!({ "boolValue": value }),
        Value::I64(value) => json!({ "intValue": value.to_string() }),
        Value::F64(value) => json!({ "doubleValue": value }),
        Value::Array(Array::Bool(values)) => list(values),
        Value::Array(Array::I64(values)) => list(values),
        Value::Array(Array::F64(values)) => list(values),
        Value::Array(Array::String(values)) => list(values),
        other => json!({ "stringValue": other.as_str() }),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use opentelemetry::trace::{Span, TraceContextExt, Tracer, TracerProvider};
    use opentelemetry_sdk::trace::SdkTracerProvider;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    fn exporter(settings: &[(&str, &str)]) -> Result<Option<Exporter>, SetupError> {
        let settings: BTreeMap<_, _> = settings.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Exporter::from_settings(|name| settings.get(name).cloned(), &Handle::current())
    }

    #[tokio::test]
    async fn the_standard_variables_are_honoured() {
        assert!(exporter(&[]).expect("no settings").is_none());
        let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318/");
        let found = exporter(&[endpoint]).expect("valid settings").expect("an exporter");
        assert_eq!(found.endpoint, "http://collector:4318/v1/traces");
        let traces = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://other/x");
        let found = exporter(&[endpoint, traces]).expect("valid settings").expect("an exporter");
        assert_eq!(found.endpoint, "https://other/x");
        assert!(exporter(&[endpoint, ("OTEL_SDK_DISABLED", "true")]).expect("valid settings").is_none());
        assert!(matches!(exporter(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "collector")]), Err(SetupError::Endpoint(_))));
        assert!(matches!(exporter(&[endpoint, ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")]), Err(SetupError::Protocol(_))));
        assert!(matches!(exporter(&[endpoint, ("OTEL_EXPORTER_OTLP_HEADERS", "x")]), Err(SetupError::Headers)));
        let headers = ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer s3cret, x-a=b");
        let found = exporter(&[endpoint, headers]).expect("valid settings").expect("an exporter");
        assert_eq!(found.headers["x-a"], "b");
        assert!(!format!("{found:?}").contains("s3cret"));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn spans_reach_the_collector() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let collector = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let mut text = String::new();
            let mut buffer = [0; 4096];
            while !text.ends_with("}]}]}") {
                let count = stream.read(&mut buffer).await.expect("bytes");
                text.push_str(std::str::from_utf8(&buffer[..count]).expect("text"));
            }
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await.expect("an answer");
            text
        });

        let exporter = exporter(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &address)]).expect("valid").expect("an exporter");
        let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).build();
        let tracer = provider.tracer("test");
        let parent = tracer.span_builder("parent").with_kind(SpanKind::Server).start(&tracer);
        let context = opentelemetry::Context::new().with_span(parent);
        let mut child = tracer.start_with_context("child", &context);
        child.set_attribute(KeyValue::new("status", 200));
        child.set_status(Status::error("broken"));
        child.end();
        context.span().end();
        tokio::task::spawn_blocking(move || provider.shutdown()).await.expect("no panic").expect("a shutdown");

        let text = collector.await.expect("the collector's request");
        let (head, body) = text.split_once("\r\n\r\n").expect("a request");
        assert!(head.starts_with("POST /v1/traces HTTP/1.1") && head.contains("application/json"), "{head}");
        let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
        let spans = &body["resourceSpans"][0]["scopeSpans"][0]["spans"];
        assert_eq!((&spans[0]["name"], &spans[1]["name"]), (&json!("child"), &json!("parent")));
        assert_eq!(spans[0]["parentSpanId"], spans[1]["spanId"]);
        assert_eq!(spans[0]["traceId"], spans[1]["traceId"]);
        assert_eq!(spans[0]["traceId"].as_str().map(str::len), Some(32));
        assert_eq!(spans[0]["status"], json!({ "code": 2, "message": "broken" }));
        assert_eq!(spans[0]["attributes"], json!([{ "key": "status", "value": { "intValue": "200" } }]));
        assert_eq!(spans[1]["kind"], 2);
        assert!(spans[1].get("parentSpanId").is_none());
    }
}
