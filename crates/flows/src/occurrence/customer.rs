//! MyGadgetRepairs customers: MT01 to MT03.

use super::contact::missing;
use super::{Occurrence, Seen, Turn};

pub(super) fn of(seen: &Seen<'_>) -> Vec<Occurrence> {
    match seen.turn() {
        Turn::Created => vec![seen.tells("created")],
        Turn::Deleted => vec![seen.tells("deleted")],
        Turn::Updated => {
            let added = missing(seen.after("tags"), seen.before("tags"));
            let removed = missing(seen.before("tags"), seen.after("tags"));
            vec![seen.tells_more(
                "updated",
                [("added", added.into()), ("removed", removed.into())],
            )]
        }
        Turn::Same => Vec::new(),
    }
}
