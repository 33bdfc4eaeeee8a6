//! The search over contacts (highlevel-api.md 7.7). Its results lag behind writes by up to a minute: it proves
//! neither that something is absent nor that something was written (highlevel-quirks.md 3.1).

use crate::{Cursor, draft::Draft};
use jiff::Timestamp;
use serde_json::{Value, json};

/// Longest text that the vendor takes in a query or filter.
const LONGEST_TEXT: usize = 75;

/// A condition on contacts.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter(Value);

impl Filter {
    /// The field equals the value.
    #[must_use]
    pub fn eq(field: &str, value: impl Into<Value>) -> Self {
        Self(json!({"field": field, "operator": "eq", "value": clipped(value.into())}))
    }

    /// The field differs from the value.
    #[must_use]
    pub fn not_eq(field: &str, value: impl Into<Value>) -> Self {
        Self(json!({"field": field, "operator": "not_eq", "value": clipped(value.into())}))
    }

    /// The field contains the text; names, address, company, phone, source and tags only.
    #[must_use]
    pub fn contains(field: &str, text: &str) -> Self {
        Self(json!({"field": field, "operator": "contains", "value": clipped(text.into())}))
    }

    /// The field is filled.
    #[must_use]
    pub fn exists(field: &str) -> Self {
        Self(json!({"field": field, "operator": "exists"}))
    }

    /// The field is empty.
    #[must_use]
    pub fn not_exists(field: &str) -> Self {
        Self(json!({"field": field, "operator": "not_exists"}))
    }

    /// A date field lies between two instants, both included. Either may be open.
    #[must_use]
    pub fn between(field: &str, from: Option<Timestamp>, to: Option<Timestamp>) -> Self {
        let mut value = Draft::new();
        value.put_some("gte", from.map(|at| format!("{at:.3}")).as_ref());
        value.put_some("lte", to.map(|at| format!("{at:.3}")).as_ref());
        Self(json!({"field": field, "operator": "range", "value": value.into_json()}))
    }

    /// Changed since an instant. Subtract two minutes or more from a watermark, since the index lags.
    #[must_use]
    pub fn updated_since(at: Timestamp) -> Self {
        Self::between("dateUpdated", Some(at), None)
    }

    /// A custom field equals the value; by id, since names fail (highlevel-quirks.md 3.8).
    #[must_use]
    pub fn custom_field(field_id: &str, value: impl Into<Value>) -> Self {
        Self::eq(&format!("customFields.{field_id}"), value)
    }

    /// One of the conditions holds.
    #[must_use]
    pub fn any(filters: &[Self]) -> Self {
        Self(json!({"group": "OR", "filters": list(filters)}))
    }

    /// All conditions hold.
    #[must_use]
    pub fn all(filters: &[Self]) -> Self {
        Self(json!({"group": "AND", "filters": list(filters)}))
    }
}

fn list(filters: &[Filter]) -> Vec<Value> {
    filters.iter().map(|filter| filter.0.clone()).collect()
}

fn clipped(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.chars().take(LONGEST_TEXT).collect()),
        other => other,
    }
}

/// Which way to sort.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// An order: `dateAdded`, `dateUpdated`, `email`, `firstNameLowerCase`, `lastNameLowerCase`, `businessName`,
/// `dnd` or `source`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort {
    /// The field.
    pub field: String,
    /// Which way.
    pub direction: Direction,
}

impl Sort {
    /// Smallest first.
    #[must_use]
    pub fn ascending(field: &str) -> Self {
        Self {
            field: field.to_owned(),
            direction: Direction::Ascending,
        }
    }

    /// Largest first.
    #[must_use]
    pub fn descending(field: &str) -> Self {
        Self {
            field: field.to_owned(),
            direction: Direction::Descending,
        }
    }
}

/// A search over contacts. Pages are followed by cursor, since page numbers end at 10,000 contacts
/// (highlevel-quirks.md 3.7).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContactSearch {
    /// Free text, at most 75 characters; more is cut off.
    pub query: Option<String>,
    /// Conditions; all must hold.
    pub filters: Vec<Filter>,
    /// At most two; more are left out.
    pub sort: Vec<Sort>,
    /// Rows per page, at most 500; 500 when nothing is said.
    pub page_size: Option<u32>,
    /// Where to begin.
    pub after: Option<Cursor>,
}

impl ContactSearch {
    pub(crate) fn limit(&self) -> u32 {
        self.page_size.unwrap_or(500).clamp(1, 500)
    }

    pub(crate) fn to_json(&self, location_id: &str, after: Option<&Cursor>) -> Value {
        let mut draft = Draft::new();
        draft.put("locationId", location_id);
        draft.put("pageLimit", self.limit());
        draft.put_some(
            "query",
            self.query
                .as_ref()
                .map(|text| clipped(text.clone().into()))
                .as_ref(),
        );
        if !self.filters.is_empty() {
            draft.put("filters", list(&self.filters));
        }
        if !self.sort.is_empty() {
            let sort: Vec<Value> = self
                .sort
                .iter()
                .take(2)
                .map(|sort| {
                    let direction = match sort.direction {
                        Direction::Ascending => "asc",
                        Direction::Descending => "desc",
                    };
                    json!({"field": sort.field, "direction": direction})
                })
                .collect();
            draft.put("sort", sort);
        }
        match after {
            Some(cursor) => draft.put("searchAfter", cursor.0.clone()),
            None => draft.put("page", 1),
        }
        draft.into_json()
    }
}
