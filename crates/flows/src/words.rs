//! Words for values and names, as messages use them.

use serde_json::Value as Json;

/// What sort of value this is.
pub(crate) const fn kind(value: &Json) -> &'static str {
    match value {
        Json::Null => "nothing",
        Json::Bool(_) => "yes or no",
        Json::Number(_) => "a number",
        Json::String(_) => "a text",
        Json::Array(_) => "a list",
        Json::Object(_) => "a table",
    }
}

/// The name nearest to one that does not exist, if any is near.
pub(crate) fn nearest<'a>(
    wrong: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let wrong: Vec<char> = wrong.chars().take(80).collect();
    known
        .into_iter()
        .map(|name| (distance(&wrong, name), name))
        .min()
        .filter(|(far, name)| *far <= 1 + name.len().min(wrong.len()) / 3)
        .map(|(_, name)| name)
}

/// How many letters must be changed, added or taken away.
fn distance(from: &[char], to: &str) -> usize {
    let mut row: Vec<usize> = (0..=from.len()).collect();
    for (line, letter) in to.chars().enumerate() {
        let mut corner = row[0];
        row[0] = line + 1;
        for place in 0..from.len() {
            let change = corner + usize::from(from[place] != letter);
            corner = row[place + 1];
            row[place + 1] = change.min(corner + 1).min(row[place] + 1);
        }
    }
    row[from.len()]
}

/// ` (did you mean …?)`, or nothing.
pub(crate) fn hint<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(wrong, known).map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}
