//! MyGadgetRepairs comments: MT08.

use super::{Occurrence, Seen, Turn};

pub(super) fn of(seen: &Seen<'_>) -> Vec<Occurrence> {
    match seen.turn() {
        Turn::Created => vec![seen.tells("added")],
        Turn::Updated | Turn::Deleted | Turn::Same => Vec::new(),
    }
}
