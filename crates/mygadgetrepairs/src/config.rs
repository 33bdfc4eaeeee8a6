//! How one account is reached.

use crate::{PagingForm, WireNames};
use http::Meter;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::sync::Arc;
use url::Url;

/// The vendor's address (mygadgetrepairs-api.md section 4).
pub const DEFAULT_BASE_URL: &str = "https://api.mygadgetrepairs.com/v1";

/// Settings of a [`crate::Client`].
#[derive(Clone, Debug)]
pub struct Config {
    /// The vendor's address, or a twin's.
    pub base_url: Url,
    /// Spellings of what is not documented.
    pub wire: WireNames,
    /// The shop's zone, for days in filters and times in writes.
    pub zone: TimeZone,
    /// The form of paging that was found to work, per list; see [`crate::Client::paging`].
    pub paging: BTreeMap<String, PagingForm>,
    /// Who takes note of what is sent, if anybody does.
    pub meter: Option<Arc<dyn Meter>>,
}

impl Config {
    /// Default spellings, UTC, nothing known about paging.
    #[must_use]
    pub fn new(base_url: Url) -> Self {
        Self {
            base_url,
            wire: WireNames::default(),
            zone: TimeZone::UTC,
            paging: BTreeMap::new(),
            meter: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_the_vendors_address() {
        assert_eq!(
            Config::new(DEFAULT_BASE_URL.parse().unwrap())
                .base_url
                .as_str(),
            DEFAULT_BASE_URL
        );
    }
}
