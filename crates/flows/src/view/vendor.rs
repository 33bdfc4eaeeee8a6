//! Records that are not synced, out of the vendors' own JSON.

use super::lenient::{flag, text};
use super::secret;
use super::shown;
use serde_json::{Map, Value as Json};

/// A HighLevel message (highlevel-webhooks.md 5.5).
pub(super) fn message(record: &Json) -> Map<String, Json> {
    shown([
        ("id", text(record, &["messageId", "id", "emailMessageId"])),
        ("body", secret::hide(text(record, &["body"]))),
        ("subject", text(record, &["subject"])),
        ("channel", text(record, &["messageType", "type"])),
        ("direction", text(record, &["direction"])),
        ("status", text(record, &["status"])),
        ("contact_id", text(record, &["contactId"])),
        ("conversation_id", text(record, &["conversationId"])),
        ("user_id", text(record, &["userId"])),
        ("date", text(record, &["dateAdded"])),
    ])
}

/// A MyGadgetRepairs reminder (mygadgetrepairs-api.md 12.4); its fields are not documented.
pub(super) fn reminder(record: &Json) -> Map<String, Json> {
    let status = text(record, &["status.label", "status"]);
    let done = status.as_str().is_some_and(|status| {
        matches!(
            status.to_lowercase().as_str(),
            "completed" | "complete" | "done" | "closed"
        )
    });
    let completed = flag(record, &["completed", "is_completed", "done"]).unwrap_or(done);
    shown([
        ("id", text(record, &["id"])),
        (
            "title",
            secret::hide(text(record, &["subject", "title", "name"])),
        ),
        (
            "body",
            secret::hide(text(record, &["description", "notes", "text"])),
        ),
        (
            "due_date",
            text(record, &["due_date", "reminder_date", "date", "start_date"]),
        ),
        ("completed", Json::Bool(completed)),
        ("status", status),
        ("customer_id", text(record, &["customer.id", "customer_id"])),
        ("ticket_id", text(record, &["ticket.id", "ticket_id"])),
        (
            "assignee",
            text(record, &["staff.id", "technician.id", "user.id", "user_id"]),
        ),
        ("created", text(record, &["created_date"])),
    ])
}

/// A MyGadgetRepairs lead; its fields are not documented.
pub(super) fn lead(record: &Json) -> Map<String, Json> {
    let mut shown = shown([
        ("id", text(record, &["id"])),
        ("reference", text(record, &["ref", "lead_ref", "lead_no"])),
        ("name", text(record, &["name", "customer.name"])),
        ("email", text(record, &["email", "customer.email"])),
        (
            "phone",
            text(record, &["mobile", "phone", "telephone", "customer.mobile"]),
        ),
        (
            "title",
            secret::hide(text(record, &["short_info", "subject", "title"])),
        ),
        (
            "description",
            secret::hide(text(record, &["description", "message"])),
        ),
        ("status", text(record, &["status.label", "status"])),
        ("customer_id", text(record, &["customer.id", "customer_id"])),
        ("created", text(record, &["created_date"])),
    ]);
    let parts = [
        text(record, &["name_parts.first_name"]),
        text(record, &["name_parts.last_name"]),
    ];
    if shown.get("name").is_none_or(Json::is_null) {
        let name: Vec<&str> = parts.iter().filter_map(Json::as_str).collect();
        if !name.is_empty() {
            shown.insert("name".to_owned(), name.join(" ").into());
        }
    }
    shown
}

/// A device: of a ticket, or a MyGadgetRepairs asset. Its numbers are masked, its passcode is not there.
pub(super) fn device(record: &Json) -> Map<String, Json> {
    let masked = |paths: &[&str]| match text(record, paths) {
        Json::String(number) => Json::String(crate::transform::text::masked(&number)),
        other => other,
    };
    shown([
        ("id", text(record, &["id", "asset_id"])),
        (
            "name",
            text(record, &["device", "name", "model.name", "model"]),
        ),
        (
            "brand",
            text(record, &["brand.name", "brand", "make", "model.make"]),
        ),
        (
            "model",
            text(record, &["model.model", "model.name", "model"]),
        ),
        ("imei", masked(&["imei", "IMEI", "imei_no"])),
        ("serial", masked(&["serial", "serial_no", "serial_number"])),
        (
            "warranty_end",
            text(
                record,
                &[
                    "warranty_end",
                    "warranty_end_date",
                    "warranty.end_date",
                    "warranty_expiry",
                ],
            ),
        ),
        (
            "next_service",
            text(
                record,
                &["next_service", "next_service_date", "service_due"],
            ),
        ),
    ])
}

/// Anything else: the vendor's JSON without secrets.
pub(super) fn any(record: &Json) -> Map<String, Json> {
    match secret::without(record) {
        Json::Object(table) => table,
        other => Map::from_iter([("value".to_owned(), other)]),
    }
}
