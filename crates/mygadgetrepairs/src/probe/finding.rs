//! What one request of the probe found.

use crate::{client::rows, error::Target, lenient, lenient::Row, page::row_key};
use http::{Answer, HeaderMap};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

/// How the account answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// It can be read.
    Found,
    /// It exists, but cannot be read (405); perhaps written, see the verbs.
    NotReadable,
    /// The account does not have it (404).
    NotOffered,
    /// The account refuses it.
    Refused {
        /// Status code.
        status: u16,
    },
    /// The answer is a fault of the server, or no list.
    Unclear {
        /// Status code.
        status: u16,
    },
}

/// One path of the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The path.
    pub path: String,
    /// How the account answered.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// Methods that the `Allow` header names; empty where none came.
    pub verbs: BTreeSet<String>,
    /// Names of the members that were seen, inner ones with a dot. No values.
    pub fields: BTreeSet<String>,
    /// Rows that came.
    pub rows: usize,
    /// The rows say when they were made.
    pub created: bool,
    /// The rows say when they last changed.
    pub changed: bool,
}

impl Finding {
    /// Whether it can be read.
    #[must_use]
    pub fn is_found(&self) -> bool {
        self.outcome == Outcome::Found
    }
}

/// Judges an answer. Also returns the keys of its rows.
pub(super) fn of(path: &str, answer: &Answer) -> (Finding, Vec<String>) {
    let status = answer.status.as_u16();
    let mut finding = Finding {
        path: path.to_owned(),
        outcome: Outcome::Unclear { status },
        verbs: verbs(&answer.headers),
        fields: BTreeSet::new(),
        rows: 0,
        created: false,
        changed: false,
    };
    finding.outcome = match status {
        200..=299 => Outcome::Found,
        404 => Outcome::NotOffered,
        405 => Outcome::NotReadable,
        // Without a feed, `/customers/updated` may be read as a customer called `updated`.
        400 if path.ends_with("/updated") => Outcome::NotOffered,
        300..=499 => Outcome::Refused { status },
        _ => Outcome::Unclear { status },
    };
    if !finding.is_found() {
        return (finding, Vec::new());
    }
    let rows = if path == "/info" {
        lenient::parse(&answer.body)
            .ok()
            .filter(|value| value.is_object() || value.is_array())
            .map(|value| vec![value])
    } else {
        rows(&answer.body, &Target::list("capability")).ok()
    };
    let Some(rows) = rows else {
        finding.outcome = Outcome::Unclear { status };
        return (finding, Vec::new());
    };
    finding.rows = rows.len();
    for row in &rows {
        note_fields(&mut finding.fields, "", row);
        if let Some(map) = row.as_object() {
            finding.created |= crate::model::created(Row(map)).is_some();
            finding.changed |= crate::model::changed_at(Row(map)).is_some();
        }
    }
    let keys = rows.iter().map(row_key).collect();
    (finding, keys)
}

fn verbs(headers: &HeaderMap) -> BTreeSet<String> {
    headers
        .get_all("allow")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split([',', ' ']))
        .filter(|verb| !verb.is_empty())
        .map(str::to_ascii_uppercase)
        .collect()
}

/// Names only, one level into objects.
fn note_fields(fields: &mut BTreeSet<String>, prefix: &str, value: &Value) {
    let Some(map) = value.as_object() else { return };
    for (name, inner) in map {
        let name = format!("{prefix}{name}");
        if prefix.is_empty() {
            note_fields(fields, &format!("{name}."), inner);
        }
        fields.insert(name);
    }
}
