//! Opportunities (highlevel-webhooks.md 5.4).

use super::lenient::{amount, json, text};
use super::shown;
use serde_json::{Map, Value as Json};

/// A HighLevel opportunity, out of an event or an answer of the API.
pub(super) fn opportunity(record: &Json) -> Map<String, Json> {
    shown([
        ("id", text(record, &["id", "_id"])),
        ("name", text(record, &["name"])),
        ("status", text(record, &["status"])),
        ("pipeline_id", text(record, &["pipelineId"])),
        ("stage_id", text(record, &["pipelineStageId"])),
        ("value", json(amount(record, &["monetaryValue"]))),
        ("contact_id", text(record, &["contactId", "contact.id"])),
        ("assignee", text(record, &["assignedTo"])),
        ("source", text(record, &["source"])),
        ("created", text(record, &["dateAdded", "createdAt"])),
    ])
}
