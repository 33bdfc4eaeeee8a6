//! Contacts: create, read, change, delete, upsert, look-ups and the old list (highlevel-api.md 7).

mod bulk;
pub(super) mod custom_values;
pub(crate) mod keys;
mod list;
mod lookup;
pub(crate) mod model;
pub(crate) mod shape;
pub(crate) mod store;
pub(crate) mod tags;
pub(crate) mod write;

use std::sync::Arc;

use serde_json::{Value, json};

pub(super) use self::bulk::{BULK_BUSINESS, BULK_TAGS, bulk_business, bulk_tags};
pub(super) use self::list::{list, of_business};
pub(super) use self::lookup::{duplicate, upsert};
use self::model::{Contact, Writer};
use self::shape::Answer;
use super::call::{Call, Reply};
use super::id::Id;
use super::refusal::Refusal;
use super::settings::Identifier;
use super::world::{World, both_spellings};

fn found(world: &World, id: &str) -> Result<Arc<Contact>, Refusal> {
    Id::parse(id)
        .and_then(|id| world.contacts.get(id))
        .cloned()
        .ok_or_else(|| Refusal::no_contact(id))
}

fn shown(world: &World, call: &Call<'_>, contact: &Contact, answer: Answer) -> Value {
    shape::contact(contact, &world.location.id, answer, call.v3)
}

pub(super) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let contact = found(world, call.param(0))?;
    Ok(Reply::ok(
        json!({ "contact": shown(world, call, &contact, Answer::Get) }),
    ))
}

pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let contact = create_contact(world, call)?;
    Ok(Reply::created(
        json!({ "contact": shown(world, call, &contact, Answer::Create) }),
    ))
}

fn create_contact(world: &mut World, call: &Call<'_>) -> Result<Arc<Contact>, Refusal> {
    let mut contact = Contact::new(world.new_id(), call.now, &call.writer);
    write::apply(
        &mut contact,
        call.body,
        &world.settings,
        &world.custom_fields,
    )?;
    if contact.country.is_empty() {
        contact.country.clone_from(&world.settings.country);
    }
    refuse_duplicate(world, None, &contact)?;
    let contact = world.put_contact(contact, call.now);
    let id = contact.id;
    world.note_automation("contact_created", id, "", call.writer.source, call.now);
    tags::announce(world, id, &[], &contact.tags, call);
    Ok(contact)
}

pub(super) fn update(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let old = found(world, call.param(0))?;
    let contact = update_contact(world, call, &old)?;
    let mut body = both_spellings();
    body["contact"] = shown(world, call, &contact, Answer::Update);
    Ok(Reply::ok(body))
}

fn update_contact(
    world: &mut World,
    call: &Call<'_>,
    old: &Contact,
) -> Result<Arc<Contact>, Refusal> {
    let mut contact = old.clone();
    write::apply(
        &mut contact,
        call.body,
        &world.settings,
        &world.custom_fields,
    )?;
    refuse_duplicate(world, Some(old), &contact)?;
    touch(&mut contact, call.now, &call.writer);
    let contact = world.put_contact(contact, call.now);
    tags::announce(world, contact.id, &old.tags, &contact.tags, call);
    Ok(contact)
}

/// Marks a contact as changed.
pub(super) fn touch(contact: &mut Contact, now: i64, writer: &Writer) {
    contact.updated = now.max(contact.added);
    contact.updated_by = writer.clone();
}

pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let contact = found(world, call.param(0))?;
    world.remove_contact(contact.id, call.now);
    Ok(Reply::ok(both_spellings()))
}

/// Refuses a contact that would share an identifier with another one. On a change only what changed is looked at.
fn refuse_duplicate(world: &World, old: Option<&Contact>, new: &Contact) -> Result<(), Refusal> {
    if world.settings.allow_duplicate_contact {
        return Ok(());
    }
    for identifier in &world.settings.contact_unique_identifiers {
        let changed = match (old, identifier) {
            (None, _) => true,
            (Some(old), Identifier::Email) => old.email.to_lowercase() != new.email.to_lowercase(),
            (Some(old), Identifier::Phone) => old.phone != new.phone,
        };
        if !changed {
            continue;
        }
        let others = with_identifier(world, *identifier, &new.email, &new.phone);
        let other = others.iter().find(|id| **id != new.id);
        if let Some(other) = other.and_then(|id| world.contacts.get(*id)) {
            return Err(Refusal::duplicate(
                &other.id.to_string(),
                &other.contact_name(),
                identifier.name(),
            ));
        }
    }
    Ok(())
}

fn with_identifier<'a>(
    world: &'a World,
    identifier: Identifier,
    email: &str,
    phone: &str,
) -> &'a [Id] {
    match identifier {
        Identifier::Email if email.is_empty() => &[],
        Identifier::Email => world.contacts.keys.with_email(email),
        Identifier::Phone if phone.is_empty() => &[],
        Identifier::Phone => world.contacts.keys.with_phone(phone),
    }
}
