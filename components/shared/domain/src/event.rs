//! Events: what happened to an aggregate, in the order of its versions.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{EntryId, Instant, OrganizationId, UserId};

/// What happened. The database names these when a trigger writes the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EventType {
    /// A timer was started.
    #[serde(rename = "time_entry.started")]
    Started,
    /// A running timer was stopped.
    #[serde(rename = "time_entry.stopped")]
    Stopped,
    /// A finished stretch of work was recorded.
    #[serde(rename = "time_entry.created")]
    Created,
    /// Anything else about an entry changed.
    #[serde(rename = "time_entry.updated")]
    Updated,
    /// An entry was deleted.
    #[serde(rename = "time_entry.deleted")]
    Deleted,
}

/// No event of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no event is named like that")]
pub struct UnknownEventType;

impl EventType {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Started, Self::Stopped, Self::Created, Self::Updated, Self::Deleted];

    /// As it is stored and sent.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Started => "time_entry.started",
            Self::Stopped => "time_entry.stopped",
            Self::Created => "time_entry.created",
            Self::Updated => "time_entry.updated",
            Self::Deleted => "time_entry.deleted",
        }
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for EventType {
    type Err = UnknownEventType;

    fn from_str(name: &str) -> Result<Self, UnknownEventType> {
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or(UnknownEventType)
    }
}

/// An event in the JSON format of CloudEvents 1.0, section 2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloudEvent {
    /// Always `1.0`.
    pub specversion: String,
    /// Unique together with `source`: the subject and its version, so that a repeated delivery bears the same id.
    pub id: String,
    /// The organization, as the path of its resource.
    pub source: String,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: EventType,
    /// The entry.
    pub subject: EntryId,
    /// When it happened.
    pub time: Instant,
    /// Always `application/json`.
    pub datacontenttype: String,
    /// Key of the order: events with the same one arrive in order.
    pub partitionkey: EntryId,
    /// Version of the subject after the event.
    pub sequence: String,
    /// Who did it.
    pub actor: UserId,
    /// Full state after the event.
    pub data: serde_json::Value,
}

/// An event as the outbox holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The tenant.
    pub organization: OrganizationId,
    /// What happened.
    pub kind: EventType,
    /// The entry.
    pub subject: EntryId,
    /// Version of the subject after the event.
    pub version: i64,
    /// Who did it.
    pub actor: UserId,
    /// When it happened.
    pub occurred_at: Instant,
    /// Full state after the event.
    pub data: serde_json::Value,
}

impl From<Recorded> for CloudEvent {
    fn from(event: Recorded) -> Self {
        Self {
            specversion: "1.0".into(),
            id: format!("{}/{}", event.subject, event.version),
            source: format!("/api/v1/organizations/{}", event.organization),
            kind: event.kind,
            subject: event.subject,
            time: event.occurred_at,
            datacontenttype: "application/json".into(),
            partitionkey: event.subject,
            // The `sequence` extension is a string that compares like the events are ordered.
            sequence: format!("{:020}", event.version),
            actor: event.actor,
            data: event.data,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_envelope_has_the_required_attributes() {
        let id = "01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e";
        let event = CloudEvent::from(Recorded {
            organization: id.parse().expect("an id"),
            kind: EventType::Started,
            subject: id.parse().expect("an id"),
            version: 1,
            actor: id.parse().expect("an id"),
            occurred_at: Instant::from_seconds(0),
            data: json!({"version": 1}),
        });
        assert_eq!(
            serde_json::to_value(event).expect("JSON"),
            json!({
                "specversion": "1.0",
                "id": format!("{id}/1"),
                "source": format!("/api/v1/organizations/{id}"),
                "type": "time_entry.started",
                "subject": id,
                "time": "1970-01-01T00:00:00Z",
                "datacontenttype": "application/json",
                "partitionkey": id,
                "sequence": "00000000000000000001",
                "actor": id,
                "data": {"version": 1},
            })
        );
    }

    #[test]
    fn event_types_are_read_as_written() {
        for kind in EventType::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).ok(), Some(kind.name().into()));
        }
    }
}
