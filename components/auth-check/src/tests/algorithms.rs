use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::json;

use super::fixtures::{
    Pair, Verdict, all_pairs, claims, decode, ed25519, encode, good, header, judge, p256, rsa, sign, sign_text,
    trusting, with,
};

#[test]
fn every_algorithm_of_the_list_is_verified() {
    for pair in all_pairs() {
        assert_eq!(judge(&good(&pair), trusting(&pair)), Verdict::Accepted, "{}", pair.name);
    }
}

/// Attacks 1 to 3.
#[test]
fn none_is_no_algorithm_in_any_spelling() {
    let pair = ed25519("k", 1);
    for name in ["none", "None", "NONE", "nOnE", " none", "none "] {
        let signed =
            format!("{}.{}", encode(with(header(&pair), "alg", json!(name)).to_string()), encode(claims().to_string()));
        for signature in ["", "AA", "c2lnbmF0dXJl"] {
            assert_eq!(
                judge(&format!("{signed}.{signature}"), trusting(&pair)),
                Verdict::Invalid,
                "{name:?} {signature}"
            );
        }
    }
}

/// Attacks 4 and 5.
#[test]
fn the_algorithm_is_a_text_and_there() {
    let pair = ed25519("k", 1);
    let (body, trusted) = (claims().to_string(), || trusting(&pair));
    assert_eq!(judge(&sign_text(&pair, r#"{"typ":"at+jwt","kid":"k"}"#, &body), trusted()), Verdict::Invalid);
    for value in [json!(null), json!(1), json!(["EdDSA"]), json!({"alg": "EdDSA"}), json!("")] {
        let token = sign(&pair, &with(header(&pair), "alg", value.clone()), &claims());
        assert_eq!(judge(&token, trusted()), Verdict::Invalid, "{value}");
    }
}

/// Attacks 6 to 10: the public key, which everybody has, as the secret of an HMAC.
#[test]
fn a_public_key_is_no_shared_secret() {
    use rsa::pkcs8::EncodePublicKey as _;
    let rsa_pair = rsa("k", "RS256");
    let modulus = rsa::BigUint::from_bytes_be(&decode(rsa_pair.public["n"].as_str().expect("n")));
    let public = rsa::RsaPublicKey::new(modulus, rsa::BigUint::from(65537_u32)).expect("a key");
    let spki = public.to_public_key_pem(rsa::pkcs8::LineEnding::LF).expect("PEM");
    let pkcs1 = rsa::pkcs1::EncodeRsaPublicKey::to_pkcs1_pem(&public, rsa::pkcs1::LineEnding::LF).expect("PEM");
    let der = public.to_public_key_der().expect("DER").into_vec();
    let ec_pair = p256("k");
    let x = decode(ec_pair.public["x"].as_str().expect("x"));
    let secrets = [
        spki.clone().into_bytes(),
        spki.trim_end().as_bytes().to_vec(),
        pkcs1.clone().into_bytes(),
        pkcs1.trim_end().as_bytes().to_vec(),
        der,
        rsa_pair.public.to_string().into_bytes(),
        x,
        Vec::new(),
        b"secret".to_vec(),
    ];
    for (secret, (name, algorithm)) in secrets.iter().flat_map(|secret| {
        [("HS256", Algorithm::HS256), ("HS384", Algorithm::HS384), ("HS512", Algorithm::HS512)]
            .map(|name| (secret, name))
    }) {
        let forger = Pair { name, algorithm, private: EncodingKey::from_secret(secret), public: json!({}) };
        for trusted in [&rsa_pair, &ec_pair] {
            assert_eq!(judge(&good(&forger), trusting(trusted)), Verdict::Invalid, "{name}");
            // Not even when somebody configured it.
            let mut issuer = trusting(trusted);
            issuer.algorithms.push(name.to_owned());
            assert_eq!(judge(&good(&forger), issuer), Verdict::Invalid, "{name}");
        }
    }
}

/// Attacks 11 to 13 and 15: the token asks for another algorithm than its key is for.
#[test]
fn the_algorithm_is_bound_to_the_key() {
    for pair in all_pairs() {
        for other in
            ["EdDSA", "ES256", "ES384", "ES512", "RS256", "RS384", "PS256", "PS512", "HS1", "RS1", "ES256K", "eddsa"]
        {
            if other != pair.name {
                let token = sign(&pair, &with(header(&pair), "alg", json!(other)), &claims());
                assert_eq!(judge(&token, trusting(&pair)), Verdict::Invalid, "{} as {other}", pair.name);
            }
        }
    }
}

#[test]
fn the_algorithm_of_the_key_is_binding() {
    let pair = rsa("k", "PS256");
    let mut issuer = trusting(&pair);
    issuer.jwks = Some(json!({"keys": [with(pair.public.clone(), "alg", json!("RS256"))]}).to_string());
    assert_eq!(judge(&good(&pair), issuer), Verdict::Invalid);
}

#[test]
fn an_algorithm_that_the_issuer_may_not_use_is_refused() {
    for pair in all_pairs() {
        let mut issuer = trusting(&pair);
        issuer.algorithms.retain(|name| name != pair.name);
        assert_eq!(judge(&good(&pair), issuer), Verdict::Invalid, "{}", pair.name);
    }
}
