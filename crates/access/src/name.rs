//! Names of users and tokens, and what is kept of a browser's own words about itself.

/// A name that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a {what}'s name is 1 to 40 letters, digits, `.`, `-`, `_` or `@`, since it is typed in commands"
)]
pub struct NameError {
    what: &'static str,
}

/// Checks a name for a user or an API token.
///
/// # Errors
/// When it is empty, too long, or holds other characters.
pub fn check_name(what: &'static str, name: &str) -> Result<(), NameError> {
    let sound = (1..=40).contains(&name.len())
        && name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || ".-_@".contains(letter))
        // A hyphen at the beginning would be taken for a flag.
        && !name.starts_with('-');
    if sound {
        Ok(())
    } else {
        Err(NameError { what })
    }
}

/// Letters that are kept of what a browser says of itself.
const AGENT: usize = 120;

/// What a browser says of itself, short and without anything that a terminal or a page would take for more than text.
#[must_use]
pub fn short_agent(text: &str) -> String {
    let plain = text.chars().filter(|letter| matches!(letter, ' '..='~'));
    plain.take(AGENT).collect::<String>().trim().to_owned()
}
