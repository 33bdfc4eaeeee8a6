//! Appointments of both sides.

use super::{fields, head, parent, secret, value};
use domain::{Field, Record};
use mapping::{Rules, Setting};
use serde_json::{Map, Value as Json};

/// A HighLevel appointment; its status is the vendor's word: `confirmed`, `cancelled`, `showed`, `noshow` …
pub(super) fn booked(record: &Record, _: &Rules, _: &Setting) -> Map<String, Json> {
    let mut shown = appointment(record);
    let more = [
        ("contact_id", parent(record)),
        ("status", value(record.fields.get(&Field::Booking))),
        ("calendar_id", value(record.fields.get(&Field::Calendar))),
        (
            "deleted",
            Json::Bool(mapping::appointment::is_deleted(record)),
        ),
    ];
    shown.extend(more.map(|(name, value)| (name.to_owned(), value)));
    shown
}

/// A MyGadgetRepairs appointment; its status is `booked` or `cancelled`.
pub(super) fn at_counter(record: &Record, _: &Rules, _: &Setting) -> Map<String, Json> {
    let mut shown = appointment(record);
    let stands = mapping::appointment::takes_place(record);
    let status = if stands { "booked" } else { "cancelled" };
    shown.insert("customer_id".to_owned(), parent(record));
    shown.insert("status".to_owned(), status.into());
    shown
}

fn appointment(record: &Record) -> Map<String, Json> {
    let mut shown = head(record);
    shown.extend(fields(
        record,
        &[Field::Start, Field::End, Field::Place, Field::Staff],
    ));
    let (title, _) =
        mapping::appointment::read_subject(record.text(Field::Title).unwrap_or_default());
    let title = (!title.is_empty()).then_some(title);
    shown.insert("title".to_owned(), secret::hide(title.into()));
    shown.insert(
        "description".to_owned(),
        secret::hide(value(record.fields.get(&Field::Body))),
    );
    shown.insert(
        "cancelled".to_owned(),
        Json::Bool(!mapping::appointment::takes_place(record)),
    );
    shown
}
