//! Tokens of issuers other than ourselves: `identity` fetches their keys, for all components, and keeps the last good ones.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use kronos_tests::{Actor, Engine, Kronos, needs};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

/// Less than half of what an issuer that hangs would cost.
const SOON: Duration = Duration::from_secs(2);
const WHO: &str = "/api/v1/users/me/memberships";
const KEYS: &str = "/.well-known/jwks.json?issuer=";

/// An Ed25519 key: tests 1 and 2 of RFC 8032, section 7.1.
#[derive(Clone, Copy)]
struct Key {
    kid: &'static str,
    seed: [u8; 32],
    public: &'static str,
}

const FIRST: Key = Key {
    kid: "first",
    seed: hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"),
    public: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
};
const SECOND: Key = Key {
    kid: "second",
    seed: hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"),
    public: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
};

const fn hex(text: &str) -> [u8; 32] {
    const fn digit(byte: u8) -> u8 {
        if byte.is_ascii_digit() { byte - b'0' } else { byte - b'a' + 10 }
    }
    let text = text.as_bytes();
    let mut bytes = [0; 32];
    let mut at = 0;
    while at < 32 {
        bytes[at] = digit(text[2 * at]) * 16 + digit(text[2 * at + 1]);
        at += 1;
    }
    bytes
}

/// A server with a key set. It can hang: it accepts, reads and says nothing.
struct Issuer {
    name: String,
    origin: String,
    state: Arc<State>,
    serving: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct State {
    hangs: AtomicBool,
    asked: AtomicUsize,
    jwks: Mutex<String>,
}

impl Issuer {
    async fn start(name: &str, keys: &[Key]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::<State>::default();
        let serving = tokio::spawn(serve(listener, state.clone()));
        let issuer = Self { name: name.into(), origin, state, serving };
        issuer.publish(keys);
        issuer
    }

    fn publish(&self, keys: &[Key]) {
        let key = |key: &Key| {
            let x = BASE64_URL_SAFE_NO_PAD.encode(hex(key.public));
            json!({ "kty": "OKP", "crv": "Ed25519", "kid": key.kid, "alg": "EdDSA", "use": "sig", "x": x })
        };
        let keys: Vec<Value> = keys.iter().map(key).collect();
        *self.state.jwks.lock().unwrap() = json!({ "keys": keys }).to_string();
    }

    fn hang(&self, hangs: bool) {
        self.state.hangs.store(hangs, SeqCst);
    }

    fn asked(&self) -> usize {
        self.state.asked.load(SeqCst)
    }

    /// Its entry in the variable `trusted_issuers`.
    fn entry(&self) -> Value {
        json!({
            "issuer": self.name, "jwks_uri": format!("{}/jwks", self.origin), "audience": "http://kronos.test",
            "algorithms": ["EdDSA"], "subject": "user_id",
        })
    }

    fn token(&self, key: Key, user: &str) -> String {
        let now = jsonwebtoken::get_current_timestamp();
        let claims = json!({
            "iss": self.name, "aud": "http://kronos.test", "sub": user, "client_id": "elsewhere",
            "iat": now, "exp": now + 600, "jti": uuid::Uuid::now_v7(), "scope": "api",
        });
        let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::EdDSA);
        header.typ = Some("at+jwt".into());
        header.kid = Some(key.kid.into());
        // PKCS #8 of an Ed25519 seed (RFC 8410, section 7).
        let mut der = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20".to_vec();
        der.extend(key.seed);
        jsonwebtoken::encode(&header, &claims, &jsonwebtoken::EncodingKey::from_ed_der(&der)).unwrap()
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(listener: TcpListener, state: Arc<State>) {
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        let state = state.clone();
        tokio::spawn(async move {
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                if stream.read_buf(&mut request).await.unwrap_or(0) == 0 {
                    return;
                }
            }
            state.asked.fetch_add(1, SeqCst);
            if state.hangs.load(SeqCst) {
                std::future::pending::<()>().await;
            }
            let body = state.jwks.lock().unwrap().clone();
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            let _gone = stream.write_all(format!("{head}{body}").as_bytes()).await;
        });
    }
}

