//! MyGadgetRepairs leads.

use super::{Occurrence, Seen, Turn};

pub(super) fn of(seen: &Seen<'_>) -> Vec<Occurrence> {
    match seen.turn() {
        Turn::Created => vec![seen.tells("created")],
        Turn::Updated | Turn::Deleted | Turn::Same => Vec::new(),
    }
}
