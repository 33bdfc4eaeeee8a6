//! Custom fields that a shop defined (mygadgetrepairs-api.md 12.9).

use super::{Raw, remote};
use domain::RecordId;

/// What a custom field belongs to; the `type` in `/customFields/{type}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomFieldOwner {
    /// Tickets.
    Ticket,
    /// Leads.
    Lead,
    /// Customers.
    Customer,
    /// Products.
    Product,
}

impl CustomFieldOwner {
    /// The vendor's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ticket => "ticket",
            Self::Lead => "lead",
            Self::Customer => "customer",
            Self::Product => "product",
        }
    }
}

/// A custom field's definition; its member names are inferred.
#[derive(Clone, PartialEq)]
pub struct CustomField {
    /// Number, without `cf_`.
    pub id: RecordId,
    /// Label in the shop's words.
    pub label: Option<String>,
    /// Kind of input, in the vendor's words.
    pub input: Option<String>,
    /// As sent.
    pub raw: Raw,
}

impl CustomField {
    /// The key under which records carry it, `cf_<number>`.
    #[must_use]
    pub fn key(&self) -> String {
        let id = self.id.as_str().to_ascii_lowercase();
        format!("cf_{}", id.trim_start_matches("cf_"))
    }
}

remote!(CustomField, "custom field", |row, id| CustomField {
    id,
    label: row.text(&["label", "name", "title"]),
    input: row.label("type"),
    raw: Raw::new(),
});
