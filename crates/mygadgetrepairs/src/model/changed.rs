//! Rows of the update feeds.

use super::{Raw, Remote, Unreadable};
use crate::lenient::{self, Row};
use domain::RecordId;
use serde_json::Value;

/// A record that an update feed names.
///
/// Whether the feeds hold whole records, ids only, or deletions too, is not known
/// (mygadgetrepairs-api.md section 14, 1), so each of these is read.
#[derive(Clone, PartialEq)]
pub struct Changed<T> {
    /// Which record.
    pub id: RecordId,
    /// The record, where the row holds more than an id and times. `None`: fetch it.
    pub record: Option<T>,
    /// The row says that the record was deleted. A hint: fetch it to be sure.
    pub deleted: bool,
    raw: Raw,
}

impl<T> std::fmt::Debug for Changed<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Changed")
            .field("id", &self.id)
            .field("whole", &self.record.is_some())
            .field("deleted", &self.deleted)
            .finish_non_exhaustive()
    }
}

/// Members that tell nothing about a record's content.
const THIN: &[&str] = &[
    "id",
    "ref",
    "ticket_ref",
    "ticket_no",
    "internal_id",
    "created_date",
    "last_updated",
    "updated_date",
    "modified_date",
    "updated_at",
    "created_at",
    "deleted",
    "is_deleted",
    "isdeleted",
    "deleted_date",
    "action",
    "type",
];

impl<T: Remote> Remote for Changed<T> {
    const NOUN: &'static str = T::NOUN;

    fn from_raw(raw: Value) -> Result<Self, Unreadable> {
        if let Some(id) = lenient::text(&raw) {
            return Ok(Self {
                id: RecordId::new(id),
                record: None,
                deleted: false,
                raw: Raw::new(),
            });
        }
        let (raw, id) = super::open(T::NOUN, raw)?;
        let row = Row(&raw);
        let deleted = row
            .flag(&["deleted", "is_deleted", "isDeleted"])
            .unwrap_or(false)
            || row.text(&["deleted_date"]).is_some()
            || row
                .text(&["action"])
                .is_some_and(|action| action.to_ascii_lowercase().starts_with("delete"));
        let whole = raw
            .keys()
            .any(|key| !THIN.iter().any(|thin| thin.eq_ignore_ascii_case(key)));
        let record = if whole {
            Some(T::from_raw(Value::Object(raw.clone()))?)
        } else {
            None
        };
        Ok(Self {
            id,
            record,
            deleted,
            raw,
        })
    }

    fn id(&self) -> &RecordId {
        &self.id
    }

    fn raw(&self) -> &Raw {
        &self.raw
    }
}
