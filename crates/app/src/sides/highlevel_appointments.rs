//! HighLevel's appointments: read calendar by calendar, since the vendor lists them in no other way
//! (highlevel-quirks.md 3.16), and written without a word to the customer.

use super::{put, text_of};
use crate::ports::{Absence, Draft, Finding, Made, Page, PortError, Writes};
use domain::{Clock, FailureClass, Field, Kind, Record, RecordId, Side, Timestamp, Value};
use highlevel::Client;
use highlevel::model::{
    Appointment, AppointmentStatus, CreateAppointment, EventStamp, EventWindow, EventsOf,
    UpdateAppointment,
};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::sync::Arc;

/// A calendar of the location, as far as the sync needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CalendarFact {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Whom to book when nobody is named.
    pub(crate) user: Option<String>,
}

/// What reading and writing appointments needs to know.
#[derive(Clone, Debug)]
pub(crate) struct Diary {
    pub(crate) calendars: Vec<CalendarFact>,
    /// The calendar that gets the counter's appointments.
    pub(crate) back: Option<CalendarFact>,
    pub(crate) days_ahead: u16,
    /// The location's zone: what has no offset is meant in it (highlevel-quirks.md 3.18).
    pub(crate) zone: TimeZone,
    /// The counter's zone: a date without a time of day is that day at the counter, whatever the zones are.
    pub(crate) day_zone: TimeZone,
    pub(crate) clock: Arc<dyn Clock>,
}

/// Where a walk over the calendars stands: after which one.
#[derive(Debug, Serialize, Deserialize)]
struct After {
    calendar: String,
}

/// What begins within the window in the next calendar.
pub(super) async fn page(
    client: &Client,
    diary: &Diary,
    next: Option<&Json>,
) -> Result<Page, PortError> {
    let after: Option<After> = next.and_then(|json| serde_json::from_value(json.clone()).ok());
    let mut calendars = diary.calendars.iter();
    if let Some(after) = after {
        // A calendar that went meanwhile lets the walk begin again.
        let at = diary
            .calendars
            .iter()
            .position(|one| one.id == after.calendar);
        calendars = diary.calendars[at.map_or(0, |at| at + 1)..].iter();
    }
    let Some(calendar) = calendars.next() else {
        return Ok(Page::default());
    };
    let (from, to) = sync::calendar_window(diary.clock.now(), diary.days_ahead);
    let window = EventWindow {
        from,
        to,
        of: EventsOf::Calendar(calendar.id.clone()),
    };
    let events = client.calendars().events(&window).await?;
    let records = events
        .iter()
        // Blocked time belongs to nobody.
        .filter(|event| event.contact_id.is_some())
        .map(|event| record(event, diary))
        .collect();
    let next = calendars.next().is_some().then(|| After {
        calendar: calendar.id.clone(),
    });
    Ok(Page {
        records,
        next: next.and_then(|after| serde_json::to_value(after).ok()),
    })
}

