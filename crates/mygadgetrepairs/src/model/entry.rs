//! A record of a resource that is not modelled.

use super::{Raw, changed_at, created, remote};
use crate::Stamp;
use domain::RecordId;

/// A record of any resource, as sent.
#[derive(Clone, PartialEq)]
pub struct Entry {
    /// Id.
    pub id: RecordId,
    /// When it was made.
    pub created: Option<Stamp>,
    /// When it last changed.
    pub changed: Option<Stamp>,
    /// As sent.
    pub raw: Raw,
}

remote!(Entry, "record", |row, id| Entry {
    id,
    created: created(row),
    changed: changed_at(row),
    raw: Raw::new(),
});
