use super::fixtures::{Verdict, ask, ed25519, good, trusting, verdict};

/// Attack 70. Tokens in the query, in a form or in a cookie (71) never get here: `platform` passes on this field only.
#[test]
fn the_token_comes_once_in_its_field() {
    let pair = ed25519("k", 1);
    let token = good(&pair);
    let (plain, basic) = (format!("Bearer {token}"), "Basic YTpi".to_owned());
    for (fields, expected) in [
        (vec![plain.clone()], Verdict::Accepted),
        (vec![format!("bearer {token}")], Verdict::Accepted),
        (vec![format!("BEARER  {token}")], Verdict::Accepted),
        (vec![], Verdict::Missing),
        (vec![basic.clone()], Verdict::Missing),
        (vec![plain.clone(), plain.clone()], Verdict::Malformed),
        (vec![plain.clone(), basic], Verdict::Malformed),
        (vec![format!("{plain}, {plain}")], Verdict::Malformed),
        (vec![format!("Bearer\t{token}")], Verdict::Malformed),
        (vec!["Bearer".to_owned()], Verdict::Malformed),
        (vec!["Bearer ".to_owned()], Verdict::Malformed),
        (vec![format!("Bearer{token}")], Verdict::Malformed),
    ] {
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        assert_eq!(verdict(&ask(&fields, vec![trusting(&pair)], None)), expected, "{fields:?}");
    }
}
