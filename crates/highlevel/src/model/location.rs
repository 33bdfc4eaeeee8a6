//! The location and its settings (highlevel-api.md 8).

use super::lenient;
use serde::Deserialize;

/// A sub-account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    /// Its id.
    #[serde(deserialize_with = "lenient::id")]
    pub id: String,
    /// The agency it belongs to.
    #[serde(default, deserialize_with = "lenient::text")]
    pub company_id: Option<String>,
    /// Shown to people.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: Option<String>,
    /// IANA name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub timezone: Option<String>,
    /// Two letters; national numbers are read with it.
    #[serde(default, deserialize_with = "lenient::text")]
    pub country: Option<String>,
    /// Settings that decide on duplicates. Read when connecting, and daily (highlevel-quirks.md 1.4).
    #[serde(default, deserialize_with = "lenient::some")]
    pub settings: Option<LocationSettings>,
}

/// The settings that matter to us.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LocationSettings {
    /// Whether two contacts may share an e-mail address or number.
    #[serde(default, deserialize_with = "lenient::flag")]
    pub allow_duplicate_contact: Option<bool>,
    /// `email` and `phone`, the first one counts most.
    #[serde(default, deserialize_with = "lenient::texts")]
    pub contact_unique_identifiers: Vec<String>,
}
