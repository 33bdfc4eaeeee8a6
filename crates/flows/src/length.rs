//! A length of time as people write it.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// A length of time: days of 24 hours, hours and minutes together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Length {
    /// Days.
    pub days: u32,
    /// Hours.
    pub hours: u32,
    /// Minutes.
    pub minutes: u32,
}

impl Length {
    /// As a duration.
    #[must_use]
    pub fn duration(self) -> SignedDuration {
        let minutes =
            i64::from(self.days) * 24 * 60 + i64::from(self.hours) * 60 + i64::from(self.minutes);
        SignedDuration::from_secs(minutes * 60)
    }
}
