//! Before anything is measured: do the contenders give the same answers to the same requests?

use anyhow::{Context as _, bail, ensure};
use http::Method;
use serde_json::{Value, json};

use crate::{client::Answer, contender::Contender, fixture::entry_body, stage::Stage};

/// Requests that make something new.
const CREATING: [&str; 3] = ["write", "start", "stop"];
/// What each program writes in a form of its own.
const OPAQUE: &str = "next_cursor";
/// What differs from one new thing to the next by its nature.
const OWN_VALUES: [&str; 3] = ["id", "created_at", "updated_at"];

/// Compares every contender with the first one. Header fields are compared by name: those of Kronos must all be there, so that
/// a peer does not win by sending less.
pub async fn check(stage: &Stage) -> anyhow::Result<()> {
    let Some((kronos, peers)) = stage.contenders.split_first() else { return Ok(()) };
    let expected = answers(stage, kronos).await.context("kronos does not answer as expected")?;
    for peer in peers {
        let given = answers(stage, peer).await.with_context(|| format!("{} does not answer as expected", peer.name))?;
        ensure!(expected.len() == given.len(), "{} gives another number of answers", peer.name);
        for ((what, expected), (_, given)) in expected.iter().zip(&given) {
            compare(expected, given, CREATING.contains(what))
                .with_context(|| format!("{} answers `{what}` in another way", peer.name))?;
        }
    }
    Ok(())
}

async fn answers(stage: &Stage, contender: &Contender) -> anyhow::Result<Vec<(&'static str, Answer)>> {
    let fixture = &stage.fixture;
    let entries = fixture.entries_path();
    let token = fixture.members.last().context("no members")?;
    let stranger = "/api/v1/organizations/00000000-0000-7000-8000-000000000000/time-entries";
    let mut connection = contender.connect().await?;
    let mut answers = Vec::new();
    let entry = format!("{entries}/{}", fixture.entries[0]);
    answers.push(("read", connection.get(&entry, Some(&fixture.owner)).await?));
    answers.push(("read without a token", connection.get(&entry, None).await?));
    answers.push(("read with a forged token", connection.get(&entry, Some(&forged(&fixture.owner))).await?));
    answers.push(("read of another's entry", connection.get(&entry, Some(token)).await?));
    answers.push(("list", connection.get(&format!("{entries}?limit=50"), Some(&fixture.owner)).await?));
    answers.push(("list of a stranger", connection.get(stranger, Some(&fixture.owner)).await?));
    answers.push(("report", connection.get(&fixture.report_path(), Some(&fixture.owner)).await?));
    answers.push(("write", connection.post(&entries, Some(token), &entry_body(0)).await?));
    let body = json!({ "start": "2026-03-02T09:00:00Z", "time_zone": "UTC" });
    let started = connection.post(&entries, Some(token), &body).await?;
    let id = started.json()?["data"]["id"].as_str().context("a started timer has no id")?.to_owned();
    answers.push(("start", started));
    let body = json!({ "end": "2026-03-02T10:00:00Z" }).to_string();
    answers.push(("stop", connection.send(Method::POST, &format!("{entries}/{id}/stop"), Some(token), body).await?));
    Ok(answers)
}

/// The token with another signature.
fn forged(token: &str) -> String {
    let (head, signature) = token.rsplit_once('.').unwrap_or((token, ""));
    format!("{head}.{}", signature.chars().rev().collect::<String>())
}

fn compare(expected: &Answer, given: &Answer, new: bool) -> anyhow::Result<()> {
    ensure!(expected.status == given.status, "status {} instead of {}", given.status, expected.status);
    if expected.status.is_success() {
        if let Some(difference) = difference("", new, &expected.json()?, &given.json()?) {
            bail!("{difference}");
        }
        let missing: Vec<_> = expected.headers.keys().filter(|name| !given.headers.contains_key(*name)).collect();
        ensure!(missing.is_empty(), "the header fields {missing:?} are missing");
    }
    Ok(())
}

/// The first difference, by the path to it.
fn difference(path: &str, new: bool, expected: &Value, given: &Value) -> Option<String> {
    match (expected, given) {
        (Value::Object(expected), Value::Object(given)) => {
            if let Some(name) = given.keys().find(|name| !expected.contains_key(*name)) {
                return Some(format!("{path}/{name} is too much"));
            }
            expected.iter().find_map(|(name, expected)| {
                let given = given.get(name).unwrap_or(&Value::Null);
                let own = name == OPAQUE || (new && OWN_VALUES.contains(&name.as_str()));
                if own && expected.is_string() && given.is_string() {
                    return None;
                }
                difference(&format!("{path}/{name}"), new, expected, given)
            })
        }
        (Value::Array(expected), Value::Array(given)) if expected.len() == given.len() => {
            let mut pairs = expected.iter().zip(given).enumerate();
            pairs.find_map(|(index, (expected, given))| difference(&format!("{path}/{index}"), new, expected, given))
        }
        (expected, given) if expected == given => None,
        (expected, given) => Some(format!("{path} is {given} instead of {expected}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_named_by_its_path() {
        let expected = json!({ "data": { "id": "a", "start": "x", "tags": [1, 2] } });
        let same = json!({ "data": { "id": "b", "start": "x", "tags": [1, 2] } });
        let other = json!({ "data": { "id": "b", "start": "x", "tags": [1, 3] } });
        let more = json!({ "data": { "id": "b", "start": "x", "tags": [1, 2], "more": 1 } });
        assert_eq!(difference("", true, &expected, &same), None);
        assert!(difference("", false, &expected, &same).is_some());
        assert_eq!(difference("", true, &expected, &other).as_deref(), Some("/data/tags/1 is 3 instead of 2"));
        assert_eq!(difference("", true, &expected, &more).as_deref(), Some("/data/more is too much"));
        assert_eq!(difference("", false, &json!({ OPAQUE: "a" }), &json!({ OPAQUE: "b" })), None);
        assert!(difference("", false, &json!({ OPAQUE: "a" }), &json!({ OPAQUE: null })).is_some());
    }
}
