//! Request ids and trace contexts.

/// Longest request id that is taken over from a client.
const MAX_REQUEST_ID: usize = 128;

/// The client's request id when it is safe to log and to answer with, otherwise one of our own.
pub fn request_id(received: Option<&[u8]>, entropy: &[u8]) -> String {
    received.and_then(safe_request_id).map_or_else(|| hex(entropy.get(..16).unwrap_or(entropy)), str::to_owned)
}

fn safe_request_id(value: &[u8]) -> Option<&str> {
    let safe = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
    let fits = !value.is_empty() && value.len() <= MAX_REQUEST_ID && value.iter().all(safe);
    if fits { std::str::from_utf8(value).ok() } else { None }
}

/// The trace context to go on with (W3C Trace Context, section 3.2): the received trace with a span of our own as the parent,
/// or a new trace that is not sampled.
pub fn traceparent(received: Option<&[u8]>, entropy: &[u8]) -> String {
    let (new_trace, span) = entropy.split_at_checked(16).unwrap_or((entropy, &[]));
    match received.and_then(parse_traceparent) {
        Some((trace, flags)) => format!("00-{trace}-{}-{flags}", hex(span)),
        None => format!("00-{}-{}-00", hex(new_trace), hex(span)),
    }
}

/// Trace id and flags. A later version may append fields after a dash, and is read as version 00.
fn parse_traceparent(value: &[u8]) -> Option<(&str, &str)> {
    let value = std::str::from_utf8(value).ok()?;
    let (head, rest) = value.split_at_checked(55)?;
    let mut parts = head.split('-');
    let (version, trace, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let lower_hex = |text: &str, length: usize| {
        text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let not_zero = |text: &str| text.bytes().any(|byte| byte != b'0');
    let valid = lower_hex(version, 2)
        && version != "ff"
        && if version == "00" { rest.is_empty() } else { rest.is_empty() || rest.starts_with('-') }
        && lower_hex(trace, 32)
        && not_zero(trace)
        && lower_hex(parent, 16)
        && not_zero(parent)
        && lower_hex(flags, 2);
    valid.then_some((trace, flags))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]).map(|digit| DIGITS[usize::from(digit)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTROPY: [u8; 24] = [7; 24];

    #[test]
    fn a_safe_request_id_is_taken_over() {
        assert_eq!(request_id(Some(b"0199-abc_DEF.1:2"), &ENTROPY), "0199-abc_DEF.1:2");
    }

    #[test]
    fn an_unsafe_request_id_is_replaced() {
        let long = [b'a'; 129];
        for unsafe_id in [&b""[..], b"a b", b"a\r\nset-cookie: x", b"<script>", b"\xff", &long] {
            assert_eq!(request_id(Some(unsafe_id), &ENTROPY), "07".repeat(16), "{unsafe_id:?}");
        }
        assert_eq!(request_id(None, &ENTROPY), "07".repeat(16));
    }

    #[test]
    fn a_trace_goes_on_under_a_new_span() {
        let received = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let expected = format!("00-4bf92f3577b34da6a3ce929d0e0e4736-{}-01", "07".repeat(8));
        assert_eq!(traceparent(Some(received), &ENTROPY), expected);
        let later = b"01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more";
        assert_eq!(traceparent(Some(later), &ENTROPY), expected);
    }

    #[test]
    fn a_malformed_trace_context_starts_a_new_trace() {
        let new = format!("00-{}-{}-00", "07".repeat(16), "07".repeat(8));
        for malformed in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        ] {
            assert_eq!(traceparent(Some(malformed.as_bytes()), &ENTROPY), new, "{malformed}");
        }
    }
}
