//! HighLevel tasks: HT09 to HT13.

use super::{Occurrence, Seen, Turn};
use serde_json::Value as Json;

/// What a person edits of a task.
const EDITED: [&str; 4] = ["title", "body", "due_date", "assignee"];

pub(super) fn of(seen: &Seen<'_>) -> Vec<Occurrence> {
    match seen.turn() {
        Turn::Created => vec![seen.tells("created")],
        Turn::Deleted => vec![seen.tells("deleted")],
        Turn::Updated if seen.before.is_none() => {
            // Not known before, and the vendor says that it was completed.
            let completed = seen.sighting.event.as_deref() == Some("TaskComplete");
            completed
                .then(|| seen.tells("completed"))
                .into_iter()
                .collect()
        }
        Turn::Updated if seen.has_changed("completed") => {
            let done = *seen.after("completed") == Json::Bool(true);
            vec![seen.tells(if done { "completed" } else { "reopened" })]
        }
        Turn::Updated if seen.any_changed(&EDITED) => vec![seen.tells("edited")],
        Turn::Updated | Turn::Same => Vec::new(),
    }
}
