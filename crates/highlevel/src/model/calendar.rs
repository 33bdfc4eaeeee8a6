//! Calendars, and windows onto what is in them (highlevel-api.md 10).

use super::lenient;
use jiff::Timestamp;
use serde::Deserialize;

/// A calendar.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Calendar {
    /// Its id.
    #[serde(deserialize_with = "lenient::id")]
    pub id: String,
    /// Shown to people.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: Option<String>,
    /// Whether it can be booked.
    #[serde(default, deserialize_with = "lenient::flag")]
    pub is_active: Option<bool>,
    /// Such as `round_robin` or `event`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub calendar_type: Option<String>,
    /// Its group.
    #[serde(default, deserialize_with = "lenient::text")]
    pub group_id: Option<String>,
    /// Length of an appointment, in `slot_duration_unit`.
    #[serde(default, deserialize_with = "lenient::whole")]
    pub slot_duration: Option<i64>,
    /// `mins` or `hours`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub slot_duration_unit: Option<String>,
    /// Who serves.
    #[serde(default, deserialize_with = "lenient::rows")]
    pub team_members: Vec<TeamMember>,
}

impl Calendar {
    /// Whom to book when nobody is named: the primary member, or the only one (highlevel-quirks.md 2.19).
    #[must_use]
    pub fn default_user(&self) -> Option<&str> {
        let primary = self
            .team_members
            .iter()
            .find(|member| member.is_primary == Some(true));
        let only = (self.team_members.len() == 1)
            .then(|| self.team_members.first())
            .flatten();
        primary.or(only).map(|member| member.user_id.as_str())
    }
}

/// Somebody who serves in a calendar.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TeamMember {
    /// A user's id.
    #[serde(deserialize_with = "lenient::id")]
    pub user_id: String,
    /// Whether booked first.
    #[serde(default, deserialize_with = "lenient::flag")]
    pub is_primary: Option<bool>,
}

/// Whose events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventsOf {
    /// Of a calendar.
    Calendar(String),
    /// Of a user.
    User(String),
    /// Of a group of calendars.
    Group(String),
}

/// A stretch of time and whose events in it. The vendor filters by begin, never by time of change, and knows no
/// pages (highlevel-quirks.md 3.16).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventWindow {
    /// From this instant.
    pub from: Timestamp,
    /// To this instant.
    pub to: Timestamp,
    /// Whose; the vendor wants exactly one.
    pub of: EventsOf,
}
