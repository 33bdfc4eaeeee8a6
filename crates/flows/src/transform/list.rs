//! Changes of lists, and look-up tables.

use super::{Lookup, Transform, filled, plain};
use crate::{names, words};
use serde_json::Value as Json;

pub(super) fn apply(transform: &Transform, value: Json) -> Result<Json, String> {
    if let Transform::Split(separator) = transform {
        return split(&value, separator);
    }
    let Json::Array(items) = value else {
        return Err(format!(
            "expects a list, and this is {}",
            words::kind(&value)
        ));
    };
    Ok(match transform {
        Transform::Join(separator) => {
            let texts = items.iter().filter(|item| filled(item)).map(plain);
            Json::String(texts.collect::<Result<Vec<_>, _>>()?.join(separator))
        }
        Transform::FirstFilled => items.into_iter().find(filled).unwrap_or_default(),
        Transform::First => items.into_iter().next().unwrap_or_default(),
        Transform::Last => items.into_iter().next_back().unwrap_or_default(),
        Transform::Each(path) => items
            .iter()
            .map(|item| names::within(item, path).cloned().unwrap_or_default())
            .collect(),
        _ => Json::Array(items),
    })
}

fn split(value: &Json, separator: &str) -> Result<Json, String> {
    if separator.is_empty() {
        return Err("`split` needs a separator, such as \",\"".to_owned());
    }
    let text = plain(value)?;
    let parts = text
        .split(separator)
        .map(str::trim)
        .filter(|part| !part.is_empty());
    Ok(parts.map(|part| Json::String(part.to_owned())).collect())
}

/// How many items, characters or keys.
pub(super) fn count(value: &Json) -> Json {
    let count = match value {
        Json::Null => 0,
        Json::Array(items) => items.len(),
        Json::String(text) => text.chars().count(),
        Json::Object(table) => table.len(),
        Json::Bool(_) | Json::Number(_) => 1,
    };
    Json::from(count)
}

pub(super) fn look_up(lookup: &Lookup, value: &Json) -> Result<Json, String> {
    let text = plain(value)?;
    let wanted = text.trim().to_lowercase();
    let exact = lookup.map.get(text.as_str());
    let folded = || {
        lookup
            .map
            .iter()
            .find(|(key, _)| key.trim().to_lowercase() == wanted)
            .map(|(_, value)| value)
    };
    exact
        .or_else(folded)
        .or(lookup.otherwise.as_ref())
        .cloned()
        .ok_or_else(|| {
            "the look-up table does not hold the value; add it, or say what holds `otherwise`"
                .to_owned()
        })
}
