//! What a run would do, counted.

use domain::{Kind, Side};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is done to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Deed {
    /// A record is made.
    Create,
    /// Fields of a record are changed.
    Update,
    /// A record is deleted.
    Delete,
    /// A link is taken off; counted on the side of the survivor.
    Unlink,
}

/// What a run would do, counted by deed, side and kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    counts: BTreeMap<(Deed, Side, Kind), u64>,
}

impl Plan {
    /// Counts deeds.
    pub fn add(&mut self, deed: Deed, side: Side, kind: Kind, number: u64) {
        *self.counts.entry((deed, side, kind)).or_default() += number;
    }

    /// How many of one sort.
    #[must_use]
    pub fn count(&self, deed: Deed, side: Side, kind: Kind) -> u64 {
        self.counts.get(&(deed, side, kind)).copied().unwrap_or(0)
    }

    /// How many of a deed in all.
    #[must_use]
    pub fn total(&self, deed: Deed) -> u64 {
        self.counts
            .iter()
            .filter(|((one, _, _), _)| *one == deed)
            .map(|(_, number)| number)
            .sum()
    }

    /// Everything that is counted, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Deed, Side, Kind, u64)> + '_ {
        self.counts
            .iter()
            .map(|((deed, side, kind), number)| (*deed, *side, *kind, *number))
    }

    /// Whether nothing would be done.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts.values().all(|number| *number == 0)
    }
}
