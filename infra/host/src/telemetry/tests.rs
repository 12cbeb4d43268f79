//! Spans of requests, and their way to a collector.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Command, Output, Stdio},
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value::Value},
    trace::v1::{Span as ExportedSpan, span::SpanKind},
};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{SpanData, SpanExporter},
};
use prost::Message;

use super::*;

#[derive(Clone, Debug, Default)]
struct Kept(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for Kept {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().expect("no exporter panics").extend(batch);
        Ok(())
    }
}

const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

fn headers() -> HeaderMap {
    HeaderMap::from_iter([(HeaderName::from_static("traceparent"), HeaderValue::from_static(PARENT))])
}

fn span(headers: &mut HeaderMap) -> Span {
    request_span(&Method::GET, &Uri::from_static("/a?b"), headers, &HeaderValue::from_static("r1"))
}

#[test]
fn a_request_continues_the_trace_of_its_client() {
    let exporter = Kept::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    let mut headers = headers();
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
        let span = span(&mut headers);
        record_response(&span, StatusCode::BAD_GATEWAY, "reports");
    });
    let spans = exporter.0.lock().expect("no exporter panics");
    assert_eq!(spans.len(), 1);
    assert_eq!(spans[0].name, "GET /a");
    assert_eq!(spans[0].parent_span_id.to_string(), "b7ad6b7169203331");
    assert_eq!(spans[0].span_context.trace_id().to_string(), "0af7651916cd43dd8448eb211c80319c");
    assert!(matches!(spans[0].status, opentelemetry::trace::Status::Error { .. }));
    let id = spans[0].span_context.span_id();
    assert_eq!(headers["traceparent"], format!("00-0af7651916cd43dd8448eb211c80319c-{id}-01"));
}

#[test]
fn a_span_shows_the_beginning_of_a_long_path() {
    let exporter = Kept::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    let uri: Uri = format!("/{}", "x".repeat(60_000)).parse().expect("a path");
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
        request_span(&Method::GET, &uri, &mut headers(), &HeaderValue::from_static("r1"));
    });
    let spans = exporter.0.lock().expect("no exporter panics");
    assert_eq!(spans[0].name, format!("GET {}", &uri.path()[..SPAN_PATH]));
    assert!(spans[0].attributes.iter().all(|attribute| attribute.value.as_str().len() <= SPAN_PATH));
}

#[test]
fn without_a_collector_a_request_stays_as_it_is() {
    let filter = EnvFilter::new(format!("{TRACE_TARGET}=off,info"));
    let mut headers = headers();
    tracing::subscriber::with_default(tracing_subscriber::registry().with(filter), || {
        assert!(span(&mut headers).is_disabled());
    });
    assert_eq!(headers["traceparent"], PARENT);
}

/// What a collector was sent.
struct Export {
    request_line: String,
    headers: BTreeMap<String, String>,
    body: ExportTraceServiceRequest,
}

impl Export {
    fn read(stream: &TcpStream) -> Self {
        let mut reader = BufReader::new(stream);
        let mut line = || {
            let mut line = String::new();
            reader.read_line(&mut line).expect("a line");
            line.trim_end().to_owned()
        };
        let request_line = line();
        let headers: BTreeMap<String, String> = std::iter::from_fn(|| {
            let line = line();
            line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned()))
        })
        .collect();
        let mut body = vec![0; headers["content-length"].parse().expect("a number")];
        reader.read_exact(&mut body).expect("a body");
        Self { request_line, headers, body: ExportTraceServiceRequest::decode(body.as_slice()).expect("protobuf") }
    }

    fn resource(&self) -> BTreeMap<String, String> {
        attributes(&self.body.resource_spans[0].resource.as_ref().expect("a resource").attributes)
    }

    fn spans(&self) -> &[ExportedSpan] {
        &self.body.resource_spans[0].scope_spans[0].spans
    }
}

fn attributes(pairs: &[KeyValue]) -> BTreeMap<String, String> {
    let text = |pair: &KeyValue| match pair.value.as_ref().and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        other => panic!("{other:?}"),
    };
    pairs.iter().map(|pair| (pair.key.clone(), text(pair))).collect()
}

