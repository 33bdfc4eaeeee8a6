//! Triggers of the clock: what becomes due without anything being seen.

use crate::{BusinessHours, Occurrence, Trigger};
use jiff::Timestamp;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// A record that is watched for a trigger of the clock.
#[derive(Clone, Copy, Debug)]
pub struct Watched<'a> {
    /// What it is: `mygadgetrepairs.ticket` …
    pub source: &'a str,
    /// The vendor's id.
    pub record: &'a str,
    /// The record in the words users see, as in the scope.
    pub view: &'a Json,
    /// Since when what it is it has been: `status`, `status_group` of a ticket.
    pub since: &'a BTreeMap<String, Timestamp>,
    /// What it is linked to, as in the scope; of a missed appointment `tickets` is read.
    pub scope: &'a Json,
}

/// When a trigger of the clock is due, and what it is then.
#[derive(Clone, Debug, PartialEq)]
pub struct Due {
    /// The instant, past or to come.
    pub at: Timestamp,
    /// What happens then. Its key names the instant, so that it happens once.
    pub occurrence: Occurrence,
}

/// When a trigger of the clock is due for a record as it stands; nothing when it never is. A flow starts on it only
/// when the instant lies after the flow was switched on.
#[must_use]
pub fn due(trigger: &Trigger, watched: &Watched<'_>, calendar: &BusinessHours) -> Option<Due> {
    let _ = (trigger, watched, calendar);
    None
}
