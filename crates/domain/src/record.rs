//! A remote record in our words.

use crate::{Field, Kind, RecordId, Side, Value};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The filled fields of a record; an empty field is absent.
pub type Fields = BTreeMap<Field, Value>;

/// A record of one side, as last fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Where it lives.
    pub side: Side,
    /// What it is.
    pub kind: Kind,
    /// The vendor's id.
    pub id: RecordId,
    /// The record it belongs to on the same side: the contact of a task, the customer of a ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<RecordId>,
    /// The number that people use: a customer's `ref`, a ticket's `ticket_ref`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The counterpart's reference or id that our mark in this record names. Evidence, never proof.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
    /// The filled fields, native ones included.
    pub fields: Fields,
    /// Further e-mail addresses that can be read but not written (HighLevel `additionalEmails`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_emails: Vec<String>,
    /// Further numbers that can be read but not written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_phones: Vec<String>,
    /// Tags of a person; read only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// When the vendor says that it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When the vendor says that it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<Timestamp>,
}

impl Record {
    /// An empty record.
    #[must_use]
    pub const fn new(side: Side, kind: Kind, id: RecordId) -> Self {
        Self {
            side,
            kind,
            id,
            parent: None,
            reference: None,
            mark: None,
            fields: Fields::new(),
            other_emails: Vec::new(),
            other_phones: Vec::new(),
            tags: Vec::new(),
            created_at: None,
            changed_at: None,
        }
    }

    /// The text of a field, where it is filled with text.
    #[must_use]
    pub fn text(&self, field: Field) -> Option<&str> {
        self.fields.get(&field).and_then(Value::as_text)
    }

    /// Fills a field, or empties it when there is no value.
    pub fn set(&mut self, field: Field, value: Option<Value>) {
        match value {
            Some(value) => {
                self.fields.insert(field, value);
            }
            None => {
                self.fields.remove(&field);
            }
        }
    }
}