/// Runs [`a_program_with_a_span`] with `variables`, where `{}` is the address of a collector that gives `answer`.
fn export(variables: &[(&str, &str)], answer: &'static str) -> (Export, Output) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let (sent, received) = mpsc::channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        sent.send(Export::read(&stream)).expect("the test waits");
        stream.write_all(answer.as_bytes()).expect("an answer");
        // The connection stays open until the program closes it.
        let _closed = stream.read(&mut [0]);
    });
    let program = Command::new(std::env::current_exe().expect("this program"))
        .args(["--ignored", "--exact", "telemetry::tests::a_program_with_a_span", "--nocapture"])
        .env_remove("RUST_LOG")
        .envs(variables.iter().map(|(name, value)| (format!("OTEL_{name}"), value.replace("{}", &address))))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("this program again");
    let output = program.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    (received.recv_timeout(Duration::from_secs(10)).expect("an export"), output)
}

/// Variables of a process can only be set from outside, so this is a program of its own.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by the tests below, with the standard variables set"]
async fn a_program_with_a_span() {
    let telemetry = init(LogFormat::Text).expect("valid settings");
    let request = span(&mut headers());
    record_response(&request, StatusCode::BAD_GATEWAY, "reports");
    drop(request);
    telemetry.finish().await;
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

#[test]
fn spans_reach_the_collector_of_the_standard_variables() {
    let (export, output) = export(
        &[
            ("EXPORTER_OTLP_ENDPOINT", "http://{}/collector/"),
            ("EXPORTER_OTLP_HEADERS", "authorization=Bearer%20s3cret, x-tenant=a%2Cb"),
            ("EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("RESOURCE_ATTRIBUTES", "deployment.environment.name=one%20two,service.name=other"),
        ],
        OK,
    );
    assert_eq!(export.request_line, "POST /collector/v1/traces HTTP/1.1");
    let fields = ["content-type", "authorization", "x-tenant"].map(|name| export.headers[name].as_str());
    assert_eq!(fields, ["application/x-protobuf", "Bearer s3cret", "a,b"]);
    let resource = export.resource();
    let attributes_of_process =
        ["service.name", "service.version", "deployment.environment.name"].map(|name| resource[name].as_str());
    assert_eq!(attributes_of_process, ["other", env!("CARGO_PKG_VERSION"), "one two"]);
    let [span] = export.spans() else { panic!("{:?}", export.body) };
    assert_eq!((span.name.as_str(), span.kind()), ("GET /a", SpanKind::Server));
    assert_eq!(span.parent_span_id, [0xb7, 0xad, 0x6b, 0x71, 0x69, 0x20, 0x33, 0x31]);
    assert!(span.end_time_unix_nano >= span.start_time_unix_nano && span.start_time_unix_nano > 0);
    let status = span.status.as_ref().expect("a status");
    assert_eq!(status.code(), opentelemetry_proto::tonic::trace::v1::status::StatusCode::Error);
    let shown = attributes(&span.attributes);
    let names =
        ["http.request.method", "url.path", "http.response.status_code", "kronos.component", "kronos.request_id"];
    assert_eq!(names.map(|name| shown[name].as_str()), ["GET", "/a", "502", "reports", "r1"]);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "nothing to complain of");
}

#[test]
fn what_is_said_of_traces_wins_over_what_is_said_of_everything() {
    let (export, _) = export(
        &[
            ("EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1"),
            ("EXPORTER_OTLP_TRACES_ENDPOINT", "http://{}/exactly/here"),
            ("EXPORTER_OTLP_HEADERS", "x-key=all"),
            ("EXPORTER_OTLP_TRACES_HEADERS", "x-key=traces"),
            ("RESOURCE_ATTRIBUTES", "service.name=other"),
            ("SERVICE_NAME", "mine"),
        ],
        OK,
    );
    assert_eq!(export.request_line, "POST /exactly/here HTTP/1.1");
    assert_eq!(export.headers["x-key"], "traces");
    assert_eq!(export.resource()["service.name"], "mine");
}

#[test]
fn a_failed_export_is_said() {
    let refused = "HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n";
    let (export, output) = export(&[("EXPORTER_OTLP_ENDPOINT", "http://{}")], refused);
    assert_eq!(export.resource()["service.name"], "kronos");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("status code: 401"), "{said}");
    // A collector that takes the spans and says nothing is given up.
    let (_, output) = self::export(
        &[("EXPORTER_OTLP_ENDPOINT", "http://{}"), ("EXPORTER_OTLP_TIMEOUT", "50")],
        "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n",
    );
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("HTTP export failed"), "{said}");
}
