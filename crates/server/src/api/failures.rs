//! Work that did not come to its end, and trying it again.

use super::{noted, refused};
use crate::describe::{Answer, MaybeGiven, Operator, Routes};
use crate::view::Views;
use app::{FailureGroup, UnfinishedWrite};
use axum::Json;
use axum::extract::{Path, State};
use domain::IntentId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Of what waits, so many are shown.
const HELD: usize = 100;

pub(super) fn routes() -> Routes<Arc<Views>> {
    Routes::new()
        .get(
            "/api/v1/shops/{shop}/failures",
            "Writes that were refused, grouped by what is wrong, and writes that wait for a person",
            failures,
        )
        .post(
            "/api/v1/shops/{shop}/retry",
            "Lets failed writes be tried again",
            retry,
        )
}

#[derive(Debug, Serialize, JsonSchema)]
struct Failures {
    /// What failed, by side and code, the most first.
    groups: Vec<FailureGroup>,
    /// What waits for a scope, credentials or an approval; the first of them.
    held: Vec<UnfinishedWrite>,
    /// How many wait.
    held_count: usize,
}

async fn failures(State(views): State<Arc<Views>>, Path(name): Path<String>) -> Answer<Failures> {
    let mut unfinished = views.app().unfinished(&name).await.map_err(refused)?;
    let mut held = std::mem::take(&mut unfinished.held);
    let held_count = held.len();
    held.truncate(HELD);
    Ok(Json(Failures {
        groups: unfinished.groups(),
        held,
        held_count,
    }))
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Retrying {
    /// Only this write; all that failed where it is left out.
    intent: Option<IntentId>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Retried {
    /// How many are tried again.
    retried: u64,
}

async fn retry(
    signed: Operator,
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
    MaybeGiven(asked): MaybeGiven<Retrying>,
) -> Answer<Retried> {
    let app = views.app();
    noted(&signed, app, "let failed writes be tried again", &name).await?;
    let retried = app.retry(&name, asked.intent).await.map_err(refused)?;
    app.ring(&name).await.map_err(refused)?;
    Ok(Json(Retried { retried }))
}
