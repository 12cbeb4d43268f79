use serde_json::json;

use super::fixtures::{
    Verdict, ask, claims, ed25519, encode, good, header, judge, p256, sign_text, trusting, verdict, with,
};

/// Attacks 54 to 56.
#[test]
fn repeated_members_are_refused() {
    let pair = ed25519("k", 1);
    let (head, body) = (header(&pair).to_string(), claims().to_string());
    let append = |object: &str, members: &str| format!("{},{members}}}", &object[..object.len() - 1]);
    for (head, body) in [
        (head.clone(), append(&body, r#""sub":"admin""#)),
        (head.clone(), append(&body, r#""s\u0075b":"admin""#)),
        (head.clone(), append(&body, r#""x":{"a":1,"a":2}"#)),
        (append(&head, r#""alg":"none""#), body.clone()),
        (append(&head, r#""\u0061lg":"none""#), body.clone()),
        (append(&head, r#""kid":"k""#), body.clone()),
    ] {
        assert_eq!(judge(&sign_text(&pair, &head, &body), trusting(&pair)), Verdict::Invalid, "{head} {body}");
    }
}

#[test]
fn an_escaped_name_is_the_name() {
    let pair = ed25519("k", 1);
    let head = header(&pair).to_string().replace("\"alg\"", "\"\\u0061lg\"");
    assert_eq!(judge(&sign_text(&pair, &head, &claims().to_string()), trusting(&pair)), Verdict::Accepted);
}

/// Attacks 63, 68 and 69.
#[test]
fn there_is_one_way_to_write_a_token() {
    let pair = ed25519("k", 1);
    let token = good(&pair);
    let parts: Vec<&str> = token.split('.').collect();
    let (head, body, signature) = (parts[0], parts[1], parts[2]);
    // The last character of a 64-byte signature carries four bits that mean nothing: `A` has them as zeros, `B` does not.
    let last = signature.chars().next_back().expect("a character");
    let twin = char::from_u32(u32::from(last) + 1).expect("a character");
    let malleable = format!("{}{twin}", &signature[..signature.len() - 1]);
    let rewritten = [
        format!("{head}.{body}.{signature}="),
        format!("{head}.{body}.{signature}=="),
        format!("{head}.{body}.{}", signature.replace('-', "+").replace('_', "/") + "+/"),
        format!("{head}.{body}.{malleable}"),
        format!("{head}.{body}.{signature}."),
        format!(".{head}.{body}.{signature}"),
        format!("{head}.{body}.{signature}.{signature}"),
        format!("{head}..{body}.{signature}"),
        format!("{head}.{body}"),
        head.to_owned(),
        "..".to_owned(),
        ".".to_owned(),
        format!("{head}.{body}.{}.{signature}", &signature[..4]),
        format!("..{signature}"),
        format!("{head}..{signature}"),
    ];
    for token in rewritten {
        assert_eq!(judge(&token, trusting(&pair)), Verdict::Invalid, "{token}");
    }
    for field in [
        format!("Bearer {head}.{body}.\n{signature}"),
        format!("Bearer {head}.{body}. {signature}"),
        format!("Bearer {head}=.{body}.{signature}"),
        format!("Bearer {{\"payload\":\"{body}\",\"protected\":\"{head}\",\"signature\":\"{signature}\"}}"),
    ] {
        assert_eq!(verdict(&ask(&[&field], vec![trusting(&pair)], None)), Verdict::Malformed, "{field}");
    }
}

/// Attacks 72 and 73: neither size nor depth costs more than a look.
#[test]
fn size_and_depth_are_bounded() {
    let pair = ed25519("k", 1);
    for size in [8 * 1024, 64 * 1024, 1024 * 1024] {
        assert_eq!(judge(&"a".repeat(size + 1), trusting(&pair)), Verdict::Invalid);
    }
    let large = sign_text(&pair, &header(&pair).to_string(), &with(claims(), "x", json!("x".repeat(8000))).to_string());
    assert_eq!(judge(&large, trusting(&pair)), Verdict::Invalid);
    for open in ["[", "{\"a\":"] {
        let deep = format!("{{\"a\":{}", open.repeat(500));
        assert_eq!(judge(&sign_text(&pair, &deep, "{}"), trusting(&pair)), Verdict::Invalid);
        assert_eq!(judge(&sign_text(&pair, &header(&pair).to_string(), &deep), trusting(&pair)), Verdict::Invalid);
    }
}

/// Attack 74.
#[test]
fn header_and_payload_are_json_objects_in_utf_8() {
    let pair = ed25519("k", 1);
    let (head, body) = (header(&pair).to_string(), claims().to_string());
    let sign = |head: &[u8], body: &[u8]| {
        let signed = format!("{}.{}", encode(head), encode(body));
        let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), &pair.private, pair.algorithm).expect("signed");
        judge(&format!("{signed}.{signature}"), trusting(&pair))
    };
    assert_eq!(sign(head.as_bytes(), body.as_bytes()), Verdict::Accepted);
    let byte_order_mark = |text: &str| [b"\xef\xbb\xbf", text.as_bytes()].concat();
    let utf_16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let broken = |text: &str| text.replace("kronos", "kr\u{fffd}nos").into_bytes();
    assert_eq!(sign(&byte_order_mark(&head), body.as_bytes()), Verdict::Invalid);
    assert_eq!(sign(head.as_bytes(), &byte_order_mark(&body)), Verdict::Invalid);
    assert_eq!(sign(&utf_16(&head), body.as_bytes()), Verdict::Invalid);
    assert_eq!(sign(head.as_bytes(), &utf_16(&body)), Verdict::Invalid);
    let mut invalid = broken(&body);
    if let Some(byte) = invalid.iter_mut().find(|byte| **byte == 0xef) {
        *byte = 0xff;
    }
    assert_eq!(sign(head.as_bytes(), &invalid), Verdict::Invalid);
    let lone_surrogate = body.replace("kronos\"", "\\ud800\"");
    assert_eq!(sign(head.as_bytes(), lone_surrogate.as_bytes()), Verdict::Invalid);
    for other in ["null", "[]", "1", "\"a\"", ""] {
        assert_eq!(sign(head.as_bytes(), other.as_bytes()), Verdict::Invalid, "{other}");
        assert_eq!(sign(other.as_bytes(), body.as_bytes()), Verdict::Invalid, "{other}");
    }
}

/// Random bytes, cut and bent tokens: an answer every time.
#[test]
fn nothing_makes_it_panic() {
    let pair = p256("k");
    let token = good(&pair);
    for end in 0..token.len() {
        assert_ne!(judge(&format!("a{}", &token[..end]), trusting(&pair)), Verdict::Accepted);
    }
    let mut state = 1_u64;
    for _ in 0..2000 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let at = usize::try_from(state >> 33).unwrap_or_default() % token.len();
        let mut bent = token.clone().into_bytes();
        bent[at] = b"AZaz09-_."[usize::try_from(state >> 20).unwrap_or_default() % 9];
        let bent = String::from_utf8(bent).expect("ASCII");
        if bent != token {
            assert_ne!(judge(&bent, trusting(&pair)), Verdict::Accepted, "{bent}");
        }
    }
    assert_eq!(judge(&token, trusting(&pair)), Verdict::Accepted);
}
