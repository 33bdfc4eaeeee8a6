//! Several contacts at once: tags, and the firm they belong to (highlevel-api.md 7.10, 7.14).

use serde_json::{Value, json};

use super::tags::{self, Changed};
use super::touch;
use crate::highlevel::body::{Field, Kind, may, must};
use crate::highlevel::call::{Call, Reply};
use crate::highlevel::id::Id;
use crate::highlevel::refusal::Refusal;
use crate::highlevel::world::World;

/// The real limit is not published (highlevel-quirks.md 2.15); ours is what a careful client stays below.
const MOST_CONTACTS: usize = 100;

pub(crate) const BULK_TAGS: &[Field] = &[
    must("contacts", Kind::Texts),
    must("tags", Kind::Texts),
    must("locationId", Kind::Key),
    may("removeAllTags", Kind::Flag),
];

pub(crate) const BULK_BUSINESS: &[Field] = &[
    must("locationId", Kind::Key),
    must("ids", Kind::Texts),
    may("businessId", Kind::Text),
];

pub(crate) fn bulk_tags(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let adding = match call.param(0) {
        "add" => true,
        "remove" => false,
        _ => {
            return Err(Refusal::invalid_one(
                "type must be one of the following values: add, remove",
            ));
        }
    };
    let ids = call.texts("contacts");
    if ids.len() > MOST_CONTACTS {
        return Err(Refusal::invalid_one(format!(
            "contacts must contain no more than {MOST_CONTACTS} elements"
        )));
    }
    let asked = call.texts("tags");
    let all = !adding && call.body.get("removeAllTags") == Some(&Value::Bool(true));
    let mut responses = Vec::with_capacity(ids.len());
    for id in ids {
        responses.push(one(world, call, &id, &asked, adding, all));
    }
    let errors = responses
        .iter()
        .filter(|response| response["type"] == "error")
        .count();
    Ok(Reply::created(json!({
        "succeded": errors == 0,
        "succeeded": errors == 0,
        "errorCount": errors,
        "responses": responses,
    })))
}

fn one(
    world: &mut World,
    call: &Call<'_>,
    id: &str,
    asked: &[String],
    adding: bool,
    all: bool,
) -> Value {
    let failed = |message: &str| {
        json!({
            "contactId": id, "message": message, "type": "error",
            "oldTags": [], "tagsAdded": [], "tagsRemoved": [],
        })
    };
    let Some(known) = Id::parse(id) else {
        return failed("contact id is not a valid firebase id");
    };
    let present = world
        .contacts
        .get(known)
        .map(|contact| contact.tags.clone())
        .unwrap_or_default();
    let changed = match (adding, all) {
        (true, _) => tags::change(world, known, asked, &[], call),
        (false, true) => tags::change(world, known, &[], &present, call),
        (false, false) => tags::change(world, known, &[], asked, call),
    };
    match changed {
        None => failed("contact is deleted"),
        Some(Changed {
            before,
            added,
            removed,
            ..
        }) => json!({
            "contactId": id, "message": "Tags updated", "type": "success",
            "oldTags": before, "tagsAdded": added, "tagsRemoved": removed,
        }),
    }
}

pub(crate) fn bulk_business(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let business = call.text("businessId").unwrap_or_default();
    if !business.is_empty() && !world.businesses.contains_key(business) {
        return Err(Refusal::bad_request(format!(
            "Business with id {business} not found"
        )));
    }
    let mut changed = Vec::new();
    for id in call.texts("ids") {
        let known = Id::parse(&id)
            .and_then(|id| world.contacts.get(id))
            .cloned();
        if let Some(old) = known {
            let mut contact = (*old).clone();
            business.clone_into(&mut contact.business_id);
            touch(&mut contact, call.now, &call.writer);
            world.put_contact(contact, call.now);
            changed.push(id);
        }
    }
    Ok(Reply::ok(json!({ "success": true, "ids": changed })))
}
