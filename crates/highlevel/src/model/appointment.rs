//! Appointments (highlevel-api.md 7.12 and 10).

use super::lenient;
use crate::draft::{Draft, instant};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::fmt;

/// When something begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventTime {
    /// With an offset, so it is an instant.
    Exact(Timestamp),
    /// Without a zone, as in a contact's list of appointments: the location's time, so far as is known
    /// (highlevel-quirks.md 3.18). Read the appointment by id to be exact.
    Local(DateTime),
}

impl EventTime {
    /// The instant; a local time is taken to be of this zone.
    #[must_use]
    pub fn at(self, zone: &TimeZone) -> Option<Timestamp> {
        match self {
            Self::Exact(at) => Some(at),
            Self::Local(local) => local
                .to_zoned_datetime(zone.clone())
                .ok()
                .map(|at| at.timestamp()),
        }
    }

    fn read(value: &Value) -> Option<Self> {
        if value.as_str().is_some_and(is_bare_day) {
            // An all-day date is a day of the location, not midnight in Greenwich.
            let day: jiff::civil::Date = value.as_str()?.trim().parse().ok()?;
            return Some(Self::Local(day.to_datetime(jiff::civil::Time::midnight())));
        }
        if let Some(at) = lenient::as_moment(value) {
            return Some(Self::Exact(at));
        }
        value.as_str()?.trim().parse().ok().map(Self::Local)
    }
}

fn is_bare_day(text: &str) -> bool {
    text.trim().len() == 10
}

/// A begin or end with the vendor's own text, which shows the zone that it was meant in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventStamp {
    /// What the text means.
    pub time: EventTime,
    /// The text as sent.
    pub text: String,
}

impl EventStamp {
    /// The instant; a local time is taken to be of this zone.
    #[must_use]
    pub fn at(&self, zone: &TimeZone) -> Option<Timestamp> {
        self.time.at(zone)
    }
}

/// Where an appointment stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AppointmentStatus {
    /// Not confirmed yet.
    New,
    /// Confirmed.
    Confirmed,
    /// Called off.
    Cancelled,
    /// The customer came.
    Showed,
    /// The customer did not come.
    NoShow,
    /// Set aside.
    Invalid,
    /// A word that we do not know; it is written as it was read.
    Other(String),
}

impl AppointmentStatus {
    /// The vendor's word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::New => "new",
            Self::Confirmed => "confirmed",
            Self::Cancelled => "cancelled",
            Self::Showed => "showed",
            Self::NoShow => "noshow",
            Self::Invalid => "invalid",
            Self::Other(word) => word,
        }
    }
}

impl From<&str> for AppointmentStatus {
    fn from(word: &str) -> Self {
        [
            Self::New,
            Self::Confirmed,
            Self::Cancelled,
            Self::Showed,
            Self::NoShow,
            Self::Invalid,
        ]
        .into_iter()
        .find(|status| status.as_str().eq_ignore_ascii_case(word.trim()))
        .unwrap_or_else(|| Self::Other(word.to_owned()))
    }
}

/// An appointment. Answers to writes may lack the times (highlevel-quirks.md 3.20).
#[derive(Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Appointment {
    /// Its id.
    #[serde(deserialize_with = "lenient::id")]
    pub id: String,
    /// Its calendar.
    #[serde(default, deserialize_with = "lenient::text")]
    pub calendar_id: Option<String>,
    /// Its contact.
    #[serde(default, deserialize_with = "lenient::text")]
    pub contact_id: Option<String>,
    /// Its location.
    #[serde(default, deserialize_with = "lenient::text")]
    pub location_id: Option<String>,
    /// One line.
    #[serde(default, deserialize_with = "lenient::text")]
    pub title: Option<String>,
    /// Where it stands.
    #[serde(default, deserialize_with = "status")]
    pub appointment_status: Option<AppointmentStatus>,
    /// Who serves the customer.
    #[serde(default, deserialize_with = "lenient::text")]
    pub assigned_user_id: Option<String>,
    /// Where, or how to join.
    #[serde(default, deserialize_with = "lenient::text")]
    pub address: Option<String>,
    /// Remarks.
    #[serde(default, deserialize_with = "lenient::text")]
    pub notes: Option<String>,
    /// Description.
    #[serde(default, deserialize_with = "lenient::text")]
    pub description: Option<String>,
    /// Begin.
    #[serde(default, deserialize_with = "event_time")]
    pub start_time: Option<EventStamp>,
    /// End.
    #[serde(default, deserialize_with = "event_time")]
    pub end_time: Option<EventStamp>,
    /// When it was made.
    #[serde(default, deserialize_with = "lenient::moment")]
    pub date_added: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, deserialize_with = "lenient::moment")]
    pub date_updated: Option<Timestamp>,
    /// A deleted appointment can still be got; see [`Appointment::is_deleted`].
    #[serde(default, deserialize_with = "lenient::flag")]
    pub deleted: Option<bool>,
}

