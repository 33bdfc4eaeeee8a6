//! The dictionary of tags (highlevel-api.md 9.1).

use super::lenient;
use serde::Deserialize;

/// A word of the dictionary. Contacts refer to tags by name, in lower case; a name may occur twice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Tag {
    /// Its id.
    #[serde(deserialize_with = "lenient::id")]
    pub id: String,
    /// Its name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: Option<String>,
}
