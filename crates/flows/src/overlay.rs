//! Laying one table over another.

use serde_json::Value as Json;

/// Lays `over` on `under`: tables key by key, everything else as a whole.
pub(crate) fn lay(under: &mut Json, over: &Json) {
    match (under, over) {
        (Json::Object(under), Json::Object(over)) => {
            for (key, value) in over {
                lay(under.entry(key.clone()).or_insert(Json::Null), value);
            }
        }
        (under, over) => under.clone_from(over),
    }
}

/// Where two tables say different things about the same key.
pub(crate) fn quarrel(one: &Json, other: &Json, place: &str) -> Option<String> {
    match (one, other) {
        (Json::Object(one), Json::Object(other)) => one.iter().find_map(|(key, value)| {
            let place = if place.is_empty() {
                key.clone()
            } else {
                format!("{place}.{key}")
            };
            quarrel(value, other.get(key)?, &place)
        }),
        (one, other) => (one != other).then(|| place.to_owned()),
    }
}
