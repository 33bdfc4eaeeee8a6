//! Opportunities in their pipelines (highlevel-api.md 12; the official document).

mod find;
mod pipelines;
mod query;
mod search;
mod shape;
mod store;
mod write;

pub use self::pipelines::{Pipeline, Stage};
pub(super) use self::pipelines::{list as pipelines, lost_reasons, usual};
pub(super) use self::query::query;
pub(super) use self::search::{FIELDS as SEARCH, search};
pub(super) use self::shape::shown as show;
pub(crate) use self::store::{Opportunities, Opportunity};
pub(super) use self::write::{
    CREATE, FOLLOWERS, STATUS, UPDATE, UPSERT, create, delete, follow, set_status, unfollow,
    update, upsert,
};

use serde_json::json;

use super::call::{Call, Reply};
use super::id::Id;
use super::refusal::Refusal;
use super::world::World;

/// `GET /opportunities/{id}`: the only reading with the values of custom fields.
pub(super) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let opportunity = found(world, call.param(0))?;
    Ok(Reply::ok(
        json!({ "opportunity": show(world, opportunity, true) }),
    ))
}

/// The words about a missing one are a guess.
fn found<'a>(world: &'a World, id: &str) -> Result<&'a Opportunity, Refusal> {
    Id::parse(id)
        .and_then(|id| world.opportunities.get(id))
        .ok_or_else(|| Refusal::bad_request(format!("Opportunity with id {id} not found")))
}
