//! Records in the words users see: the names that flows pick from. Every known field is there, empty as null; device
//! numbers are masked and passcodes left out.

mod appointment;
mod lenient;
mod money;
mod note;
mod opportunity;
mod person;
pub(crate) mod secret;
mod vendor;
mod work;

use domain::{Field, Record, Value};
use mapping::{Rules, Setting};
use serde::Deserialize;
use serde_json::{Map, Value as Json};

/// A record of a source in the words users see.
///
/// `record` is a [`domain::Record`] for the four synced kinds, and the vendor's JSON for everything else. Of a source
/// that has no words of its own it is the vendor's JSON without secrets.
#[must_use]
pub fn view(source: &str, record: &Json, setting: &Setting, rules: &Rules) -> Json {
    let synced = |show: fn(&Record, &Rules, &Setting) -> Map<String, Json>| {
        Record::deserialize(record).map_or_else(
            |_| vendor::any(record),
            |record| show(&record, rules, setting),
        )
    };
    let shown = match source {
        "highlevel.contact" => synced(person::contact),
        "mygadgetrepairs.customer" => synced(person::customer),
        "highlevel.task" => synced(work::task),
        "mygadgetrepairs.ticket" => synced(work::ticket),
        "highlevel.note" => synced(note::note),
        "mygadgetrepairs.comment" => synced(note::comment),
        "highlevel.appointment" => synced(appointment::booked),
        "mygadgetrepairs.appointment" => synced(appointment::at_counter),
        "highlevel.opportunity" => opportunity::opportunity(record),
        "highlevel.message" => vendor::message(record),
        "mygadgetrepairs.invoice" => money::invoice(record),
        "mygadgetrepairs.estimate" => money::estimate(record),
        "mygadgetrepairs.reminder" => vendor::reminder(record),
        "mygadgetrepairs.lead" => vendor::lead(record),
        "mygadgetrepairs.device" => vendor::device(record),
        _ => vendor::any(record),
    };
    Json::Object(shown)
}

/// A vendor's record without passcodes, and with device numbers shown only by their end: what is kept of devices.
#[must_use]
pub fn without_secrets(record: &Json) -> Json {
    secret::without(record)
}

/// Which fields differ between two views, in order. When the vendor made or changed the record is no difference.
pub(crate) fn changed(before: &Json, after: &Json) -> Vec<String> {
    let (Some(before), Some(after)) = (before.as_object(), after.as_object()) else {
        return Vec::new();
    };
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .filter(|name| !matches!(name.as_str(), "created" | "changed"))
        .filter(|name| {
            before.get(*name).unwrap_or(&Json::Null) != after.get(*name).unwrap_or(&Json::Null)
        })
        .cloned()
        .collect()
}

/// Fields as a view holds them.
fn shown<const N: usize>(fields: [(&str, Json); N]) -> Map<String, Json> {
    let owned = fields.map(|(name, value)| (name.to_owned(), value));
    owned.into_iter().collect()
}

/// A field's value; nothing as null.
fn value(of: Option<&Value>) -> Json {
    match of {
        Some(Value::Flag(flag)) => Json::Bool(*flag),
        Some(Value::Moment { at }) => Json::String(at.to_string()),
        Some(Value::Text(text)) => Json::String(text.clone()),
        None => Json::Null,
    }
}

/// The fields of a record that are shown as they are, by the name that they have in rules.
fn fields(record: &Record, fields: &[Field]) -> Map<String, Json> {
    fields
        .iter()
        .map(|field| (field.as_str().to_owned(), value(record.fields.get(field))))
        .collect()
}

/// What every record shows: its id, and when the vendor made and changed it.
fn head(record: &Record) -> Map<String, Json> {
    let at =
        |at: Option<domain::Timestamp>| at.map_or(Json::Null, |at| Json::String(at.to_string()));
    Map::from_iter([
        ("id".to_owned(), Json::String(record.id.as_str().to_owned())),
        ("created".to_owned(), at(record.created_at)),
        ("changed".to_owned(), at(record.changed_at)),
    ])
}

/// The id of the record that it belongs to.
fn parent(record: &Record) -> Json {
    record
        .parent
        .as_ref()
        .map_or(Json::Null, |id| Json::String(id.as_str().to_owned()))
}
