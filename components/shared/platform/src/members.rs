//! The members of a JSON body: read into a type, and refused by name where they don't fit. Texts are for people who write
//! clients, so that they never speak of types of ours.

use std::collections::HashSet;

use kronos_api::Body;
use serde::de::DeserializeOwned;
use serde_ignored::Path;
use serde_path_to_error::Track;

use crate::{faults::Faults, problem::Problem};

/// Reads a body. Members that neither the type nor the row knows are refused, each with its path.
pub(crate) fn read<T: DeserializeOwned>(body: &[u8], row: Option<&Body>) -> Result<T, Problem> {
    if body.trim_ascii().is_empty() {
        return Err(Problem::malformed("The body is empty. It has to be JSON."));
    }
    // Serde would take an array for the members in their order.
    if body.trim_ascii_start().first() == Some(&b'[') {
        return Err(Problem::invalid("body", "must be an object"));
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let mut track = Track::new();
    let mut faults = Faults::default();
    let mut unread = HashSet::new();
    let note = |path: Path<'_>| {
        let path = path_of(&path);
        if !row.is_some_and(|row| row.ignores(&path)) {
            faults.add(path, "is not known here");
        } else if !unread.insert(path.clone()) {
            faults.add(path, "may be given only once");
        }
    };
    let value = serde_ignored::deserialize(serde_path_to_error::Deserializer::new(&mut json, &mut track), note);
    match value {
        Ok(value) => {
            json.end().map_err(|error| not_json(&error))?;
            faults.finish()?;
            Ok(value)
        }
        Err(error) if error.is_data() => {
            let (field, fault) = explain(&track.path().to_string(), &error);
            faults.add(field, fault);
            Err(faults.into())
        }
        Err(error) => Err(not_json(&error)),
    }
}

/// The message of such an error is about JSON, and says where in the body.
fn not_json(error: &serde_json::Error) -> Problem {
    Problem::malformed(format!("The body is not valid JSON: {error}."))
}

/// The path as errors name it, such as `changes.tags[0]`.
fn path_of(path: &Path<'_>) -> String {
    match path {
        Path::Root => String::new(),
        Path::Seq { parent, index } => format!("{}[{index}]", path_of(parent)),
        Path::Map { parent, key } => match path_of(parent) {
            parent if parent.is_empty() => key.clone(),
            parent => format!("{parent}.{key}"),
        },
        Path::Some { parent } | Path::NewtypeStruct { parent } | Path::NewtypeVariant { parent } => path_of(parent),
    }
}

/// The member that is wrong, and what it should be.
fn explain(path: &str, error: &serde_json::Error) -> (String, String) {
    let text = error.to_string();
    let message = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message);
    let parent = if path == "." { "" } else { path };
    // serde names the member in the message when it is the object around it that is wrong.
    let member = ["missing field `", "duplicate field `"]
        .iter()
        .find_map(|prefix| message.strip_prefix(prefix))
        .and_then(|rest| rest.split_once('`'))
        .map(|(member, _)| member);
    let field = match (parent, member) {
        ("", Some(member)) => member.to_owned(),
        // For a member that comes twice, serde is in the second one already.
        (parent, Some(member)) if parent == member || parent.ends_with(&format!(".{member}")) => parent.to_owned(),
        (parent, Some(member)) => format!("{parent}.{member}"),
        ("", None) => "body".to_owned(),
        (parent, None) => parent.to_owned(),
    };
    (field, fault(message))
}

/// What a message of serde says, in the words of JSON.
fn fault(message: &str) -> String {
    if message.starts_with("missing field") {
        return "is required".to_owned();
    }
    if message.starts_with("duplicate field") {
        return "may be given only once".to_owned();
    }
    if let Some((_, known)) = message.strip_prefix("unknown variant ").and_then(|rest| rest.rsplit_once("expected ")) {
        return format!("must be {known}");
    }
    let wrong =
        ["invalid type: ", "invalid value: ", "invalid length "].iter().find_map(|kind| message.strip_prefix(kind));
    match wrong.and_then(|rest| rest.rsplit_once(", expected ")) {
        Some((_, expected)) => wanted(expected),
        // Types of ours say themselves what they want.
        None => message.to_owned(),
    }
}

/// Small whole numbers by the names that serde has for them, with their bounds.
const BOUNDED: [(&str, &str, &str); 6] = [
    ("i8", "-128", "127"),
    ("i16", "-32768", "32767"),
    ("i32", "-2147483648", "2147483647"),
    ("u8", "0", "255"),
    ("u16", "0", "65535"),
    ("u32", "0", "4294967295"),
];

