//! HighLevel's own control paths, below `/_twin`.

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::HighLevelTwin;
use super::settings::Settings;
use super::state::{Counts, Kind};

pub(super) type Refused = (StatusCode, Json<Value>);

pub(super) fn router(twin: &HighLevelTwin) -> Router {
    Router::new()
        .route("/state", get(state))
        .route("/counts", get(counts))
        .route("/automations", get(automations))
        .route("/violations", get(violations))
        .route("/credentials", get(credentials))
        .route("/settings", get(settings).put(put_settings))
        .route("/person", post(person))
        .with_state(twin.clone())
        .merge(super::webhooks::router(twin))
        .merge(super::oauth::control(twin))
}

#[derive(Debug, Deserialize)]
struct StateQuery {
    kind: Kind,
    after: Option<String>,
    limit: Option<usize>,
}

/// NDJSON; `X-Next-After` is there when there may be more.
async fn state(
    State(twin): State<HighLevelTwin>,
    Query(query): Query<StateQuery>,
) -> (HeaderMap, String) {
    let limit = query.limit.unwrap_or(1_000).clamp(1, 10_000);
    let records = twin.records(query.kind, query.after.as_deref(), limit);
    let mut headers = HeaderMap::new();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/x-ndjson"),
    );
    let last = records
        .last()
        .filter(|_| records.len() == limit)
        .and_then(|record| record["id"].as_str())
        .and_then(|id| HeaderValue::from_str(id).ok());
    if let Some(last) = last {
        headers.insert(HeaderName::from_static("x-next-after"), last);
    }
    let mut lines = String::new();
    for record in records {
        lines.push_str(&record.to_string());
        lines.push('\n');
    }
    (headers, lines)
}

async fn counts(State(twin): State<HighLevelTwin>) -> Json<Counts> {
    Json(twin.counts())
}

#[derive(Debug, Deserialize)]
struct After {
    #[serde(default)]
    after: usize,
}

async fn automations(State(twin): State<HighLevelTwin>, Query(query): Query<After>) -> Json<Value> {
    Json(json!({ "automations": twin.automations(query.after) }))
}

async fn violations(State(twin): State<HighLevelTwin>) -> Json<Value> {
    Json(json!({ "violations": twin.violations() }))
}

/// The emulated account's made-up credentials, for clients in other languages.
async fn credentials(State(twin): State<HighLevelTwin>) -> Json<Value> {
    let known = twin.credentials();
    let app = twin.agency.app();
    Json(json!({
        "clientId": app.client_id,
        "clientSecret": app.client_secret,
        "appId": app.app_id,
        "locations": super::oauth::shown_locations(&twin.agency),
        "locationId": known.location_id,
        "companyId": known.company_id,
        "token": known.token.secret,
        "readOnlyToken": known.read_only.secret,
        "otherLocationToken": known.other_location.secret,
        "agencyToken": known.agency.secret,
        "webhookPublicKey": twin.webhooks().public_key.spki,
    }))
}

async fn settings(State(twin): State<HighLevelTwin>) -> Json<Settings> {
    Json(twin.settings())
}

/// Takes the keys to change.
async fn put_settings(
    State(twin): State<HighLevelTwin>,
    Json(changes): Json<Value>,
) -> Result<Json<Settings>, Refused> {
    let settings: Settings = merged("settings", &twin.settings(), &changes)?;
    twin.set_settings(settings.clone());
    Ok(Json(settings))
}

pub(super) fn wrong(message: &str) -> Refused {
    (StatusCode::BAD_REQUEST, Json(json!({ "message": message })))
}

/// What is there, with some of its keys changed.
pub(super) fn merged<T: Serialize + DeserializeOwned>(
    name: &str,
    old: &T,
    changes: &Value,
) -> Result<T, Refused> {
    let changes = changes
        .as_object()
        .ok_or_else(|| wrong(&format!("{name} must be a JSON object")))?;
    let mut whole = json!(old);
    for (key, value) in changes {
        whole[key] = value.clone();
    }
    serde_json::from_value(whole).map_err(|error| {
        wrong(&format!(
            "{name}: {error}; GET /_twin/{name} shows all keys"
        ))
    })
}

async fn person(
    State(twin): State<HighLevelTwin>,
    Json(action): Json<Value>,
) -> Result<Json<Value>, Refused> {
    twin.act(&action)
        .map(Json)
        .map_err(|refusal| (StatusCode::BAD_REQUEST, Json(refusal)))
}
