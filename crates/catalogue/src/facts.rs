//! What the vendors' documents say of a call, as facts: a line of the data files, made by `cargo run -p xtask -- catalogue`.

use crate::shape::{Members, Shape};
use serde::{Deserialize, Serialize};

/// One call of a vendor.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Its id: `contacts.get-contact`, `v3.contacts.get-contact`, `ticket_member.put`.
    pub id: String,
    /// The method.
    #[serde(rename = "m")]
    pub method: String,
    /// The path, with `{name}` for what is filled in.
    #[serde(rename = "p")]
    pub path: String,
    /// Parameters in the path.
    #[serde(rename = "in", default, skip_serializing_if = "no_members")]
    pub inside: Members,
    /// Parameters in the query.
    #[serde(rename = "q", default, skip_serializing_if = "no_members")]
    pub query: Members,
    /// The body; nothing where there is none.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Shape>,
    /// How the body is written, where that is not JSON.
    #[serde(rename = "c", default, skip_serializing_if = "Encoding::is_json")]
    pub encoding: Encoding,
    /// The answer, where the core needs it.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Shape>,
    /// The permissions that are asked for.
    #[serde(rename = "s", default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// The `Version` header's values; the first is sent.
    #[serde(rename = "v", default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<String>,
    /// The kinds of token that are taken, by the documents' names.
    #[serde(rename = "k", default, skip_serializing_if = "Vec::is_empty")]
    pub tokens: Vec<String>,
    /// Whether the vendor calls it outdated.
    #[serde(rename = "d", default, skip_serializing_if = "is_false")]
    pub deprecated: bool,
    /// Where the vendor's documents do not say that this verb works (MyGadgetRepairs).
    #[serde(rename = "g", default, skip_serializing_if = "is_false")]
    pub guessed: bool,
}

/// A webhook event of HighLevel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventFacts {
    /// The event's name.
    pub event: String,
    /// The permission that it needs.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// What it carries.
    #[serde(rename = "b")]
    pub body: Shape,
}

/// How a body is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// As JSON.
    #[default]
    Json,
    /// As a form, percent-encoded.
    Form,
    /// In parts, with files.
    Multipart,
}

impl Encoding {
    #[allow(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde asks for a reference"
    )]
    fn is_json(&self) -> bool {
        *self == Self::Json
    }
}

fn no_members(members: &Members) -> bool {
    members.0.is_empty()
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
const fn is_false(value: &bool) -> bool {
    !*value
}
