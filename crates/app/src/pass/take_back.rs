//! What a write that takes back earlier ones remembers.

use domain::{Field, IntentId, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a write takes back earlier ones. It puts values back only where ours still stand when it looks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Undo {
    /// The writes that are taken back, by field.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) of: BTreeMap<Field, Vec<IntentId>>,
    /// The values of ours that must still stand.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) stands: BTreeMap<Field, Option<Value>>,
    /// Fields that are left alone after all, with the reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) kept: BTreeMap<Field, String>,
    /// Fields that the vendor did not let be put back, with the reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) refused: BTreeMap<Field, String>,
    /// Of a record that is deleted again: the reason why it is left alone after all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) spared: Option<String>,
}
