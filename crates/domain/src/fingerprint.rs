//! A short digest of a record's content, to notice change cheaply.

use crate::Record;
use serde::{Deserialize, Serialize};

/// 128 bits of BLAKE3 over everything that the sync reads of a record. Timestamps do not count: a vendor
/// may move them without any change.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(pub String);

impl Fingerprint {
    /// The digest of a record.
    #[must_use]
    pub fn of(record: &Record) -> Self {
        let mut hasher = blake3::Hasher::new();
        let mut add = |text: &str| {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        };
        add(record.kind.as_str());
        add(record.id.as_str());
        add(record.parent.as_ref().map_or("", |parent| parent.as_str()));
        add(record.reference.as_deref().unwrap_or(""));
        add(record.mark.as_deref().unwrap_or(""));
        for (field, value) in &record.fields {
            add(field.as_str());
            add(&value.to_string());
        }
        for other in record
            .other_emails
            .iter()
            .chain(&record.other_phones)
            .chain(&record.tags)
        {
            add(other);
        }
        Self(hasher.finalize().to_hex()[..32].to_owned())
    }
}
