//! What must hold.

use crate::{Length, transform::Transform};
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
    /// Instead: how many items of a list fulfil something; compared as a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<Count>,
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
    /// The instant lies in the past, at most so long ago.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newer_than: Option<Length>,
    /// The instant lies in the past, longer ago than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub older_than: Option<Length>,
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

/// How many items of a list fulfil something.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// The list, by its path.
    #[serde(rename = "in")]
    pub list: String,
    /// What an item must fulfil to be counted; it is called `item` there.
    #[serde(default, rename = "where", skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}

/// The operators of a condition, for messages.
pub(crate) const OPERATORS: &str = "is, is_not, in, not_in, has, lacks, filled, more_than, less_than, before, after, \
     newer_than, older_than or same_as";

impl Condition {
    /// Whether it compares anything.
    pub(crate) const fn compares(&self) -> bool {
        self.is.is_some()
            || self.is_not.is_some()
            || self.one_of.is_some()
            || self.not_in.is_some()
            || self.has.is_some()
            || self.lacks.is_some()
            || self.filled.is_some()
            || self.more_than.is_some()
            || self.less_than.is_some()
            || self.before.is_some()
            || self.after.is_some()
            || self.newer_than.is_some()
            || self.older_than.is_some()
            || self.same_as.is_some()
    }
}
