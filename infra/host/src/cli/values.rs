//! Durations and sizes as people write them.

use std::time::Duration;

/// `500ms`, `30s`, `5m`, or a number of seconds.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = split(text);
    let millis = match unit {
        "ms" => 1,
        "s" | "" => 1000,
        "m" | "min" => 60_000,
        _ => return Err("write a duration as 500ms, 30s or 5m".into()),
    };
    let number: u64 = number.parse().map_err(|_| "write a duration as 500ms, 30s or 5m")?;
    number.checked_mul(millis).map(Duration::from_millis).ok_or_else(|| "this is too long".into())
}

/// `64KiB`, `10MiB`, `1GiB`, or a number of bytes.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let (number, unit) = split(text);
    let shift = match unit {
        "" | "B" => 0,
        "KiB" | "K" => 10,
        "MiB" | "M" => 20,
        "GiB" | "G" => 30,
        _ => return Err("write a size as 65536, 64KiB or 10MiB".into()),
    };
    let number: u64 = number.parse().map_err(|_| "write a size as 65536, 64KiB or 10MiB")?;
    number.checked_mul(1 << shift).ok_or_else(|| "this is too large".into())
}

fn split(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        for (text, millis) in [("500ms", 500), ("30s", 30_000), ("30", 30_000), ("5m", 300_000)] {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "s", "1h30", "-1s", "1.5s", "99999999999999999999s", "18446744073709551615m"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_have_units() {
        for (text, bytes) in [("0", 0), ("512", 512), ("64KiB", 65536), ("10MiB", 10 << 20), ("1G", 1 << 30)] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for text in ["", "MiB", "1MB5", "-1", "18446744073709551615K"] {
            assert!(size(text).is_err(), "{text}");
        }
    }
}
