//! Reading what a vendor spells in more than one way (mygadgetrepairs-api.md sections 2 and 8): scalars may be texts,
//! numbers or flags, and empty things texts without content.

use crate::names::within;
use crate::transform::{filled, number};
use serde_json::Value as Json;

/// The first of the paths at which something is filled.
pub(super) fn first<'j>(record: &'j Json, paths: &[&str]) -> Option<&'j Json> {
    paths
        .iter()
        .filter_map(|path| within(record, path))
        .find(|value| filled(value))
}

/// A text, also out of a number.
pub(super) fn text(record: &Json, paths: &[&str]) -> Json {
    match first(record, paths) {
        Some(Json::String(text)) => Json::String(text.trim().to_owned()),
        Some(Json::Number(number)) => Json::String(number.to_string()),
        _ => Json::Null,
    }
}

/// An amount, also out of a text.
pub(super) fn amount(record: &Json, paths: &[&str]) -> Option<f64> {
    first(record, paths)
        .filter(|value| value.is_number() || value.is_string())
        .and_then(|value| number::read(value).ok())
}

/// Yes or no, also out of a text or a number.
pub(super) fn flag(record: &Json, paths: &[&str]) -> Option<bool> {
    match first(record, paths)? {
        Json::Bool(flag) => Some(*flag),
        Json::Number(number) => Some(number.as_f64() != Some(0.0)),
        Json::String(text) => match text.trim().to_lowercase().as_str() {
            "true" | "yes" | "y" | "1" => Some(true),
            "false" | "no" | "n" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// A number as JSON, whole where it is whole.
pub(super) fn json(number: Option<f64>) -> Json {
    number.map_or(Json::Null, |number| {
        number::json(number).unwrap_or_default()
    })
}
