//! Placeholders in examples: each stands for a record or an instant of whoever runs the example.

use serde_json::Value as Json;

/// Every placeholder, and what stands in its place.
pub const PLACEHOLDERS: [(&str, &str); 33] = [
    (
        "contact",
        "a contact of HighLevel with a task, a note and an appointment",
    ),
    ("spare_contact", "a contact that may be deleted"),
    ("contact_email", "the e-mail address of `contact`"),
    ("new_email", "an e-mail address that nobody has"),
    ("business", "a business of HighLevel"),
    ("workflow", "a published automation of HighLevel"),
    ("task", "a task of `contact`"),
    ("spare_task", "a task of `contact` that may be deleted"),
    ("note", "a note of `contact`"),
    ("spare_note", "a note of `contact` that may be deleted"),
    ("appointment", "an appointment of HighLevel"),
    (
        "spare_appointment",
        "an appointment of HighLevel that may be deleted",
    ),
    ("calendar", "a calendar of HighLevel"),
    ("pipeline", "a pipeline"),
    ("stage", "a stage of `pipeline`"),
    ("opportunity", "an opportunity in `pipeline`"),
    ("free_slot", "an instant at which `calendar` is free"),
    ("free_slot_end", "half an hour later"),
    ("now_ms", "now, in milliseconds, as text"),
    ("in_30_days_ms", "30 days later, in milliseconds, as text"),
    ("now_ms_number", "now, in milliseconds"),
    ("in_7_days_ms_number", "7 days later, in milliseconds"),
    ("customer", "a customer of MyGadgetRepairs"),
    ("spare_customer", "a customer that may be deleted"),
    ("ticket", "a ticket of MyGadgetRepairs"),
    ("status", "a status of tickets"),
    ("issue_type", "an issue type"),
    ("technician", "a user of MyGadgetRepairs"),
    ("invoice", "an invoice of a ticket"),
    ("counter_appointment", "an appointment of MyGadgetRepairs"),
    (
        "spare_counter_appointment",
        "an appointment of MyGadgetRepairs that may be deleted",
    ),
    ("product", "a product of MyGadgetRepairs"),
    ("reminder", "a reminder of MyGadgetRepairs"),
];

/// The same example with its placeholders filled: those of numbers become numbers. What `given` does not know stays.
#[must_use]
pub fn fill(example: &Json, given: &dyn Fn(&str) -> Option<Json>) -> Json {
    match example {
        Json::String(text) => named(text)
            .and_then(given)
            .unwrap_or_else(|| example.clone()),
        Json::Array(items) => Json::Array(items.iter().map(|item| fill(item, given)).collect()),
        Json::Object(map) => {
            let filled = map
                .iter()
                .map(|(name, value)| (name.clone(), fill(value, given)));
            Json::Object(filled.collect())
        }
        other => other.clone(),
    }
}

/// The placeholders in an example.
#[must_use]
pub fn placeholders(example: &Json) -> Vec<String> {
    match example {
        Json::String(text) => named(text).map(str::to_owned).into_iter().collect(),
        Json::Array(items) => items.iter().flat_map(placeholders).collect(),
        Json::Object(map) => map.values().flat_map(placeholders).collect(),
        _ => Vec::new(),
    }
}

fn named(text: &str) -> Option<&str> {
    text.strip_prefix("{{")?.strip_suffix("}}")
}
