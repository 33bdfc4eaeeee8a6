//! Firms (highlevel-api.md 11), with the misspelt envelope of writes.

use serde_json::{Map, Value, json};

use super::body::{Field, Kind, may, must};
use super::call::{Call, Reply};
use super::date;
use super::refusal::Refusal;
use super::world::World;

macro_rules! fields {
    ($($own:expr),* $(,)?) => {
        &[
            $($own,)*
            may("phone", Kind::Text),
            may("email", Kind::Email),
            may("website", Kind::Text),
            may("address", Kind::Text),
            may("city", Kind::Text),
            may("postalCode", Kind::Text),
            may("state", Kind::Text),
            may("country", Kind::Text),
            may("description", Kind::Text),
        ]
    };
}

pub(super) const CREATE: &[Field] = fields![must("name", Kind::Key), must("locationId", Kind::Key)];
pub(super) const UPDATE: &[Field] = fields![may("name", Kind::Text)];

/// Its texts as they were written, and its dates.
#[derive(Debug, Clone)]
pub(crate) struct Business {
    pub texts: Map<String, Value>,
    pub added: i64,
    pub updated: i64,
}

fn shown(world: &World, id: &str, business: &Business) -> Value {
    let mut out = business.texts.clone();
    let mut put = |name: &str, value: Value| out.insert(name.to_owned(), value);
    put("id", json!(id));
    put("locationId", json!(world.location.id));
    put("createdAt", json!(date::iso(business.added)));
    put("updatedAt", json!(date::iso(business.updated)));
    Value::Object(out)
}

fn known<'a>(world: &'a World, id: &str) -> Result<&'a Business, Refusal> {
    if id.len() != 24 || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Refusal::bad_request(format!(
            "{id} is not a valid ObjectId"
        )));
    }
    world
        .businesses
        .get(id)
        .ok_or_else(|| Refusal::bad_request(format!("Business with id {id} not found")))
}

fn apply(business: &mut Business, body: &Map<String, Value>) {
    for (name, value) in body {
        if name == "locationId" {
            continue;
        }
        if value.is_null() {
            business.texts.remove(name);
        } else {
            business.texts.insert(name.clone(), value.clone());
        }
    }
}

pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let page: Vec<Value> = world
        .businesses
        .iter()
        .skip(call.query_number("skip", 0, usize::MAX))
        .take(call.query_number("limit", 100, 100))
        .map(|(id, business)| shown(world, id, business))
        .collect();
    Ok(Reply::ok(json!({ "businesses": page })))
}

pub(super) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = call.param(0);
    let business = known(world, id)?;
    Ok(Reply::ok(json!({ "business": shown(world, id, business) })))
}

pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = world.ids.object_id();
    let mut business = Business {
        texts: Map::new(),
        added: call.now,
        updated: call.now,
    };
    apply(&mut business, call.body);
    let body = json!({ "success": true, "buiseness": shown(world, &id, &business) });
    world.businesses.insert(id, business);
    Ok(Reply::created(body))
}

pub(super) fn update(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = call.param(0);
    let mut business = known(world, id)?.clone();
    apply(&mut business, call.body);
    business.updated = call.now;
    let body = json!({ "success": true, "buiseness": shown(world, id, &business) });
    world.businesses.insert(id.to_owned(), business);
    Ok(Reply::ok(body))
}

pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = call.param(0);
    known(world, id)?;
    world.businesses.remove(id);
    Ok(Reply::ok(json!({ "success": true })))
}
