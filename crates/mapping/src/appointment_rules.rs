//! How the appointments of both sides correspond.

use serde::{Deserialize, Serialize};

/// The longest stretch ahead that is read.
const MOST_DAYS_AHEAD: u16 = 730;

/// How appointments are kept in step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AppointmentRules {
    /// `mygadgetrepairs`: upcoming HighLevel appointments are shown at the counter. `off`: nothing is synced.
    pub to: AppointmentsTo,
    /// The way back: name or id of the HighLevel calendar that gets the counter's own appointments, without a word
    /// to the customer. While it is empty, nothing is written into HighLevel's calendars.
    pub back: String,
    /// How many days ahead HighLevel's calendars are read.
    pub days_ahead: u16,
    /// What becomes of the MyGadgetRepairs appointment when HighLevel's is called off or deleted.
    pub cancelled: CancelledPolicy,
}

impl Default for AppointmentRules {
    fn default() -> Self {
        Self {
            to: AppointmentsTo::Mygadgetrepairs,
            back: String::new(),
            days_ahead: 180,
            cancelled: CancelledPolicy::Mark,
        }
    }
}

impl AppointmentRules {
    /// The calendar of the way back; nothing while it is off.
    #[must_use]
    pub fn back(&self) -> Option<&str> {
        let calendar = self.back.trim();
        (self.are_synced() && !calendar.is_empty()).then_some(calendar)
    }

    /// Whether appointments are synced at all.
    #[must_use]
    pub fn are_synced(&self) -> bool {
        self.to == AppointmentsTo::Mygadgetrepairs
    }

    /// The days that are really read: at least one, at most two years.
    #[must_use]
    pub fn days(&self) -> u16 {
        self.days_ahead.clamp(1, MOST_DAYS_AHEAD)
    }
}

/// Where HighLevel's appointments are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AppointmentsTo {
    /// As appointments at the counter.
    #[default]
    Mygadgetrepairs,
    /// Nowhere.
    Off,
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
