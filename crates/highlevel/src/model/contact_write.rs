//! Contacts as written (highlevel-api.md 7.4). There is deliberately no `tags` in updates, since it would replace
//! all tags, no `gender`, and no further addresses or numbers: the vendor refuses or mistreats them.

use super::{
    custom_field::FieldValue,
    dnd::{self, Channel, Dnd},
};
use crate::{Patch, draft::Draft};
use jiff::civil::Date;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A custom field to write, by the field's id.
#[derive(Clone, Debug, PartialEq)]
pub struct WriteCustomValue {
    /// The field's id.
    pub id: String,
    /// What to write; see [`super::CustomField::encode`].
    pub value: FieldValue,
}

impl WriteCustomValue {
    fn list(values: &[Self], v3: bool) -> Value {
        let key = if v3 { "fieldValue" } else { "field_value" };
        values
            .iter()
            .map(|value| json!({"id": value.id, key: value.value.to_json()}))
            .collect()
    }
}

/// A new contact. Empty texts are left out: they have been refused (highlevel-api.md 7.6).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreateContact {
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Full name, instead of the two.
    pub name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// E.164; a national number is read with the location's country.
    pub phone: Option<String>,
    /// Street and house number.
    pub address1: Option<String>,
    /// Town.
    pub city: Option<String>,
    /// State or region.
    pub state: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Two letters.
    pub country: Option<String>,
    /// Web address.
    pub website: Option<String>,
    /// IANA name.
    pub timezone: Option<String>,
    /// Company.
    pub company_name: Option<String>,
    /// Where the contact comes from; carries our mark.
    pub source: Option<String>,
    /// Date of birth.
    pub date_of_birth: Option<Date>,
    /// Block every channel.
    pub dnd: Option<bool>,
    /// Blocks per channel.
    pub dnd_settings: BTreeMap<Channel, Dnd>,
    /// Custom fields.
    pub custom_fields: Vec<WriteCustomValue>,
    /// Owner, a user's id.
    pub assigned_to: Option<String>,
    /// Tags of the new contact. They may start automations (highlevel-quirks.md 2.13).
    pub tags: Vec<String>,
}

impl CreateContact {
    pub(crate) fn draft(&self, location_id: &str, v3: bool) -> Draft {
        let mut draft = Draft::new();
        draft.put("locationId", location_id);
        for (key, value) in [
            ("firstName", &self.first_name),
            ("lastName", &self.last_name),
            ("name", &self.name),
            ("email", &self.email),
            ("phone", &self.phone),
            ("address1", &self.address1),
            ("city", &self.city),
            ("state", &self.state),
            ("postalCode", &self.postal_code),
            ("country", &self.country),
            ("website", &self.website),
            ("timezone", &self.timezone),
            ("companyName", &self.company_name),
            ("source", &self.source),
            ("assignedTo", &self.assigned_to),
        ] {
            draft.put_some(key, value.as_ref().filter(|text| !text.trim().is_empty()));
        }
        draft.put_some(
            "dateOfBirth",
            self.date_of_birth.map(|date| date.to_string()).as_ref(),
        );
        draft.put_some("dnd", self.dnd.as_ref());
        if !self.dnd_settings.is_empty() {
            draft.put("dndSettings", dnd::write(&self.dnd_settings, v3));
        }
        if !self.custom_fields.is_empty() {
            draft.put(
                "customFields",
                WriteCustomValue::list(&self.custom_fields, v3),
            );
        }
        if !self.tags.is_empty() {
            draft.put("tags", self.tags.clone());
        }
        draft
    }
}

/// A create-or-update by the location's identifier.
///
/// Not an answer to "who is this": with the e-mail of one contact and the number of another it changes the
/// first and drops the second value without a word (highlevel-quirks.md 1.1), and a further address that
/// matches becomes the primary one (1.2). Look up by both keys first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UpsertContact {
    /// The contact. Its tags, where there are any, replace all tags of a contact that is found.
    pub contact: CreateContact,
    /// Create a second contact where the location allows duplicates.
    pub create_new_if_duplicate_allowed: Option<bool>,
}

impl UpsertContact {
    pub(crate) fn to_json(&self, location_id: &str, v3: bool) -> Value {
        let mut draft = self.contact.draft(location_id, v3);
        draft.put_some(
            "createNewIfDuplicateAllowed",
            self.create_new_if_duplicate_allowed.as_ref(),
        );
        draft.into_json()
    }
}

/// A change to a contact: only what is not [`Patch::Keep`] is sent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UpdateContact {
    /// Given name.
    pub first_name: Patch<String>,
    /// Family name.
    pub last_name: Patch<String>,
    /// Full name, instead of the two.
    pub name: Patch<String>,
    /// E-mail address. Ask [`super::Contact::has_email`] first.
    pub email: Patch<String>,
    /// E.164.
    pub phone: Patch<String>,
    /// Street and house number.
    pub address1: Patch<String>,
    /// Town.
    pub city: Patch<String>,
    /// State or region.
    pub state: Patch<String>,
    /// Postal code; not nullable, so clearing sends an empty text.
    pub postal_code: Patch<String>,
    /// Two letters; cannot be cleared.
    pub country: Option<String>,
    /// Web address.
    pub website: Patch<String>,
    /// IANA name.
    pub timezone: Patch<String>,
    /// Company. In no document for updates (highlevel-quirks.md 2.12): if [`crate::Error::refused_keys`] names
    /// it, leave it out from then on.
    pub company_name: Patch<String>,
    /// Where the contact comes from.
    pub source: Patch<String>,
    /// Date of birth.
    pub date_of_birth: Patch<Date>,
    /// Block every channel.
    pub dnd: Option<bool>,
    /// Blocks per channel.
    pub dnd_settings: BTreeMap<Channel, Dnd>,
    /// Custom fields; others stay.
    pub custom_fields: Vec<WriteCustomValue>,
    /// Owner, a user's id.
    pub assigned_to: Patch<String>,
}

impl UpdateContact {
    /// Whether nothing would be sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.draft(false).is_empty()
    }

    pub(crate) fn draft(&self, v3: bool) -> Draft {
        let mut draft = Draft::new();
        for (key, patch) in [
            ("firstName", &self.first_name),
            ("lastName", &self.last_name),
            ("name", &self.name),
            ("email", &self.email),
            ("phone", &self.phone),
            ("address1", &self.address1),
            ("city", &self.city),
            ("state", &self.state),
            ("website", &self.website),
            ("timezone", &self.timezone),
            ("companyName", &self.company_name),
            ("source", &self.source),
            ("assignedTo", &self.assigned_to),
        ] {
            draft.patch(key, patch);
        }
        draft.patch_text("postalCode", &self.postal_code);
        draft.put_some("country", self.country.as_ref());
        let birth = match self.date_of_birth {
            Patch::Keep => Patch::Keep,
            Patch::Clear => Patch::Clear,
            Patch::Set(date) => Patch::Set(date.to_string()),
        };
        draft.patch("dateOfBirth", &birth);
        draft.put_some("dnd", self.dnd.as_ref());
        if !self.dnd_settings.is_empty() {
            draft.put("dndSettings", dnd::write(&self.dnd_settings, v3));
        }
        if !self.custom_fields.is_empty() {
            draft.put(
                "customFields",
                WriteCustomValue::list(&self.custom_fields, v3),
            );
        }
        draft
    }
}
