use serde_json::{Value, json};

use super::fixtures::{
    AUDIENCE, ISSUER, NOW, Verdict, accepted, ask, claims, ed25519, good, header, judge, judge_claims, sign_text,
    trusting, verdict, with, without,
};

fn all_are(verdict: Verdict, member: &str, values: impl IntoIterator<Item = Value>) {
    for value in values {
        assert_eq!(judge_claims(&with(claims(), member, value.clone())), verdict, "{member}: {value}");
    }
}

/// Claims whose `member` is this JSON text, which a parsed value could not hold.
fn judge_text(member: &str, text: &str) -> Verdict {
    let pair = ed25519("k", 1);
    let payload = with(claims(), member, json!("@@")).to_string().replace("\"@@\"", text);
    judge(&sign_text(&pair, &header(&pair).to_string(), &payload), trusting(&pair))
}

/// Attacks 43 to 46.
#[test]
fn the_expiry_is_a_time_in_the_future() {
    all_are(Verdict::Accepted, "exp", [json!(NOW + 1), json!(NOW - 29), json!(1_800_000_000.5)]);
    all_are(Verdict::Invalid, "exp", [json!(NOW - 30), json!(NOW - 3600), json!(0), json!(-1), json!(-1.5)]);
    let no_times = [json!((NOW + 900).to_string()), json!(null), json!(true), json!([NOW + 900]), json!({}), json!("")];
    all_are(Verdict::Invalid, "exp", no_times);
    all_are(Verdict::Invalid, "exp", [json!(1e300), json!(u64::MAX), json!(1_u64 << 53)]);
    assert_eq!(judge_claims(&without(claims(), "exp")), Verdict::Invalid);
    for text in ["1e400", "-1e400", "NaN", "Infinity", "0x7fffffff", "1800000900 "] {
        let expected = if text == "1800000900 " { Verdict::Accepted } else { Verdict::Invalid };
        assert_eq!(judge_text("exp", text), expected, "{text}");
    }
}

/// Attacks 47 to 49.
#[test]
fn other_times_are_checked_as_well() {
    all_are(Verdict::Accepted, "nbf", [json!(NOW - 1), json!(NOW + 30), json!(0)]);
    all_are(Verdict::Invalid, "nbf", [json!(NOW + 31), json!(NOW.to_string()), json!(null), json!(-1)]);
    all_are(Verdict::Accepted, "iat", [json!(NOW), json!(NOW + 30)]);
    all_are(Verdict::Invalid, "iat", [json!(NOW + 31), json!(NOW + 1_000_000), json!(NOW.to_string()), json!(null)]);
    assert_eq!(judge_claims(&without(claims(), "iat")), Verdict::Invalid);
}

/// Attack 50.
#[test]
fn the_issuer_is_compared_exactly() {
    let others = [
        json!("https://id.example/"),
        json!("https://id.exampl"),
        json!("https://id.example.attacker.example"),
        json!("https://ID.example"),
        json!("HTTPS://id.example"),
        json!("http://id.example"),
        json!([ISSUER]),
        json!(null),
        json!(""),
    ];
    all_are(Verdict::Invalid, "iss", others);
    assert_eq!(judge_claims(&without(claims(), "iss")), Verdict::Invalid);
}

/// Attack 51.
#[test]
fn the_audience_contains_us() {
    all_are(Verdict::Accepted, "aud", [json!([AUDIENCE]), json!(["https://other.example", AUDIENCE])]);
    let others = [
        json!("https://other.example"),
        json!("https://kronos.example/"),
        json!("https://kronos.exampl"),
        json!("https://kronos.example.attacker.example"),
        json!([]),
        json!([AUDIENCE, 1]),
        json!([[AUDIENCE]]),
        json!({"0": AUDIENCE}),
        json!(null),
        json!(""),
    ];
    all_are(Verdict::Invalid, "aud", others);
    assert_eq!(judge_claims(&without(claims(), "aud")), Verdict::Invalid);
}

/// Attack 52, and the same for the other claims that RFC 9068 requires.
#[test]
fn subject_client_and_token_id_are_required() {
    for member in ["sub", "client_id", "jti"] {
        let others =
            [json!(""), json!(1), json!(null), json!(["a"]), json!("a\0b"), json!("a\nb"), json!("a".repeat(256))];
        all_are(Verdict::Invalid, member, others);
        assert_eq!(judge_claims(&without(claims(), member)), Verdict::Invalid, "{member}");
    }
}

/// Attack 53.
#[test]
fn scopes_are_a_text_of_scope_tokens() {
    all_are(Verdict::Accepted, "scope", [json!("a"), json!("a b:c d.e"), json!("")]);
    let others = [
        json!(["api"]),
        json!("a  b"),
        json!(" a"),
        json!("a "),
        json!("a\tb"),
        json!("a\0"),
        json!("ä"),
        json!("\"a\""),
    ];
    all_are(Verdict::Invalid, "scope", others);
    assert_eq!(judge_claims(&without(claims(), "scope")), Verdict::Accepted);
}

#[test]
fn a_permission_needs_its_scope_or_the_one_for_everything() {
    let pair = ed25519("k", 1);
    for (scope, permission, expected) in [
        ("api", Some("time-entries:read"), Verdict::Accepted),
        ("time-entries:read", Some("time-entries:read"), Verdict::Accepted),
        ("reports:read time-entries:read", Some("time-entries:read"), Verdict::Accepted),
        ("time-entries:write", Some("time-entries:read"), Verdict::InsufficientScope),
        ("time-entries", Some("time-entries:read"), Verdict::InsufficientScope),
        ("time-entries:read2", Some("time-entries:read"), Verdict::InsufficientScope),
        ("API", Some("time-entries:read"), Verdict::InsufficientScope),
        ("", Some("time-entries:read"), Verdict::InsufficientScope),
        ("", None, Verdict::Accepted),
    ] {
        let token = sign_text(&pair, &header(&pair).to_string(), &with(claims(), "scope", json!(scope)).to_string());
        let answer = ask(&[&format!("Bearer {token}")], vec![trusting(&pair)], permission);
        assert_eq!(verdict(&answer), expected, "{scope} for {permission:?}");
    }
}

#[test]
fn the_principal_is_what_the_token_says() {
    let pair = ed25519("k", 1);
    let principal = accepted(ask(&[&format!("Bearer {}", good(&pair))], vec![trusting(&pair)], None));
    assert_eq!(
        (principal.issuer.as_str(), principal.client_id.as_str(), principal.token_id.as_str()),
        (ISSUER, "kronos", "1")
    );
    assert_eq!(principal.subject, "01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e");
    assert_eq!((principal.scopes, principal.expires_at), (vec!["api".to_owned()], NOW + 900));
}

/// Attack 76.
#[test]
fn a_token_that_is_bound_to_a_key_is_no_bearer_token() {
    all_are(Verdict::Invalid, "cnf", [json!({"jkt": "x"}), json!({"x5t#S256": "x"}), json!(null)]);
}
