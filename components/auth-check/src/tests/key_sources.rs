use serde_json::{Value, json};

use super::fixtures::{
    ISSUER, NOW, Verdict, ask, claims, ed25519, encode, good, header, issuer, judge, p256, rsa, rsa_pair, sign,
    trusting, verdict, with, without,
};
use crate::bindings::exports::kronos::auth::check::Answer;

/// Attacks 27 to 30: keys that the token brings or points to.
#[test]
fn keys_of_the_token_itself_are_not_looked_at() {
    let (ours, attacker) = (ed25519("k", 1), ed25519("k", 2));
    let certificate = encode(b"not a certificate");
    for (member, value) in [
        ("jwk", attacker.public.clone()),
        ("jku", json!("https://attacker.example/jwks")),
        ("x5u", json!("https://attacker.example/cert")),
        ("x5c", json!([certificate])),
    ] {
        let forged = sign(&attacker, &with(header(&attacker), member, value.clone()), &claims());
        assert_eq!(judge(&forged, trusting(&ours)), Verdict::Invalid, "{member}");
        // Ignored, not forbidden: RFC 8725, section 3.10.
        let honest = sign(&ours, &with(header(&ours), member, value), &claims());
        assert_eq!(judge(&honest, trusting(&ours)), Verdict::Accepted, "{member}");
    }
}

/// Attacks 31 to 33 and 39: a key id is looked up, never interpreted.
#[test]
fn a_strange_key_id_is_just_an_unknown_one() {
    let pair = ed25519("k", 1);
    for kid in ["", "../../dev/null", "' UNION SELECT 'x", "a\r\nb", "\0", "K", "k ", "http://attacker.example/"] {
        let token = sign(&pair, &with(header(&pair), "kid", json!(kid)), &claims());
        assert_eq!(judge(&token, trusting(&pair)), Verdict::NeedsKeys, "{kid:?}");
    }
    let long = sign(&pair, &with(header(&pair), "kid", json!("k".repeat(300))), &claims());
    assert_eq!(judge(&long, trusting(&pair)), Verdict::Invalid);
}

/// Attack 34.
#[test]
fn a_key_id_is_a_text() {
    let pair = ed25519("k", 1);
    for kid in [json!(1), json!(null), json!(["k"]), json!({"k": "k"})] {
        let token = sign(&pair, &with(header(&pair), "kid", kid.clone()), &claims());
        assert_eq!(judge(&token, trusting(&pair)), Verdict::Invalid, "{kid}");
    }
}

/// Attacks 35, 36 and 77: issuers don't vouch for each other.
#[test]
fn a_key_counts_for_its_own_issuer_only() {
    let (first, second) = (ed25519("k", 1), ed25519("k", 2));
    let issuers = || vec![issuer(ISSUER, &[&first.public]), issuer("https://other.example", &[&second.public])];
    let bearer = |token: String| verdict(&ask(&[&format!("Bearer {token}")], issuers(), None));
    assert_eq!(bearer(good(&first)), Verdict::Accepted);
    assert_eq!(
        bearer(sign(&second, &header(&second), &with(claims(), "iss", json!("https://other.example")))),
        Verdict::Accepted
    );
    assert_eq!(bearer(good(&second)), Verdict::Invalid);
    assert_eq!(
        bearer(sign(&first, &header(&first), &with(claims(), "iss", json!("https://other.example")))),
        Verdict::Invalid
    );
}

