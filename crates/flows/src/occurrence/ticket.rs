//! MyGadgetRepairs tickets: MT04 to MT07, MT09, MT10 and MT12.

use super::{Occurrence, Seen, Turn};
use serde_json::Value as Json;

pub(super) fn of(seen: &Seen<'_>) -> Vec<Occurrence> {
    match seen.turn() {
        Turn::Created => vec![seen.tells("created")],
        Turn::Deleted => vec![seen.tells("deleted")],
        Turn::Updated => updated(seen),
        Turn::Same => Vec::new(),
    }
}

fn updated(seen: &Seen<'_>) -> Vec<Occurrence> {
    let mut told = vec![seen.tells("updated")];
    if seen.has_changed("technician_id") {
        told.push(seen.tells_move(
            "technician_changed",
            seen.before("technician"),
            seen.after("technician"),
        ));
    }
    // Only a real transition: a ticket that is seen for the first time, or whose status could not be read, made none.
    if !seen.has_changed("status_id")
        || seen.before("status_id").is_null()
        || seen.after("status_id").is_null()
    {
        return told;
    }
    let groups = (seen.before("status_group"), seen.after("status_group"));
    told.push(moved(seen, "status_changed", groups));
    if groups.0 != groups.1 {
        match groups.1.as_str() {
            Some("ready") => told.push(moved(seen, "ready", groups)),
            Some("done") => told.push(moved(seen, "completed", groups)),
            _ => {}
        }
    }
    told
}

fn moved(seen: &Seen<'_>, verb: &str, groups: (&Json, &Json)) -> Occurrence {
    seen.tells_more(
        verb,
        [
            ("from", seen.before("status").clone()),
            ("to", seen.after("status").clone()),
            ("from_id", seen.before("status_id").clone()),
            ("to_id", seen.after("status_id").clone()),
            ("from_group", groups.0.clone()),
            ("to_group", groups.1.clone()),
        ],
    )
}
