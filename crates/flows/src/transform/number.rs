//! Changes of numbers.

use super::{FormatNumber, Transform, plain};
use serde_json::Value as Json;

pub(super) fn apply(transform: &Transform, value: &Json) -> Result<Json, String> {
    let number = read(value)?;
    match transform {
        Transform::Round(decimals) => json(rounded(number, *decimals)),
        Transform::Add(more) => json(number + more),
        Transform::Multiply(times) => json(number * times),
        Transform::FormatNumber(format) => Ok(Json::String(written(number, format))),
        _ => json(number),
    }
}

/// Reads a number, out of a text with a currency sign and separators too: `£1,234.50`, `1.234,50 €`.
pub(crate) fn read(value: &Json) -> Result<f64, String> {
    if let Some(number) = value.as_f64() {
        return Ok(number);
    }
    let text = plain(value)?;
    let kept: String = text
        .chars()
        .filter(|c| c.is_ascii_digit() || "+-.,".contains(*c))
        .collect();
    let point = match (kept.rfind('.'), kept.rfind(',')) {
        (Some(dot), Some(comma)) => Some(if dot > comma { '.' } else { ',' }),
        // A dot alone separates decimals, as in JSON; a comma alone does unless three digits follow.
        (Some(_), None) if kept.matches('.').count() == 1 => Some('.'),
        (None, Some(at)) if kept.matches(',').count() == 1 && !thousands(&kept, at) => Some(','),
        _ => None,
    };
    let plain: String = kept
        .chars()
        .filter_map(|c| match c {
            '.' | ',' if Some(c) == point => Some('.'),
            '.' | ',' => None,
            other => Some(other),
        })
        .collect();
    plain
        .parse::<f64>()
        .ok()
        .filter(|number| number.is_finite())
        .ok_or_else(|| "is not a number; it must be written like 12.50".to_owned())
}

fn thousands(text: &str, at: usize) -> bool {
    text.len() - at - 1 == 3
}

pub(crate) fn json(number: f64) -> Result<Json, String> {
    // Whole numbers stay whole: `3`, not `3.0`.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "within the range in which every whole number is exact"
    )]
    if number.fract() == 0.0 && number.abs() < 9.0e15 {
        return Ok(Json::from(number as i64));
    }
    serde_json::Number::from_f64(number)
        .map(Json::Number)
        .ok_or_else(|| "the number is too large".to_owned())
}

pub(crate) fn rounded(number: f64, decimals: u32) -> f64 {
    let scale = 10_f64.powi(i32::try_from(decimals.min(12)).unwrap_or(12));
    let scaled = number * scale;
    if scaled.is_finite() {
        scaled.round() / scale
    } else {
        number
    }
}

pub(crate) fn written(number: f64, format: &FormatNumber) -> String {
    let decimals = format.decimals.min(12) as usize;
    let text = format!("{:.decimals$}", rounded(number, format.decimals).abs());
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push_str(&format.thousands);
        }
        grouped.push(digit);
    }
    let negative = number < 0.0 && text.chars().any(|c| c.is_ascii_digit() && c != '0');
    let sign = if negative { "-" } else { "" };
    if rest.is_empty() {
        format!("{sign}{grouped}")
    } else {
        format!("{sign}{grouped}{}{rest}", format.point)
    }
}
