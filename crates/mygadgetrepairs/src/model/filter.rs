//! Arguments that several lists and writes share.

use crate::{Slot, WireNames, stamp::FilterDay};
use jiff::civil::Date;
use serde_json::Value;
use std::collections::BTreeMap;

/// Narrows a list. A filter that the account does not know is ignored by it, so callers check what they get.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Free text over the list's columns. Evidence of presence, never proof of absence.
    pub search: Option<String>,
    /// Made on or after this day of the shop.
    pub created_from: Option<Date>,
    /// Made on or before this day of the shop.
    pub created_to: Option<Date>,
}

impl Filter {
    /// Free text only.
    #[must_use]
    pub fn search(text: impl Into<String>) -> Self {
        Self {
            search: Some(text.into()),
            ..Self::default()
        }
    }

    pub(crate) fn arguments(&self, names: &WireNames) -> Vec<(String, String)> {
        let mut query = Vec::new();
        for (slot, value) in [
            (Slot::Search, self.search.clone()),
            (
                Slot::CreatedFrom,
                self.created_from.map(|day| FilterDay(day).to_string()),
            ),
            (
                Slot::CreatedTo,
                self.created_to.map(|day| FilterDay(day).to_string()),
            ),
        ] {
            if let Some(value) = value {
                names.put(&mut query, slot, &value);
            }
        }
        query
    }
}

impl std::fmt::Debug for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Filter")
            .field("search", &self.search.is_some())
            .field("created_from", &self.created_from)
            .field("created_to", &self.created_to)
            .finish()
    }
}

/// Custom fields under their wire names.
pub(super) fn put_custom(
    names: &WireNames,
    arguments: &mut Vec<(String, Value)>,
    custom: Option<&BTreeMap<String, String>>,
) {
    for (field, text) in custom.into_iter().flatten() {
        arguments.push((names.custom_field(field), Value::from(text.as_str())));
    }
}
