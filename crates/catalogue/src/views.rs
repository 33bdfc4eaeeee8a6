//! What an occurrence of a trigger tells: the record before and after in the words that users see, and what changed.

use serde_json::{Map, Value as Json, json};

/// Fields of a kind of record, as flows see them (`flows::view`); of kinds that are not named the vendor's own.
const VIEWS: [(&str, &str); 14] = [
    (
        "contact",
        "id name first_name last_name email phone company address city postal_code country tags \
         no_contact no_calls no_email no_sms other_emails other_phones created changed",
    ),
    (
        "customer",
        "id reference name first_name last_name email phone mobile landline company address city \
         postal_code country group tags no_contact no_calls no_email no_sms created changed",
    ),
    (
        "task",
        "id title body due_date completed assignee contact_id created changed",
    ),
    (
        "ticket",
        "id reference title description device due_date completed status status_id status_group \
         technician technician_id opened customer_id created changed",
    ),
    ("note", "id body date author contact_id created changed"),
    (
        "comment",
        "id body date author internal ticket_id created changed",
    ),
    (
        "appointment",
        "id title description start end status cancelled deleted calendar_id staff place contact_id \
         created changed",
    ),
    (
        "counter_appointment",
        "id title description start end status cancelled staff place customer_id created changed",
    ),
    (
        "opportunity",
        "id name status pipeline_id stage_id value contact_id assignee source created",
    ),
    (
        "message",
        "id body subject channel direction status contact_id conversation_id user_id date",
    ),
    (
        "reminder",
        "id title body due_date completed status assignee customer_id ticket_id created",
    ),
    (
        "invoice",
        "id number ticket_id ticket_reference customer_id total paid balance status is_paid is_refunded \
         due_date created",
    ),
    (
        "estimate",
        "id number ticket_id ticket_reference customer_id total status is_draft answer sent created",
    ),
    (
        "lead",
        "id reference name email phone title description status customer_id created",
    ),
];

/// The schema of an occurrence that tells these facts of a kind of record.
pub(crate) fn occurrence(kind: &str, facts: &[String]) -> Result<Json, String> {
    let mut properties = Map::new();
    for name in ["trigger", "record", "source"] {
        properties.insert(name.to_owned(), json!({ "type": "string" }));
    }
    properties.insert(
        "at".to_owned(),
        json!({ "type": "string", "format": "date-time" }),
    );
    for fact in facts {
        let schema = match fact.as_str() {
            "before" | "after" => view(kind),
            "changed" | "added" | "removed" => {
                json!({ "type": "array", "items": { "type": "string" } })
            }
            "from" | "from_id" | "from_group" | "to" | "to_id" | "to_group" => json!({}),
            "since" | "due_at" => json!({ "type": "string", "format": "date-time" }),
            other => return Err(format!("`{other}` is no fact of an occurrence")),
        };
        properties.insert(fact.clone(), schema);
    }
    Ok(json!({ "type": "object", "properties": properties }))
}

/// A record as it is shown; of kinds that are not synced, as the vendor has it.
fn view(kind: &str) -> Json {
    let named = VIEWS.iter().find(|(name, _)| *name == kind);
    let fields = named.map_or("", |(_, fields)| fields).split_whitespace();
    let properties: Map<_, _> = fields.map(|field| (field.to_owned(), json!({}))).collect();
    json!({ "type": ["object", "null"], "properties": properties })
}