/// Kronos, which trusts `issuers`, with a new instance for every request, and the id of its owner.
async fn trusting(engine: Engine, issuers: &[&Issuer]) -> (Kronos, String) {
    let entries: Vec<Value> = issuers.iter().map(|issuer| issuer.entry()).collect();
    let origins = ["trusted_issuer_origin", "trusted_issuer_origin_2"];
    let origins = origins.into_iter().zip(issuers).map(|(name, issuer)| (name.to_owned(), issuer.origin.clone()));
    let kronos = Kronos::start_with(engine, |options| {
        options.variables.push(("trusted_issuers".into(), Value::from(entries).to_string()));
        options.variables.extend(origins);
        options.limits.instance_reuse = Some(1);
    })
    .await;
    let user = kronos.owner().await.get("/api/v1/users/me").await.expect(200).string("/data/id");
    (kronos, user)
}

fn bearer(kronos: &Kronos, token: &str) -> Actor {
    let mut actor = kronos.anonymous();
    actor.token = Some(token.to_owned());
    actor
}

/// Waits until the keys of `count` issuers are kept that were fetched just now.
async fn are_kept(kronos: &Kronos, count: i64) {
    let deadline = Instant::now() + Duration::from_secs(10);
    let since = (jsonwebtoken::get_current_timestamp() - 30) * 1_000_000;
    let kept = format!("SELECT count(*) FROM identity.issuer_keys WHERE fetched_at > {since}");
    while kronos.number(&kept).await != count {
        assert!(Instant::now() < deadline, "the keys were never kept");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Makes the kept key sets older.
async fn age(kronos: &Kronos, time: Duration) {
    kronos.sql(&format!("UPDATE identity.issuer_keys SET fetched_at = fetched_at - {}", time.as_micros())).await;
}

/// One fetch serves every component and every instance.
async fn an_issuer_is_asked_once(engine: Engine) {
    let issuer = Issuer::start("https://id.example", &[FIRST]).await;
    let (kronos, user) = trusting(engine, &[&issuer]).await;
    let owner = kronos.owner().await;
    let foreign = bearer(&kronos, &issuer.token(FIRST, &user));
    foreign.get(WHO).await.expect(200);
    are_kept(&kronos, 1).await;
    for path in ["/auth/verify".to_owned(), owner.path("/time-entries"), WHO.to_owned()] {
        foreign.get(&path).await.expect(200);
    }
    assert_eq!(issuer.asked(), 1);

    let nobody = kronos.anonymous();
    let keys = nobody.get(&format!("{KEYS}https://id.example")).await.expect(200);
    assert_eq!(keys.string("/keys/0/kid"), "first");
    nobody.get(&format!("{KEYS}https://other.example")).await.expect_problem(404, "not_found");
    let own = nobody.get(&format!("{KEYS}http://kronos.test")).await.expect(200);
    assert_eq!(own.body, nobody.get("/.well-known/jwks.json").await.expect(200).body);
}

/// An issuer that hangs costs nobody anything whose key is known: not when its keys are due, and not after a restart.
async fn known_keys_outlast_an_issuer_that_hangs(engine: Engine) {
    let issuer = Issuer::start("https://id.example", &[FIRST]).await;
    let (mut kronos, user) = trusting(engine, &[&issuer]).await;
    let known = issuer.token(FIRST, &user);
    bearer(&kronos, &known).get(WHO).await.expect(200);
    are_kept(&kronos, 1).await;

    issuer.hang(true);
    age(&kronos, Duration::from_hours(1)).await;
    for restarts in 0..2 {
        for _ in 0..3 {
            let start = Instant::now();
            bearer(&kronos, &known).get(WHO).await.expect(200);
            assert!(start.elapsed() < SOON, "{:?} after {restarts} restarts", start.elapsed());
        }
        kronos.restart().await;
    }
    assert!(issuer.asked() > 1, "nobody tried to fetch the keys again");

    // Of another key nobody can say whether it is the issuer's.
    let start = Instant::now();
    let unknown = bearer(&kronos, &issuer.token(SECOND, &user)).get(WHO).await.expect_problem(503, "unavailable");
    assert!(!unknown.header("retry-after").is_empty());
    assert!(start.elapsed() < 2 * SOON, "{:?}", start.elapsed());

    // After a day they count no more.
    age(&kronos, Duration::from_hours(24)).await;
    bearer(&kronos, &known).get(WHO).await.expect_problem(503, "unavailable");

    issuer.publish(&[SECOND]);
    issuer.hang(false);
    bearer(&kronos, &issuer.token(SECOND, &user)).get(WHO).await.expect(200);
    bearer(&kronos, &known).get(WHO).await.expect_problem(401, "invalid_token");
}

/// A new key is fetched when its first token comes, though the old set is still young; a key that was removed counts no more.
async fn keys_rotate(engine: Engine) {
    let issuer = Issuer::start("https://id.example", &[FIRST]).await;
    let (kronos, user) = trusting(engine, &[&issuer]).await;
    bearer(&kronos, &issuer.token(FIRST, &user)).get(WHO).await.expect(200);
    are_kept(&kronos, 1).await;
    issuer.publish(&[FIRST, SECOND]);
    age(&kronos, Duration::from_mins(1)).await;
    bearer(&kronos, &issuer.token(SECOND, &user)).get(WHO).await.expect(200);
    bearer(&kronos, &issuer.token(FIRST, &user)).get(WHO).await.expect(200);
    are_kept(&kronos, 1).await;
    issuer.publish(&[SECOND]);
    // Just now it was asked: who makes up keys does not make it be asked again.
    let asked = issuer.asked();
    for _ in 0..5 {
        bearer(&kronos, &issuer.token(Key { kid: "made up", ..FIRST }, &user))
            .get(WHO)
            .await
            .expect_problem(401, "invalid_token");
    }
    assert_eq!(issuer.asked(), asked);
    age(&kronos, Duration::from_mins(6)).await;
    bearer(&kronos, &issuer.token(FIRST, &user)).get(WHO).await.expect_problem(401, "invalid_token");
}

/// Several issuers on different hosts are trusted, each with its own keys.
async fn issuers_are_several(engine: Engine) {
    let one = Issuer::start("https://one.example", &[FIRST]).await;
    let other = Issuer::start("https://other.example", &[SECOND]).await;
    let (kronos, user) = trusting(engine, &[&one, &other]).await;
    bearer(&kronos, &one.token(FIRST, &user)).get(WHO).await.expect(200);
    bearer(&kronos, &other.token(SECOND, &user)).get(WHO).await.expect(200);
    are_kept(&kronos, 2).await;
    bearer(&kronos, &one.token(SECOND, &user)).get(WHO).await.expect_problem(401, "invalid_token");
    bearer(&kronos, &other.token(FIRST, &user)).get(WHO).await.expect_problem(401, "invalid_token");
    // One that hangs does not hold up the other.
    one.hang(true);
    age(&kronos, Duration::from_hours(1)).await;
    let start = Instant::now();
    bearer(&kronos, &other.token(SECOND, &user)).get(WHO).await.expect(200);
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
}

macro_rules! on_both {
    ($($name:ident),*) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name(super::Engine::Embedded).await;
            }

            #[super::needs(postgres, redis)]
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$name(super::Engine::Servers).await;
            }
        }
    )*};
}

on_both!(an_issuer_is_asked_once, known_keys_outlast_an_issuer_that_hangs, keys_rotate, issuers_are_several);
