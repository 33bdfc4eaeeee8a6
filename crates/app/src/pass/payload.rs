//! What an intent remembers beside its columns.

use domain::{Field, Fields, Value};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use store::Intent;
use sync::Overruled;

/// The document of an intent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Payload {
    /// Why it was decided, in words.
    #[serde(default)]
    pub(crate) cause: String,
    /// The shared fields that are written and the values that they should have afterwards.
    #[serde(default)]
    pub(crate) changes: BTreeMap<Field, Option<Value>>,
    /// The source's shared fields at the moment of writing.
    #[serde(default)]
    pub(crate) source: Fields,
    /// The target's shared fields just before it was written.
    #[serde(default)]
    pub(crate) before: Fields,
    /// The task was just turned into a ticket: its title and body get the ticket's reference.
    #[serde(default)]
    pub(crate) adorn: bool,
    /// Fields that the vendor refuses for this record, because another record has the same key.
    #[serde(default)]
    pub(crate) withhold: BTreeSet<Field>,
    /// People's values that the write replaces and that the journal keeps already.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) overruled: Vec<Overruled>,
}

impl Payload {
    /// Reads an intent's document; one that cannot be read is empty, and everything is looked at anew.
    pub(crate) fn read(intent: &Intent) -> Self {
        serde_json::from_value(intent.payload.clone()).unwrap_or_default()
    }

    /// The document as stored.
    pub(crate) fn to_json(&self) -> Json {
        serde_json::to_value(self).unwrap_or(Json::Null)
    }
}
