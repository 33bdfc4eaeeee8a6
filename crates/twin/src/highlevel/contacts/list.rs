//! Lists of contacts beside search.

use std::sync::Arc;

use serde_json::{Value, json};

use super::model::Contact;
use super::shape;
use crate::highlevel::call::{Call, Reply};
use crate::highlevel::id::Id;
use crate::highlevel::refusal::Refusal;
use crate::highlevel::search;
use crate::highlevel::search::index::DateField;
use crate::highlevel::world::World;

/// The deprecated `GET /contacts/`: newest first, cursor of two values (highlevel-api.md 7.8).
pub(crate) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    use std::ops::Bound::{Excluded, Unbounded};
    let limit = call.query_number("limit", 20, 100).max(1);
    let words = call.query("query").unwrap_or_default().to_lowercase();
    world.contacts.index.advance(call.now);
    let index = &world.contacts.index;
    let cursor = call
        .query("startAfter")
        .and_then(|text| text.parse::<i64>().ok())
        .zip(call.query("startAfterId").and_then(Id::parse));
    let end = cursor.map_or(Unbounded, Excluded);
    let fits = |contact: &&Arc<Contact>| words.is_empty() || search::has_words(contact, &words);
    let total = if words.is_empty() {
        index.len()
    } else {
        index
            .by_date(DateField::Added, (Unbounded, Unbounded))
            .filter(fits)
            .count()
    };
    let page: Vec<&Arc<Contact>> = index
        .by_date(DateField::Added, (Unbounded, end))
        .rev()
        .filter(fits)
        .take(limit)
        .collect();
    let last = page.last().filter(|_| page.len() == limit);
    let meta = json!({
        "total": total,
        "startAfter": last.map(|contact| contact.added),
        "startAfterId": last.map(|contact| contact.id),
        // As the real one, without the location: following it alone is refused.
        "nextPageUrl": last.map(|contact| format!(
            "https://services.leadconnectorhq.com/contacts/?limit={limit}&startAfter={}&startAfterId={}",
            contact.added, contact.id
        )),
        "currentPage": 1,
        "nextPage": last.map(|_| 2),
        "prevPage": null,
    });
    let rows: Vec<Value> = page
        .iter()
        .map(|contact| list_row(world, contact, call.v3))
        .collect();
    Ok(Reply::ok(
        json!({ "contacts": rows, "count": total, "meta": meta }),
    ))
}

/// A row of search with its missing fields left out.
fn short_row(world: &World, contact: &Contact, v3: bool) -> Value {
    without_nulls(search::row(contact, &world.location.id, v3, None))
}

/// A row of the old list: names in lower case, the real ones beside them.
fn list_row(world: &World, contact: &Contact, v3: bool) -> Value {
    let mut row = search::row(contact, &world.location.id, v3, None);
    row["firstName"] = shape::or_null(&contact.first_name.to_lowercase());
    row["lastName"] = shape::or_null(&contact.last_name.to_lowercase());
    row["firstNameRaw"] = shape::or_null(&contact.first_name);
    row["lastNameRaw"] = shape::or_null(&contact.last_name);
    without_nulls(row)
}

fn without_nulls(mut row: Value) -> Value {
    if let Some(fields) = row.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    row
}

/// `GET /contacts/business/{businessId}`.
pub(crate) fn of_business(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let limit = call.query_number("limit", 25, 100);
    let skip = call.query_number("skip", 0, usize::MAX);
    let words = call.query("query").unwrap_or_default().to_lowercase();
    let fits = |contact: &&Arc<Contact>| {
        contact.business_id == call.param(0)
            && (words.is_empty() || search::has_words(contact, &words))
    };
    let count = world.contacts.after(None).filter(fits).count();
    let rows: Vec<Value> = world
        .contacts
        .after(None)
        .filter(fits)
        .skip(skip)
        .take(limit)
        .map(|contact| short_row(world, contact, call.v3))
        .collect();
    Ok(Reply::ok(json!({ "contacts": rows, "count": count })))
}
