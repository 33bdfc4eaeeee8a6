//! The keys by which contacts are matched, in normal form. An empty key matches nothing and is left out.

use domain::{CountryCode, Field, Kind, Record, Side, normalize};
use store::Key;

/// The keys of a record; none for anything but contacts.
pub(crate) fn keys_of(record: &Record, country: &CountryCode) -> Vec<Key> {
    if record.kind != Kind::Contact {
        return Vec::new();
    }
    let mut keys = Vec::new();
    let mut add = |what: &'static str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            let key = Key { what, value };
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
    };
    for email in record
        .text(Field::Email)
        .into_iter()
        .chain(record.other_emails.iter().map(String::as_str))
    {
        add("email", normalize::email::key(email));
    }
    let numbers = [Field::Phone, Field::Mobile, Field::Landline];
    let numbers = numbers.iter().filter_map(|field| record.text(*field));
    for phone in numbers.chain(record.other_phones.iter().map(String::as_str)) {
        add("phone", normalize::phone::e164(phone, country));
    }
    let name = record.text(Field::Name).map(str::to_owned).or_else(|| {
        normalize::name::join(record.text(Field::FirstName), record.text(Field::LastName))
    });
    add("name", name.map(|name| normalize::name::key(&name)));
    // A contact's mark names the customer's reference (or id): both sides share the key.
    match record.side {
        Side::HighLevel => add("mark", record.mark.clone()),
        Side::MyGadgetRepairs => {
            add("mark", Some(mark_of(record)));
        }
    }
    keys
}

/// What a mark in the counterpart says of this record: the reference that people use, else the id.
pub(crate) fn mark_of(record: &Record) -> String {
    record
        .reference
        .clone()
        .unwrap_or_else(|| record.id.as_str().to_owned())
}
