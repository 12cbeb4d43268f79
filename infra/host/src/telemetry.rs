//! Logs and traces: one line per request and component message on standard error, and spans to an OpenTelemetry collector
//! when `OTEL_EXPORTER_OTLP_ENDPOINT` names one.

use std::io::IsTerminal;

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use opentelemetry::{
    propagation::{Extractor, Injector, TextMapPropagator},
    trace::TracerProvider,
};
use opentelemetry_sdk::{propagation::TraceContextPropagator, trace::SdkTracerProvider};
use tracing::{Span, field::Empty};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::{EnvFilter, Layer, filter::Targets, fmt, layer::SubscriberExt, util::SubscriberInitExt};

mod format;
mod otlp;
#[cfg(test)]
mod tests;
mod writer;

use writer::Writer;

/// Target of the spans that are exported; without a collector they cost nothing because nobody listens to it.
pub const TRACE_TARGET: &str = "kronos::trace";

/// Target of the one event per request, with the fields `method`, `path`, `status`, `duration_us`, `component` and
/// `request_id`.
pub const REQUEST_TARGET: &str = "kronos::request";

/// Target of what a component says and of what happens to it, with the field `component`.
pub const COMPONENT_TARGET: &str = "kronos::component";

/// Bytes of a path that a span shows: thousands of spans wait for the collector, and a path may have 64 KiB.
const SPAN_PATH: usize = 1024;

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// Logs and traces of this process; [`Telemetry::finish`] sends what is still waiting.
#[derive(Debug)]
pub struct Telemetry {
    writer: Writer,
    traces: Option<SdkTracerProvider>,
}

/// Why telemetry could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// `RUST_LOG` is malformed.
    #[error("RUST_LOG cannot be used: {0}")]
    Filter(String),
    /// The collector's settings cannot be used.
    #[error("OpenTelemetry cannot be set up: {0}")]
    Export(#[from] otlp::SetupError),
    /// The process has a subscriber already.
    #[error("logging is already set up")]
    Twice,
}

/// Starts logging and, when a collector is configured, the export of traces. To be called once, in a Tokio runtime.
pub fn init(format: LogFormat) -> Result<Telemetry, TelemetryError> {
    let writer = Writer::start(std::io::stderr());
    let filter = match std::env::var("RUST_LOG") {
        Ok(directives) if !directives.trim().is_empty() => directives,
        _ => "info".into(),
    };
    let filter = EnvFilter::try_new(format!("{TRACE_TARGET}=off,{filter}"))
        .map_err(|error| TelemetryError::Filter(error.to_string()))?;
    let lines = match format {
        LogFormat::Text => {
            let colours =
                std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|no| no.is_empty());
            fmt::layer().event_format(format::Terminal { colours }).with_writer(writer.clone()).boxed()
        }
        LogFormat::Json => fmt::layer()
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .with_writer(writer.clone())
            .boxed(),
    };

    let traces = otlp::exporter(tokio::runtime::Handle::current())?.map(|exporter| {
        SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(otlp::resource()).build()
    });
    let spans = traces.as_ref().map(|provider| {
        tracing_opentelemetry::layer()
            .with_tracer(provider.tracer("kronos"))
            .with_location(false)
            .with_threads(false)
            .with_filter(Targets::new().with_target(TRACE_TARGET, tracing::Level::INFO))
    });

    tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        .with(spans)
        .try_init()
        .map_err(|_| TelemetryError::Twice)?;
    Ok(Telemetry { writer, traces })
}

impl Telemetry {
    /// Sends the spans and writes the lines that wait.
    pub async fn finish(self) {
        if let Some(traces) = self.traces {
            // The exporter waits for the runtime, which must go on meanwhile.
            let _ended = tokio::task::spawn_blocking(move || traces.shutdown()).await;
        }
        self.writer.flush();
    }
}

/// A span for one request: a part of the trace that its `traceparent` names, whose place the span takes there, so that what
/// the component sends on belongs to the trace. Without a collector it is disabled and the request stays as it is.
pub fn request_span(method: &Method, uri: &Uri, headers: &mut HeaderMap, request_id: &HeaderValue) -> Span {
    let path = &uri.path()[..uri.path().floor_char_boundary(SPAN_PATH)];
    let span = tracing::info_span!(
        target: TRACE_TARGET,
        "request",
        otel.name = Empty,
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method.as_str(),
        url.path = path,
        http.response.status_code = Empty,
        kronos.component = Empty,
        kronos.request_id = request_id.to_str().unwrap_or_default(),
    );
    if !span.is_disabled() {
        span.record("otel.name", format!("{method} {path}"));
        let propagator = TraceContextPropagator::new();
        // Refused for a span that has begun, which this one has not.
        let _ = span.set_parent(propagator.extract(&Fields(headers)));
        propagator.inject_context(&span.context(), &mut FieldsMut(headers));
    }
    span
}

/// Adds to a request's span how it ended.
pub fn record_response(span: &Span, status: StatusCode, component: &str) {
    span.record("http.response.status_code", status.as_u16());
    span.record("kronos.component", component);
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
}

/// A span for one message of a Redis trigger.
pub fn message_span(component: &str) -> Span {
    tracing::info_span!(
        target: TRACE_TARGET,
        "message",
        otel.name = component,
        otel.kind = "consumer",
        kronos.component = component
    )
}

struct Fields<'a>(&'a HeaderMap);

impl Extractor for Fields<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

struct FieldsMut<'a>(&'a mut HeaderMap);

impl Injector for FieldsMut<'_> {
    fn set(&mut self, key: &str, value: String) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(key), HeaderValue::try_from(value)) {
            self.0.insert(name, value);
        }
    }
}
