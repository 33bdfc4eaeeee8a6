//! The sub-accounts of an agency in which the app is installed.

use serde::Deserialize;

/// A sub-account (highlevel-api.md 4.4).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct InstalledLocation {
    /// Location id.
    #[serde(rename = "_id", alias = "id")]
    pub id: String,
    /// Its name.
    #[serde(default)]
    pub name: Option<String>,
    /// Whether the app is installed there.
    #[serde(default, rename = "isInstalled")]
    pub is_installed: Option<bool>,
}

/// A page of them.
#[derive(Deserialize)]
pub(super) struct LocationsAnswer {
    #[serde(default, alias = "items")]
    pub(super) locations: Vec<InstalledLocation>,
}
