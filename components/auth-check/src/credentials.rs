//! The `authorization` field (RFC 6750, section 2.1).

use crate::bindings::exports::kronos::auth::check::Problem;

/// The bearer token in the `authorization` fields of a request.
pub fn bearer(fields: &[Vec<u8>]) -> Result<&str, Problem> {
    let field = match fields {
        [] => return Err(Problem::Missing),
        [field] => std::str::from_utf8(field).map_err(|_| Problem::Malformed)?,
        _ => return Err(Problem::Malformed),
    };
    let (scheme, rest) = field.split_once(' ').unwrap_or((field, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        // Credentials of another kind are not for us; a field that is not credentials at all is a mistake.
        let is_scheme = !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        return Err(if is_scheme { Problem::Missing } else { Problem::Malformed });
    }
    let token = rest.trim_start_matches(' ');
    let characters = token.trim_end_matches('=');
    let is_token68 = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    if characters.is_empty() || !characters.bytes().all(is_token68) {
        return Err(Problem::Malformed);
    }
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fields: &[&str]) -> Result<String, Problem> {
        let fields: Vec<_> = fields.iter().map(|field| field.as_bytes().to_vec()).collect();
        bearer(&fields).map(str::to_owned)
    }

    #[test]
    fn the_scheme_ignores_case_and_spaces() {
        for field in ["Bearer a.b-c_d", "bearer a.b-c_d", "BEARER   a.b-c_d"] {
            assert!(matches!(read(&[field]).as_deref(), Ok("a.b-c_d")), "{field}");
        }
    }

    #[test]
    fn no_credentials_of_ours_are_missing() {
        for fields in [&[][..], &["Basic YTpi"], &["Digest a=b"], &["DPoP abc"]] {
            assert!(matches!(read(fields), Err(Problem::Missing)), "{fields:?}");
        }
    }

    #[test]
    fn anything_else_is_malformed() {
        let malformed = [
            &["Bearer"][..],
            &["Bearer "],
            &["Bearer\ta"],
            &["Bearer a b"],
            &["Bearer a, Bearer b"],
            &["Bearer a,b"],
            &["Bearer \"a\""],
            &["Bearer ="],
            &["Bearer é"],
            &[""],
            &[" Bearer a"],
            &["Bearer a", "Bearer a"],
            &["Bearer a", "Basic b"],
        ];
        for fields in malformed {
            assert!(matches!(read(fields), Err(Problem::Malformed)), "{fields:?}");
        }
        assert!(matches!(bearer(&[b"Bearer \xff".to_vec()]), Err(Problem::Malformed)));
    }
}
