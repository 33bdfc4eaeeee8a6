//! MyGadgetRepairs estimates: made, given to the customer, and answered.

use super::{Occurrence, Seen, Turn};
use serde_json::Value as Json;

pub(super) fn of(seen: &Seen<'_>) -> Vec<Occurrence> {
    let mut told = match seen.turn() {
        Turn::Created => vec![seen.tells("created")],
        Turn::Updated if seen.has_changed("answer") && !seen.after("answer").is_null() => {
            vec![seen.tells_move("answered", seen.before("answer"), seen.after("answer"))]
        }
        Turn::Updated => Vec::new(),
        Turn::Deleted | Turn::Same => return Vec::new(),
    };
    if waits(seen.after.as_ref()) && !waits(seen.before.as_ref()) {
        told.push(seen.tells_move("sent", seen.before("status"), seen.after("status")));
    }
    told
}

/// Whether the customer is to answer.
fn waits(estimate: Option<&Json>) -> bool {
    estimate.is_some_and(|view| view["is_draft"] == Json::Bool(false) && view["answer"].is_null())
}
