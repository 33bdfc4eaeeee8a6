//! Which location, at which address, in which version of the API.

use http::{BudgetPolicy, Meter, Url};
use jiff::SignedDuration;
use std::{fmt, str::FromStr, sync::Arc};

/// A client cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// No location.
    #[error("the HighLevel location id is empty; copy it from Settings > Business Profile")]
    Location,
    /// Not a version.
    #[error(
        "`{0}` is not a HighLevel API version; write `2021-07-28` or `v3` as `highlevel.api_version`"
    )]
    Version(String),
    /// The sender refuses the address.
    #[error(transparent)]
    Sender(#[from] http::BuildError),
}

/// The value of the `Version` header. One for all calls: the value listed per family is not enforced, and a
/// missing or unknown one is answered with 401 (highlevel-api.md 3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiVersion(String);

impl ApiVersion {
    /// The best recorded one, `2021-07-28`.
    #[must_use]
    pub fn dated() -> Self {
        Self("2021-07-28".to_owned())
    }

    /// The generation of June 2026.
    #[must_use]
    pub fn v3() -> Self {
        Self("v3".to_owned())
    }

    /// The header's value.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the spellings of v3 are used when writing (highlevel-api.md 3.1).
    #[must_use]
    pub fn is_v3(&self) -> bool {
        self.0 == "v3"
    }
}

impl Default for ApiVersion {
    fn default() -> Self {
        Self::dated()
    }
}

impl FromStr for ApiVersion {
    type Err = ConfigError;
    fn from_str(text: &str) -> Result<Self, ConfigError> {
        let text = text.trim();
        if text == "v3" || (text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ConfigError::Version(text.chars().take(40).collect()))
        }
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One location and the way to it.
#[derive(Clone, Debug)]
pub struct Config {
    /// The vendor's address. No trailing path is needed; the version is a header.
    pub base_url: Url,
    /// Version of the API.
    pub api_version: ApiVersion,
    /// The sub-account, 20 characters. Every list call needs it (highlevel-api.md 1).
    pub location_id: String,
    /// Who takes note of what is sent, if anybody does.
    pub meter: Option<Arc<dyn Meter>>,
}

/// The vendor's public address, for all versions (highlevel-api.md 1).
pub const PUBLIC_ADDRESS: &str = "https://services.leadconnectorhq.com";

impl Config {
    /// A location in the default version.
    #[must_use]
    pub fn new(base_url: Url, location_id: impl Into<String>) -> Self {
        Self {
            base_url,
            api_version: ApiVersion::default(),
            location_id: location_id.into(),
            meter: None,
        }
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        if self.location_id.trim().is_empty() {
            Err(ConfigError::Location)
        } else {
            Ok(())
        }
    }
}

/// The budget of one location. The vendor allows 100 requests per 10 s and 200,000 a day (highlevel-api.md 6);
/// the defaults of the configuration are 80 and 180,000, and the vendor's headers lower them further.
#[must_use]
pub fn budget_policy(requests_per_10s: u32, requests_per_day: u32) -> BudgetPolicy {
    BudgetPolicy::per(requests_per_10s, SignedDuration::from_secs(10)).with_day(requests_per_day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_dates_or_v3() {
        assert!("2021-04-15".parse::<ApiVersion>().is_ok());
        assert!(" v3 ".parse::<ApiVersion>().unwrap().is_v3());
        for bad in ["", "v4", "2021-13-01", "bogus"] {
            assert!(bad.parse::<ApiVersion>().is_err(), "{bad}");
        }
    }
}
