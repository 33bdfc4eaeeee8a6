//! Contacts by what people look them up with.

use std::collections::HashMap;

use super::model::Contact;
use crate::highlevel::id::Id;

type Lookup = HashMap<Box<str>, Vec<Id>>;

/// Which contacts have an e-mail, a phone or a source. Oldest entry first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Keys {
    email: Lookup,
    phone: Lookup,
    source: Lookup,
}

impl Keys {
    pub fn add(&mut self, contact: &Contact) {
        for email in emails(contact) {
            self.email.entry(email).or_default().push(contact.id);
        }
        for (lookup, key) in [
            (&mut self.phone, &contact.phone),
            (&mut self.source, &contact.source),
        ] {
            if !key.is_empty() {
                lookup
                    .entry(key.as_str().into())
                    .or_default()
                    .push(contact.id);
            }
        }
    }

    pub fn remove(&mut self, contact: &Contact) {
        for email in emails(contact) {
            forget(&mut self.email, &email, contact.id);
        }
        forget(&mut self.phone, &contact.phone, contact.id);
        forget(&mut self.source, &contact.source, contact.id);
    }

    /// `email` in any case.
    pub fn with_email(&self, email: &str) -> &[Id] {
        self.email
            .get(email.to_lowercase().as_str())
            .map_or(&[], Vec::as_slice)
    }

    /// `phone` in E.164.
    pub fn with_phone(&self, phone: &str) -> &[Id] {
        self.phone.get(phone).map_or(&[], Vec::as_slice)
    }

    pub fn with_source(&self, source: &str) -> &[Id] {
        self.source.get(source).map_or(&[], Vec::as_slice)
    }
}

fn emails(contact: &Contact) -> impl Iterator<Item = Box<str>> {
    std::iter::once(&contact.email)
        .chain(&contact.additional_emails)
        .filter(|text| !text.is_empty())
        .map(|text| text.to_lowercase().into_boxed_str())
}

fn forget(lookup: &mut Lookup, key: &str, id: Id) {
    if let Some(ids) = lookup.get_mut(key) {
        ids.retain(|known| *known != id);
        if ids.is_empty() {
            lookup.remove(key);
        }
    }
}
