//! The vendor's records as read, and what we write.
//!
//! Read names are snake case, written names camel case or run together (mygadgetrepairs-api.md section 8);
//! the written ones live in [`crate::WireNames`]. Every record keeps its raw JSON, so that fields that are
//! not modelled can be hashed and discovered. `Debug` shows ids only.

mod appointment;
mod changed;
mod comment;
mod consent;
mod custom_field;
mod customer;
mod entry;
mod filter;
mod info;
mod invoice;
mod reference;
mod ticket;
mod user;
mod vocabulary;

pub use appointment::{Appointment, AppointmentKind, AppointmentWrite};
pub use changed::Changed;
pub use comment::{Comment, CommentWrite};
pub use consent::OptOuts;
pub use custom_field::{CustomField, CustomFieldOwner};
pub use customer::{Address, Customer, CustomerWrite};
pub use entry::Entry;
pub use filter::Filter;
pub use info::Info;
pub use invoice::{Invoice, Payment};
pub use reference::{Labelled, Person};
pub use ticket::{Ticket, TicketWrite};
pub use user::User;
pub use vocabulary::{IssueType, Status};

use crate::{Stamp, lenient::Row};
use domain::RecordId;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A JSON object as the vendor sent it.
pub type Raw = Map<String, Value>;

/// A row that cannot be read as a record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{noun} at {path}: {problem}")]
pub struct Unreadable {
    /// `customer` and so on.
    pub noun: &'static str,
    /// Where.
    pub path: &'static str,
    /// What is wrong.
    pub problem: &'static str,
}

/// A record that the vendor keeps under an id.
pub trait Remote: Sized + Send + Sync + 'static {
    /// What people call it.
    const NOUN: &'static str;

    /// Reads a record. Only a missing id is an error; every other member may be absent or of any type.
    ///
    /// # Errors
    /// When this is no object with an id.
    fn from_raw(raw: Value) -> Result<Self, Unreadable>;

    /// The id, as sent.
    fn id(&self) -> &RecordId;

    /// The record as sent.
    fn raw(&self) -> &Raw;

    /// Whether the vendor sent this member at all, filled or not. What it did not send is unknown, not empty.
    fn carries(&self, name: &str) -> bool {
        Row(self.raw()).get(name).is_some()
    }
}

/// The object and its id.
fn open(noun: &'static str, raw: Value) -> Result<(Raw, RecordId), Unreadable> {
    let Value::Object(map) = raw else {
        return Err(Unreadable {
            noun,
            path: "$",
            problem: "not an object",
        });
    };
    match Row(&map).id(&["id"]) {
        Some(id) => Ok((map, id)),
        None => Err(Unreadable {
            noun,
            path: "$.id",
            problem: "the id is missing",
        }),
    }
}

/// Names under which a record says when it was made; certain for tickets only.
const CREATED: &[&str] = &["created_date", "created_at", "date_created", "createdDate"];
/// Names under which a record says when it last changed; certain for tickets only.
const CHANGED: &[&str] = &[
    "last_updated",
    "updated_date",
    "modified_date",
    "last_modified",
    "updated_at",
];

pub(crate) fn created(row: Row<'_>) -> Option<Stamp> {
    row.stamp(CREATED)
}

pub(crate) fn changed_at(row: Row<'_>) -> Option<Stamp> {
    row.stamp(CHANGED)
}

/// Custom fields, keyed `cf_<number>` in lower case: members of the record, of an object
/// `custom_fields`, or a list there with `id` and `value` (all inferred, mygadgetrepairs-api.md 12.9).
fn custom_fields(row: Row<'_>) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    let nested = row.object(&["custom_fields", "customFields"]);
    for (name, value) in row
        .0
        .iter()
        .chain(nested.iter().flat_map(|row| row.0.iter()))
    {
        let name = name.to_ascii_lowercase();
        if name.strip_prefix("cf_").is_some_and(is_number)
            && let Some(text) = crate::lenient::text(value)
        {
            fields.insert(name, text);
        }
    }
    for entry in row
        .objects("custom_fields")
        .into_iter()
        .chain(row.objects("customFields"))
    {
        if let (Some(id), Some(text)) = (entry.text(&["id"]), entry.text(&["value"])) {
            let id = id.to_ascii_lowercase();
            fields
                .entry(format!("cf_{}", id.trim_start_matches("cf_")))
                .or_insert(text);
        }
    }
    fields
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `Remote` and a `Debug` that shows nothing personal, for records with `id` and `raw`.
macro_rules! remote {
    ($type:ident, $noun:literal, $read:expr) => {
        impl crate::model::Remote for $type {
            const NOUN: &'static str = $noun;

            fn from_raw(raw: serde_json::Value) -> Result<Self, crate::model::Unreadable> {
                let (raw, id) = crate::model::open($noun, raw)?;
                let read: fn(crate::lenient::Row<'_>, domain::RecordId) -> Self = $read;
                let mut record = read(crate::lenient::Row(&raw), id);
                record.raw = raw;
                Ok(record)
            }

            fn id(&self) -> &domain::RecordId {
                &self.id
            }

            fn raw(&self) -> &crate::model::Raw {
                &self.raw
            }
        }

        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($type))
                    .field("id", &self.id)
                    .finish_non_exhaustive()
            }
        }
    };
}
use remote;

/// A `Debug` for what we write: the names of the filled fields only.
macro_rules! quiet_debug {
    ($type:ident { $($field:ident),* $(,)? }) => {
        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let mut set = f.debug_set();
                $(if self.$field.is_some() { set.entry(&stringify!($field)); })*
                set.finish()
            }
        }
    };
}
use quiet_debug;

#[cfg(test)]
mod tests;
