//! Filters of contact search: what may be asked, and whether a contact answers it (highlevel-api.md 7.7).

use serde_json::Value;

use super::field::{Field, Have};
use crate::highlevel::contacts::model::Contact;
use crate::highlevel::date;
use crate::highlevel::refusal::Refusal;

/// Longest text that a filter takes.
const LONGEST: usize = 75;

/// A filter or a group of them.
#[derive(Debug)]
pub(crate) enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Not(Box<Filter>),
    Eq(Field, Vec<String>),
    Contains(Field, String),
    Exists(Field),
    Range(Field, Range),
}

/// Bounds in milliseconds, or plain numbers for number fields.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Range {
    pub gte: Option<i64>,
    pub gt: Option<i64>,
    pub lte: Option<i64>,
    pub lt: Option<i64>,
}

impl Range {
    fn holds(&self, value: i64) -> bool {
        self.gte.is_none_or(|bound| value >= bound)
            && self.gt.is_none_or(|bound| value > bound)
            && self.lte.is_none_or(|bound| value <= bound)
            && self.lt.is_none_or(|bound| value < bound)
    }
}

/// The `filters` array of a request: all of them have to hold.
pub(crate) fn parse_all(filters: Option<&Value>) -> Result<Filter, Refusal> {
    match filters {
        None | Some(Value::Null) => Ok(Filter::All(Vec::new())),
        Some(Value::Array(items)) => Ok(Filter::All(
            items.iter().map(parse).collect::<Result<_, _>>()?,
        )),
        Some(_) => Err(Refusal::invalid_one("filters must be an array")),
    }
}

fn parse(item: &Value) -> Result<Filter, Refusal> {
    if let Some(group) = item.get("group").and_then(Value::as_str) {
        let Filter::All(inner) = parse_all(item.get("filters"))? else {
            return Err(Refusal::invalid_one("filters must be an array"));
        };
        return match group {
            "AND" => Ok(Filter::All(inner)),
            "OR" => Ok(Filter::Any(inner)),
            _ => Err(Refusal::invalid_one(
                "group must be one of the following values: AND, OR",
            )),
        };
    }
    let text = |key: &str| item.get(key).and_then(Value::as_str);
    let name = text("field").ok_or_else(|| Refusal::invalid_one("field must be a string"))?;
    let operator =
        text("operator").ok_or_else(|| Refusal::invalid_one("operator must be a string"))?;
    let field =
        Field::named(name).ok_or_else(|| Refusal::bad_request(format!("Invalid field {name}")))?;
    if !field.takes(operator) {
        return Err(Refusal::bad_request(format!(
            "Invalid operator {operator} for field {name}"
        )));
    }
    let value = item.get("value").unwrap_or(&Value::Null);
    let not = |filter| Filter::Not(Box::new(filter));
    Ok(match operator {
        "eq" | "contains_set" => Filter::Eq(field, scalars(name, value)?),
        "not_eq" => not(Filter::Eq(field, scalars(name, value)?)),
        "contains" => Filter::Contains(field, one_text(name, value)?),
        "not_contains" => not(Filter::Contains(field, one_text(name, value)?)),
        "exists" => Filter::Exists(field),
        "not_exists" => not(Filter::Exists(field)),
        _ => Filter::Range(field, range(name, value)?),
    })
}

fn scalars(name: &str, value: &Value) -> Result<Vec<String>, Refusal> {
    let one = |value: &Value| match value {
        Value::String(text) if text.chars().count() > LONGEST => Err(Refusal::invalid_one(
            format!("value of {name} must be shorter than or equal to {LONGEST} characters"),
        )),
        Value::String(text) => Ok(text.clone()),
        Value::Bool(flag) => Ok(flag.to_string()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(Refusal::invalid_one(format!(
            "value of {name} must be a string, a number or a boolean"
        ))),
    };
    match value {
        Value::Array(items) => items.iter().map(one).collect(),
        other => Ok(vec![one(other)?]),
    }
}

fn one_text(name: &str, value: &Value) -> Result<String, Refusal> {
    match scalars(name, value)?.as_slice() {
        [text] => Ok(text.to_lowercase()),
        _ => Err(Refusal::invalid_one(format!(
            "value of {name} must be a string"
        ))),
    }
}

fn range(name: &str, value: &Value) -> Result<Range, Refusal> {
    let bad = || {
        Refusal::invalid_one(format!(
            "value of {name} must be an object with gte, gt, lte or lt"
        ))
    };
    let bounds = value.as_object().ok_or_else(bad)?;
    let mut range = Range::default();
    for (key, bound) in bounds {
        let place = match key.as_str() {
            "gte" => &mut range.gte,
            "gt" => &mut range.gt,
            "lte" => &mut range.lte,
            "lt" => &mut range.lt,
            _ => return Err(bad()),
        };
        *place = Some(date::parse_bound(bound).ok_or_else(bad)?);
    }
    Ok(range)
}

impl Filter {
    pub fn holds(&self, contact: &Contact) -> bool {
        match self {
            Self::All(inner) => inner.iter().all(|filter| filter.holds(contact)),
            Self::Any(inner) => inner.iter().any(|filter| filter.holds(contact)),
            Self::Not(inner) => !inner.holds(contact),
            Self::Eq(field, wanted) => match field.of(contact) {
                Have::Nothing => false,
                Have::Text(text) => wanted.iter().any(|want| field.same(&text, want)),
                Have::Texts(texts) => texts
                    .iter()
                    .any(|text| wanted.iter().any(|want| field.same(text, want))),
                Have::Number(number) => wanted.iter().any(|want| *want == number.to_string()),
            },
            Self::Contains(field, part) => match field.of(contact) {
                Have::Text(text) => text.to_lowercase().contains(part),
                Have::Texts(texts) => texts.iter().any(|text| text.to_lowercase().contains(part)),
                Have::Nothing | Have::Number(_) => false,
            },
            Self::Exists(field) => !matches!(field.of(contact), Have::Nothing),
            Self::Range(field, range) => match field.of(contact) {
                Have::Number(number) => range.holds(number),
                _ => false,
            },
        }
    }
}
