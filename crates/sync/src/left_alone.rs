//! What a person said is left alone: neither it nor a counterpart is written, and what belongs to it stands and falls
//! with it.

use domain::{Kind, RecordId, Side};
use std::collections::BTreeSet;

/// The records that a person said are left alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftAlone(BTreeSet<(Side, Kind, RecordId)>);

/// A record with those that it stands and falls with.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// Where it lives.
    pub side: Side,
    /// What it is.
    pub kind: Kind,
    /// Its id.
    pub id: &'a RecordId,
    /// The record with which it is linked.
    pub counterpart: Option<&'a RecordId>,
    /// The person that it belongs to.
    pub parent: Option<&'a RecordId>,
    /// The one with whom that person is linked.
    pub parents_counterpart: Option<&'a RecordId>,
}

impl LeftAlone {
    /// These.
    #[must_use]
    pub fn new(records: impl IntoIterator<Item = (Side, Kind, RecordId)>) -> Self {
        Self(records.into_iter().collect())
    }

    /// Whether nothing is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a person said so of this record itself.
    #[must_use]
    pub fn names(&self, side: Side, kind: Kind, id: &RecordId) -> bool {
        !self.0.is_empty() && self.0.contains(&(side, kind, id.clone()))
    }

    /// Whether a record is left alone: it, its counterpart, or the person that it belongs to on either side.
    #[must_use]
    pub fn covers(&self, of: Standing<'_>) -> bool {
        let across = of.side.other();
        [
            Some((of.side, of.kind, of.id)),
            of.counterpart.map(|id| (across, of.kind, id)),
            of.parent.map(|id| (of.side, Kind::Contact, id)),
            of.parents_counterpart.map(|id| (across, Kind::Contact, id)),
        ]
        .into_iter()
        .flatten()
        .any(|(side, kind, id)| self.names(side, kind, id))
    }
}
