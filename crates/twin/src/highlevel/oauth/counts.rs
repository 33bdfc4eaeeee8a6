//! What was asked of the token endpoints, so that a test can say how often.

use std::collections::BTreeMap;

use serde::Serialize;

/// What happened so far; `GET /_twin/oauth/counts`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OAuthCounts {
    /// Codes that the page gave out.
    pub codes: u64,
    /// Codes that were refused: unknown, used or too old.
    pub refused_codes: u64,
    /// Calls with a wrong client id or secret.
    pub wrong_clients: u64,
    /// Everything else, over all installations and for refresh tokens that belong to none.
    #[serde(flatten)]
    pub all: InstallationCounts,
    /// The same per installation: by location id, and by company id for the agency's own.
    pub installations: BTreeMap<String, InstallationCounts>,
}

/// What happened to one installation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InstallationCounts {
    /// Codes that were exchanged.
    pub exchanges: u64,
    /// Refreshes that rotated the tokens.
    pub refreshes: u64,
    /// Refreshes with a used token that were answered with its successor.
    pub graced: u64,
    /// Refreshes that were refused: unknown, used, too old or uninstalled.
    pub refused_refreshes: u64,
    /// Location tokens made from the agency's token.
    pub location_tokens: u64,
    /// Calls with an access token that is no longer good.
    pub stale_calls: u64,
}

impl OAuthCounts {
    /// Counts one thing in all and for its installation.
    pub(super) fn add(&mut self, of: Option<&str>, what: fn(&mut InstallationCounts) -> &mut u64) {
        *what(&mut self.all) += 1;
        if let Some(of) = of {
            *what(self.installations.entry(of.to_owned()).or_default()) += 1;
        }
    }
}
