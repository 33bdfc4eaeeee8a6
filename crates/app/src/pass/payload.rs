//! What an intent remembers beside its columns: while it is open, what is to be written and why; once it is
//! finished, the whole exchange, so that it can be explained and taken back.

use super::apply::Removal;
use super::take_back::Undo;
use domain::{Field, Fields, Value};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use store::Intent;
use sync::{Changes, Ground, Overruled};

/// The document of an intent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Payload {
    /// Why it was decided, in words.
    #[serde(default)]
    pub(crate) cause: String,
    /// The shared fields that are written and the values that they should have afterwards.
    #[serde(default)]
    pub(crate) changes: BTreeMap<Field, Option<Value>>,
    /// What decided each of them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) grounds: BTreeMap<Field, Ground>,
    /// The source's shared fields at the moment of writing.
    #[serde(default)]
    pub(crate) source: Fields,
    /// The target's shared fields just before it was written.
    #[serde(default)]
    pub(crate) before: Fields,
    /// What the target's shared fields read back as.
    #[serde(default, skip_serializing_if = "Fields::is_empty")]
    pub(crate) shown: Fields,
    /// An earlier attempt may have been carried out: its answer was lost.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) maybe_applied: bool,
    /// The task was just turned into a ticket: its title and body get the ticket's reference.
    #[serde(default)]
    pub(crate) adorn: bool,
    /// Fields that the vendor refuses for this record, because another record has the same key.
    #[serde(default)]
    pub(crate) withhold: BTreeSet<Field>,
    /// People's values that the write replaces and that the journal keeps already.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) overruled: Vec<Overruled>,
    /// It takes back earlier writes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) undo: Option<Undo>,
    /// It archives or deletes a record whose counterpart was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) removal: Option<Removal>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
const fn is_false(flag: &bool) -> bool {
    !*flag
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

    /// Of an earlier attempt that may have been carried out: the changes that the target, as it reads now,
    /// shows to have arrived.
    pub(crate) fn landed(&self, now: &Fields) -> Changes {
        if !self.maybe_applied {
            return Changes::new();
        }
        let arrived = |field: &Field, value: &Option<Value>| {
            field.same(value.as_ref(), now.get(field))
                && !field.same(self.before.get(field), now.get(field))
        };
        let changes = self.changes.iter();
        changes
            .filter(|(field, value)| arrived(field, value))
            .map(|(field, value)| (*field, value.clone()))
            .collect()
    }

    /// The same write with what an earlier attempt of it had carried out.
    pub(crate) fn with_landed(mut self, landed: Changes, earlier: &Self) -> Self {
        for (field, value) in landed {
            match earlier.before.get(&field) {
                Some(before) => self.before.insert(field, before.clone()),
                None => self.before.remove(&field),
            };
            if let Some(ground) = earlier.grounds.get(&field) {
                self.grounds.insert(field, *ground);
            }
            self.changes.insert(field, value);
        }
        self
    }

    /// Whether both would write the same over the same values.
    pub(crate) fn writes_as(&self, other: &Self) -> bool {
        let mut fields = self.changes.keys();
        self.changes == other.changes
            && fields.all(|field| self.before.get(field) == other.before.get(field))
    }

    /// The exchange as it is kept: the written fields only, and what they read back as.
    pub(crate) fn kept(&self, shown: &Fields) -> Self {
        let written = |fields: &Fields| -> Fields {
            fields
                .iter()
                .filter(|(field, _)| self.changes.contains_key(field))
                .map(|(field, value)| (*field, value.clone()))
                .collect()
        };
        Self {
            source: written(&self.source),
            before: written(&self.before),
            shown: written(shown),
            maybe_applied: false,
            ..self.clone()
        }
    }
}
