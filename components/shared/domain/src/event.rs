//! Events: what happened to an aggregate, in the order of its versions.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Instant, OrganizationId, UserId};

/// The aggregates that have events, and what happens to them. The database names these when a trigger writes the outbox.
pub const KNOWN: &[(&str, &[&str])] = &[
    ("time_entry", &["started", "stopped", "created", "updated", "deleted", "restored"]),
    ("client", &["created", "updated", "deleted"]),
    ("project", &["created", "updated", "deleted"]),
    ("project_member", &["created", "updated", "deleted"]),
    ("task", &["created", "updated", "deleted"]),
    ("tag", &["created", "updated", "deleted"]),
    ("rate", &["created", "updated", "deleted"]),
    ("organization", &["created", "updated", "deleted"]),
    ("user", &["created", "updated"]),
    ("member", &["created", "updated", "deleted"]),
    ("invitation", &["created", "accepted", "updated", "deleted"]),
    ("team", &["created", "updated", "deleted"]),
    ("team_member", &["created", "updated", "deleted"]),
];

/// All types of events that Kronos itself records.
pub fn known() -> impl Iterator<Item = EventType> {
    KNOWN.iter().flat_map(|(aggregate, verbs)| verbs.iter().map(move |verb| EventType(format!("{aggregate}.{verb}"))))
}

/// What happened: an aggregate and a verb, such as `time_entry.started`. Both consist of lower-case letters, digits and underscores,
/// and begin with a letter.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EventType(String);

/// Not the form of an event type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an event type is an aggregate and a verb, such as `time_entry.started`")]
pub struct MalformedEventType;

impl EventType {
    /// Bytes that a type may have.
    pub const MAX_LENGTH: usize = 64;

    /// As it is stored and sent.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// To what it happened.
    pub fn aggregate(&self) -> &str {
        self.0.split_once('.').map_or("", |(aggregate, _)| aggregate)
    }

    /// What happened to it.
    pub fn verb(&self) -> &str {
        self.0.split_once('.').map_or("", |(_, verb)| verb)
    }

    /// Whether Kronos itself records such events.
    pub fn is_known(&self) -> bool {
        KNOWN.iter().any(|(aggregate, verbs)| *aggregate == self.aggregate() && verbs.contains(&self.verb()))
    }
}

fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for EventType {
    type Error = MalformedEventType;

    fn try_from(name: String) -> Result<Self, MalformedEventType> {
        match name.split_once('.') {
            Some((aggregate, verb)) if name.len() <= Self::MAX_LENGTH && is_word(aggregate) && is_word(verb) => {
                Ok(Self(name))
            }
            _ => Err(MalformedEventType),
        }
    }
}

impl FromStr for EventType {
    type Err = MalformedEventType;

    fn from_str(name: &str) -> Result<Self, MalformedEventType> {
        name.to_owned().try_into()
    }
}

impl From<EventType> for String {
    fn from(kind: EventType) -> Self {
        kind.0
    }
}

/// An event in the JSON format of CloudEvents 1.0, section 2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloudEvent {
    /// Always `1.0`.
    pub specversion: String,
    /// Unique together with `source`: the subject and its version, so that a repeated delivery bears the same id.
    pub id: String,
    /// The organization, as the path of its resource, or `/` for what belongs to none.
    pub source: String,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: EventType,
    /// To which one.
    pub subject: Uuid,
    /// When it happened.
    pub time: Instant,
    /// Always `application/json`.
    pub datacontenttype: String,
    /// Key of the order: events with the same one arrive in order.
    pub partitionkey: Uuid,
    /// The position in the outbox, in twenty digits: the `sequence` extension is a string that compares like the events of a source
    /// are ordered. Events of one subject have ascending positions.
    pub sequence: String,
    /// Who did it; none when nobody asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<UserId>,
    /// The trace of the request that caused it (the extension for distributed tracing), if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// The public state after the event; what is absent is null.
    pub data: serde_json::Value,
}

/// An event as the outbox holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Its place among all events.
    pub position: i64,
    /// The tenant; none for what belongs to none.
    pub organization: Option<OrganizationId>,
    /// What happened.
    pub kind: EventType,
    /// To which one.
    pub subject: Uuid,
    /// Version of the subject after the event.
    pub version: i64,
    /// Who did it.
    pub actor: Option<UserId>,
    /// The trace of the request.
    pub traceparent: Option<String>,
    /// When it happened.
    pub occurred_at: Instant,
    /// The public state after the event.
    pub data: serde_json::Value,
}

impl From<Recorded> for CloudEvent {
    fn from(event: Recorded) -> Self {
        Self {
            specversion: "1.0".into(),
            id: format!("{}/{}", event.subject, event.version),
            source: event.organization.map_or_else(|| "/".into(), |id| format!("/api/v1/organizations/{id}")),
            kind: event.kind,
            subject: event.subject,
            time: event.occurred_at,
            datacontenttype: "application/json".into(),
            partitionkey: event.subject,
            sequence: format!("{:020}", event.position),
            actor: event.actor,
            traceparent: event.traceparent,
            data: event.data,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e";

    fn recorded() -> Recorded {
        Recorded {
            position: 17,
            organization: ID.parse().ok(),
            kind: "time_entry.started".parse().expect("a type"),
            subject: ID.parse().expect("an id"),
            version: 1,
            actor: ID.parse().ok(),
            traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".into()),
            occurred_at: Instant::from_seconds(0),
            data: json!({"billable": true}),
        }
    }

    #[test]
    fn an_envelope_has_the_required_attributes() {
        assert_eq!(
            serde_json::to_value(CloudEvent::from(recorded())).expect("JSON"),
            json!({
                "specversion": "1.0",
                "id": format!("{ID}/1"),
                "source": format!("/api/v1/organizations/{ID}"),
                "type": "time_entry.started",
                "subject": ID,
                "time": "1970-01-01T00:00:00Z",
                "datacontenttype": "application/json",
                "partitionkey": ID,
                "sequence": "00000000000000000017",
                "actor": ID,
                "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "data": {"billable": true},
            })
        );
    }

    #[test]
    fn what_nobody_did_for_no_organization_is_an_event_as_well() {
        let event = Recorded { organization: None, actor: None, traceparent: None, ..recorded() };
        let event = serde_json::to_value(CloudEvent::from(event)).expect("JSON");
        assert_eq!(event["source"], "/");
        assert_eq!((event.get("actor"), event.get("traceparent")), (None, None));
    }

    #[test]
    fn event_types_are_read_as_written() {
        for kind in known() {
            assert_eq!(kind.name().parse(), Ok(kind.clone()));
            assert_eq!(serde_json::to_value(&kind).ok(), Some(kind.name().into()));
            assert!(kind.is_known(), "{kind}");
        }
        let other: EventType = "invoice2.sent_again".parse().expect("a type");
        assert_eq!((other.aggregate(), other.verb(), other.is_known()), ("invoice2", "sent_again", false));
    }

    #[test]
    fn what_is_not_a_type_is_refused() {
        let long = format!("a.{}", "b".repeat(63));
        for name in ["", ".", "a.", ".b", "a", "a.b.c", "A.b", "a.b-c", "1.b", "a._b", "a. b", &long] {
            assert_eq!(name.parse::<EventType>(), Err(MalformedEventType), "{name}");
        }
        assert!(long[..64].parse::<EventType>().is_ok());
    }
}
