//! A contact as the answers show it (highlevel-api.md 7.3). `GET` leaves empty fields out; search has nulls instead.

use serde_json::{Map, Value, json};

use super::model::{Contact, Writer};
use crate::highlevel::date;

/// Which answer the contact is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Create,
    Get,
    /// Update and upsert.
    Update,
}

pub(crate) fn or_null(text: &str) -> Value {
    if text.is_empty() {
        Value::Null
    } else {
        Value::String(text.to_owned())
    }
}

pub(crate) fn custom_fields(contact: &Contact) -> Value {
    contact
        .custom
        .iter()
        .map(|(id, value)| json!({ "id": id, "value": value }))
        .collect()
}

/// Channels by their dated names, or by v3's (highlevel-api.md 3.1).
pub(crate) fn dnd_settings(contact: &Contact, v3: bool) -> Value {
    let mut channels = Map::new();
    for (channel, setting) in &contact.dnd_settings {
        let name = match channel.as_str() {
            other if !v3 => other,
            "Call" => "call",
            "Email" => "email",
            "SMS" => "sms",
            "WhatsApp" => "whatsApp",
            "GMB" => "gmb",
            "FB" => "fb",
            other => other,
        };
        channels.insert(name.to_owned(), setting.clone());
    }
    Value::Object(channels)
}

fn writer(writer: &Writer, at: i64) -> Value {
    json!({
        "source": writer.source,
        "channel": writer.channel,
        "sourceId": &*writer.id,
        "timestamp": date::iso(at),
    })
}

/// The `contact` object of an answer.
pub(crate) fn contact(contact: &Contact, location_id: &str, answer: Answer, v3: bool) -> Value {
    let mut out = Map::new();
    let texts = [
        ("firstName", &contact.first_name),
        ("lastName", &contact.last_name),
        ("email", &contact.email),
        ("phone", &contact.phone),
        ("companyName", &contact.company_name),
        ("address1", &contact.address1),
        ("city", &contact.city),
        ("state", &contact.state),
        ("postalCode", &contact.postal_code),
        ("country", &contact.country),
        ("website", &contact.website),
        ("timezone", &contact.timezone),
        ("source", &contact.source),
        ("assignedTo", &contact.assigned_to),
        ("businessId", &contact.business_id),
    ];
    for (name, text) in texts {
        put_text(&mut out, name, text.clone());
    }
    put_text(
        &mut out,
        "firstNameLowerCase",
        contact.first_name.to_lowercase(),
    );
    put_text(
        &mut out,
        "lastNameLowerCase",
        contact.last_name.to_lowercase(),
    );
    put_text(&mut out, "fullNameLowerCase", contact.contact_name());
    put_text(&mut out, "emailLowerCase", contact.email.to_lowercase());
    let mut put = |name: &str, value: Value| out.insert(name.to_owned(), value);
    put("id", json!(contact.id));
    put("locationId", json!(location_id));
    put("type", json!("lead"));
    put("tags", json!(contact.tags));
    put("customFields", custom_fields(contact));
    put("dnd", json!(contact.dnd));
    put("dateAdded", json!(date::iso(contact.added)));
    put("dateUpdated", json!(date::iso(contact.updated)));
    put("createdBy", writer(&contact.created_by, contact.added));
    if let Some(birth) = contact.birth {
        put("dateOfBirth", json!(date::iso(birth)));
    }
    if !contact.dnd_settings.is_empty() {
        put("dndSettings", dnd_settings(contact, v3));
    }
    if let Some(inbound) = &contact.inbound_dnd {
        put("inboundDndSettings", inbound.clone());
    }
    match answer {
        Answer::Create => {
            put("deleted", json!(false));
            put("bounceEmail", json!(false));
            put("unsubscribeEmail", json!(false));
            put("validEmail", Value::Null);
            put("validEmailDate", Value::Null);
            put("lastSessionActivityAt", json!(date::iso(contact.added)));
            put(
                "lastUpdatedBy",
                writer(&contact.updated_by, contact.updated),
            );
        }
        Answer::Get | Answer::Update => {
            put("additionalEmails", json!(contact.additional_emails));
            put("additionalPhones", json!(contact.additional_phones));
            if answer == Answer::Update || !contact.followers.is_empty() {
                put("followers", json!(contact.followers));
            }
        }
    }
    Value::Object(out)
}

fn put_text(out: &mut Map<String, Value>, name: &str, text: String) {
    if !text.is_empty() {
        out.insert(name.to_owned(), Value::String(text));
    }
}
