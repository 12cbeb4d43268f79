//! Pictures of users, who have none of their own: their initials on a colour, as an SVG in a `data:` URL (RFC 2397).

use std::fmt::Write as _;

/// Backgrounds that white letters can be read on.
const COLOURS: [&str; 8] = ["0f766e", "1d4ed8", "4338ca", "6d28d9", "a21caf", "be123c", "b45309", "4d7c0f"];

/// The picture of somebody of this name.
pub fn of(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|letter| letter.is_alphanumeric()));
    let first = words.next();
    let initials = first.into_iter().chain(words.next_back()).flat_map(char::to_uppercase);
    let colour = name.chars().fold(0_usize, |sum, letter| sum.wrapping_mul(31).wrapping_add(letter as usize));
    let colour = COLOURS[colour % COLOURS.len()];
    let mut url =
        "data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'%20viewBox='0%200%2064%2064'%3E".to_owned();
    let _infallible = write!(
        url,
        "%3Crect%20width='64'%20height='64'%20fill='%23{colour}'/%3E%3Ctext%20x='32'%20y='41'%20text-anchor='middle'%20\
         font-family='sans-serif'%20font-size='26'%20fill='white'%3E"
    );
    // Letters and digits of any script, so that nothing of a name is markup.
    for byte in initials.collect::<String>().bytes() {
        let _infallible = write!(url, "%{byte:02X}");
    }
    url + "%3C/text%3E%3C/svg%3E"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_initials_are_in_the_picture_and_nothing_else_of_the_name() {
        assert!(of("jane van Doe").contains("%3E%4A%44%3C/text%3E"));
        assert!(of("Zoë").contains("%3E%5A%3C/text%3E"));
        assert!(of("\"><script> 'x'").contains("%3E%53%58%3C/text%3E"));
        assert!(of("---").contains("fill='white'%3E%3C/text%3E"));
        assert!(of("é").is_ascii());
    }
}