/// Attacks 26, 37 and 38: keys that are in the set and may not verify.
#[test]
fn unfit_keys_are_ignored() {
    let ed = ed25519("k", 1);
    let rsa_key = rsa("k", "RS256");
    let weak = rsa::RsaPrivateKey::new(&mut rand::thread_rng(), 1024).expect("a key");
    let weak = rsa_pair("k", "RS256", &weak);
    for (pair, key) in [
        (&ed, with(ed.public.clone(), "use", json!("enc"))),
        (&ed, with(ed.public.clone(), "key_ops", json!(["encrypt"]))),
        (&ed, with(ed.public.clone(), "key_ops", json!("verify"))),
        (&ed, with(ed.public.clone(), "alg", json!("ES256"))),
        (&ed, with(ed.public.clone(), "d", json!(encode([1; 32])))),
        (&ed, with(ed.public.clone(), "crv", json!("X25519"))),
        (&ed, with(ed.public.clone(), "x", json!(encode([1; 31])))),
        (&ed, without(ed.public.clone(), "x")),
        (&ed, json!({"kty": "oct", "kid": "k", "k": encode("secret")})),
        (&weak, weak.public.clone()),
        (&rsa_key, with(rsa_key.public.clone(), "e", json!(encode([1])))),
        (&rsa_key, with(rsa_key.public.clone(), "e", json!(encode([2])))),
        (&rsa_key, with(rsa_key.public.clone(), "e", json!(encode([1; 9])))),
        (&rsa_key, with(rsa_key.public.clone(), "n", json!(encode([0xff; 1024])))),
    ] {
        assert_eq!(judge(&good(pair), issuer(ISSUER, &[&key])), Verdict::Invalid, "{key}");
    }
}

/// Keys of a kind that we don't know must not spoil the set (RFC 7517, section 5).
#[test]
fn unknown_keys_do_not_spoil_the_set() {
    let pair = ed25519("k", 1);
    let others = [json!({"kty": "AKP", "kid": "other"}), json!("not a key"), json!({}), json!(null)];
    let keys: Vec<&Value> = others.iter().chain([&pair.public]).collect();
    assert_eq!(judge(&good(&pair), issuer(ISSUER, &keys)), Verdict::Accepted);
}

#[test]
fn without_a_key_id_exactly_one_key_has_to_fit() {
    let (first, second, other) = (ed25519("1", 1), ed25519("2", 2), p256("3"));
    let token = sign(&first, &without(header(&first), "kid"), &claims());
    assert_eq!(judge(&token, issuer(ISSUER, &[&first.public, &other.public])), Verdict::Accepted);
    assert_eq!(judge(&token, issuer(ISSUER, &[&first.public, &second.public])), Verdict::Invalid);
    assert_eq!(judge(&token, issuer(ISSUER, &[&other.public])), Verdict::NeedsKeys);
}

#[test]
fn two_keys_of_one_id_and_kind_are_no_key() {
    let (first, second) = (ed25519("k", 1), ed25519("k", 2));
    assert_eq!(judge(&good(&first), issuer(ISSUER, &[&first.public, &second.public])), Verdict::Invalid);
    let other = p256("k");
    assert_eq!(judge(&good(&first), issuer(ISSUER, &[&first.public, &other.public])), Verdict::Accepted);
}

/// Attacks 40 to 42, as far as they are decided here: without the key there is no acceptance, whatever the set looks like.
#[test]
fn missing_keys_are_asked_for_by_issuer() {
    let pair = ed25519("k", 1);
    for jwks in [None, Some(r#"{"keys":[]}"#), Some("{}"), Some("<html>"), Some("")] {
        let mut trusted = trusting(&pair);
        trusted.jwks = jwks.map(str::to_owned);
        let answer = ask(&[&format!("Bearer {}", good(&pair))], vec![trusted], None);
        assert!(matches!(answer, Answer::NeedsKeys(issuer) if issuer == ISSUER), "{jwks:?}");
    }
}

#[test]
fn a_token_that_is_wrong_anyway_causes_no_fetch() {
    let pair = ed25519("k", 1);
    let mut trusted = trusting(&pair);
    trusted.jwks = None;
    let expired = sign(&pair, &header(&pair), &with(claims(), "exp", json!(NOW - 1000)));
    assert_eq!(judge(&expired, trusted), Verdict::Invalid);
}
