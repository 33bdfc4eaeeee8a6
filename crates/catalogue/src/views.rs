//! What an occurrence of a trigger tells: the record before and after in the words that users see, and what changed.

use serde_json::{Map, Value as Json, json};

/// Fields of a kind of record, in the words of DESIGN.md and CONTRACT.md 4.
const VIEWS: [(&str, &[&str]); 13] = [
    (
        "contact",
        &[
            "id",
            "reference",
            "name",
            "first_name",
            "last_name",
            "email",
            "phone",
            "company",
            "address",
            "city",
            "postal_code",
            "country",
            "tags",
            "no_contact",
            "no_calls",
            "no_email",
            "no_sms",
        ],
    ),
    (
        "customer",
        &[
            "id",
            "reference",
            "name",
            "first_name",
            "last_name",
            "email",
            "phone",
            "mobile",
            "landline",
            "company",
            "address",
            "city",
            "postal_code",
            "country",
        ],
    ),
    (
        "task",
        &[
            "id",
            "title",
            "body",
            "due_date",
            "completed",
            "staff",
            "contact",
        ],
    ),
    (
        "ticket",
        &[
            "id",
            "reference",
            "title",
            "body",
            "status",
            "status_label",
            "status_group",
            "opened",
            "staff",
            "customer",
        ],
    ),
    ("note", &["id", "body", "author", "contact"]),
    ("comment", &["id", "body", "author", "internal", "ticket"]),
    (
        "appointment",
        &[
            "id",
            "title",
            "start",
            "end",
            "booking",
            "cancelled",
            "calendar",
            "staff",
            "place",
            "contact",
        ],
    ),
    (
        "counter_appointment",
        &[
            "id",
            "title",
            "start",
            "end",
            "cancelled",
            "staff",
            "place",
            "customer",
        ],
    ),
    ("opportunity", &[]),
    ("message", &[]),
    ("app", &[]),
    ("reminder", &[]),
    ("invoice", &[]),
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
    let fields = VIEWS
        .iter()
        .find(|(name, _)| *name == kind)
        .map_or(&[][..], |(_, fields)| fields);
    let properties: Map<_, _> = fields
        .iter()
        .map(|field| ((*field).to_owned(), json!({})))
        .collect();
    json!({ "type": ["object", "null"], "properties": properties })
}
