//! Staff (mygadgetrepairs-api.md 12.1).

use super::{Raw, reference::full_name, remote};
use domain::RecordId;

/// A member of staff.
#[derive(Clone, PartialEq)]
pub struct User {
    /// Id.
    pub id: RecordId,
    /// Name, put together.
    pub name: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// Kind of staff, such as `Technician`.
    pub kind: Option<String>,
    /// `false` for `In active`, which the vendor writes with a blank; `None` when it does not say.
    pub active: Option<bool>,
    /// As sent.
    pub raw: Raw,
}

remote!(User, "user", |row, id| User {
    id,
    name: full_name(row),
    email: row.text(&["email"]),
    kind: row.label("type"),
    active: row.label("status").and_then(|status| {
        match status.replace([' ', '-'], "").to_ascii_lowercase().as_str() {
            "active" => Some(true),
            "inactive" => Some(false),
            _ => None,
        }
    }),
    raw: Raw::new(),
});
