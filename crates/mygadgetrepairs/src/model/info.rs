//! The shop's profile (mygadgetrepairs-api.md 12.2). Its fields are unknown.

use super::Raw;
use crate::lenient::Row;
use serde_json::Value;

/// `GET /info`.
#[derive(Clone, PartialEq)]
pub struct Info {
    /// The shop's name, where one was found.
    pub name: Option<String>,
    /// IANA zone, where one was found.
    pub time_zone: Option<String>,
    /// Country, where one was found.
    pub country: Option<String>,
    /// As sent.
    pub raw: Raw,
}

impl Info {
    /// Reads an object, or a list of one; anything else is an empty profile, since the fields are unknown
    /// and the call serves as a connection test.
    pub(crate) fn from_raw(value: Value) -> Self {
        let raw = match value {
            Value::Object(map) => map,
            Value::Array(items) => match items.into_iter().next() {
                Some(Value::Object(map)) => map,
                _ => Raw::new(),
            },
            _ => Raw::new(),
        };
        let row = Row(&raw);
        Self {
            name: row.text(&[
                "name",
                "shop_name",
                "shopName",
                "company",
                "business_name",
                "title",
            ]),
            time_zone: row.text(&["timezone", "time_zone", "timeZone"]),
            country: row.label("country"),
            raw,
        }
    }
}

impl std::fmt::Debug for Info {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Info")
            .field("fields", &self.raw.len())
            .finish_non_exhaustive()
    }
}
