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

/// Letters that are kept of a browser that is not known.
const AGENT: usize = 40;
/// What browsers call themselves; most claim to be others as well, so the order counts.
const BROWSERS: [(&str, &str); 8] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];
const SYSTEMS: [(&str, &str); 7] = [
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Macintosh", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

/// What a browser says of itself as people say it, such as "Firefox on Windows": enough to know one's own again. Of any
/// other program the beginning, without what a terminal or a page would take for more than text.
#[must_use]
pub fn short_agent(text: &str) -> String {
    let among = |known: &[(&str, &'static str)]| {
        let found = known.iter().find(|(word, _)| text.contains(word));
        found.map(|(_, name)| *name)
    };
    if let (Some(browser), Some(system)) = (among(&BROWSERS), among(&SYSTEMS)) {
        return format!("{browser} on {system}");
    }
    let plain = text.chars().filter(|letter| matches!(letter, ' '..='~'));
    plain.take(AGENT).collect::<String>().trim().to_owned()
}
