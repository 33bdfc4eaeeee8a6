//! What stands before every operation, in the server's order: version, token, rate limit, scope, kind of token, location
//! (highlevel-api.md 3, 4, 5).

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::HeaderMap;
use serde_json::{Map, Value};

use super::limits::Allowance;
use super::oauth::Bearer;
use super::operation::{From, Operation};
use super::refusal::Refusal;
use super::token::{Reach, Token};
use super::world::World;

const PUBLISHED: &[&str] = &["2021-04-15", "2021-07-28", "2023-02-21", "v3"];

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Whether the version is `v3`, or the refusal for its header.
pub(super) fn version(headers: &HeaderMap, any: bool) -> Result<bool, Refusal> {
    let version = header(headers, "version").map(str::trim);
    if any {
        return Ok(version == Some("v3"));
    }
    match version {
        None | Some("") => Err(Refusal::unauthorized("version header was not found.")),
        Some(version) if PUBLISHED.contains(&version) => Ok(version == "v3"),
        Some(version) if looks_like_date(version) => {
            Err(Refusal::unauthorized("version header is invalid"))
        }
        Some(junk) => Err(Refusal::bad_request(format!(
            "Invalid API version segment '{junk}' at position 0"
        ))),
    }
}

fn looks_like_date(text: &str) -> bool {
    text.len() == 10
        && text.char_indices().all(|(at, letter)| match at {
            4 | 7 => letter == '-',
            _ => letter.is_ascii_digit(),
        })
}

/// Whether the request says `Version: v3`.
pub(super) fn is_v3(headers: &HeaderMap) -> bool {
    header(headers, "version").map(str::trim) == Some("v3")
}

/// The bearer that the request carries.
pub(super) fn bearer(headers: &HeaderMap) -> Result<&str, Refusal> {
    header(headers, "authorization")
        .and_then(|value| value.strip_prefix("Bearer "))
        .filter(|bearer| !bearer.is_empty())
        .ok_or_else(|| Refusal::unauthorized("Missing API key!"))
}

/// Stands for the client id of a private token; tells tokens apart without telling them.
pub(super) fn source_id(token: &Token) -> Arc<str> {
    let tail: String = token.secret.chars().rev().take(8).collect();
    Arc::from(format!("integration-{tail}"))
}

/// Counts the request against the bearer's limits.
pub(super) fn spend(world: &mut World, bearer: &Bearer, now: i64) -> Allowance {
    world.limits.spend(&bearer.budget, &world.settings, now)
}

/// Whether the token has this scope.
pub(super) fn scope(token: &Token, scope: &str) -> Result<(), Refusal> {
    if token.may(scope) {
        return Ok(());
    }
    Err(Refusal::unauthorized(
        "The token is not authorized for this scope.",
    ))
}

/// Scope, then kind of token, then access to the location.
pub(super) fn access(
    world: &World,
    operation: &Operation,
    bearer: &Bearer,
    params: &[&str],
    query: &BTreeMap<String, String>,
    body: &Map<String, Value>,
) -> Result<(), Refusal> {
    let token = &bearer.token;
    if let Some(needed) = operation.scope {
        scope(token, needed)?;
    }
    let asked = asked_location(operation, params, query, Some(body));
    let reached = match &token.reach {
        Reach::Agency(_) if !operation.agency => {
            return Err(bearer.wrong_class());
        }
        Reach::Agency(_) => world.location.id.as_str(),
        Reach::Location(location) => location.as_str(),
    };
    match (operation.location, asked) {
        (From::Record, _)
            if reached != world.location.id && has_record(world, operation, params) =>
        {
            Err(strange())
        }
        // That a body lacks its location is told by the list of its complaints.
        (From::Record | From::Nowhere, _) | (From::Body | From::OddQuery, None) => Ok(()),
        (From::OldList, None) => Err(strange()),
        (_, None) => Err(Refusal::bad_request("Please provide location Id!")),
        (_, Some(asked)) if asked != reached => Err(strange()),
        (_, Some(_)) => Ok(()),
    }
}

/// A location that the token does not reach.
pub(super) fn strange() -> Refusal {
    Refusal::forbidden("The token does not have access to this location.")
}

/// The location that a request is about, where it says so.
pub(super) fn asked_location<'a>(
    operation: &Operation,
    params: &[&'a str],
    query: &'a BTreeMap<String, String>,
    body: Option<&'a Map<String, Value>>,
) -> Option<&'a str> {
    let text = match operation.location {
        From::Path => params.first().copied(),
        From::Query | From::OldList => query.get("locationId").map(String::as_str),
        From::OddQuery => ["location_id", "locationId"]
            .iter()
            .find_map(|name| query.get(*name))
            .map(String::as_str),
        From::Body => body?.get("locationId").and_then(Value::as_str),
        From::Record | From::Nowhere => None,
    };
    text.filter(|text| !text.is_empty())
}

/// Whether the record in the path is one of ours; a strange token may not see it, but may learn that there is none.
pub(super) fn has_record(world: &World, operation: &Operation, params: &[&str]) -> bool {
    let id = params.first().copied().unwrap_or_default();
    let known = super::id::Id::parse(id);
    match operation.path.split('/').next() {
        Some("contacts") => known.is_some_and(|id| world.contacts.get(id).is_some()),
        Some("businesses") => world.businesses.contains_key(id),
        Some("opportunities") => known.is_some_and(|id| world.opportunities.get(id).is_some()),
        Some("conversations") => known.is_some_and(|id| world.messages.has(id)),
        _ => {
            known.is_some_and(|id| {
                world.appointments.get(id).is_some() || world.blocks.get(id).is_some()
            }) || world.calendars.iter().any(|calendar| calendar.id == id)
        }
    }
}
