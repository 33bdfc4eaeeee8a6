//! Ticket comments. Only their existence is certain (mygadgetrepairs-api.md 12.5).

use super::{Person, Raw, created, remote};
use crate::{Error, Slot, Stamp, WireNames, lenient::Row};
use domain::RecordId;
use serde_json::Value;

/// A comment as read.
#[derive(Clone, PartialEq)]
pub struct Comment {
    /// Id.
    pub id: RecordId,
    /// Its ticket.
    pub ticket: Option<RecordId>,
    /// Text.
    pub text: Option<String>,
    /// For staff only; `None` when the account does not say. Then nobody may assume that it is hidden.
    pub internal: Option<bool>,
    /// Who wrote it.
    pub author: Option<Person>,
    /// When.
    pub created: Option<Stamp>,
    /// As sent.
    pub raw: Raw,
}

remote!(Comment, "comment", |row, id| Comment {
    id,
    ticket: row.reference("ticket", &["ticket_id", "ticketId"]),
    text: row.text(&[
        "comment",
        "text",
        "comments",
        "description",
        "message",
        "body"
    ]),
    internal: internal(row),
    author: ["user", "author", "created_by", "technician", "staff"]
        .iter()
        .find_map(|name| Person::read(row, name)),
    created: created(row).or_else(|| row.stamp(&["date"])),
    raw: Raw::new(),
});

fn internal(row: Row<'_>) -> Option<bool> {
    row.flag(&[
        "internal",
        "is_internal",
        "isInternal",
        "private",
        "is_private",
        "isPrivate",
    ])
    .or_else(|| {
        row.flag(&["public", "is_public", "isPublic", "visible_to_customer"])
            .map(|public| !public)
    })
    .or_else(|| {
        match row
            .text(&["type", "visibility"])?
            .to_ascii_lowercase()
            .as_str()
        {
            "private" | "internal" | "staff" => Some(true),
            "public" | "customer" | "external" => Some(false),
            _ => None,
        }
    })
}

/// A new comment.
#[derive(Clone, PartialEq, Eq)]
pub struct CommentWrite {
    /// The ticket.
    pub ticket: RecordId,
    /// Text.
    pub text: String,
    /// For staff only. Sent under every guessed name; whether it worked is seen by reading back.
    pub internal: bool,
}

impl std::fmt::Debug for CommentWrite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CommentWrite")
            .field("ticket", &self.ticket)
            .finish_non_exhaustive()
    }
}

impl CommentWrite {
    pub(crate) fn arguments(&self, names: &WireNames) -> Result<Vec<(String, Value)>, Error> {
        if self.text.trim().is_empty() {
            return Err(Error::invalid(
                "comment",
                "the text is empty; there is nothing to add",
            ));
        }
        let kind = if self.internal { "private" } else { "public" };
        let mut arguments = Vec::new();
        names.put(
            &mut arguments,
            Slot::CommentTicket,
            &Value::from(self.ticket.as_str()),
        );
        names.put(
            &mut arguments,
            Slot::CommentText,
            &Value::from(self.text.as_str()),
        );
        names.put(&mut arguments, Slot::CommentType, &Value::from(kind));
        names.put(
            &mut arguments,
            Slot::CommentInternal,
            &Value::from(self.internal),
        );
        names.put(
            &mut arguments,
            Slot::CommentPublic,
            &Value::from(!self.internal),
        );
        Ok(arguments)
    }
}