impl Appointment {
    /// Whether it is deleted although it was found (highlevel-quirks.md 3.17).
    #[must_use]
    pub const fn is_deleted(&self) -> bool {
        matches!(self.deleted, Some(true))
    }
}

/// Names ids only.
impl fmt::Debug for Appointment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Appointment")
            .field("id", &self.id)
            .field("contact_id", &self.contact_id)
            .finish_non_exhaustive()
    }
}

fn status<'de, D: Deserializer<'de>>(from: D) -> Result<Option<AppointmentStatus>, D::Error> {
    Ok(lenient::as_text(&Value::deserialize(from)?).map(|word| AppointmentStatus::from(&*word)))
}

fn event_time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<EventStamp>, D::Error> {
    let value = Value::deserialize(from)?;
    Ok(EventTime::read(&value).map(|time| EventStamp {
        time,
        text: lenient::as_text(&value).unwrap_or_default(),
    }))
}

/// A new appointment. Automations stay silent unless `to_notify` is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateAppointment {
    /// Its calendar.
    pub calendar_id: String,
    /// Its contact.
    pub contact_id: String,
    /// Begin.
    pub start_time: Timestamp,
    /// End; the calendar's slot length when nothing is said.
    pub end_time: Option<Timestamp>,
    /// One line.
    pub title: Option<String>,
    /// Where it stands.
    pub status: Option<AppointmentStatus>,
    /// Some calendars refuse an appointment without one (highlevel-quirks.md 2.19).
    pub assigned_user_id: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Where.
    pub address: Option<String>,
    /// Book although the slot is not free.
    pub ignore_free_slot_validation: bool,
    /// Let automations run: messages to the customer.
    pub to_notify: bool,
}

impl CreateAppointment {
    /// A silent appointment with nothing but what must be.
    #[must_use]
    pub fn new(
        calendar_id: impl Into<String>,
        contact_id: impl Into<String>,
        start_time: Timestamp,
    ) -> Self {
        Self {
            calendar_id: calendar_id.into(),
            contact_id: contact_id.into(),
            start_time,
            end_time: None,
            title: None,
            status: None,
            assigned_user_id: None,
            description: None,
            address: None,
            ignore_free_slot_validation: false,
            to_notify: false,
        }
    }

    pub(crate) fn to_json(&self, location_id: &str) -> Value {
        let mut draft = Draft::new();
        draft.put("calendarId", self.calendar_id.clone());
        draft.put("locationId", location_id);
        draft.put("contactId", self.contact_id.clone());
        draft.put("startTime", instant(self.start_time));
        draft.put_some("endTime", self.end_time.map(instant).as_ref());
        draft.put_some("title", self.title.as_ref());
        draft.put_some(
            "appointmentStatus",
            self.status.as_ref().map(|s| s.as_str().to_owned()).as_ref(),
        );
        draft.put_some("assignedUserId", self.assigned_user_id.as_ref());
        draft.put_some("description", self.description.as_ref());
        draft.put_some("address", self.address.as_ref());
        if self.ignore_free_slot_validation {
            draft.put("ignoreFreeSlotValidation", true);
        }
        draft.put("toNotify", self.to_notify);
        draft.into_json()
    }
}

/// A change to an appointment: only what is given is sent, and always whether automations may run.
/// Contact and location cannot be changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpdateAppointment {
    /// Its calendar.
    pub calendar_id: Option<String>,
    /// Begin.
    pub start_time: Option<Timestamp>,
    /// End.
    pub end_time: Option<Timestamp>,
    /// One line.
    pub title: Option<String>,
    /// Where it stands.
    pub status: Option<AppointmentStatus>,
    /// Who serves the customer.
    pub assigned_user_id: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Where.
    pub address: Option<String>,
    /// Move although the slot is not free.
    pub ignore_free_slot_validation: bool,
    /// Let automations run: messages to the customer.
    pub to_notify: bool,
}

impl UpdateAppointment {
    pub(crate) fn to_json(&self) -> Value {
        let mut draft = Draft::new();
        draft.put_some("calendarId", self.calendar_id.as_ref());
        draft.put_some("startTime", self.start_time.map(instant).as_ref());
        draft.put_some("endTime", self.end_time.map(instant).as_ref());
        draft.put_some("title", self.title.as_ref());
        draft.put_some(
            "appointmentStatus",
            self.status.as_ref().map(|s| s.as_str().to_owned()).as_ref(),
        );
        draft.put_some("assignedUserId", self.assigned_user_id.as_ref());
        draft.put_some("description", self.description.as_ref());
        draft.put_some("address", self.address.as_ref());
        if self.ignore_free_slot_validation {
            draft.put("ignoreFreeSlotValidation", true);
        }
        draft.put("toNotify", self.to_notify);
        draft.into_json()
    }
}
