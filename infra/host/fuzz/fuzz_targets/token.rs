//! Tokens have one reading, and none without a signature is accepted.
//!
//! The input is an `authorization` field, or, when its first byte is an exclamation mark, the lines of one: header, claims and
//! signature, which are encoded here.
#![no_main]

#[path = "../../../../components/auth-check/src/claims.rs"]
mod claims;
#[path = "../../../../components/auth-check/src/credentials.rs"]
mod credentials;
#[path = "../../../../components/auth-check/src/json.rs"]
mod json;
#[path = "../../../../components/auth-check/src/keys.rs"]
mod keys;
#[path = "../../../../components/auth-check/src/token.rs"]
mod token;
#[path = "../../../../components/auth-check/src/verify.rs"]
mod verify;

mod bindings {
    wit_bindgen::generate!({ path: "../../../wit/auth", world: "auth-check" });
}

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bindings::exports::kronos::auth::check::{Answer, Issuer, Problem, Question};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use token::Token;

const ISSUER: &str = "https://issuer.example";
/// The public key of RFC 8037, appendix A.2; nobody here signs with it.
const KEYS: &str =
    r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;

fn question(field: &[u8], strict_type: bool, jwks: Option<&str>) -> Question {
    let issuer = Issuer {
        name: ISSUER.into(),
        audience: "kronos".into(),
        algorithms: vec!["EdDSA".into(), "ES256".into()],
        strict_type,
        jwks: jwks.map(Into::into),
    };
    Question { authorization: vec![field.to_vec()], issuers: vec![issuer], now: 1_000, permission: None }
}

/// As a text in which every answer has another spelling.
fn told(answer: &Answer) -> String {
    match answer {
        Answer::Accepted(_) => "accepted".into(),
        Answer::Refused(Problem::Missing) => "missing".into(),
        Answer::Refused(Problem::Malformed) => "malformed".into(),
        Answer::Refused(Problem::Invalid) => "invalid".into(),
        Answer::Refused(Problem::InsufficientScope) => "insufficient".into(),
        Answer::NeedsKeys(issuer) => format!("needs the keys of {issuer}"),
    }
}

fn check_object(bytes: &[u8]) {
    let Some(members) = json::object(bytes) else { return };
    let object = Value::Object(members.clone());
    assert_eq!(
        serde_json::from_slice::<Value>(bytes).ok(),
        Some(object.clone()),
        "another parser reads it differently"
    );
    let printed = serde_json::to_vec(&object).expect("an object");
    assert_eq!(json::object(&printed).map(|members| members.len()), Some(members.len()));
    // A member more of a name that is there already.
    if let Some(name) = members.keys().next() {
        let end = bytes.iter().rposition(|byte| *byte == b'}').expect("the end of the object");
        let repeated = [&bytes[..end], b",", &serde_json::to_vec(name).expect("a string"), b":0}"].concat();
        assert_eq!(json::object(&repeated), None);
    }
}

fn check_token(text: &str) {
    let Some(token) = Token::parse(text) else { return };
    assert_eq!(format!("{}.{}", token.signed, token.signature), text);
    let segments: Vec<_> = text.split('.').collect();
    assert_eq!(segments.len(), 3);
    for segment in &segments {
        let decoded = URL_SAFE_NO_PAD.decode(segment).expect("every segment is encoded");
        assert_eq!(URL_SAFE_NO_PAD.encode(decoded), *segment, "a segment has two spellings");
    }
    let header = URL_SAFE_NO_PAD.decode(segments[0]).expect("the header");
    let header: Value = serde_json::from_slice(&header).expect("the header");
    assert_eq!(header["alg"], token.algorithm);
    assert_eq!(header.get("kid").and_then(Value::as_str), token.key_id.as_deref());
    assert_eq!(header.get("typ").and_then(Value::as_str), token.kind.as_deref());
    assert!(header.get("crit").is_none() && header.get("zip").is_none());
    for other in [format!("{text}="), format!("{text}."), format!(".{text}"), format!("{text} "), format!("{text}\n")] {
        assert!(Token::parse(&other).is_none(), "{other:?}");
    }
}

fuzz_target!(|data: &[u8]| {
    let field = match data.strip_prefix(b"!") {
        None => data.to_vec(),
        Some(lines) => {
            let lines: Vec<_> = lines.split(|byte| *byte == b'\n').collect();
            lines.iter().take(2).for_each(|line| check_object(line));
            let segments: Vec<_> = lines.iter().map(|line| URL_SAFE_NO_PAD.encode(line)).collect();
            format!("Bearer {}", segments.join(".")).into_bytes()
        }
    };
    let text = std::str::from_utf8(&field).ok();
    let fields = [field.clone()];
    let bearer = credentials::bearer(&fields);
    if let Ok(token) = bearer {
        assert!(text.is_some_and(|text| text.ends_with(token)));
        assert!(token.bytes().all(|byte| byte.is_ascii_graphic() && byte != b','));
        check_token(token);
    }
    if let Some(text) = text {
        check_token(text);
    }

    let [lenient, strict] = [false, true].map(|strict| verify::answer(&question(&field, strict, Some(KEYS))));
    assert!(!matches!(lenient, Answer::Accepted(_)) && !matches!(strict, Answer::Accepted(_)), "nobody signed it");
    // What is strict refuses more, never less.
    if matches!(lenient, Answer::Refused(Problem::Invalid)) {
        assert_eq!(told(&strict), "invalid");
    }
    if let Answer::NeedsKeys(issuer) = verify::answer(&question(&field, false, None)) {
        assert_eq!(issuer, ISSUER);
    }
    // The field as a key set: it is fetched from somebody else.
    if let Some(text) = text {
        for (name, id) in [("EdDSA", None), ("ES256", Some("k")), ("RS256", None), ("PS256", Some("k"))] {
            let _any = keys::find(text, name, keys::algorithm(name).expect("a known one"), id);
        }
    }
    let problem = |field: &[u8]| told(&verify::answer(&question(field, true, None)));
    assert_eq!(problem(&field), problem(&field));
});
