//! What templates can do with a value.

use crate::ceiling;
use crate::names::Names;
use crate::transform::{FormatNumber, number, text};
use domain::{CountryCode, normalize::phone};
use jiff::tz::TimeZone;
use minijinja::value::{Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind};
use serde_json::Value as Json;

/// The filters, for messages.
pub(super) const NAMES: [&str; 19] = [
    "upper", "lower", "trim", "title", "truncate", "replace", "digits", "mask", "default",
    "length", "first", "last", "join", "unique", "round", "number", "date", "phone", "int",
];

/// Adds them. Without names the shop's zone and country are not known; that is enough to read a template.
pub(super) fn add(environment: &mut Environment<'static>, names: Option<&Names<'_>>) {
    environment.add_filter("upper", |text: Value| {
        shown(&text).map(|text| text.to_uppercase())
    });
    environment.add_filter("lower", |text: Value| {
        shown(&text).map(|text| text.to_lowercase())
    });
    environment.add_filter("trim", |text: Value| {
        shown(&text).map(|text| text.trim().to_owned())
    });
    environment.add_filter("title", |text: Value| shown(&text).map(|text| title(&text)));
    environment.add_filter("truncate", |text: Value, most: Option<u32>| {
        shown(&text).map(|text| text::truncated(&text, most.unwrap_or(255) as usize))
    });
    environment.add_filter("replace", |value: Value, from: String, to: String| {
        replace(&value, &from, &to)
    });
    environment.add_filter("digits", |text: Value| {
        shown(&text).map(|text| {
            text.chars()
                .filter(char::is_ascii_digit)
                .collect::<String>()
        })
    });
    environment.add_filter("mask", |text: Value| {
        shown(&text).map(|text| text::masked(&text))
    });
    environment.add_filter("default", default);
    environment.add_filter("length", |value: Value| value.len().unwrap_or(0));
    environment.add_filter("first", |value: Value| ends(&value).map(|(first, _)| first));
    environment.add_filter("last", |value: Value| ends(&value).map(|(_, last)| last));
    environment.add_filter("join", |value: Value, separator: Option<String>| {
        join(&value, separator.as_deref().unwrap_or(", "))
    });
    environment.add_filter("unique", |value: Value| unique(&value));
    environment.add_filter("round", |value: Value, decimals: Option<u32>| {
        rounded(&value, decimals.unwrap_or(0))
    });
    environment.add_filter("int", |value: Value| rounded(&value, 0));
    environment.add_filter("number", |value: Value, decimals: Option<u32>| {
        let format = FormatNumber {
            decimals: decimals.unwrap_or(2),
            ..FormatNumber::default()
        };
        read(&value).map(|value| number::written(value, &format))
    });
    let zone = names.map_or(TimeZone::UTC, |names| names.calendar.zone.clone());
    environment.add_filter("date", move |value: Value, pattern: Option<String>| {
        date(&value, pattern, &zone)
    });
    let country = names
        .and_then(Names::country)
        .and_then(|country| CountryCode::parse(&country));
    environment.add_filter("phone", move |value: Value| -> Result<String, Error> {
        let text = shown(&value)?;
        Ok(country
            .as_ref()
            .and_then(|country| phone::e164(&text, country))
            .unwrap_or(text))
    });
    environment.add_test("defined", |value: Value| !value.is_undefined());
    environment.add_test("none", |value: Value| value.is_none());
    environment.add_test("filled", |value: Value| is_filled(&value));
}

fn refused(why: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, why.into())
}

/// A plain value as a text.
fn shown(value: &Value) -> Result<String, Error> {
    match value.kind() {
        ValueKind::None | ValueKind::Undefined => Ok(String::new()),
        ValueKind::String | ValueKind::Number | ValueKind::Bool => bounded(value.to_string()),
        _ => Err(refused(
            "a list or table is not a text; pick one field of it, or join the list",
        )),
    }
}

/// A text that may come out.
fn bounded(text: String) -> Result<String, Error> {
    if text.len() > ceiling::TEXT {
        return Err(refused(format!(
            "a text is longer than {} characters",
            ceiling::TEXT
        )));
    }
    Ok(text)
}

fn is_filled(value: &Value) -> bool {
    match value.kind() {
        ValueKind::None | ValueKind::Undefined => false,
        ValueKind::String => value.as_str().is_some_and(|text| !text.trim().is_empty()),
        ValueKind::Seq | ValueKind::Map => value.len().is_some_and(|items| items > 0),
        _ => true,
    }
}

fn default(value: Value, other: Option<Value>) -> Value {
    if is_filled(&value) {
        value
    } else {
        other.unwrap_or_else(|| Value::from(""))
    }
}

fn replace(value: &Value, from: &str, to: &str) -> Result<String, Error> {
    let text = shown(value)?;
    if from.is_empty() {
        return Err(refused("`replace` needs what is to be replaced"));
    }
    let longer = to
        .len()
        .saturating_sub(from.len())
        .saturating_mul(text.matches(from).count());
    if text.len().saturating_add(longer) > ceiling::TEXT {
        return Err(refused(format!(
            "a text is longer than {} characters",
            ceiling::TEXT
        )));
    }
    Ok(text.replace(from, to))
}

fn title(text: &str) -> String {
    text.split_inclusive(char::is_whitespace)
        .map(|word| {
            let mut letters = word.chars();
            let first = letters.next().into_iter().flat_map(char::to_uppercase);
            first
                .chain(letters.flat_map(char::to_lowercase))
                .collect::<String>()
        })
        .collect()
}

fn join(value: &Value, separator: &str) -> Result<String, Error> {
    let mut joined = String::new();
    for item in value.try_iter()?.take(ceiling::ITEMS) {
        let text = shown(&item)?;
        if text.is_empty() {
            continue;
        }
        if !joined.is_empty() {
            joined.push_str(separator);
        }
        joined.push_str(&text);
        joined = bounded(joined)?;
    }
    Ok(joined)
}

fn unique(value: &Value) -> Result<Vec<Value>, Error> {
    let mut kept: Vec<Value> = Vec::new();
    for item in value.try_iter()?.take(ceiling::ITEMS) {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    Ok(kept)
}

fn ends(value: &Value) -> Result<(Value, Value), Error> {
    let mut items = value.try_iter()?.take(ceiling::ITEMS);
    let first = items.next().unwrap_or_else(|| Value::from(()));
    let last = items.last().unwrap_or_else(|| first.clone());
    Ok((first, last))
}

fn read(value: &Value) -> Result<f64, Error> {
    let text = Json::String(shown(value)?);
    number::read(&text).map_err(refused)
}

fn rounded(value: &Value, decimals: u32) -> Result<Value, Error> {
    let number = number::rounded(read(value)?, decimals);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "within the range in which every whole number is exact"
    )]
    let whole =
        (number.fract() == 0.0 && number.abs() < 9.0e15).then(|| Value::from(number as i64));
    Ok(whole.unwrap_or_else(|| Value::from(number)))
}

fn date(value: &Value, pattern: Option<String>, zone: &TimeZone) -> Result<String, Error> {
    let text = shown(value)?;
    if text.trim().is_empty() {
        return Ok(String::new());
    }
    let pattern = pattern.unwrap_or_else(|| "%Y-%m-%d".to_owned());
    crate::transform::date::shown(&Json::String(text), &pattern, zone)
        .and_then(|text| {
            if text.len() > 200 {
                Err("the pattern gives too long a text".to_owned())
            } else {
                Ok(text)
            }
        })
        .map_err(refused)
}
