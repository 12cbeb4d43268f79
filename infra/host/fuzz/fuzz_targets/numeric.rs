//! `numeric` values survive the way between text and wire.
//!
//! The input is a text when its first byte is even, else the bytes of a value.
#![no_main]

use kronos_host::fuzzing::postgres::{read_numeric, write_numeric};
use libfuzzer_sys::fuzz_target;

/// Sign, significant digits, the power of ten of the last of them, and the digits behind the point.
#[derive(Debug, PartialEq)]
struct Number {
    is_negative: bool,
    digits: Vec<u8>,
    exponent: i64,
    scale: i64,
}

/// What a text of digits with sign, point and exponent means.
fn number(text: &str) -> Number {
    let text = text.trim();
    let (is_negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], text[at + 1..].parse::<i64>().expect("an exponent")),
        None => (text, 0),
    };
    let behind = mantissa.find('.').map_or(0, |at| mantissa.len() - at - 1);
    let mut exponent = exponent - i64::try_from(behind).expect("short");
    let scale = (-exponent).max(0);
    let digits = mantissa.bytes().filter(|byte| *byte != b'.').skip_while(|byte| *byte == b'0');
    let mut digits: Vec<_> = digits.collect();
    while digits.last() == Some(&b'0') {
        digits.pop();
        exponent += 1;
    }
    if digits.is_empty() {
        exponent = 0;
    }
    Number { is_negative: is_negative && !digits.is_empty(), digits, exponent, scale }
}

fn is_special(text: &str) -> bool {
    matches!(text, "NaN" | "Infinity" | "-Infinity")
}

/// As PostgreSQL prints numbers.
fn assert_plain(text: &str) {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    for digits in [whole, fraction] {
        assert!(!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()), "{text}");
    }
}

fn from_text(text: &str) {
    let Some(bytes) = write_numeric(text) else {
        // No plain number of moderate length is refused.
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let parts: Vec<_> = unsigned.split('.').collect();
        let plain = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        assert!(parts.len() > 2 || !parts.iter().all(plain) || text.len() > 10_000, "{text} is refused");
        return;
    };
    let read = read_numeric(&bytes).expect("what we wrote");
    assert_eq!(write_numeric(&read).as_deref(), Some(&bytes[..]), "{text}");
    if is_special(&read) {
        assert!(text.to_ascii_lowercase().contains(['n']), "{text}");
    } else {
        assert_plain(&read);
        assert_eq!(number(&read), number(text), "{text}");
    }
}

fn from_bytes(bytes: &[u8]) {
    let Some(read) = read_numeric(bytes) else { return };
    assert!(read.len() <= 5 * 32_768 + 65_536 + 2, "{} characters", read.len());
    let word = |index: usize| u16::from_be_bytes([bytes[2 * index], bytes[2 * index + 1]]);
    let is_wanting = !is_special(&read) && {
        let count = usize::from(word(0));
        word(3) > 16_383 || (4..4 + count).any(|index| bytes.len() < 2 * index + 2 || word(index) > 9999)
    };
    if is_wanting {
        return;
    }
    let again = read_numeric(&write_numeric(&read).expect("what we read")).expect("what we wrote");
    if is_special(&read) {
        assert_eq!(again, read);
    } else {
        assert_plain(&read);
        assert_eq!(number(&again), number(&read));
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((kind, rest)) = data.split_first() else { return };
    if kind % 2 == 1 {
        from_bytes(rest);
    } else if let Ok(text) = std::str::from_utf8(rest) {
        from_text(text);
    }
});
