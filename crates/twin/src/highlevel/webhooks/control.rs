//! Webhooks below `/_twin/webhooks`.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{WebhookPolicy, Webhooks};
use crate::highlevel::HighLevelTwin;
use crate::highlevel::control::{Refused, merged, wrong};

pub(in crate::highlevel) fn router(twin: &HighLevelTwin) -> Router {
    Router::new()
        .route("/webhooks", get(show).put(change))
        .route("/webhooks/deliveries", get(deliveries))
        .route("/webhooks/replay", post(replay))
        .route("/webhooks/install", post(install))
        .route("/webhooks/uninstall", post(uninstall))
        .with_state(twin.clone())
}

async fn show(State(twin): State<HighLevelTwin>) -> Json<Webhooks> {
    Json(twin.webhooks())
}

/// Takes the keys to change.
async fn change(
    State(twin): State<HighLevelTwin>,
    Json(changes): Json<Value>,
) -> Result<Json<Webhooks>, Refused> {
    let policy: WebhookPolicy = merged("webhooks", &twin.webhooks().policy, &changes)?;
    twin.agency()
        .set_webhooks(&policy)
        .map_err(|why| wrong(&why.to_string()))?;
    Ok(Json(twin.webhooks()))
}

#[derive(Debug, Deserialize)]
struct After {
    #[serde(default)]
    after: u64,
    /// Another location of the agency; the twin's first one where left out.
    location: Option<String>,
}

async fn deliveries(
    State(twin): State<HighLevelTwin>,
    Query(query): Query<After>,
) -> Result<Json<Value>, Refused> {
    let of = match &query.location {
        None => twin,
        Some(id) => twin.agency().location(id).ok_or_else(|| {
            wrong("no location has this id; GET /_twin/oauth/locations lists them")
        })?,
    };
    let deliveries = of.webhook_deliveries(query.after);
    Ok(Json(json!({ "deliveries": deliveries })))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Replay {
    webhook_id: String,
}

async fn replay(
    State(twin): State<HighLevelTwin>,
    Json(wanted): Json<Replay>,
) -> Result<StatusCode, Refused> {
    if twin.replay_webhook(&wanted.webhook_id) {
        return Ok(StatusCode::ACCEPTED);
    }
    let message =
        "no delivery with this webhookId is kept; GET /_twin/webhooks/deliveries lists them";
    Err((StatusCode::NOT_FOUND, Json(json!({ "message": message }))))
}

async fn install(State(twin): State<HighLevelTwin>) -> StatusCode {
    twin.install_app();
    StatusCode::ACCEPTED
}

async fn uninstall(State(twin): State<HighLevelTwin>) -> StatusCode {
    twin.uninstall_app();
    StatusCode::ACCEPTED
}
