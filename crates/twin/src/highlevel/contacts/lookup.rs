//! Finding the one contact that an e-mail or a phone means: upsert and the duplicate look-up.

use std::sync::Arc;

use serde_json::{Value, json};

use super::model::Contact;
use super::shape::Answer;
use super::{create_contact, shown, update_contact, with_identifier};
use crate::highlevel::call::{Call, Reply};
use crate::highlevel::phone;
use crate::highlevel::refusal::Refusal;
use crate::highlevel::settings::Identifier;
use crate::highlevel::world::{World, both_spellings};

/// The order in which identifiers are tried: the location's when duplicates are forbidden, else e-mail and then phone.
fn identifiers(world: &World) -> Vec<Identifier> {
    if world.settings.allow_duplicate_contact {
        vec![Identifier::Email, Identifier::Phone]
    } else {
        world.settings.contact_unique_identifiers.clone()
    }
}

fn first_match(world: &World, email: &str, phone: &str) -> Option<Arc<Contact>> {
    identifiers(world).into_iter().find_map(|identifier| {
        let ids = with_identifier(world, identifier, email, phone);
        ids.first().and_then(|id| world.contacts.get(*id)).cloned()
    })
}

/// Upsert, with the silence about the second identifier that it is known for (highlevel-api.md 7.6).
pub(crate) fn upsert(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let email = call.text("email").unwrap_or_default().trim().to_owned();
    let phone = call
        .text("phone")
        .and_then(|phone| phone::normalise(phone, &world.settings.country))
        .unwrap_or_default();
    let wants_new = call.body.get("createNewIfDuplicateAllowed") == Some(&Value::Bool(true));
    let always_new = wants_new && world.settings.allow_duplicate_contact;
    let existing = (!always_new)
        .then(|| first_match(world, &email, &phone))
        .flatten();
    let (contact, new) = match existing {
        Some(old) => (upsert_into(world, call, &old, &email, &phone)?, false),
        None => (create_contact(world, call)?, true),
    };
    let mut body = both_spellings();
    body["new"] = Value::Bool(new);
    body["contact"] = shown(world, call, &contact, Answer::Update);
    Ok(Reply::ok(body))
}

fn upsert_into(
    world: &mut World,
    call: &Call<'_>,
    old: &Contact,
    email: &str,
    phone: &str,
) -> Result<Arc<Contact>, Refusal> {
    let mut body = call.body.clone();
    if !world.settings.allow_duplicate_contact {
        for identifier in [Identifier::Email, Identifier::Phone] {
            let others = with_identifier(world, identifier, email, phone);
            if others.iter().any(|id| *id != old.id) {
                body.remove(identifier.name());
            }
        }
    }
    let call = Call {
        body: &body,
        params: call.params.clone(),
        writer: call.writer.clone(),
        ..*call
    };
    update_contact(world, &call, old)
}

/// `GET /contacts/search/duplicate` reads the contacts themselves, not the lagging index (highlevel-api.md 7.8).
pub(crate) fn duplicate(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let email = call.query("email").unwrap_or_default();
    let number = call.query("number").unwrap_or_default();
    // A `+` that was not encoded arrives as a blank and finds nothing (quirks 1.9).
    let number = if number.starts_with(' ') {
        String::new()
    } else {
        phone::normalise(number, &world.settings.country).unwrap_or_default()
    };
    let contact = first_match(world, email, &number);
    let body = match contact {
        Some(contact) => json!({
            "contact": shown(world, call, &contact, Answer::Get),
            "matchingField": "contactId",
        }),
        None => json!({ "contact": null }),
    };
    Ok(Reply::ok(body))
}
