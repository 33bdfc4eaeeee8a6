//! Puts the properties of a write onto a contact (highlevel-api.md 7.4).

use serde_json::{Map, Value};

use super::custom_values;
use super::model::Contact;
use crate::highlevel::body::{Field, Kind, may, must};
use crate::highlevel::call::texts;
use crate::highlevel::custom_fields::CustomField;
use crate::highlevel::refusal::Refusal;
use crate::highlevel::settings::Settings;
use crate::highlevel::{date, phone};

macro_rules! shared_fields {
    ($($own:expr),* $(,)?) => {
        &[
            $($own,)*
            may("firstName", Kind::Text),
            may("lastName", Kind::Text),
            may("name", Kind::Text),
            may("email", Kind::Email),
            may("phone", Kind::Text),
            may("address1", Kind::Text),
            may("city", Kind::Text),
            may("state", Kind::Text),
            may("postalCode", Kind::Text),
            may("country", Kind::Text),
            may("website", Kind::Text),
            may("timezone", Kind::Text),
            may("source", Kind::Text),
            may("dateOfBirth", Kind::Text),
            may("dnd", Kind::Flag),
            may("dndSettings", Kind::DndChannels),
            may("inboundDndSettings", Kind::DndChannels),
            may("tags", Kind::Texts),
            may("customFields", Kind::List),
            may("assignedTo", Kind::Text),
        ]
    };
}

pub(crate) const CREATE: &[Field] = shared_fields![
    must("locationId", Kind::Key),
    may("gender", Kind::Text),
    may("companyName", Kind::Text),
];

pub(crate) const UPDATE: &[Field] = shared_fields![may("companyName", Kind::CompanyNameOnUpdate)];

pub(crate) const UPSERT: &[Field] = shared_fields![
    must("locationId", Kind::Key),
    may("gender", Kind::Text),
    may("companyName", Kind::Text),
    may("createNewIfDuplicateAllowed", Kind::Flag),
];

/// Lower case, without blanks around, once each (highlevel-quirks.md 2.2).
pub(crate) fn tidy_tags(tags: &[String]) -> Vec<String> {
    let mut tidy: Vec<String> = Vec::new();
    for tag in tags {
        let tag = tag.trim().to_lowercase();
        if !tag.is_empty() && !tidy.contains(&tag) {
            tidy.push(tag);
        }
    }
    tidy
}

/// Puts every property that was sent onto the contact; null clears. Checked for shape before.
pub(crate) fn apply(
    contact: &mut Contact,
    body: &Map<String, Value>,
    settings: &Settings,
    fields: &[CustomField],
) -> Result<(), Refusal> {
    apply_name(contact, body);
    for (name, value) in body {
        let text = value.as_str().unwrap_or_default().trim();
        let place = match name.as_str() {
            "firstName" => &mut contact.first_name,
            "lastName" => &mut contact.last_name,
            "companyName" => &mut contact.company_name,
            "address1" => &mut contact.address1,
            "city" => &mut contact.city,
            "state" => &mut contact.state,
            "postalCode" => &mut contact.postal_code,
            "website" => &mut contact.website,
            "timezone" => &mut contact.timezone,
            "source" => &mut contact.source,
            "assignedTo" => &mut contact.assigned_to,
            _ => {
                apply_special(contact, name, value, settings, fields)?;
                continue;
            }
        };
        text.clone_into(place);
    }
    Ok(())
}

/// A whole name is split at its first blank, when no parts were sent; how the server does it is a guess.
fn apply_name(contact: &mut Contact, body: &Map<String, Value>) {
    let parts = body.contains_key("firstName") || body.contains_key("lastName");
    let Some(name) = body.get("name").and_then(Value::as_str).map(str::trim) else {
        return;
    };
    if !parts && !name.is_empty() {
        let (first, last) = name.split_once(' ').unwrap_or((name, ""));
        first.clone_into(&mut contact.first_name);
        last.trim().clone_into(&mut contact.last_name);
    }
}

fn apply_special(
    contact: &mut Contact,
    name: &str,
    value: &Value,
    settings: &Settings,
    fields: &[CustomField],
) -> Result<(), Refusal> {
    let text = value.as_str().unwrap_or_default().trim();
    match name {
        "email" => {
            // A secondary e-mail that becomes the first one leaves its place; the old first one is lost (quirks 1.2).
            contact
                .additional_emails
                .retain(|other| other.to_lowercase() != text.to_lowercase());
            text.clone_into(&mut contact.email);
        }
        "phone" if text.is_empty() => contact.phone.clear(),
        "phone" => {
            contact.phone = phone::normalise(text, &settings.country)
                .ok_or_else(|| Refusal::invalid_one("phone must be a valid phone number"))?;
        }
        "country" => {
            let known = text.is_empty()
                || (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase()));
            if !known {
                return Err(Refusal::invalid_one("country must be a valid enum value"));
            }
            text.clone_into(&mut contact.country);
        }
        "dateOfBirth" if text.is_empty() => contact.birth = None,
        "dateOfBirth" => {
            let birth = date::parse_birth(text)
                .ok_or_else(|| Refusal::invalid_one("dateOfBirth must be a valid date"))?;
            contact.birth = Some(birth);
        }
        "dnd" => contact.dnd = value.as_bool().unwrap_or(contact.dnd),
        "dndSettings" => apply_channels(contact, value),
        "inboundDndSettings" => contact.inbound_dnd = Some(value.clone()).filter(Value::is_object),
        "tags" if value.is_array() => contact.tags = tidy_tags(&texts(Some(value))),
        "customFields" => custom_values::apply(contact, value, fields)?,
        // `gender` is taken and not kept; the rest is no property of the contact.
        _ => {}
    }
    Ok(())
}

fn apply_channels(contact: &mut Contact, value: &Value) {
    for (channel, setting) in value.as_object().into_iter().flatten() {
        let name = match channel.to_lowercase().as_str() {
            "call" => "Call",
            "email" => "Email",
            "sms" => "SMS",
            "whatsapp" => "WhatsApp",
            "gmb" => "GMB",
            "fb" => "FB",
            _ => "RCS",
        };
        contact
            .dnd_settings
            .insert(name.to_owned(), setting.clone());
    }
}
