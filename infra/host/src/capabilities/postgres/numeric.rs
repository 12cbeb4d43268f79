//! PostgreSQL's `numeric` on the wire: digits of base 10000.

use bytes::{BufMut as _, BytesMut};

const POSITIVE: u16 = 0x0000;
const NEGATIVE: u16 = 0x4000;
const NAN: u16 = 0xC000;
const INFINITY: u16 = 0xD000;
const NEGATIVE_INFINITY: u16 = 0xF000;
/// Digits after the point that PostgreSQL keeps.
const MAX_SCALE: i64 = 16_383;
/// Digits before it.
const MAX_WHOLE: i64 = 131_072;

/// The decimal text of a `numeric`, `None` when the bytes are not one.
pub(super) fn read(bytes: &[u8]) -> Option<String> {
    let word = |index: usize| Some(u16::from_be_bytes(bytes.get(2 * index..2 * index + 2)?.try_into().ok()?));
    let count = i32::from(word(0)?);
    let weight = i32::from(word(1)?.cast_signed());
    let sign = word(2)?;
    let scale = usize::from(word(3)?);
    match sign {
        POSITIVE | NEGATIVE => {}
        NAN => return Some("NaN".into()),
        INFINITY => return Some("Infinity".into()),
        NEGATIVE_INFINITY => return Some("-Infinity".into()),
        _ => return None,
    }
    // Groups beyond those sent are zero.
    let group = |index: i32| match usize::try_from(index) {
        Ok(position) if index < count => word(4 + position),
        _ => Some(0),
    };
    let mut text = String::new();
    if sign == NEGATIVE {
        text.push('-');
    }
    if weight < 0 {
        text.push('0');
    }
    for index in 0..=weight {
        let group = group(index)?;
        push(&mut text, group, if index == 0 { 1 } else { 4 });
    }
    if scale > 0 {
        text.push('.');
        let end = text.len() + scale;
        let mut index = weight + 1;
        while text.len() < end {
            push(&mut text, group(index)?, 4);
            index += 1;
        }
        text.truncate(end);
    }
    Some(text)
}

/// The digits of a group, `width` at least.
fn push(text: &mut String, group: u16, width: u32) {
    let digits = group.checked_ilog10().map_or(1, |log| log + 1).max(width);
    for position in (0..digits).rev() {
        text.push(char::from_digit(u32::from(group) / 10_u32.pow(position) % 10, 10).unwrap_or('0'));
    }
}

/// Writes the number that `text` spells: digits with an optional sign, point and exponent, `NaN`, or `Infinity` with an optional
/// sign. `None` when it spells none.
pub(super) fn write(text: &str, out: &mut BytesMut) -> Option<()> {
    let text = text.trim();
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (NEGATIVE, rest),
        None => (POSITIVE, text.strip_prefix('+').unwrap_or(text)),
    };
    let special = match unsigned.to_ascii_lowercase().as_str() {
        // Without a sign, as in PostgreSQL.
        "nan" if unsigned.len() == text.len() => Some(NAN),
        "inf" | "infinity" if sign == NEGATIVE => Some(NEGATIVE_INFINITY),
        "inf" | "infinity" => Some(INFINITY),
        _ => None,
    };
    if let Some(special) = special {
        put(out, &[], 0, special, 0);
        return Some(());
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.len() + fraction.len() == 0 || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).map(|b| b - b'0').collect();
    // The point stands after that many digits, before the first when negative.
    let point = i64::try_from(whole.len()).ok()? + i64::from(exponent);
    let length = i64::try_from(digits.len()).ok()?;
    let scale = (length - point).max(0);
    if scale > MAX_SCALE || point > MAX_WHOLE {
        return None;
    }
    let digit = |position: i64| usize::try_from(position).ok().and_then(|at| digits.get(at)).copied().unwrap_or(0);
    // Groups of four digits, aligned at the point.
    let first = (-point).div_euclid(4).min(-1);
    let last = scale.div_euclid(4) + 1;
    let mut groups: Vec<u16> = Vec::new();
    let mut weight = -1_i64;
    for group in first..last {
        let start = point + group * 4;
        let value = (start..start + 4).fold(0, |sum, position| sum * 10 + u16::from(digit(position)));
        if groups.is_empty() {
            if value == 0 {
                continue;
            }
            weight = -group - 1;
        }
        groups.push(value);
    }
    while groups.last() == Some(&0) {
        groups.pop();
    }
    let (weight, sign) = if groups.is_empty() { (0, POSITIVE) } else { (weight, sign) };
    put(out, &groups, i16::try_from(weight).ok()?, sign, u16::try_from(scale).ok()?);
    Some(())
}

fn put(out: &mut BytesMut, groups: &[u16], weight: i16, sign: u16, scale: u16) {
    out.put_u16(u16::try_from(groups.len()).unwrap_or(u16::MAX));
    out.put_i16(weight);
    out.put_u16(sign);
    out.put_u16(scale);
    for group in groups {
        out.put_u16(*group);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_survives() {
        for (text, expected) in [
            ("0", "0"),
            ("-0", "0"),
            ("0.00", "0.00"),
            ("1", "1"),
            ("-1.5", "-1.5"),
            ("+12345.6789", "12345.6789"),
            ("10000", "10000"),
            ("100000000", "100000000"),
            ("0.0001", "0.0001"),
            ("0.00001", "0.00001"),
            ("0.000000000001", "0.000000000001"),
            ("00012.3400", "12.3400"),
            (".5", "0.5"),
            ("5.", "5"),
            ("1e3", "1000"),
            ("1.5e-3", "0.0015"),
            ("12e-7", "0.0000012"),
            ("123456789012345678901234567890123456789.123456789", "123456789012345678901234567890123456789.123456789"),
            ("NaN", "NaN"),
            ("Infinity", "Infinity"),
            ("+inf", "Infinity"),
            ("-infinity", "-Infinity"),
        ] {
            let mut bytes = BytesMut::new();
            assert!(write(text, &mut bytes).is_some(), "{text}");
            assert_eq!(read(&bytes).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in
            ["", "-", ".", "a", "1a", "1e", "1e999999", "1e-99999", "--1", "1.2.3", "0x1", "-NaN", "+nan", "infinit"]
        {
            assert!(write(text, &mut BytesMut::new()).is_none(), "{text}");
        }
        assert_eq!(read(&[0, 1, 0, 0]), None);
    }
}
