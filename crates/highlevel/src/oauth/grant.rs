//! What the token endpoint answers.

use domain::Timestamp;
use jiff::SignedDuration;
use secrecy::SecretString;
use serde::Deserialize;

/// Seconds that an access token lives where the answer does not say (highlevel-api.md 4.1).
const LIFETIME: i64 = 86_399;
/// A refresh token lives a year, or until it is used (highlevel-api.md 4.1).
const REFRESH_DAYS: i64 = 365;

/// Whose data a token reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Account {
    /// One sub-account, by its location id.
    Location {
        /// The sub-account.
        location: String,
        /// The agency above it, where it is told.
        company: Option<String>,
    },
    /// An agency: makes tokens of its sub-accounts, and reaches none of their data itself.
    Company {
        /// The agency.
        company: String,
        /// The sub-accounts that were chosen, where it is told.
        approved: Vec<String>,
    },
}

/// A pair of tokens and what they are good for.
#[derive(Clone, Debug)]
pub struct Grant {
    /// Sent with every call.
    pub access: SecretString,
    /// Renews the pair, once. Tokens made from an agency's may come without (highlevel-quirks.md 4.4).
    pub refresh: Option<SecretString>,
    /// When the access token ends.
    pub access_ends: Timestamp,
    /// When the refresh token ends if it is not used before.
    pub refresh_ends: Timestamp,
    /// What the person granted.
    pub scopes: Vec<String>,
    /// Whose data.
    pub account: Account,
}

/// The answer in both generations: snake case in the dated versions, camel case in v3 (highlevel-api.md 4.3).
#[derive(Deserialize)]
pub(super) struct TokenAnswer {
    #[serde(alias = "accessToken")]
    access_token: SecretString,
    #[serde(default, alias = "refreshToken")]
    refresh_token: Option<SecretString>,
    #[serde(default, alias = "expiresIn")]
    expires_in: Option<i64>,
    #[serde(default)]
    scope: Option<String>,
    #[serde(default, rename = "userType")]
    user_type: Option<String>,
    #[serde(default, rename = "companyId")]
    company_id: Option<String>,
    #[serde(default, rename = "locationId")]
    location_id: Option<String>,
    #[serde(default, rename = "approvedLocations")]
    approved_locations: Option<Vec<String>>,
}

impl TokenAnswer {
    /// The grant, for tokens obtained now; nothing where it does not say whose data they reach.
    pub(super) fn grant(self, now: Timestamp) -> Option<Grant> {
        let given = |id: Option<String>| id.filter(|id| !id.trim().is_empty());
        let company = given(self.company_id);
        // The kind goes by what is named; `userType` decides where both are.
        let is_company = self.user_type.as_deref() == Some("Company");
        let account = match (given(self.location_id), company) {
            (Some(location), company) if !is_company => Account::Location { location, company },
            (_, Some(company)) => Account::Company {
                company,
                approved: self.approved_locations.unwrap_or_default(),
            },
            (Some(location), None) => Account::Location {
                location,
                company: None,
            },
            (None, None) => return None,
        };
        let after = |seconds: i64| {
            let ends = now.checked_add(SignedDuration::from_secs(seconds));
            ends.unwrap_or(Timestamp::MAX)
        };
        Some(Grant {
            access: self.access_token,
            refresh: self.refresh_token,
            access_ends: after(self.expires_in.unwrap_or(LIFETIME).clamp(0, 10 * LIFETIME)),
            refresh_ends: after(REFRESH_DAYS * 86_400),
            scopes: self
                .scope
                .unwrap_or_default()
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
            account,
        })
    }
}
