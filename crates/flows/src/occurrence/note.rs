//! HighLevel notes: HT06 to HT08.

use super::{Occurrence, Seen, Turn};

pub(super) fn of(seen: &Seen<'_>) -> Vec<Occurrence> {
    match seen.turn() {
        Turn::Created => vec![seen.tells("created")],
        Turn::Deleted => vec![seen.tells("deleted")],
        Turn::Updated => vec![seen.tells("updated")],
        Turn::Same => Vec::new(),
    }
}
