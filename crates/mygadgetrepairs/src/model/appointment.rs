//! Appointments (mygadgetrepairs-api.md 12.4). Read names beyond the documented written ones are inferred.

use super::{Person, Raw, changed_at, created, quiet_debug, remote};
use crate::{Error, Slot, Stamp, WireNames, lenient::Row};
use domain::{RecordId, Timestamp};
use jiff::tz::TimeZone;
use serde_json::Value;

/// The longest subject that the vendor takes.
const SUBJECT_MAX: usize = 100;

/// Where an appointment takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppointmentKind {
    /// In the shop.
    InShop,
    /// At the customer's.
    OnSite,
    /// On the telephone.
    PhoneCall,
}

impl AppointmentKind {
    /// The vendor's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InShop => "InShop",
            Self::OnSite => "OnSite",
            Self::PhoneCall => "PhoneCall",
        }
    }

    fn read(text: &str) -> Option<Self> {
        let plain = text.replace([' ', '-', '_'], "");
        [Self::InShop, Self::OnSite, Self::PhoneCall]
            .into_iter()
            .find(|kind| kind.as_str().eq_ignore_ascii_case(&plain))
    }
}

/// An appointment as read.
#[derive(Clone, PartialEq)]
pub struct Appointment {
    /// Id.
    pub id: RecordId,
    /// Title.
    pub subject: Option<String>,
    /// Long text.
    pub description: Option<String>,
    /// Where it takes place, where it is one of the known words.
    pub kind: Option<AppointmentKind>,
    /// Place, plain text.
    pub location: Option<String>,
    /// Start.
    pub start: Option<Stamp>,
    /// End.
    pub end: Option<Stamp>,
    /// Start as sent.
    pub start_text: Option<String>,
    /// End as sent.
    pub end_text: Option<String>,
    /// The customer's id.
    pub customer: Option<RecordId>,
    /// The customer's `ref`.
    pub customer_reference: Option<String>,
    /// Whose diary.
    pub staff: Option<Person>,
    /// State, in the vendor's words.
    pub status: Option<String>,
    /// When it was made; many accounts do not say.
    pub created: Option<Stamp>,
    /// When it last changed; many accounts do not say.
    pub changed: Option<Stamp>,
    /// As sent.
    pub raw: Raw,
}

remote!(Appointment, "appointment", |row, id| Appointment {
    id,
    subject: row.text(&["subject", "title"]),
    description: row.text(&["description"]),
    kind: row
        .label("type")
        .and_then(|text| AppointmentKind::read(&text)),
    location: row.text(&["location"]),
    start: moment(row, &START, &START_TIME),
    end: moment(row, &END, &END_TIME),
    start_text: words(row, &START, &START_TIME),
    end_text: words(row, &END, &END_TIME),
    customer: row.reference("customer", &["customer_id", "customerId"]),
    customer_reference: row
        .object(&["customer"])
        .and_then(|customer| customer.text(&["internal_id", "ref"])),
    staff: Person::read(row, "staff").or_else(|| Person::read(row, "user")),
    status: row.label("status"),
    created: created(row),
    changed: changed_at(row),
    raw: Raw::new(),
});

const START: [&str; 5] = [
    "start_date",
    "start_date_time",
    "start",
    "startDate",
    "date",
];
const START_TIME: [&str; 2] = ["start_time", "time"];
const END: [&str; 4] = ["end_date", "end_date_time", "end", "endDate"];
const END_TIME: [&str; 1] = ["end_time"];

/// The same in the vendor's own words.
fn words(row: Row<'_>, days: &[&str], times: &[&str]) -> Option<String> {
    let text = row.text(days)?;
    match (row.stamp(days), row.text(times)) {
        (Some(Stamp::Day(_)), Some(time)) => Some(format!("{text} {time}")),
        _ => Some(text),
    }
}

/// A time in one member, or a day with a time of day beside it.
fn moment(row: Row<'_>, days: &[&str], times: &[&str]) -> Option<Stamp> {
    let stamp = row.stamp(days);
    let (Some(Stamp::Day(day)), Some(time)) = (stamp, row.text(times)) else {
        return stamp;
    };
    format!("{day}T{time}").parse().ok().or(stamp)
}

/// A new appointment, or the changed fields of one. `None` is not sent.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct AppointmentWrite {
    /// Title, at most 100 characters; needed to create.
    pub subject: Option<String>,
    /// Long text.
    pub description: Option<String>,
    /// Where it takes place.
    pub kind: Option<AppointmentKind>,
    /// Place.
    pub location: Option<String>,
    /// Start; needed to create.
    pub start: Option<Timestamp>,
    /// End.
    pub end: Option<Timestamp>,
    /// With whom.
    pub customer: Option<RecordId>,
    /// In whose diary.
    pub staff: Option<RecordId>,
}

quiet_debug!(AppointmentWrite {
    subject,
    description,
    kind,
    location,
    start,
    end,
    customer,
    staff
});

impl AppointmentWrite {
    pub(crate) fn arguments(
        &self,
        names: &WireNames,
        zone: &TimeZone,
        creating: bool,
    ) -> Result<Vec<(String, Value)>, Error> {
        self.check(creating)?;
        let mut arguments = Vec::new();
        for (slot, value) in [
            (Slot::AppointmentSubject, self.subject.as_deref()),
            (Slot::AppointmentDescription, self.description.as_deref()),
            (
                Slot::AppointmentType,
                self.kind.map(AppointmentKind::as_str),
            ),
            (Slot::AppointmentLocation, self.location.as_deref()),
            (
                Slot::AppointmentCustomer,
                self.customer.as_ref().map(RecordId::as_str),
            ),
            (
                Slot::AppointmentStaff,
                self.staff.as_ref().map(RecordId::as_str),
            ),
        ] {
            if let Some(text) = value {
                names.put(&mut arguments, slot, &Value::from(text));
            }
        }
        for (slot, time_slot, at) in [
            (
                Slot::AppointmentStart,
                Slot::AppointmentStartTime,
                self.start,
            ),
            (Slot::AppointmentEnd, Slot::AppointmentEndTime, self.end),
        ] {
            if let Some(at) = at {
                names.put(
                    &mut arguments,
                    slot,
                    &Value::from(names.appointment_time.write(at, zone)),
                );
                let time = at
                    .to_zoned_datetime(zone.clone())
                    .strftime("%H:%M")
                    .to_string();
                names.put(&mut arguments, time_slot, &Value::from(time));
            }
        }
        Ok(arguments)
    }

    fn check(&self, creating: bool) -> Result<(), Error> {
        let subject = self.subject.as_deref().map(str::trim);
        let problem = if (creating && subject.is_none()) || subject == Some("") {
            "the subject is empty; give the appointment a title"
        } else if subject.is_some_and(|subject| subject.chars().count() > SUBJECT_MAX) {
            "the subject is longer than 100 characters; shorten it"
        } else if creating && self.start.is_none() {
            "it has no start; set date and time"
        } else if let (Some(start), Some(end)) = (self.start, self.end)
            && end < start
        {
            "it ends before it starts; correct the times"
        } else {
            return Ok(());
        };
        Err(Error::invalid("appointment", problem))
    }
}