/// One appointment; a deleted one is told as such, since its counterpart is called off like any other.
pub(super) async fn fetch(
    client: &Client,
    diary: &Diary,
    id: &str,
) -> Result<Option<Record>, PortError> {
    match client.appointments().get(id).await {
        Ok(found) => Ok(Some(record(&found, diary))),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Books the counter's appointment. The answer lacks the times (highlevel-quirks.md 3.20), so it is read back.
pub(super) async fn create(
    client: &Client,
    diary: &Diary,
    draft: &Draft,
) -> Result<Made, PortError> {
    let Some(calendar) = &diary.back else {
        return Err(refused(
            "HL-CALENDAR-01",
            "the calendar of appointments.back is not among the location's calendars; write the name or the id of one that is",
        ));
    };
    let (Some(contact), Some(start)) = (&draft.parent, moment(&draft.fields, Field::Start)) else {
        return Err(refused(
            "HL-APPOINTMENT-01",
            "an appointment needs a contact and a begin; look at the counter's appointment that it comes from",
        ));
    };
    let create = CreateAppointment {
        end_time: moment(&draft.fields, Field::End),
        title: filled(&draft.fields, Field::Title),
        status: status(&draft.fields),
        assigned_user_id: calendar.user.clone(),
        description: filled(&draft.fields, Field::Body),
        // It stands at the counter already, whether the calendar calls the slot free or not.
        ignore_free_slot_validation: true,
        to_notify: false,
        ..CreateAppointment::new(calendar.id.clone(), contact.as_str(), start)
    };
    let made = client.appointments().create(&create).await?;
    Ok(Made {
        id: RecordId::new(made.id),
        record: None,
    })
}

/// Moves, renames or calls off; never with a message to the customer.
pub(super) async fn update(client: &Client, id: &str, writes: &Writes) -> Result<(), PortError> {
    let (start_time, end_time) = (moment(writes, Field::Start), moment(writes, Field::End));
    let update = UpdateAppointment {
        start_time,
        end_time,
        title: filled(writes, Field::Title),
        status: status(writes),
        description: filled(writes, Field::Body),
        ignore_free_slot_validation: start_time.is_some() || end_time.is_some(),
        to_notify: false,
        ..UpdateAppointment::default()
    };
    client.appointments().update(id, &update).await?;
    Ok(())
}

pub(super) async fn delete(client: &Client, id: &str) -> Result<(), PortError> {
    match client.appointments().delete(id).await {
        Err(error) if error.is_not_found() => Ok(()),
        other => other.map_err(PortError::from),
    }
}

/// Appointments of the draft's contact about the time in question, each read by its id: the list itself names no zone.
pub(super) async fn find(
    client: &Client,
    diary: &Diary,
    draft: &Draft,
) -> Result<Finding, PortError> {
    const NEAR_SECONDS: i64 = 25 * 3_600;
    let mut candidates = Vec::new();
    if let (Some(contact), Some(start)) = (&draft.parent, moment(&draft.fields, Field::Start)) {
        let listed = match client.appointments().of_contact(contact.as_str()).await {
            Ok(listed) => listed,
            Err(error) if error.is_not_found() => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        for one in listed {
            let at = instant(one.start_time.as_ref(), diary);
            let near =
                at.is_none_or(|at| (at.as_second() - start.as_second()).abs() <= NEAR_SECONDS);
            if near && let Some(found) = fetch(client, diary, &one.id).await? {
                candidates.push(found);
            }
        }
    }
    candidates.retain(|found| !mapping::appointment::is_deleted(found));
    Ok(Finding {
        candidates,
        absence: Absence::NotThere,
    })
}

fn record(found: &Appointment, diary: &Diary) -> Record {
    let id = RecordId::new(found.id.clone());
    let mut record = Record::new(Side::HighLevel, Kind::Appointment, id);
    record.parent = found.contact_id.clone().map(RecordId::new);
    // The description comes back as notes in some answers (highlevel-api.md 7.12).
    record.mark = [&found.description, &found.notes]
        .into_iter()
        .flatten()
        .find_map(|text| mapping::mark::read_booking(text).1);
    put(&mut record, Field::Title, found.title.as_deref());
    let booking = match &found.appointment_status {
        _ if found.is_deleted() => Some(mapping::appointment::DELETED),
        status => status.as_ref().map(AppointmentStatus::as_str),
    };
    put(&mut record, Field::Booking, booking);
    put(&mut record, Field::Calendar, found.calendar_id.as_deref());
    put(&mut record, Field::Staff, found.assigned_user_id.as_deref());
    put(&mut record, Field::Place, found.address.as_deref());
    for (stamp, at, text) in [
        (&found.start_time, Field::Start, Field::StartText),
        (&found.end_time, Field::End, Field::EndText),
    ] {
        let moment = instant(stamp.as_ref(), diary);
        record.set(at, moment.map(|at| Value::Moment { at }));
        put(
            &mut record,
            text,
            stamp.as_ref().map(|stamp| stamp.text.as_str()),
        );
    }
    record.created_at = found.date_added;
    record.changed_at = found.date_updated;
    record
}

/// The instant that is meant. `2026-08-04` is that day at the counter, not midnight somewhere else.
fn instant(stamp: Option<&EventStamp>, diary: &Diary) -> Option<Timestamp> {
    const BARE_DAY: usize = "2026-08-04".len();
    let stamp = stamp?;
    let zone = if stamp.text.trim().len() == BARE_DAY {
        &diary.day_zone
    } else {
        &diary.zone
    };
    stamp.at(zone)
}

fn status(writes: &Writes) -> Option<AppointmentStatus> {
    filled(writes, Field::Booking).map(|word| AppointmentStatus::from(&*word))
}

fn filled(writes: &Writes, field: Field) -> Option<String> {
    text_of(writes, field).filter(|text| !text.is_empty())
}

fn moment(writes: &Writes, field: Field) -> Option<Timestamp> {
    let value = writes.get(&field).and_then(Option::as_ref);
    value.and_then(Value::as_moment)
}

fn refused(code: &'static str, message: &str) -> PortError {
    PortError::ours(Side::HighLevel, FailureClass::NeedsHuman, code, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A location in New York whose counter stands in London.
    fn diary() -> Diary {
        Diary {
            calendars: Vec::new(),
            back: None,
            days_ahead: 180,
            zone: TimeZone::get("America/New_York").unwrap(),
            day_zone: TimeZone::get("Europe/London").unwrap(),
            clock: Arc::new(http::SystemClock),
        }
    }

    fn read(start: &str) -> Record {
        let found = json!({"id": "A", "contactId": "C", "startTime": start, "appointmentStatus": "Confirmed"});
        record(&serde_json::from_value(found).unwrap(), &diary())
    }

    #[test]
    fn every_form_of_a_begin_is_the_instant_that_is_meant_with_the_words_kept() {
        for (text, instant) in [
            ("2026-08-04T10:00:00-04:00", "2026-08-04T14:00:00Z"),
            ("2026-08-04T14:00:00.000Z", "2026-08-04T14:00:00Z"),
            // Without an offset it is the location's time.
            ("2026-08-04 10:00:00", "2026-08-04T14:00:00Z"),
            // A whole day is that day at the counter, in summer and in winter, whatever the location's zone.
            ("2026-08-04", "2026-08-03T23:00:00Z"),
            ("2026-12-04", "2026-12-04T00:00:00Z"),
            // America has changed its clocks, Britain has not.
            ("2026-03-09 10:00:00", "2026-03-09T14:00:00Z"),
        ] {
            let record = read(text);
            let at = instant.parse().unwrap();
            assert_eq!(
                record.fields.get(&Field::Start),
                Some(&Value::Moment { at }),
                "{text}"
            );
            assert_eq!(record.text(Field::StartText), Some(text));
        }
        assert_eq!(read("2026-08-04").text(Field::Booking), Some("confirmed"));
    }

    #[test]
    fn a_deleted_one_says_so_and_a_mark_is_found_in_either_text() {
        let found = json!({"id": "A", "appointmentStatus": "confirmed", "deleted": true});
        let gone = record(&serde_json::from_value(found).unwrap(), &diary());
        assert!(mapping::appointment::is_deleted(&gone));
        for key in ["notes", "description"] {
            let found = json!({"id": "A", key: "MyGadgetRepairs appointment 9B2E"});
            let marked = record(&serde_json::from_value(found).unwrap(), &diary());
            assert_eq!(marked.mark.as_deref(), Some("9B2E"));
        }
    }
}
