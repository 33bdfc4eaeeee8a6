//! MyGadgetRepairs estimates: made, and answered by the customer.

use super::{Occurrence, Seen, Turn};

pub(super) fn of(seen: &Seen<'_>) -> Vec<Occurrence> {
    match seen.turn() {
        Turn::Created => vec![seen.tells("created")],
        Turn::Updated if seen.has_changed("answer") && !seen.after("answer").is_null() => {
            vec![seen.tells_move("answered", seen.before("answer"), seen.after("answer"))]
        }
        Turn::Updated | Turn::Deleted | Turn::Same => Vec::new(),
    }
}
