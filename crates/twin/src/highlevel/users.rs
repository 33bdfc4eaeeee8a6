//! Staff (highlevel-api.md 11).

use serde_json::{Value, json};

use super::call::{Call, Reply};
use super::refusal::Refusal;
use super::world::World;

#[derive(Debug, Clone)]
pub(crate) struct User {
    pub id: String,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub admin: bool,
}

fn shown(world: &World, user: &User) -> Value {
    json!({
        "id": user.id,
        "name": format!("{} {}", user.first_name, user.last_name),
        "firstName": user.first_name,
        "lastName": user.last_name,
        "email": user.email,
        "phone": "",
        "extension": "",
        "deleted": false,
        "roles": {
            "type": "account",
            "role": if user.admin { "admin" } else { "user" },
            "locationIds": [world.location.id],
            "restrictSubAccount": false,
        },
    })
}

/// Whether this is one of the location's staff.
pub(super) fn is_known(world: &World, id: &str) -> bool {
    world.users.iter().any(|user| user.id == id)
}

/// The whole name; nothing of somebody unknown.
pub(super) fn name(world: &World, id: &str) -> String {
    let user = world.users.iter().find(|user| user.id == id);
    user.map(|user| format!("{} {}", user.first_name, user.last_name))
        .unwrap_or_default()
}

fn matching(world: &World, words: &str) -> Vec<Value> {
    let words = words.to_lowercase();
    world
        .users
        .iter()
        .filter(|user| {
            let name = format!("{} {} {}", user.first_name, user.last_name, user.email);
            name.to_lowercase().contains(&words)
        })
        .map(|user| shown(world, user))
        .collect()
}

/// `GET /users/search`: `companyId` is required.
pub(super) fn search(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let company = call.query("companyId").ok_or_else(|| {
        Refusal::invalid(&[
            "companyId must be a string".to_owned(),
            "companyId should not be empty".to_owned(),
        ])
    })?;
    let users = if company == world.location.company_id {
        matching(world, call.query("query").unwrap_or_default())
    } else {
        Vec::new()
    };
    let count = users.len();
    let page: Vec<Value> = users
        .into_iter()
        .skip(call.query_number("skip", 0, usize::MAX))
        .take(call.query_number("limit", 25, 100))
        .collect();
    Ok(Reply::ok(json!({ "users": page, "count": count })))
}

/// `GET /users/?locationId=`, deprecated but answering.
pub(super) fn list(world: &mut World, _call: &Call<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::ok(json!({ "users": matching(world, "") })))
}

/// `GET /users/{id}`: flat.
pub(super) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = call.param(0);
    world
        .users
        .iter()
        .find(|user| user.id == id)
        .map(|user| Reply::ok(shown(world, user)))
        .ok_or_else(|| Refusal::bad_request(format!("User with id {id} not found")))
}
