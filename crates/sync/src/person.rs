//! What identity looks at in a contact or customer.

use domain::{Field, Kind, Record, RecordId, Side, normalize};
use mapping::{Rules, Setting};
use std::collections::BTreeSet;

/// A contact or customer as identity sees it: normalised keys, nothing else.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// Where the record lives.
    pub side: Side,
    /// The vendor's id.
    pub id: RecordId,
    /// Full name as written; empty when unknown.
    pub name: String,
    /// Normalised addresses, those that cannot be written included.
    pub emails: BTreeSet<String>,
    /// Numbers in E.164, those that cannot be written included. What cannot be parsed is no key.
    pub phones: BTreeSet<String>,
    /// The record's own reference (`C-317`).
    pub reference: Option<String>,
    /// The counterpart's reference or id that our mark in this record names.
    pub mark: Option<String>,
}

// Personal data stays out of logs.
impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Person")
            .field("side", &self.side)
            .field("id", &self.id)
            .field("emails", &self.emails.len())
            .field("phones", &self.phones.len())
            .finish_non_exhaustive()
    }
}

impl Person {
    /// A person without name and keys.
    #[must_use]
    pub const fn new(side: Side, id: RecordId) -> Self {
        Self {
            side,
            id,
            name: String::new(),
            emails: BTreeSet::new(),
            phones: BTreeSet::new(),
            reference: None,
            mark: None,
        }
    }

    /// Reads a contact or customer; nothing for other kinds.
    #[must_use]
    pub fn of(record: &Record, rules: &Rules, setting: &Setting) -> Option<Self> {
        if record.kind != Kind::Contact {
            return None;
        }
        let shared = mapping::project(record, rules, setting).fields;
        let name = shared
            .get(&Field::Name)
            .and_then(|name| name.as_text())
            .unwrap_or("");
        let emails = record.text(Field::Email).into_iter();
        let emails = emails.chain(record.other_emails.iter().map(String::as_str));
        let numbers = [Field::Phone, Field::Mobile, Field::Landline];
        let numbers = numbers.into_iter().filter_map(|field| record.text(field));
        let numbers = numbers.chain(record.other_phones.iter().map(String::as_str));
        Some(Self {
            side: record.side,
            id: record.id.clone(),
            name: name.to_owned(),
            emails: emails.filter_map(normalize::email::key).collect(),
            phones: numbers
                .filter_map(|number| normalize::phone::e164(number, &setting.country))
                .collect(),
            reference: record.reference.clone(),
            mark: record.mark.clone(),
        })
    }

    /// Whether there is anything by which the person can be found again.
    #[must_use]
    pub fn has_key(&self) -> bool {
        !self.emails.is_empty() || !self.phones.is_empty()
    }
}
