//! A contact as read (highlevel-api.md 7.3 and 7.7).

use super::{
    dnd::{self, Channel, Dnd},
    lenient,
};
use crate::Cursor;
use domain::normalize;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::{collections::BTreeMap, fmt};

/// A contact. A row of the search lacks the exact case of names and has nulls; get the contact for details.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    /// 20 characters.
    #[serde(deserialize_with = "lenient::id")]
    pub id: String,
    /// Its location.
    #[serde(default, deserialize_with = "lenient::text")]
    pub location_id: Option<String>,
    /// `lead` unless changed; an open set.
    #[serde(default, rename = "type", deserialize_with = "lenient::text")]
    pub kind: Option<String>,
    /// Given name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub first_name: Option<String>,
    /// Family name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub last_name: Option<String>,
    /// Full name, where sent.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: Option<String>,
    /// Full name in lower case, in rows.
    #[serde(default, deserialize_with = "lenient::text")]
    pub contact_name: Option<String>,
    /// Primary address, as stored.
    #[serde(default, deserialize_with = "lenient::text")]
    pub email: Option<String>,
    /// Primary number, E.164.
    #[serde(default, deserialize_with = "lenient::text")]
    pub phone: Option<String>,
    /// Further addresses. They can be read but not written (highlevel-quirks.md 1.6).
    #[serde(default, deserialize_with = "lenient::texts")]
    pub additional_emails: Vec<String>,
    /// Further numbers. They can be read but not written.
    #[serde(default, deserialize_with = "lenient::texts")]
    pub additional_phones: Vec<String>,
    /// Company.
    #[serde(default, deserialize_with = "lenient::text")]
    pub company_name: Option<String>,
    /// Street, except in rows; see [`Contact::street`].
    #[serde(default, deserialize_with = "lenient::text")]
    pub address1: Option<String>,
    /// Street, in rows; see [`Contact::street`].
    #[serde(default, deserialize_with = "lenient::text")]
    pub address: Option<String>,
    /// Town.
    #[serde(default, deserialize_with = "lenient::text")]
    pub city: Option<String>,
    /// State or region.
    #[serde(default, deserialize_with = "lenient::text")]
    pub state: Option<String>,
    /// Postal code.
    #[serde(default, deserialize_with = "lenient::text")]
    pub postal_code: Option<String>,
    /// Two letters; the location's own country where none was given.
    #[serde(default, deserialize_with = "lenient::text")]
    pub country: Option<String>,
    /// Web address.
    #[serde(default, deserialize_with = "lenient::text")]
    pub website: Option<String>,
    /// IANA name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub timezone: Option<String>,
    /// An ISO instant at midnight UTC, or a date.
    #[serde(default, deserialize_with = "lenient::text")]
    pub date_of_birth: Option<String>,
    /// Where the contact came from; our mark stands here.
    #[serde(default, deserialize_with = "lenient::text")]
    pub source: Option<String>,
    /// Lower case (highlevel-quirks.md 2.2).
    #[serde(default, deserialize_with = "lenient::texts")]
    pub tags: Vec<String>,
    /// Filled custom fields.
    #[serde(default, deserialize_with = "lenient::rows")]
    pub custom_fields: Vec<CustomValue>,
    /// Whether every channel is blocked.
    #[serde(default, deserialize_with = "lenient::flag")]
    pub dnd: Option<bool>,
    /// Blocks per channel.
    #[serde(default, deserialize_with = "channels")]
    pub dnd_settings: BTreeMap<Channel, Dnd>,
    /// The user it belongs to.
    #[serde(default, deserialize_with = "lenient::text")]
    pub assigned_to: Option<String>,
    /// Users that follow it.
    #[serde(default, deserialize_with = "lenient::texts")]
    pub followers: Vec<String>,
    /// The business it is linked to.
    #[serde(default, deserialize_with = "lenient::text")]
    pub business_id: Option<String>,
    /// When it was made.
    #[serde(default, deserialize_with = "lenient::moment")]
    pub date_added: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, deserialize_with = "lenient::moment")]
    pub date_updated: Option<Timestamp>,
    /// Who made it.
    #[serde(default, deserialize_with = "lenient::some")]
    pub created_by: Option<Actor>,
    /// Who last changed it.
    #[serde(default, deserialize_with = "lenient::some")]
    pub last_updated_by: Option<Actor>,
    /// Whether it is deleted.
    #[serde(default, deserialize_with = "lenient::flag")]
    pub deleted: Option<bool>,
    /// Where the next page begins, in rows.
    #[serde(default, deserialize_with = "lenient::some")]
    pub search_after: Option<Cursor>,
}

impl Contact {
    /// Street and house number, under either of its names.
    #[must_use]
    pub fn street(&self) -> Option<&str> {
        self.address1.as_deref().or(self.address.as_deref())
    }

    /// Whether the address is the contact's primary or a further one. Writing a further one as the primary
    /// would drop the old primary (highlevel-quirks.md 1.2), so ask first.
    #[must_use]
    pub fn has_email(&self, email: &str) -> bool {
        let wanted = normalize::email::key(email);
        wanted.is_some()
            && self
                .email
                .iter()
                .chain(&self.additional_emails)
                .any(|own| normalize::email::key(own) == wanted)
    }

    /// Whether the number is the contact's primary or a further one, whatever the notation.
    #[must_use]
    pub fn has_phone(&self, phone: &str) -> bool {
        let wanted = normalize::phone::comparable(phone);
        !wanted.is_empty()
            && self
                .phone
                .iter()
                .chain(&self.additional_phones)
                .any(|own| normalize::phone::comparable(own) == wanted)
    }

    /// The value of a custom field, by the field's id.
    #[must_use]
    pub fn custom_value(&self, field_id: &str) -> Option<&Value> {
        self.custom_fields
            .iter()
            .find(|value| value.id == field_id)
            .map(|value| &value.value)
    }
}

/// Names the id only: the rest is about a person.
impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contact")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// The value of one custom field, under `value`, `field_value` or `fieldValue` (highlevel-quirks.md 5.3).
#[derive(Clone, PartialEq, Deserialize)]
pub struct CustomValue {
    /// The field's id. Names do not serve: they change, ids and keys do not (highlevel-quirks.md 2.11).
    #[serde(deserialize_with = "lenient::id")]
    pub id: String,
    /// Text, number, array of texts or object, by the field's type (highlevel-api.md 7.9).
    #[serde(default)]
    pub value: Value,
}

impl fmt::Debug for CustomValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomValue")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Who did something: to know our own writes again (highlevel-api.md 13).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Actor {
    /// Such as `INTEGRATION`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub source: Option<String>,
    /// Such as `OAUTH`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub channel: Option<String>,
    /// The client id of an app, or a user.
    #[serde(default, deserialize_with = "lenient::text")]
    pub source_id: Option<String>,
}

fn channels<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<Channel, Dnd>, D::Error> {
    Ok(dnd::read(&Value::deserialize(from)?))
}
