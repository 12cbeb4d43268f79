use p256::ecdsa::Signature;
use serde_json::json;

use super::fixtures::{
    Verdict, all_pairs, claims, decode, ed25519, encode, good, header, judge, p256, rsa, sign, trusting, with,
};

fn split(token: &str) -> (&str, &str, &str) {
    let mut parts = token.split('.');
    let mut next = || parts.next().expect("three segments");
    (next(), next(), next())
}

/// Attacks 16 to 19.
#[test]
fn a_signature_is_for_one_token() {
    for pair in all_pairs() {
        let token = good(&pair);
        let (head, body, signature) = split(&token);
        let other = sign(&pair, &header(&pair), &with(claims(), "jti", json!("2")));
        let edited_body = encode(with(claims(), "sub", json!("admin")).to_string());
        let edited_head = encode(with(header(&pair), "x", json!(1)).to_string());
        let forged = [
            format!("{head}.{body}."),
            format!("{head}.{body}"),
            format!("{head}.{body}.{}", split(&other).2),
            format!("{head}.{edited_body}.{signature}"),
            format!("{edited_head}.{body}.{signature}"),
        ];
        for token in forged {
            assert_eq!(judge(&token, trusting(&pair)), Verdict::Invalid, "{}", pair.name);
        }
    }
}

/// Attacks 20 to 22: r = s = 0 (CVE-2022-21449), other encodings and lengths.
#[test]
fn bent_ecdsa_signatures_are_refused() {
    let pair = p256("k");
    let token = good(&pair);
    let (head, body, signature) = split(&token);
    let bytes = decode(signature);
    let order = decode("_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE");
    let der = Signature::from_slice(&bytes).expect("a signature").to_der();
    let bent = [
        vec![0; 64],
        [&bytes[..32], &[0; 32]].concat(),
        [&[0; 32], &bytes[32..]].concat(),
        [order.clone(), order].concat(),
        der.as_bytes().to_vec(),
        bytes[..63].to_vec(),
        [&bytes[..], &[0]].concat(),
        [&[0], &bytes[..]].concat(),
        [&bytes[32..], &bytes[..32]].concat(),
    ];
    for signature in bent {
        assert_eq!(
            judge(&format!("{head}.{body}.{}", encode(&signature)), trusting(&pair)),
            Verdict::Invalid,
            "{signature:?}"
        );
    }
}

/// Attack 23: the twin of an ECDSA signature is as good as itself, which is why nothing may tell tokens apart by their text.
#[test]
fn the_high_s_twin_changes_nothing_but_the_text() {
    let pair = p256("k");
    let token = good(&pair);
    let (head, body, signature) = split(&token);
    let signature = Signature::from_slice(&decode(signature)).expect("a signature");
    let twin = Signature::from_scalars(signature.r().to_bytes(), (-*signature.s()).to_bytes()).expect("a signature");
    let token = format!("{head}.{body}.{}", encode(twin.to_bytes()));
    assert_eq!(judge(&token, trusting(&pair)), Verdict::Accepted);
}

/// Attacks 22, 24 and 25: RSA signatures of other lengths, other paddings, and of the other scheme.
#[test]
fn bent_rsa_signatures_are_refused() {
    for name in ["RS256", "PS256"] {
        let pair = rsa("k", name);
        let token = good(&pair);
        let (head, body, signature) = split(&token);
        let bytes = decode(signature);
        let mut flipped = bytes.clone();
        flipped[128] ^= 1;
        let bent = [
            [&[0], &bytes[..]].concat(),
            [&bytes[..], &[0]].concat(),
            bytes[..255].to_vec(),
            bytes[1..].to_vec(),
            vec![0; 256],
            [&[0; 255][..], &[1]].concat(),
            vec![0xff; 256],
            flipped,
        ];
        for signature in bent {
            assert_eq!(
                judge(&format!("{head}.{body}.{}", encode(&signature)), trusting(&pair)),
                Verdict::Invalid,
                "{name}"
            );
        }
    }
}

/// Attack 14, and Ed25519 signatures of other lengths or with a scalar that is not reduced.
#[test]
fn bent_ed25519_signatures_are_refused() {
    let pair = ed25519("k", 1);
    let token = good(&pair);
    let (head, body, signature) = split(&token);
    let bytes = decode(signature);
    // The order of the group, little-endian.
    let order = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut unreduced = bytes.clone();
    let mut carry = 0_u16;
    for (byte, add) in unreduced[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + add + carry;
        *byte = (sum & 0xff) as u8;
        carry = sum >> 8;
    }
    let bent = [vec![0; 64], bytes[..63].to_vec(), [&bytes[..], &[0]].concat(), unreduced];
    for signature in bent {
        assert_eq!(judge(&format!("{head}.{body}.{}", encode(&signature)), trusting(&pair)), Verdict::Invalid);
    }
}

#[test]
fn with_a_key_of_small_order_nobody_signs() {
    let pair = ed25519("k", 1);
    let token = good(&pair);
    let (head, body, _) = split(&token);
    let mut identity = [0; 32];
    identity[0] = 1;
    for point in [[0; 32], identity] {
        let issuer = super::fixtures::issuer(
            super::fixtures::ISSUER,
            &[&json!({"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": encode(point)})],
        );
        // With the identity as key and as R, and S = 0, the equation of the signature holds for every message.
        let signature = [&identity[..], &[0; 32]].concat();
        assert_eq!(judge(&format!("{head}.{body}.{}", encode(signature)), issuer), Verdict::Invalid);
    }
}
