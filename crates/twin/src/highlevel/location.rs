//! The location itself, its time zones and its tag dictionary (highlevel-api.md 8, 9.1).

use serde_json::{Value, json};

use super::body::{Field, Kind, must};
use super::call::{Call, Reply};
use super::refusal::Refusal;
use super::world::{World, both_spellings};

pub(super) const TAG: &[Field] = &[must("name", Kind::Key)];

pub(super) fn get(world: &mut World, _call: &Call<'_>) -> Result<Reply, Refusal> {
    let location = &world.location;
    let settings = &world.settings;
    let identifiers: Vec<&str> = settings
        .contact_unique_identifiers
        .iter()
        .map(|identifier| identifier.name())
        .collect();
    Ok(Reply::ok(json!({ "location": {
        "id": location.id,
        "companyId": location.company_id,
        "name": location.name,
        "address": "1 High Street",
        "city": "Bristol",
        "country": settings.country,
        "postalCode": "BS1 1AA",
        "website": "https://repairs.example",
        "timezone": settings.time_zone,
        "firstName": "Sam",
        "lastName": "Keeper",
        "email": "shop@repairs.example",
        "phone": "+441170000000",
        "business": {
            "name": location.name,
            "address": "1 High Street",
            "city": "Bristol",
            "country": settings.country,
            "postalCode": "BS1 1AA",
            "website": "https://repairs.example",
            "timezone": settings.time_zone,
        },
        "social": {},
        "settings": {
            "allowDuplicateContact": settings.allow_duplicate_contact,
            "allowDuplicateOpportunity": settings.allow_duplicate_opportunity,
            "allowFacebookNameMerge": false,
            "disableContactTimezone": false,
            "contactUniqueIdentifiers": identifiers,
            "crmSettings": { "deSyncOwners": false, "syncFollowers": true },
        },
    }})))
}

/// Under `timeZones` with a capital letter, legacy names among them (highlevel-quirks.md 3.19).
pub(super) fn time_zones(world: &mut World, _call: &Call<'_>) -> Result<Reply, Refusal> {
    let mut zones = vec![
        "America/Chicago",
        "America/Los_Angeles",
        "America/New_York",
        "Asia/Calcutta",
        "Australia/Sydney",
        "Europe/Berlin",
        "Europe/London",
        "Europe/Madrid",
        "Europe/Paris",
        "US/Eastern",
        "US/Pacific",
        "UTC",
    ];
    if !zones.contains(&world.settings.time_zone.as_str()) {
        zones.push(&world.settings.time_zone);
    }
    Ok(Reply::ok(json!({ "timeZones": zones })))
}

fn shown(world: &World, (id, name): &(String, String)) -> Value {
    json!({ "id": id, "name": name, "locationId": world.location.id })
}

pub(super) fn tags(world: &mut World, _call: &Call<'_>) -> Result<Reply, Refusal> {
    let tags: Vec<Value> = world.tags.iter().map(|tag| shown(world, tag)).collect();
    Ok(Reply::ok(json!({ "tags": tags })))
}

/// Answers 200; a name may occur twice with different ids.
pub(super) fn create_tag(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let name = call.text("name").unwrap_or_default().trim().to_lowercase();
    let tag = (world.ids.alphanumeric_text(), name);
    let body = json!({ "tag": shown(world, &tag) });
    world.tags.push(tag);
    Ok(Reply::ok(body))
}

fn tag_position(world: &World, id: &str) -> Result<usize, Refusal> {
    world
        .tags
        .iter()
        .position(|(known, _)| known == id)
        .ok_or_else(|| Refusal::bad_request(format!("Tag with id {id} not found")))
}

pub(super) fn get_tag(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let at = tag_position(world, call.param(1))?;
    Ok(Reply::ok(json!({ "tag": shown(world, &world.tags[at]) })))
}

/// Contacts keep the old name: they refer to tags by name.
pub(super) fn rename_tag(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let at = tag_position(world, call.param(1))?;
    world.tags[at].1 = call.text("name").unwrap_or_default().trim().to_lowercase();
    Ok(Reply::ok(json!({ "tag": shown(world, &world.tags[at]) })))
}

pub(super) fn delete_tag(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let at = tag_position(world, call.param(1))?;
    world.tags.remove(at);
    Ok(Reply::ok(both_spellings()))
}
