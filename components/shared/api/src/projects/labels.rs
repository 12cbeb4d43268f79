//! Clients and tags.

use kronos_domain::{ClientId, Instant, OrganizationId, TagId, project};
use serde::{Deserialize, Serialize};

/// Makes the shape of a label, which is nothing but a name.
macro_rules! label {
    ($(#[doc = $doc:literal] $name:ident $id:ident;)+) => {$(
        #[doc = $doc]
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub struct $name {
            /// Its id.
            pub id: $id,
            /// The tenant.
            pub organization_id: OrganizationId,
            /// What it is called.
            pub name: String,
            /// Whether it is not offered any more.
            pub is_archived: bool,
            /// Since when.
            pub archived_at: Option<Instant>,
            /// Grows by one with each change; also the `ETag`.
            pub version: i64,
            /// When it was made.
            pub created_at: Instant,
            /// When it last changed.
            pub updated_at: Instant,
            /// When it was deleted.
            pub deleted_at: Option<Instant>,
        }

        impl From<project::$name> for $name {
            fn from(label: project::$name) -> Self {
                Self {
                    id: label.id,
                    organization_id: label.organization,
                    name: label.name,
                    is_archived: label.archived_at.is_some(),
                    archived_at: label.archived_at,
                    version: label.version,
                    created_at: label.created_at,
                    updated_at: label.updated_at,
                    deleted_at: label.deleted_at,
                }
            }
        }
    )+};
}

label! {
    /// Somebody for whom work is done.
    Client ClientId;
    /// A mark on entries.
    Tag TagId;
}

/// Body of `POST .../clients` and `POST .../tags`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreateLabel {
    /// UUIDv7 of the client's own choice, which makes the request idempotent. Empty or of another version, it counts as none.
    pub id: Option<String>,
    /// 1 to 255 characters.
    pub name: String,
    /// Default `false`.
    pub is_archived: Option<bool>,
    /// RFC 3339; since when it is archived. Archives it, too, unless `is_archived` is `false`.
    pub archived_at: Option<String>,
}

/// Body of `PUT` and `PATCH .../clients/{client}` and `.../tags/{tag}`. With both methods, what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct UpdateLabel {
    /// 1 to 255 characters.
    pub name: Option<String>,
    /// Whether it is not offered any more. It decides when it contradicts `archived_at`.
    pub is_archived: Option<bool>,
    /// RFC 3339; since when it is archived, or `null`.
    #[serde(deserialize_with = "crate::present")]
    pub archived_at: Option<Option<String>>,
}
