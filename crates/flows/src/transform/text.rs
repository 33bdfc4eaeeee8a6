//! Changes of texts.

use super::{Transform, plain};
use serde_json::Value as Json;

pub(super) fn apply(transform: &Transform, value: &Json) -> Result<Json, String> {
    let text = plain(value)?;
    Ok(Json::String(match transform {
        Transform::Upper => text.to_uppercase(),
        Transform::Lower => text.to_lowercase(),
        Transform::Trim => text.trim().to_owned(),
        Transform::Truncate(most) => truncated(&text, *most as usize),
        Transform::Replace(replace) if replace.from.is_empty() => {
            return Err("`replace.from` is empty; say what is to be replaced".to_owned());
        }
        Transform::Replace(replace) => text.replace(&replace.from, &replace.to),
        Transform::Digits => text.chars().filter(char::is_ascii_digit).collect(),
        Transform::Mask => masked(&text),
        _ => text,
    }))
}

pub(crate) fn truncated(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(most.saturating_sub(1)).collect();
    cut.truncate(cut.trim_end().len());
    if most > 0 {
        cut.push('…');
    }
    cut
}

/// The last four characters, the rest as dots; short texts are hidden wholly.
pub(crate) fn masked(text: &str) -> String {
    let letters: Vec<char> = text.trim().chars().collect();
    let shown = if letters.len() > 6 { 4 } else { 0 };
    let hidden = letters.len() - shown;
    "•"
        .repeat(hidden)
        .chars()
        .chain(letters[hidden..].iter().copied())
        .collect()
}
