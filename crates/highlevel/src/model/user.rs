//! Users (highlevel-api.md 11).

use super::lenient;
use serde::Deserialize;
use std::fmt;

/// Somebody who works in the sub-account.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Their id.
    #[serde(deserialize_with = "lenient::id")]
    pub id: String,
    /// Full name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: Option<String>,
    /// Given name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub first_name: Option<String>,
    /// Family name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub last_name: Option<String>,
    /// E-mail address.
    #[serde(default, deserialize_with = "lenient::text")]
    pub email: Option<String>,
}

/// Names the id only.
impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
