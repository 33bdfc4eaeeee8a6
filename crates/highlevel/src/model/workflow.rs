//! Workflows (highlevel-api.md 7.13).

use super::lenient;
use serde::Deserialize;

/// An automation of the shop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Workflow {
    /// Its id, a UUID.
    #[serde(deserialize_with = "lenient::id")]
    pub id: String,
    /// Shown to people.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: Option<String>,
    /// `published` or `draft`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: Option<String>,
}
