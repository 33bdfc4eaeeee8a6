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
    let wrong: String = wrong.chars().take(80).collect();
    let letters = wrong.chars().count();
    known
        .into_iter()
        .map(|name| (strsim::levenshtein(&wrong, name), name))
        .min()
        .filter(|(far, name)| *far <= 1 + name.len().min(letters) / 3)
        .map(|(_, name)| name)
}

/// ` (did you mean …?)`, or nothing.
pub(crate) fn hint<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(wrong, known).map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}
