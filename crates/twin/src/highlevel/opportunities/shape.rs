//! An opportunity as the answers show it.

use serde_json::{Value, json};

use super::Opportunity;
use crate::highlevel::date;
use crate::highlevel::world::World;

/// The whole opportunity; who or what is missing is left out. Rows of a search have no values of custom fields (highlevel-quirks.md 3.12).
pub(in crate::highlevel) fn shown(world: &World, of: &Opportunity, with_values: bool) -> Value {
    let values: Vec<Value> = of
        .custom
        .iter()
        .filter(|_| with_values)
        .map(|(id, value)| json!({ "id": id, "fieldValue": value }))
        .collect();
    let contact = world.contacts.get(of.contact).map(|contact| {
        json!({
            "id": contact.id,
            "name": contact.full_name(),
            "companyName": contact.company_name,
            "email": contact.email,
            "phone": contact.phone,
            "tags": contact.tags,
        })
    });
    let mut out = json!({
        "id": of.id,
        "name": of.name,
        "monetaryValue": of.value,
        "pipelineId": of.pipeline,
        "pipelineStageId": of.stage,
        "status": of.status,
        "source": of.source,
        "lastStatusChangeAt": date::iso(of.status_changed),
        "lastStageChangeAt": date::iso(of.stage_changed),
        "lastActionDate": date::iso(of.updated),
        "createdAt": date::iso(of.added),
        "updatedAt": date::iso(of.updated),
        "contactId": of.contact,
        "locationId": world.location.id,
        "contact": contact,
        "customFields": values,
        "followers": of.followers,
    });
    for (name, text) in [
        ("assignedTo", &of.assigned_to),
        ("lostReasonId", &of.lost_reason),
    ] {
        if !text.is_empty() {
            out[name] = json!(text);
        }
    }
    out
}
