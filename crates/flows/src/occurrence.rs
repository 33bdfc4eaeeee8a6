//! A trigger that happened, derived from what was seen.

use crate::{Cause, Sighting};
use jiff::Timestamp;
use mapping::{Rules, Setting};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// A trigger that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Occurrence {
    /// The trigger's id, such as `mygadgetrepairs.ticket.ready`.
    pub trigger: String,
    /// Unique for the event and the same whenever it is derived.
    pub key: String,
    /// When it happened.
    pub at: Timestamp,
    /// What the record is: `mygadgetrepairs.ticket` …
    pub source: String,
    /// The vendor's id of the record.
    pub record: String,
    /// `before`, `after`, `changed`, `from`, `to` and what else belongs to the trigger, in the words users see.
    pub facts: Json,
    /// Who brought it about.
    pub cause: Cause,
}

/// What happened according to a sighting. Nothing for one that was seen while history was loaded.
#[must_use]
pub fn occurrences(sighting: &Sighting, setting: &Setting, rules: &Rules) -> Vec<Occurrence> {
    if sighting.history {
        return Vec::new();
    }
    let _ = (setting, rules);
    let verb = match (&sighting.before, &sighting.after) {
        (None, Some(_)) => "created",
        (Some(before), Some(after)) if before != after => "updated",
        (Some(_), None) => "deleted",
        _ => return Vec::new(),
    };
    let trigger = format!("{}.{verb}", sighting.source);
    vec![Occurrence {
        key: format!("{}:{trigger}", sighting.seq),
        trigger,
        at: sighting.at,
        source: sighting.source.clone(),
        record: sighting.record.clone(),
        facts: serde_json::json!({"before": sighting.before, "after": sighting.after}),
        cause: sighting.cause.clone(),
    }]
}
