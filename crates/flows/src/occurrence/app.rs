//! The connection to HighLevel: HT25.

use super::message::webhook;
use super::{Occurrence, Seen, known_by};
use serde_json::Value as Json;

pub(super) fn of(seen: &Seen<'_>) -> Vec<Occurrence> {
    let event = seen.sighting.event.as_deref().unwrap_or_default();
    let to = match event.to_ascii_uppercase().as_str() {
        "INSTALL" | "APPINSTALL" => "connected",
        "UNINSTALL" | "APPUNINSTALL" => "disconnected",
        _ => return Vec::new(),
    };
    let told = seen.tells_more("connection_changed", [("to", Json::from(to))]);
    vec![known_by(told, webhook(&seen.sighting.after))]
}
