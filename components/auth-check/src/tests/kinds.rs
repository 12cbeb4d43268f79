use serde_json::json;

use super::fixtures::{Verdict, claims, ed25519, encode, good, header, judge, sign, trusting, with, without};

fn lenient(token: &str) -> Verdict {
    let mut issuer = trusting(&ed25519("k", 1));
    issuer.strict_type = false;
    judge(token, issuer)
}

/// Attacks 57 to 60 and 67: other kinds of tokens of the same issuer.
#[test]
fn only_access_tokens_are_taken() {
    let pair = ed25519("k", 1);
    let typed = |kind: &str| sign(&pair, &with(header(&pair), "typ", json!(kind)), &claims());
    for kind in ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"] {
        assert_eq!(judge(&typed(kind), trusting(&pair)), Verdict::Accepted, "{kind}");
        assert_eq!(lenient(&typed(kind)), Verdict::Accepted, "{kind}");
    }
    for kind in ["logout+jwt", "secevent+jwt", "dpop+jwt", "at+jwt; a=b", "at+jwt ", "jwt+at", "JOSE", ""] {
        assert_eq!(judge(&typed(kind), trusting(&pair)), Verdict::Invalid, "{kind}");
        assert_eq!(lenient(&typed(kind)), Verdict::Invalid, "{kind}");
    }
    let untyped = sign(&pair, &without(header(&pair), "typ"), &claims());
    for token in [typed("JWT"), typed("jwt"), untyped] {
        assert_eq!(judge(&token, trusting(&pair)), Verdict::Invalid);
        assert_eq!(lenient(&token), Verdict::Accepted);
    }
    let not_a_text = sign(&pair, &with(header(&pair), "typ", json!(["at+jwt"])), &claims());
    assert_eq!(lenient(&not_a_text), Verdict::Invalid);
}

/// Attack 57 at an issuer whose access tokens have no type of their own.
#[test]
fn an_id_token_is_told_by_its_claims_when_its_type_does_not() {
    let pair = ed25519("k", 1);
    let untyped = with(header(&pair), "typ", json!("JWT"));
    for (claim, value) in [
        ("nonce", json!("n")),
        ("at_hash", json!("h")),
        ("events", json!({"http://schemas.openid.net/event/backchannel-logout": {}})),
        ("typ", json!("ID")),
        ("typ", json!("Refresh")),
    ] {
        assert_eq!(lenient(&sign(&pair, &untyped, &with(claims(), claim, value))), Verdict::Invalid, "{claim}");
    }
    assert_eq!(lenient(&sign(&pair, &untyped, &with(claims(), "typ", json!("Bearer")))), Verdict::Accepted);
}

#[test]
fn the_authorized_party_names_the_client_where_rfc_9068_is_not_followed() {
    let pair = ed25519("k", 1);
    let token = sign(&pair, &header(&pair), &with(without(claims(), "client_id"), "azp", json!("kronos")));
    assert_eq!(judge(&token, trusting(&pair)), Verdict::Invalid);
    assert_eq!(lenient(&token), Verdict::Accepted);
}

/// Attacks 61, 62 and 64 to 66: nested, encrypted, compressed, detached and extended tokens.
#[test]
fn nothing_is_unwrapped_and_no_extension_is_known() {
    let pair = ed25519("k", 1);
    for (member, value) in [
        ("cty", json!("JWT")),
        ("enc", json!("A256GCM")),
        ("zip", json!("DEF")),
        ("b64", json!(false)),
        ("b64", json!(true)),
        ("crit", json!([])),
        ("crit", json!(["exp"])),
        ("crit", json!(["b64"])),
        ("crit", json!("x")),
    ] {
        let token = sign(&pair, &with(header(&pair), member, value.clone()), &claims());
        assert_eq!(judge(&token, trusting(&pair)), Verdict::Invalid, "{member}: {value}");
    }
    let nested = super::fixtures::sign_text(&pair, &header(&pair).to_string(), &good(&pair));
    assert_eq!(judge(&nested, trusting(&pair)), Verdict::Invalid);
    for header in [
        json!({"alg": "dir", "enc": "A256GCM"}),
        json!({"alg": "RSA-OAEP", "enc": "A256GCM", "zip": "DEF"}),
        json!({"alg": "PBES2-HS256+A128KW", "enc": "A128CBC-HS256", "p2c": 2_147_483_648_u32, "p2s": "AA"}),
    ] {
        let encrypted = format!("{}.AA.AA.AA.AA", encode(header.to_string()));
        assert_eq!(judge(&encrypted, trusting(&pair)), Verdict::Invalid);
    }
}
