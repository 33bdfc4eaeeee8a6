//! What a shop defines for its tickets (mygadgetrepairs-api.md 12.5).

use super::{Raw, remote};
use domain::RecordId;

/// A ticket status of the shop.
#[derive(Clone, PartialEq)]
pub struct Status {
    /// Id, a number as a rule.
    pub id: RecordId,
    /// Label in the shop's words.
    pub label: Option<String>,
    /// As sent.
    pub raw: Raw,
}

remote!(Status, "status", |row, id| Status {
    id,
    label: row.text(&["label", "name", "title", "status"]),
    raw: Raw::new(),
});

/// An issue type of the shop.
#[derive(Clone, PartialEq)]
pub struct IssueType {
    /// Id, a number as a rule.
    pub id: RecordId,
    /// Label in the shop's words.
    pub label: Option<String>,
    /// As sent.
    pub raw: Raw,
}

remote!(IssueType, "issue type", |row, id| IssueType {
    id,
    label: row.text(&["label", "name", "title"]),
    raw: Raw::new(),
});
