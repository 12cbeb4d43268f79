//! Durations and sizes as people write them.

use std::time::Duration;

use bytesize::ByteSize;
use jiff::SignedDuration;

/// `500ms`, `30s`, `5m`, `1h 30m`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let duration = text.parse::<SignedDuration>().ok().and_then(|duration| Duration::try_from(duration).ok());
    duration.ok_or_else(|| "write a duration as 500ms, 30s or 5m".into())
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
