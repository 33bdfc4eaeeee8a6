//! `/webhook/…`: what telephone systems and monitoring tools post (mygadgetrepairs-webhooks.md 2).

use axum::http::StatusCode;
use serde_json::{Map, Value};

use super::super::Account;
use super::super::answer::Answer;
use super::{Call, Resource};

/// Keeps the body and answers with an id; no field of either body is known.
pub(super) fn answer(account: &mut Account, resource: Resource, call: &Call<'_>) -> Answer {
    let fields: Map<String, Value> = call
        .arguments
        .all()
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .collect();
    if fields.is_empty() {
        return Answer::Bare(StatusCode::BAD_REQUEST);
    }
    let name = if resource == Resource::RmmAlert {
        "rmmAlert"
    } else {
        "inboundCall"
    };
    account.book.inbound.push((name, Value::Object(fields)));
    let id = account.book.new_id();
    Answer::Changed(Value::from(id.to_string()))
}