fn wanted(expected: &str) -> String {
    if let Some((_, least, most)) = BOUNDED.iter().find(|(name, _, _)| *name == expected) {
        return format!("must be a whole number between {least} and {most}");
    }
    match expected {
        "i64" => "must be a whole number",
        "u64" => "must be a whole number of 0 or more",
        "f32" | "f64" => "must be a number",
        "a boolean" => "must be true or false",
        "a string" | "a borrowed string" | "a character" | "str" | "string" => "must be a text",
        "a map" | "map" => "must be an object",
        "a sequence" | "sequence" => "must be a list",
        "unit" | "null" => "must be null",
        _ if expected.starts_with("struct ") || expected.starts_with("internally tagged") => "must be an object",
        _ if expected.starts_with("tuple ") || expected.starts_with("an array ") => "must be a list",
        _ => "has a value of the wrong type",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Example {
        name: String,
        inner: Option<Inner>,
        #[serde(default)]
        list: Vec<Inner>,
        on: Option<bool>,
        rate: Option<f64>,
        word: Option<Word>,
        total: Option<i64>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Inner {
        count: u8,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "snake_case")]
    enum Word {
        One,
        Two,
    }

    const ROW: Body =
        Body { sample: r#"{"name": "a"}"#, optional: false, ignored: &["color"], read_only: &["version"] };

    fn refused(body: &str) -> (u16, Value) {
        let problem = read::<Example>(body.as_bytes(), Some(&ROW)).expect_err(body);
        let (status, _, body) = problem.into_parts("");
        let body: Value = serde_json::from_slice(&body).expect("JSON");
        (status.as_u16(), body["errors"].clone())
    }

    #[test]
    fn what_is_not_json_is_malformed() {
        for body in [
            "",
            "{",
            r#"{"name":"a"}}"#,
            "nul",
            r#"{"name":"a"} x"#,
            "\u{feff}{}",
            "{\"name\":\"\u{0}\"}",
            r#"{"name":"\ud800"}"#,
        ] {
            assert_eq!(refused(body).0, 400, "{body}");
        }
        let told = |body: &str| {
            let problem = read::<Example>(body.as_bytes(), Some(&ROW)).expect_err(body);
            let (_, _, body) = problem.into_parts("");
            serde_json::from_slice::<Value>(&body).expect("JSON")["detail"].as_str().expect("a text").to_owned()
        };
        assert_eq!(
            told("{\n  \"name\": \"a\"\n  \"on\": true }"),
            "The body is not valid JSON: expected `,` or `}` at line 3 column 3."
        );
        assert_eq!(told(r#"{"name":"a"} x"#), "The body is not valid JSON: trailing characters at line 1 column 14.");
        assert_eq!(told(" "), "The body is empty. It has to be JSON.");
        assert_eq!(refused(&"[".repeat(10_000)), (422, json!({ "body": ["must be an object"] })));
    }

    #[test]
    fn every_member_is_told_what_it_must_be() {
        for (body, field, fault) in [
            ("{}", "name", "is required"),
            (r#"{"name":1}"#, "name", "must be a text"),
            (r#"{"name":null}"#, "name", "must be a text"),
            (r#"{"name":["a"]}"#, "name", "must be a text"),
            (r#"{"name":"a","inner":{"count":300}}"#, "inner.count", "must be a whole number between 0 and 255"),
            (r#"{"name":"a","inner":{"count":-1}}"#, "inner.count", "must be a whole number between 0 and 255"),
            (r#"{"name":"a","inner":{"count":1.5}}"#, "inner.count", "must be a whole number between 0 and 255"),
            (r#"{"name":"a","inner":{"count":"1"}}"#, "inner.count", "must be a whole number between 0 and 255"),
            (r#"{"name":"a","inner":{}}"#, "inner.count", "is required"),
            (r#"{"name":"a","inner":7}"#, "inner", "must be an object"),
            (r#"{"name":"a","list":{}}"#, "list", "must be a list"),
            (r#"{"name":"a","list":[{"count":1},{}]}"#, "list[1].count", "is required"),
            (r#"{"name":"a","on":"yes"}"#, "on", "must be true or false"),
            (r#"{"name":"a","rate":"1"}"#, "rate", "must be a number"),
            (r#"{"name":"a","word":"three"}"#, "word", "must be `one` or `two`"),
            (r#"{"name":"a","name":"b"}"#, "name", "may be given only once"),
            (r#"{"name":"a","inner":{"count":1,"count":1}}"#, "inner.count", "may be given only once"),
            (r#"{"name":"a","color":1,"color":2}"#, "color", "may be given only once"),
            (r#"{"name":"a","other":1}"#, "other", "is not known here"),
            (r#"{"name":"a","inner":{"count":1,"color":1}}"#, "inner.color", "is not known here"),
            (r#"{"name":"a","list":[{"count":1,"x":1}]}"#, "list[0].x", "is not known here"),
            (r#"{"name":"a","total":"1"}"#, "total", "must be a whole number"),
            (r#"{"name":"a","total":99999999999999999999}"#, "total", "must be a whole number"),
            ("7", "body", "must be an object"),
            ("null", "body", "must be an object"),
        ] {
            assert_eq!(refused(body), (422, json!({ field: [fault] })), "{body}");
        }
    }

    #[test]
    fn all_unknown_members_are_told_at_once() {
        let (_, errors) = refused(r#"{"nmae":"a","begin":2,"name":3}"#);
        let expected =
            json!({ "nmae": ["is not known here"], "begin": ["is not known here"], "name": ["must be a text"] });
        assert_eq!(errors, expected);
    }

    #[test]
    fn members_of_the_row_have_no_effect() {
        let body = br#"{"version": 7, "name": "a", "color": {"of": ["anything"]}}"#;
        let example: Example = read(body, Some(&ROW)).expect("known");
        assert_eq!(example.name, "a");
        assert!(read::<Example>(body, None).is_err());
        // However deep: they are passed over, not read.
        let deep = format!(r#"{{"name":"a","color":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
        assert!(read::<Example>(deep.as_bytes(), Some(&ROW)).is_ok());
    }
}
