//! What must hold.

use crate::transform::Transform;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// What must hold: a value that is picked and compared, or other conditions put together. Everything that one
/// condition says must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Condition {
    /// What is compared, by its path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pick: Option<String>,
    /// Changes before it is compared.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<Transform>,
    /// It is this; texts without regard to case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is: Option<Json>,
    /// It is not this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_not: Option<Json>,
    /// It is one of these.
    #[serde(rename = "in", skip_serializing_if = "Option::is_none")]
    pub one_of: Option<Vec<Json>>,
    /// It is none of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_in: Option<Vec<Json>>,
    /// The list has this item, the text this part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has: Option<Json>,
    /// The list lacks this item, the text this part. Holds for what is empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lacks: Option<Json>,
    /// Whether it is filled: neither absent, nor blank, nor an empty list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filled: Option<bool>,
    /// The number is greater.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more_than: Option<f64>,
    /// The number is less.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub less_than: Option<f64>,
    /// The instant is before this one, which is picked by its path: `now`, `appointment.start` …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The instant is after this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The same as what is found at this path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_as: Option<String>,
    /// One of these holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub any: Option<Vec<Condition>>,
    /// All of these hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub all: Option<Vec<Condition>>,
    /// This does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not: Option<Box<Condition>>,
}
