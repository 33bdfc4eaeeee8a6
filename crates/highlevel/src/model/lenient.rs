//! Readers that take what is understandable and leave out the rest. Only an id must be there.

use jiff::{Timestamp, civil};
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

/// An id: text, or a number as text. Blank is a fault.
pub(crate) fn id<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    as_text(&Value::deserialize(from)?)
        .filter(|text| !text.trim().is_empty())
        .ok_or_else(|| de::Error::custom("no id, expected a text that is not empty"))
}

/// Text, also from numbers and flags.
pub(crate) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(as_text(&Value::deserialize(from)?))
}

/// Yes or no, also as text or number.
pub(crate) fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<Option<bool>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Bool(flag) => Some(flag),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        Value::Number(number) => number.as_i64().map(|number| number != 0),
        _ => None,
    })
}

/// A whole number, also as text.
pub(crate) fn whole<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    })
}

/// Texts: an array, a single text, or objects with the text under `email`, `phone`, `value`, `label` or `name`
/// (the shape of `additionalEmails` is not confirmed, highlevel-api.md 7.3).
pub(crate) fn texts<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Array(items) => items.iter().filter_map(text_within).collect(),
        other => text_within(&other).into_iter().collect(),
    })
}

/// An instant: ISO 8601 with `Z` or an offset, a bare date, or milliseconds since 1970.
pub(crate) fn moment<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(as_moment(&Value::deserialize(from)?))
}

/// Anything, with null as nothing.
pub(crate) fn some<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: de::DeserializeOwned,
{
    Ok(serde_json::from_value(Value::deserialize(from)?).ok())
}

/// A list, leaving out the rows that cannot be read; for parts of a record that no decision rests on alone.
pub(crate) fn rows<'de, D, T>(from: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: de::DeserializeOwned,
{
    Ok(match Value::deserialize(from)? {
        Value::Array(items) => items
            .into_iter()
            .filter_map(|item| serde_json::from_value(item).ok())
            .collect(),
        _ => Vec::new(),
    })
}

pub(crate) fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

fn text_within(value: &Value) -> Option<String> {
    if let Value::Object(fields) = value {
        return ["email", "phone", "value", "label", "name"]
            .iter()
            .find_map(|name| fields.get(*name).and_then(as_text));
    }
    as_text(value)
}

pub(crate) fn as_moment(value: &Value) -> Option<Timestamp> {
    match value {
        Value::Number(number) => Timestamp::from_millisecond(number.as_i64()?).ok(),
        Value::String(text) => {
            let text = text.trim();
            if let Ok(at) = text.parse::<Timestamp>() {
                return Some(at);
            }
            if text.len() >= 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
                return Timestamp::from_millisecond(text.parse().ok()?).ok();
            }
            if text.len() == 10 {
                let date: civil::Date = text.parse().ok()?;
                return date
                    .to_zoned_datetime(jiff::tz::TimeZone::UTC)
                    .ok()
                    .map(|at| at.timestamp());
            }
            None
        }
        _ => None,
    }
}
