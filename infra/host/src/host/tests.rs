//! A host in the process, serving the component `tests/guest`.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{Host, Limits, Options, StartError};

/// The guest, or `None` and a line that says what to do when nobody has built it.
pub(super) fn guest() -> Option<PathBuf> {
    built("test_guest")
}

fn built(name: &str) -> Option<PathBuf> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/wasm32-wasip2/release").join(format!("{name}.wasm"));
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} is not built", path.display());
    None
}

pub(super) struct Site {
    pub(super) host: Host,
    _directory: tempfile::TempDir,
}

impl Site {
    async fn start(limits: Limits) -> Option<Self> {
        Self::with(|options| options.limits = limits).await
    }

    /// A host whose options `change` has changed.
    pub(super) async fn with(change: impl FnOnce(&mut Options)) -> Option<Self> {
        let directory = tempfile::tempdir().expect("a temporary folder");
        let mut options = options(directory.path(), &guest()?);
        change(&mut options);
        let host = Host::start(options).await.expect("the host starts");
        Some(Self { host, _directory: directory })
    }

    /// Sends `head` and `body` over a connection of its own; answers all of what comes back until the end.
    async fn raw(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.host.address()).await.expect("connected");
        stream.write_all(request.as_bytes()).await.expect("written");
        let mut response = Vec::new();
        stream.read_to_end(&mut response).await.expect("read");
        String::from_utf8_lossy(&response).into_owned()
    }

    pub(super) async fn get(&self, path: &str) -> String {
        self.raw(&format!("GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")).await
    }
}

