//! What can be set about the emulated location.

use serde::{Deserialize, Serialize};

use super::messages::AutomationTexts;

/// A key that two contacts may not share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Identifier {
    /// `email`, compared in lower case.
    Email,
    /// `phone`, compared in E.164.
    Phone,
}

impl Identifier {
    /// The vendor's name of it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
        }
    }
}

/// Settings of the emulated location and of its server. As JSON under `GET` and `PUT /_twin/settings`, where a `PUT` may
/// hold just the keys to change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Requests in a fixed window of 10 s; `None` for no limit (highlevel-api.md 6).
    pub requests_per_10s: Option<u32>,
    /// Requests in 24 hours from the first one; `None` for no limit.
    pub requests_per_day: Option<u32>,
    /// How long contact search lags behind writes and deletes, in milliseconds (highlevel-quirks.md 3.1).
    pub index_lag_ms: u64,
    /// The location's `allowDuplicateContact`.
    pub allow_duplicate_contact: bool,
    /// The location's `allowDuplicateOpportunity`; what it allows is a guess: a contact's second one in a pipeline.
    pub allow_duplicate_opportunity: bool,
    /// The location's `contactUniqueIdentifiers`, in order of priority.
    pub contact_unique_identifiers: Vec<Identifier>,
    /// Whether a task's `dueDate` with milliseconds is refused (highlevel-quirks.md 2.5).
    pub refuse_due_date_milliseconds: bool,
    /// Whether `PUT /contacts/{id}` takes `companyName`; the official document leaves it out (highlevel-quirks.md 2.12).
    pub company_name_on_update: bool,
    /// The location's country, ISO 3166 two letters.
    pub country: String,
    /// The location's IANA time zone.
    pub time_zone: String,
    /// Which automations text the contact.
    pub automation_texts: AutomationTexts,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            requests_per_10s: Some(100),
            requests_per_day: Some(200_000),
            index_lag_ms: 2_000,
            allow_duplicate_contact: false,
            allow_duplicate_opportunity: false,
            contact_unique_identifiers: vec![Identifier::Email, Identifier::Phone],
            refuse_due_date_milliseconds: true,
            company_name_on_update: false,
            country: "GB".to_owned(),
            time_zone: "Europe/London".to_owned(),
            automation_texts: AutomationTexts::default(),
        }
    }
}

impl Settings {
    /// For tests and simulations that are about something else: no limits, no lag.
    pub fn unhindered() -> Self {
        Self {
            requests_per_10s: None,
            requests_per_day: None,
            index_lag_ms: 0,
            ..Self::default()
        }
    }
}
