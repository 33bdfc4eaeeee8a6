//! MyGadgetRepairs reminders: MT13 to MT15.

use super::{Occurrence, Seen, Turn};
use serde_json::Value as Json;

pub(super) fn of(seen: &Seen<'_>) -> Vec<Occurrence> {
    match seen.turn() {
        Turn::Created => vec![seen.tells("created")],
        Turn::Updated
            if seen.has_changed("completed") && *seen.after("completed") == Json::Bool(true) =>
        {
            vec![seen.tells("completed")]
        }
        Turn::Updated => vec![seen.tells("updated")],
        Turn::Deleted | Turn::Same => Vec::new(),
    }
}
