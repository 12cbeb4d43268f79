//! Durations and sizes as people write them.

use std::time::Duration;

use bytesize::ByteSize;
use jiff::SignedDuration;

/// The longest duration: moments are computed with it, and those far beyond have no place on a clock.
const LONGEST: Duration = Duration::from_hours(24);

/// `500ms`, `30s`, `5m`, `1h 30m`; a day at most.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let duration = text.parse::<SignedDuration>().ok().and_then(|duration| Duration::try_from(duration).ok());
    match duration {
        Some(duration) if duration <= LONGEST => Ok(duration),
        Some(_) => Err("the longest duration is 24h".into()),
        None => Err("write a duration as 500ms, 30s or 5m".into()),
    }
}

/// `64KiB`, `10MiB`, `1GiB`, or a number of bytes.
pub(super) fn size(text: &str) -> Result<u64, String> {
    text.parse::<ByteSize>().map(|size| size.as_u64()).map_err(|_| "write a size as 65536, 64KiB or 10MiB".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        for (text, millis) in [("500ms", 500), ("30s", 30_000), ("5m", 300_000), ("1h 30m", 5_400_000), ("1.5s", 1500)]
        {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "s", "30", "-1s", "99999999999999999999s"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn no_duration_is_longer_than_a_day() {
        assert_eq!(duration("24h"), Ok(Duration::from_hours(24)));
        for text in ["24h 1ns", "9223372036854775807s"] {
            assert_eq!(duration(text), Err("the longest duration is 24h".into()), "{text}");
        }
    }

    #[test]
    fn sizes_have_units() {
        for (text, bytes) in
            [("0", 0), ("512", 512), ("64KiB", 65536), ("10MiB", 10 << 20), ("1 GiB", 1 << 30), ("1MB", 1_000_000)]
        {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for text in ["", "MiB", "1MB5", "-1", "many"] {
            assert!(size(text).is_err(), "{text}");
        }
    }
}