fn options(directory: &Path, guest: &Path) -> Options {
    let manifest = directory.join("spin.toml");
    let component = |id: &str, grants: &str| {
        format!(
            "[component.{id}]\nsource = {guest:?}\nallowed_outbound_hosts = [{grants}]\nenvironment = {{ A = \"b\" }}\n"
        )
    };
    let text = format!(
        r#"
        spin_manifest_version = 2
        [application]
        name = "test"
        version = "1.2.3"
        [application.trigger.redis]
        address = "{{{{ redis_url }}}}"
        [variables]
        redis_url = {{ default = "redis://embedded" }}
        [[trigger.redis]]
        channel = "kronos.outbox"
        component = "listener"
        [[trigger.http]]
        route = "/guest/..."
        component = "guest"
        [[trigger.http]]
        route = {{ private = true }}
        component = "other"
        [[trigger.http]]
        route = "/o/:organization/..."
        component = "guest"
        [[trigger.http]]
        route = "/robots.txt"
        static_response = {{ status_code = 200, headers = {{ content-type = "text/plain" }}, body = "none" }}
        {}{}{}"#,
        component(
            "guest",
            r#""http://other.spin.internal", "http://missing.spin.internal", "http://guest.spin.internal", "http://self", "redis://embedded:6379""#
        ),
        component("other", ""),
        component("listener", r#""redis://embedded:6379""#)
    );
    std::fs::write(&manifest, text).expect("the manifest is written");
    let mut options = Options::new(manifest);
    options.listen = ([127, 0, 0, 1], 0).into();
    options.tick = None;
    options.cache_dir = Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/kronos-test-cache"));
    options
}

pub(super) fn body(response: &str) -> &str {
    response.split_once("\r\n\r\n").map_or("", |(_, body)| body)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_answers() {
    let Some(site) = Site::start(Limits::default()).await else { return };
    let response = site.get("/guest/hello").await;
    assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
    assert!(response.contains("content-length: 5\r\n"), "small bodies are sent whole: {response}");
    assert_eq!(body(&response), "hello");
    assert!(site.get("/.well-known/spin/health").await.ends_with("OK"));
    assert!(site.get("/.well-known/spin/info").await.ends_with(r#"{"name":"test","version":"1.2.3"}"#));
    assert!(site.get("/robots.txt").await.ends_with("none"));
    assert!(site.get("/nothing").await.starts_with("HTTP/1.1 404"));
    assert!(site.raw("GET /guest/hello HTTP/1.1\r\nConnection: close\r\n\r\n").await.starts_with("HTTP/1.1 400"));
    assert!(site.host.stop().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn head_and_small_body_are_one_segment() {
    let Some(site) = Site::start(Limits::default()).await else { return };
    let mut stream = TcpStream::connect(site.host.address()).await.expect("connected");
    // The first request makes the instance.
    for _ in 0..20 {
        stream.write_all(b"GET /guest/hello HTTP/1.1\r\nHost: test\r\n\r\n").await.expect("written");
        let mut buffer = [0; 4096];
        let read = stream.read(&mut buffer).await.expect("read");
        assert!(String::from_utf8_lossy(&buffer[..read]).ends_with("\r\n\r\nhello"), "one read has all of it");
    }
    drop(stream);
    site.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_learns_its_route_and_clients_cannot_forge_it() {
    let Some(site) = Site::start(Limits::default()).await else { return };
    let response = site
        .raw(
            "GET /o/7/headers?x HTTP/1.1\r\nHost: test\r\nConnection: close\r\nspin-client-addr: 1.1.1.1:1\r\n\
             X-Kronos-User: admin\r\nspin-anything: 1\r\n\r\n",
        )
        .await;
    let body = body(&response);
    for line in [
        "host: test\n",
        "spin-base-path: /\n",
        "spin-component-route: /o/:organization\n",
        "spin-full-url: http://test/o/7/headers?x\n",
        "spin-path-info: /headers\n",
        "spin-path-match-organization: 7\n",
        "spin-raw-component-route: /o/:organization/...\n",
        "x-request-id: ",
    ] {
        assert!(body.contains(line), "{line} in {body}");
    }
    for forged in ["1.1.1.1", "x-kronos", "spin-anything", "connection:"] {
        assert!(!body.contains(forged), "{forged} in {body}");
    }
    site.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trap_is_a_problem_and_disturbs_nobody() {
    let Some(site) = Site::start(Limits::default()).await else { return };
    let response = site.get("/guest/trap").await;
    assert!(response.starts_with("HTTP/1.1 500"), "{response}");
    assert!(response.contains("content-type: application/problem+json"), "{response}");
    assert!(response.contains("x-request-id: "), "{response}");
    assert_eq!(body(&site.get("/guest/hello").await), "hello");
    site.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn computing_without_end_is_stopped_and_others_go_on() {
    let limits = Limits { cpu_deadline: Duration::from_millis(500), ..Limits::default() };
    let Some(site) = Site::start(limits).await else { return };
    assert_eq!(body(&site.get("/guest/hello").await), "hello");
    let start = Instant::now();
    let (stopped, others) = tokio::join!(site.get("/guest/spin"), async {
        let mut slowest = Duration::ZERO;
        for _ in 0..10 {
            let start = Instant::now();
            assert_eq!(body(&site.get("/guest/hello").await), "hello");
            slowest = slowest.max(start.elapsed());
        }
        slowest
    });
    assert!(stopped.starts_with("HTTP/1.1 500"), "{stopped}");
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert!(others < Duration::from_millis(400), "{others:?}");
    site.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_without_end_is_504() {
    let limits = Limits { request_timeout: Duration::from_millis(200), ..Limits::default() };
    let Some(site) = Site::start(limits).await else { return };
    assert!(site.get("/guest/sleep?60000").await.starts_with("HTTP/1.1 504"));
    assert_eq!(body(&site.get("/guest/hello").await), "hello");
    site.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_is_bounded() {
    let limits = Limits { instance_memory: 16 << 20, ..Limits::default() };
    let Some(site) = Site::start(limits).await else { return };
    assert_eq!(body(&site.get("/guest/allocate?4").await), "4");
    assert!(site.get("/guest/allocate?100").await.starts_with("HTTP/1.1 500"));
    assert_eq!(body(&site.get("/guest/hello").await), "hello");
    site.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_are_capped_however_they_are_framed() {
    let limits = Limits { request_body: 8, ..Limits::default() };
    let Some(site) = Site::start(limits).await else { return };
    let post = |framing: &str, body: &str| {
        format!("POST /guest/echo HTTP/1.1\r\nHost: test\r\nConnection: close\r\n{framing}\r\n\r\n{body}")
    };
    let response = site.raw(&post("Content-Length: 8", "12345678")).await;
    assert_eq!(body(&response), "12345678");
    let response = site.raw(&post("Transfer-Encoding: chunked", "8\r\n12345678\r\n0\r\n\r\n")).await;
    assert_eq!(body(&response), "12345678");
    let response = site.raw(&post("Content-Length: 9", "123456789")).await;
    assert!(response.starts_with("HTTP/1.1 413"), "{response}");
    let response = site.raw(&post("Transfer-Encoding: chunked", "9\r\n123456789\r\n0\r\n\r\n")).await;
    assert!(response.starts_with("HTTP/1.1 413"), "{response}");
    site.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_are_told_to_come_back() {
    let limits = Limits { concurrent_requests: 1, ..Limits::default() };
    let Some(site) = Site::start(limits).await else { return };
    let (slow, refused) = tokio::join!(site.get("/guest/sleep?500"), async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        site.get("/guest/hello").await
    });
    assert!(slow.starts_with("HTTP/1.1 200"), "{slow}");
    assert!(refused.starts_with("HTTP/1.1 503") && refused.contains("retry-after: 1"), "{refused}");
    assert_eq!(body(&site.get("/guest/hello").await), "hello");
    site.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn components_call_each_other_as_far_as_they_are_granted() {
    let Some(site) = Site::start(Limits::default()).await else { return };
    let called = site.get("/guest/fetch?http://other.spin.internal/headers?a=b").await;
    assert!(body(&called).contains("spin-client-addr: 0.0.0.0:0\n"), "{called}");
    assert!(body(&called).contains("spin-path-info: /headers\n"), "{called}");
    let missing = site.get("/guest/fetch?http://missing.spin.internal/").await;
    assert!(missing.starts_with("HTTP/1.1 502") && missing.contains("DestinationNotFound"), "{missing}");
    let denied = site.get("/guest/fetch?http://third.spin.internal/").await;
    assert!(denied.contains("HttpRequestDenied"), "{denied}");
    let denied = site.get("/guest/fetch?http://127.0.0.1:1/").await;
    assert!(denied.contains("HttpRequestDenied"), "{denied}");
    assert_eq!(body(&site.get("/guest/fetch?http://self.alt/guest/hello").await), "hello");
    let nested = "http://guest.spin.internal/fetch?".repeat(3) + "http://guest.spin.internal/hello";
    assert_eq!(body(&site.get(&format!("/guest/fetch?{nested}")).await), "hello");
    let endless = "http://guest.spin.internal/fetch?".repeat(30) + "http://guest.spin.internal/hello";
    let endless = site.get(&format!("/guest/fetch?{endless}")).await;
    assert!(endless.contains("LoopDetected"), "{endless}");
    site.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn private_addresses_are_reached_only_by_name() {
    let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = server.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = server.accept().await {
            let mut buffer = [0; 4096];
            let read = stream.read(&mut buffer).await.expect("read");
            let request = String::from_utf8_lossy(&buffer[..read]);
            assert!(request.to_ascii_lowercase().contains(&format!("host: 127.0.0.1:{port}\r\n")), "{request}");
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nthere").await.expect("written");
        }
    });
    for (grant, reached) in [(format!("http://127.0.0.1:{port}"), true), (format!("http://*:{port}"), false)] {
        let site = Site::with(|options| {
            let text = std::fs::read_to_string(&options.manifest).expect("the manifest");
            std::fs::write(&options.manifest, text.replace("http://other.spin.internal", &grant)).expect("written");
            let config = options.manifest.with_file_name("runtime-config.toml");
            std::fs::write(config, "[outbound_networking]\nblock_networks = [\"private\"]\n").expect("written");
        });
        let Some(site) = site.await else { return };
        let response = site.get(&format!("/guest/fetch?http://127.0.0.1:{port}/")).await;
        if reached {
            assert_eq!(body(&response), "there", "{response}");
        } else {
            assert!(response.contains("DestinationIpProhibited"), "{response}");
            let response = site.get(&format!("/guest/fetch?http://localhost:{port}/")).await;
            assert!(response.contains("DestinationIpProhibited"), "{response}");
        }
        site.host.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_events_comes_as_it_is_made() {
    let Some(site) = Site::start(Limits::default()).await else { return };
    let mut stream = TcpStream::connect(site.host.address()).await.expect("connected");
    stream
        .write_all(b"GET /guest/stream?300 HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
        .await
        .expect("written");
    let start = Instant::now();
    let mut seen = String::new();
    let mut buffer = [0; 4096];
    while !seen.contains("data: 0") {
        let read = stream.read(&mut buffer).await.expect("read");
        seen.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
    assert!(start.elapsed() < Duration::from_millis(300), "{:?}", start.elapsed());
    let mut rest = String::new();
    stream.read_to_string(&mut rest).await.expect("read");
    assert!(rest.contains("data: 2"), "{rest}");
    site.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_lets_requests_finish() {
    let Some(site) = Site::start(Limits::default()).await else { return };
    let address = site.host.address();
    let slow = tokio::spawn(async move {
        let mut stream = TcpStream::connect(address).await.expect("connected");
        stream.write_all(b"GET /guest/sleep?500 HTTP/1.1\r\nHost: test\r\n\r\n").await.expect("written");
        let mut response = String::new();
        stream.read_to_string(&mut response).await.expect("read");
        response
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(site.host.stop().await, "everything finished");
    assert!(slow.await.expect("no panic").ends_with("slept"));
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn guests_have_their_own_environment_alone() {
    let Some(site) = Site::start(Limits::default()).await else { return };
    assert_eq!(body(&site.get("/guest/environment").await), "A=b\n");
    site.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_that_cannot_run_says_why() {
    let Some(guest) = guest() else { return };
    let directory = tempfile::tempdir().expect("a temporary folder");
    let mut options = options(directory.path(), &guest);
    let start = |options: Options| async { Host::start(options).await.err() };
    let library = directory.path().join("empty.wasm");
    std::fs::write(&library, b"not wasm").expect("written");
    let text = std::fs::read_to_string(&options.manifest).expect("the manifest");
    std::fs::write(&options.manifest, text.replace(&format!("{guest:?}"), &format!("{library:?}"))).expect("written");
    assert!(matches!(start(options.clone()).await, Some(StartError::Load(_))));
    options.manifest = directory.path().join("missing.toml");
    assert!(matches!(start(options).await, Some(StartError::Manifest(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_is_composed_with_its_dependencies() {
    let (Some(component), Some(gateway), Some(check)) = (built("forward_auth"), built("gateway"), built("auth_check"))
    else {
        return;
    };
    let site = Site::with(|options| {
        let text = format!(
            r#"
            spin_manifest_version = 2
            [application]
            name = "test"
            [[trigger.http]]
            route = "/auth/verify"
            component = "forward-auth"
            [component.gateway]
            source = {gateway:?}
            [component.auth-check]
            source = {check:?}
            [component.forward-auth]
            source = {component:?}
            variables = {{ public_url = "http://test", trusted_issuers = "[]", cors_origins = "" }}
            [component.forward-auth.dependencies]
            "kronos:gateway/policy@0.1.0" = {{ component = "gateway" }}
            "kronos:auth/check@0.1.0" = {{ component = "auth-check" }}
            "#
        );
        std::fs::write(&options.manifest, text).expect("the manifest is written");
    })
    .await;
    let Some(site) = site else { return };
    let response = site.get("/auth/verify").await;
    assert!(response.starts_with("HTTP/1.1 401"), "{response}");
    site.host.stop().await;
}
