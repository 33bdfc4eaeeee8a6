//! Every other event of HighLevel: `highlevel.event.<Event>`, as the vendor tells it, without secrets.

use super::message::webhook;
use super::{Occurrence, Seen, known_by};
use crate::trigger::EVENT;

pub(super) fn of(seen: &Seen<'_>) -> Vec<Occurrence> {
    let source = &seen.sighting.source;
    if !source.starts_with(EVENT) || seen.after.is_none() {
        return Vec::new();
    }
    let mut told = seen.tells("");
    told.trigger.clone_from(source);
    told.key = format!("{}:{source}", seen.sighting.seq);
    vec![known_by(told, webhook(&seen.sighting.after))]
}
