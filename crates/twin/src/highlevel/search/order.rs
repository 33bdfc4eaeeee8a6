//! The order of search results and the place of a cursor in it (highlevel-api.md 7.7).

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::index::DateField;
use crate::highlevel::contacts::model::Contact;
use crate::highlevel::id::Id;
use crate::highlevel::refusal::Refusal;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SortField {
    Date(DateField),
    FirstName,
    LastName,
    Business,
    Email,
    Dnd,
    Source,
}

/// One sort key as a value that can be compared and put into a cursor.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Number(i64),
    Text(String),
}

impl Part {
    fn to_json(&self) -> Value {
        match self {
            Self::Number(number) => json!(number),
            Self::Text(text) => json!(text),
        }
    }

    fn from_json(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => number.as_i64().map(Self::Number),
            Value::String(text) => Some(Self::Text(text.clone())),
            _ => None,
        }
    }
}

/// Where a row stands in the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub parts: Vec<Part>,
    pub id: Id,
}

impl Place {
    /// The row's `searchAfter`.
    pub fn to_json(&self) -> Value {
        let mut values: Vec<Value> = self.parts.iter().map(Part::to_json).collect();
        values.push(json!(self.id));
        Value::Array(values)
    }
}

/// The sort keys of a request, first one first, with "descending".
#[derive(Debug, Clone)]
pub(crate) struct Order(Vec<(SortField, bool)>);

impl Order {
    /// Newest first, which is what the twin takes for the undocumented default.
    fn usual() -> Self {
        Self(vec![(SortField::Date(DateField::Added), true)])
    }

    pub fn parse(sort: Option<&Value>) -> Result<Self, Refusal> {
        let items = match sort {
            None | Some(Value::Null) => return Ok(Self::usual()),
            Some(Value::Array(items)) if items.is_empty() => return Ok(Self::usual()),
            Some(Value::Array(items)) if items.len() <= 2 => items,
            Some(_) => {
                return Err(Refusal::invalid_one(
                    "sort must be an array of at most 2 elements",
                ));
            }
        };
        let keys = items.iter().map(parse_one).collect::<Result<_, _>>()?;
        Ok(Self(keys))
    }

    /// The date that rows are kept ordered by, when the order is just that.
    pub fn single_date(&self) -> Option<(DateField, bool)> {
        match self.0.as_slice() {
            [(SortField::Date(field), descending)] => Some((*field, *descending)),
            _ => None,
        }
    }

    pub fn place(&self, contact: &Contact) -> Place {
        Place {
            parts: self
                .0
                .iter()
                .map(|(field, _)| part(*field, contact))
                .collect(),
            id: contact.id,
        }
    }

    pub fn cursor(&self, value: &Value) -> Result<Place, Refusal> {
        let bad = || Refusal::bad_request("searchAfter does not fit the sort");
        let values = value.as_array().ok_or_else(bad)?;
        let (id, parts) = values.split_last().ok_or_else(bad)?;
        let id = id.as_str().and_then(Id::parse).ok_or_else(bad)?;
        let parts: Vec<Part> = parts
            .iter()
            .map(Part::from_json)
            .collect::<Option<_>>()
            .ok_or_else(bad)?;
        if parts.len() != self.0.len() {
            return Err(bad());
        }
        Ok(Place { parts, id })
    }

    pub fn compare(&self, left: &Place, right: &Place) -> Ordering {
        let turned = |ordering: Ordering, descending: bool| {
            if descending {
                ordering.reverse()
            } else {
                ordering
            }
        };
        for ((_, descending), (left, right)) in
            self.0.iter().zip(left.parts.iter().zip(&right.parts))
        {
            let ordering = turned(left.cmp(right), *descending);
            if ordering.is_ne() {
                return ordering;
            }
        }
        let descending = self.0.first().is_some_and(|(_, descending)| *descending);
        turned(left.id.cmp(&right.id), descending)
    }
}

fn parse_one(item: &Value) -> Result<(SortField, bool), Refusal> {
    let name = item
        .get("field")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let field = match name {
        "dateAdded" => SortField::Date(DateField::Added),
        "dateUpdated" => SortField::Date(DateField::Updated),
        "firstNameLowerCase" => SortField::FirstName,
        "lastNameLowerCase" => SortField::LastName,
        "businessName" => SortField::Business,
        "email" => SortField::Email,
        "dnd" => SortField::Dnd,
        "source" => SortField::Source,
        _ => return Err(Refusal::bad_request(format!("Invalid field {name}"))),
    };
    match item.get("direction").and_then(Value::as_str) {
        Some("asc") => Ok((field, false)),
        Some("desc") => Ok((field, true)),
        _ => Err(Refusal::invalid_one(
            "direction must be one of the following values: asc, desc",
        )),
    }
}

fn part(field: SortField, contact: &Contact) -> Part {
    match field {
        SortField::Date(date) => Part::Number(date.of(contact)),
        SortField::FirstName => Part::Text(contact.first_name.to_lowercase()),
        SortField::LastName => Part::Text(contact.last_name.to_lowercase()),
        SortField::Business => Part::Text(contact.company_name.to_lowercase()),
        SortField::Email => Part::Text(contact.email.to_lowercase()),
        SortField::Dnd => Part::Number(i64::from(contact.dnd)),
        SortField::Source => Part::Text(contact.source.clone()),
    }
}
