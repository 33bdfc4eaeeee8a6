//! How the appointments of both sides correspond.

use serde::{Deserialize, Serialize};

/// The longest stretch ahead that is read.
const MOST_DAYS_AHEAD: u16 = 730;

/// How appointments are kept in step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AppointmentRules {
    /// How many days ahead HighLevel's calendars are read.
    pub days_ahead: u16,
    /// What becomes of the MyGadgetRepairs appointment when HighLevel's is called off or deleted.
    pub cancelled: CancelledPolicy,
}

impl Default for AppointmentRules {
    fn default() -> Self {
        Self {
            days_ahead: 180,
            cancelled: CancelledPolicy::Mark,
        }
    }
}

impl AppointmentRules {
    /// The days that are really read: at least one, at most two years.
    #[must_use]
    pub fn days(&self) -> u16 {
        self.days_ahead.clamp(1, MOST_DAYS_AHEAD)
    }
}

/// What becomes of the counterpart of an appointment that was called off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CancelledPolicy {
    /// Its subject says so.
    #[default]
    Mark,
    /// It is deleted, if we made it and nobody has edited it since; else its subject says so.
    Delete,
}
