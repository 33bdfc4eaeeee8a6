//! A record as people look at it: its name, and its fields in shared terms.

use crate::judge::Judge;
use crate::review::title_of;
use domain::{Kind, RecordId, Side, Timestamp, Value};
use mapping::label;
use schemars::JsonSchema;
use serde::Serialize;
use store::StoredRecord;

/// A record as people look at it. It tells of a person.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RecordCard {
    /// Where it lives.
    pub side: Side,
    /// What it is.
    pub kind: Kind,
    /// The vendor's id.
    pub id: RecordId,
    /// The number by which people know it.
    pub reference: Option<String>,
    /// Its name or title.
    pub name: Option<String>,
    /// Its filled fields, in shared terms.
    pub fields: Vec<CardField>,
    /// When the vendor says that it was made.
    #[schemars(with = "Option<String>")]
    pub created_at: Option<Timestamp>,
    /// When the vendor says that it last changed.
    #[schemars(with = "Option<String>")]
    pub changed_at: Option<Timestamp>,
    /// When it was last fetched.
    #[schemars(with = "String")]
    pub fetched_at: Timestamp,
    /// Whether the vendor no longer has it.
    pub gone: bool,
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CardField {
    /// Its name.
    pub field: &'static str,
    /// Its value.
    pub value: Value,
}

impl RecordCard {
    pub(crate) fn of(stored: &StoredRecord, judge: &Judge) -> Self {
        let record = &stored.record;
        let fields = match record.kind {
            // Notes have no shared form: what a vendor keeps is what they say.
            Kind::Note => record.fields.clone(),
            _ => judge.project(record),
        };
        let fields = fields.into_iter();
        let fields = fields.map(|(field, value)| CardField {
            field: label(record.kind, Side::HighLevel, field),
            value,
        });
        Self {
            side: record.side,
            kind: record.kind,
            id: record.id.clone(),
            reference: record.reference.clone(),
            name: title_of(record),
            fields: fields.collect(),
            created_at: record.created_at,
            changed_at: record.changed_at,
            fetched_at: stored.fetched_at,
            gone: stored.gone,
        }
    }
}
