//! HighLevel messages: HT23 and HT24.

use super::{Occurrence, Seen, known_by};
use serde_json::Value as Json;

pub(super) fn of(seen: &Seen<'_>) -> Vec<Occurrence> {
    if seen.before.is_some() || seen.after.is_none() {
        return Vec::new();
    }
    let outbound = match seen.sighting.event.as_deref() {
        Some("InboundMessage") => false,
        Some("OutboundMessage") => true,
        _ => match seen.after("direction").as_str() {
            Some(direction) => direction.eq_ignore_ascii_case("outbound"),
            None => return Vec::new(),
        },
    };
    let verb = if outbound { "sent" } else { "received" };
    vec![known_by(seen.tells(verb), seen.after("id").as_str())]
}

/// The vendor's id of an event.
pub(super) fn webhook(record: &Option<Json>) -> Option<&str> {
    record.as_ref()?.get("webhookId")?.as_str()
}
