//! Appointments in shared terms and back: title, begin, end, and whether they were called off.
//!
//! MyGadgetRepairs has no state for an appointment that can be written (mygadgetrepairs-api.md 12.4), so the subject
//! says that it was called off; the projection takes the word off again.

use crate::{Setting, mark, project::Projection};
use domain::{Field, Kind, Record, Side, Timestamp, Value, normalize::text};

/// Stands before the subject of a MyGadgetRepairs appointment that was called off.
pub const CALLED_OFF: &str = "Cancelled: ";
/// The longest subject that MyGadgetRepairs takes (mygadgetrepairs-api.md 12.4).
const SUBJECT_MAX: usize = 100;
/// The title of an appointment that has none; MyGadgetRepairs requires one.
const UNTITLED: &str = "Appointment";
/// HighLevel's words for an appointment that does not take place (highlevel-api.md 10). One that the customer kept or
/// missed (`showed`, `noshow`) took place, and its entry at the counter stays as it is.
const OFF: [&str; 3] = ["cancelled", "invalid", DELETED];
/// Our word for a HighLevel appointment that was deleted: its counterpart is treated as if it was called off.
pub const DELETED: &str = "deleted";

/// Puts an appointment's shared fields into the projection.
pub(crate) fn project(record: &Record, shared: &mut Projection) {
    let title = record.text(Field::Title).unwrap_or("");
    let (title, off) = match record.side {
        Side::HighLevel => {
            let booking = record.text(Field::Booking).unwrap_or("");
            let off = OFF.iter().any(|word| word.eq_ignore_ascii_case(booking));
            // A title that itself begins with our word would read back as called off.
            let (bare, _) = read_subject(title);
            (shorten(&bare, SUBJECT_MAX - CALLED_OFF.len()), off)
        }
        Side::MyGadgetRepairs => {
            let (bare, off) = read_subject(title);
            (shorten(&bare, SUBJECT_MAX - CALLED_OFF.len()), off)
        }
    };
    let title = if title.is_empty() {
        UNTITLED.to_owned()
    } else {
        title
    };
    shared.put(Field::Title, Value::text(title));
    for field in [Field::Start, Field::End] {
        shared.put(field, record.fields.get(&field).cloned());
    }
    shared.put(Field::Cancelled, Some(Value::Flag(off)));
}

/// The subject that carries a title and whether the appointment was called off. It keeps within what the vendor takes,
/// so that the mark never costs a letter that was there before.
#[must_use]
pub fn subject(title: &str, off: bool) -> String {
    let (bare, _) = read_subject(title);
    let bare = if bare.is_empty() { UNTITLED } else { &bare };
    let bare = shorten(bare, SUBJECT_MAX - CALLED_OFF.len());
    if off {
        format!("{CALLED_OFF}{bare}")
    } else {
        bare
    }
}

/// Splits a subject into the title and whether it says that the appointment was called off.
#[must_use]
pub fn read_subject(subject: &str) -> (String, bool) {
    let line = text::line(subject);
    let word = CALLED_OFF.trim();
    let mut bare = line.as_str();
    let mut off = false;
    while let Some(rest) = bare
        .get(..word.len())
        .filter(|head| head.eq_ignore_ascii_case(word))
        .map(|_| &bare[word.len()..])
    {
        off = true;
        bare = rest.trim_start();
    }
    (bare.to_owned(), off)
}

/// The description of a new appointment: our mark.
pub(crate) fn description(source: Option<&Record>) -> Option<Value> {
    let source = source?;
    Value::text(match source.side {
        Side::HighLevel => mark::appointment_line(&source.id),
        Side::MyGadgetRepairs => mark::booking_line(&source.id),
    })
}

/// HighLevel's word for an appointment that is called off, or stands.
pub(crate) fn booking(off: bool) -> Option<Value> {
    Value::text(if off { "cancelled" } else { "confirmed" })
}

/// Whether a HighLevel appointment was deleted: it can still be read, and nothing is written to it any more.
#[must_use]
pub fn is_deleted(record: &Record) -> bool {
    record.side == Side::HighLevel
        && record.kind == Kind::Appointment
        && record.text(Field::Booking) == Some(DELETED)
}

/// A HighLevel appointment as it is to be remembered when the vendor does not know it any more.
#[must_use]
pub fn deleted(mut record: Record) -> Record {
    record.set(Field::Booking, Value::text(DELETED));
    record
}

/// When an appointment begins, as people on either side read it: the shop's local time with its zone, and the CRM's
/// where that is another zone.
#[must_use]
pub fn local_times(record: &Record, setting: &Setting, crm: &jiff::tz::TimeZone) -> Option<String> {
    let at = record.fields.get(&Field::Start)?.as_moment()?;
    let shown = |zone: &jiff::tz::TimeZone| {
        let zoned = at.to_zoned_datetime(zone.clone());
        let name = zone.iana_name().unwrap_or("UTC");
        format!("{} {name}", zoned.strftime("%Y-%m-%d %H:%M"))
    };
    let (counter, crm) = (shown(&setting.zone), shown(crm));
    Some(if counter == crm {
        counter
    } else {
        format!("{counter} ({crm})")
    })
}

/// Whether an appointment is still to come: only such a one gets a counterpart.
#[must_use]
pub fn is_ahead(record: &Record, now: Timestamp) -> bool {
    record
        .fields
        .get(&Field::Start)
        .and_then(Value::as_moment)
        .is_some_and(|start| start > now)
}

/// Whether an appointment, by its own side's account, takes place.
#[must_use]
pub fn takes_place(record: &Record) -> bool {
    let mut shared = Projection::default();
    project(record, &mut shared);
    shared
        .fields
        .get(&Field::Cancelled)
        .and_then(Value::as_flag)
        != Some(true)
}

fn shorten(title: &str, most: usize) -> String {
    title
        .chars()
        .take(most)
        .collect::<String>()
        .trim_end()
        .to_owned()
}
