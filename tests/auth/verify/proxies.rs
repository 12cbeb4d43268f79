//! `/auth/verify` as the proxies call it that stand in front of other services.

use kronos_tests::{Answer, Engine, Kronos, on_both_engines};
use reqwest::{Method, Version};

/// How a proxy asks about a request.
struct Proxy {
    name: &'static str,
    /// Its own method; none where it keeps that of the request.
    method: Option<Method>,
    version: Version,
    fields: &'static [(&'static str, &'static str)],
}

fn proxies() -> [Proxy; 4] {
    let http11 = Version::HTTP_11;
    [
        // auth_request; it makes subrequests of HTTP/1.0 unless it is told otherwise.
        Proxy {
            name: "nginx",
            method: Some(Method::GET),
            version: Version::HTTP_10,
            fields: &[("x-original-uri", "/reports?x=1"), ("x-original-method", "POST"), ("connection", "close")],
        },
        // forwardAuth
        Proxy {
            name: "Traefik",
            method: Some(Method::GET),
            version: http11,
            fields: &[
                ("x-forwarded-method", "POST"),
                ("x-forwarded-proto", "https"),
                ("x-forwarded-host", "app.example"),
                ("x-forwarded-uri", "/reports?x=1"),
                ("x-forwarded-for", "192.0.2.7"),
            ],
        },
        // forward_auth
        Proxy {
            name: "Caddy",
            method: Some(Method::GET),
            version: http11,
            fields: &[("x-forwarded-method", "POST"), ("x-forwarded-uri", "/reports?x=1"), ("via", "1.1 Caddy")],
        },
        // ext_authz over HTTP, with `path_override`
        Proxy {
            name: "Envoy",
            method: None,
            version: http11,
            fields: &[("x-envoy-internal", "true"), ("content-length", "0")],
        },
    ]
}

impl Proxy {
    /// Asks about a request with this method and these fields.
    async fn ask(&self, kronos: &Kronos, method: Method, fields: &[(&str, &str)]) -> Answer {
        let nobody = kronos.anonymous();
        let mut request = nobody.request(self.method.clone().unwrap_or(method), "/auth/verify").version(self.version);
        for (name, value) in self.fields.iter().chain(fields) {
            request = request.header(*name, *value);
        }
        nobody.send(request).await
    }
}

on_both_engines! {
    /// Whoever has a token passes, by name; who has none, or none of ours, is challenged.
    async fn every_proxy_learns_who_is_there(kronos: Kronos) {
        let token = format!("Bearer {}", kronos.owner().await.token.unwrap());
        for proxy in proxies() {
            for method in [Method::GET, Method::HEAD, Method::POST, Method::DELETE, Method::OPTIONS] {
                let passed = proxy.ask(&kronos, method.clone(), &[("authorization", &token)]).await;
                assert_eq!(passed.status, 200, "{} {method}: {}", proxy.name, passed.text);
                assert!(!passed.header("x-auth-user").is_empty(), "{}", proxy.name);
                let stopped = proxy.ask(&kronos, method.clone(), &[]).await;
                assert_eq!(stopped.status, 401, "{} {method}", proxy.name);
                assert!(stopped.header("www-authenticate").starts_with("Bearer realm="), "{}", proxy.name);
            }
        }
    }

    /// Proxies take 400 for a failure of ours (nginx answers 500 then), so whatever is no token of ours is 401.
    async fn malformed_credentials_are_unauthorized(kronos: Kronos) {
        let token = format!("Bearer {}", kronos.owner().await.token.unwrap());
        let credentials: [&[&str]; 11] = [
            &["Bearer"],
            &["Bearer "],
            &["Bearer ="],
            &["Bearer a b"],
            &["Bearer a,b"],
            &["\"Bearer\" a"],
            &[""],
            &["Basic b3duZXI6c2VjcmV0"],
            &["Unknown abc"],
            &[&token, &token],
            &[&token, "Basic b3duZXI6c2VjcmV0"],
        ];
        for proxy in proxies() {
            for credentials in credentials {
                let fields: Vec<_> = credentials.iter().map(|value| ("authorization", *value)).collect();
                let answer = proxy.ask(&kronos, Method::GET, &fields).await;
                assert_eq!(answer.status, 401, "{} {credentials:?}: {}", proxy.name, answer.text);
                assert!(answer.header("www-authenticate").starts_with("Bearer realm="), "{} {credentials:?}", proxy.name);
            }
        }
        // Everywhere else they are what they are (RFC 6750, section 3.1).
        let nobody = kronos.anonymous();
        let twice = nobody.request(Method::GET, "/api/v1/users/me").header("authorization", &token).header("authorization", &token);
        nobody.send(twice).await.expect_problem(400, "invalid_request");
    }
}

/// A preflight request about which a proxy asks is verified like any other, also where browsers may call ourselves from that origin.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn preflights_are_no_exception() {
    let kronos = Kronos::start_with(Engine::Embedded, |options| {
        options.variables.push(("cors_origins".into(), "https://app.example".into()));
    })
    .await;
    let token = format!("Bearer {}", kronos.owner().await.token.unwrap());
    let preflight = [("origin", "https://app.example"), ("access-control-request-method", "POST")];
    for proxy in proxies() {
        let stopped = proxy.ask(&kronos, Method::OPTIONS, &preflight).await;
        assert_eq!(stopped.status, 401, "{}", proxy.name);
        assert!(stopped.header("www-authenticate").starts_with("Bearer realm="), "{}", proxy.name);
        let with_token = [&preflight[..], &[("authorization", token.as_str())]].concat();
        let passed = proxy.ask(&kronos, Method::OPTIONS, &with_token).await;
        assert_eq!(passed.status, 200, "{}: {}", proxy.name, passed.text);
        for answer in [stopped, passed] {
            assert_eq!(answer.header("access-control-allow-origin"), "", "the service behind the proxy decides that");
            assert_eq!(answer.header("access-control-allow-methods"), "");
        }
    }
    // Our own operations answer theirs.
    let nobody = kronos.anonymous();
    let own = preflight.iter().fold(nobody.request(Method::OPTIONS, "/api/v1/users/me"), |request, (name, value)| {
        request.header(*name, *value)
    });
    let answer = nobody.send(own).await.expect(204);
    assert_eq!(answer.header("access-control-allow-origin"), "https://app.example");
}
