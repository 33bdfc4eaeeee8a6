//! Facts about a shop that projections need.

use domain::CountryCode;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// A ticket status that the shop defined (`GET /statuses`, mygadgetrepairs-api.md 12.6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The vendor's id, as text.
    pub id: String,
    /// What people read; any language.
    pub label: String,
}

/// Where the shop is and which statuses it uses.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Gives national telephone numbers their meaning.
    pub country: CountryCode,
    /// The shop's time zone; due times are wall-clock times in it.
    pub zone: TimeZone,
    /// The shop's ticket statuses.
    pub statuses: Vec<Status>,
}

/// Why a setting cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    /// The zone's name is not in the IANA database.
    #[error("`{0}` is not a time zone; write an IANA name such as Europe/London")]
    Zone(String),
}

impl Setting {
    /// A setting for an IANA zone name.
    ///
    /// # Errors
    /// When the name is not a known zone.
    pub fn new(
        country: CountryCode,
        zone: &str,
        statuses: Vec<Status>,
    ) -> Result<Self, SettingError> {
        let zone = TimeZone::get(zone).map_err(|_| SettingError::Zone(zone.to_owned()))?;
        Ok(Self {
            country,
            zone,
            statuses,
        })
    }

    /// The label of a status id.
    #[must_use]
    pub fn status_label(&self, id: &str) -> Option<&str> {
        self.statuses
            .iter()
            .find(|status| status.id == id)
            .map(|status| status.label.as_str())
    }

    /// The id of a status given by id or by label (folded).
    #[must_use]
    pub fn status_id(&self, id_or_label: &str) -> Option<&str> {
        let by_id = self.statuses.iter().find(|status| status.id == id_or_label);
        let wanted = domain::normalize::name::key(id_or_label);
        by_id
            .or_else(|| {
                self.statuses
                    .iter()
                    .find(|status| domain::normalize::name::key(&status.label) == wanted)
            })
            .map(|status| status.id.as_str())
    }
}
