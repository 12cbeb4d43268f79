//! Texts to search for.

use kronos_domain::entry;

/// The pattern of `LIKE` for texts that contain this one, in whatever case.
pub(crate) fn containing(text: &str) -> String {
    let folded = entry::fold(text);
    let mut pattern = String::with_capacity(folded.len() + 2);
    pattern.push('%');
    for character in folded.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_in_a_search_stand_for_themselves_and_capitals_for_both() {
        assert_eq!(containing("50%_\\Ü"), "%50\\%\\_\\\\ü%");
    }
}
