//! Contacts and customers.

use super::{fields, head, value};
use domain::{Field, Record};
use mapping::{Rules, Setting};
use serde_json::{Map, Value as Json};

/// What is shown in the shared terms of both sides.
const SHARED: [Field; 8] = [
    Field::Name,
    Field::Email,
    Field::Phone,
    Field::Company,
    Field::Address,
    Field::City,
    Field::PostalCode,
    Field::Country,
];

/// A HighLevel contact.
pub(super) fn contact(record: &Record, rules: &Rules, setting: &Setting) -> Map<String, Json> {
    let mut shown = person(record, rules, setting);
    shown.insert(
        "other_emails".to_owned(),
        record.other_emails.clone().into(),
    );
    shown.insert(
        "other_phones".to_owned(),
        record.other_phones.clone().into(),
    );
    shown
}

/// A MyGadgetRepairs customer. Its tags are its groups.
pub(super) fn customer(record: &Record, rules: &Rules, setting: &Setting) -> Map<String, Json> {
    let mut shown = person(record, rules, setting);
    shown.extend(fields(record, &[Field::Mobile, Field::Landline]));
    shown.insert("reference".to_owned(), record.reference.clone().into());
    shown.insert("group".to_owned(), record.tags.first().cloned().into());
    shown
}

fn person(record: &Record, rules: &Rules, setting: &Setting) -> Map<String, Json> {
    let shared = mapping::project(record, rules, setting);
    let mut shown = head(record);
    shown.extend(fields(record, &[Field::FirstName, Field::LastName]));
    for field in SHARED {
        let found = shared
            .fields
            .get(&field)
            .or_else(|| record.fields.get(&field));
        shown.insert(field.as_str().to_owned(), value(found));
    }
    // A side that allows messages holds nothing: what is absent is allowed.
    for field in Field::CONSENT {
        shown.insert(
            field.as_str().to_owned(),
            Json::Bool(mapping::blocked(record, field)),
        );
    }
    shown.insert("tags".to_owned(), record.tags.clone().into());
    shown
}
