//! Authorisation below `/_twin/oauth`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Agency, Consent, Installations, OAuthCounts, OAuthPolicy};
use crate::highlevel::HighLevelTwin;
use crate::highlevel::control::{Refused, merged, wrong};
use crate::highlevel::token::Reach;

pub(in crate::highlevel) fn router(twin: &HighLevelTwin) -> Router {
    Router::new()
        .route("/oauth", get(policy).put(change))
        .route("/oauth/counts", get(counts))
        .route("/oauth/app", get(app).put(change_app))
        .route("/oauth/installations", get(installations))
        .route("/oauth/locations", get(locations).post(add_location))
        .route("/oauth/consent", post(consent))
        .route("/oauth/suspend", post(suspend))
        .route("/oauth/uninstall", post(uninstall))
        .with_state(twin.agency())
}

async fn policy(State(agency): State<Agency>) -> Json<OAuthPolicy> {
    Json(agency.oauth_policy())
}

/// Takes the keys to change.
async fn change(
    State(agency): State<Agency>,
    Json(changes): Json<Value>,
) -> Result<Json<OAuthPolicy>, Refused> {
    let policy: OAuthPolicy = merged("oauth", &agency.oauth_policy(), &changes)?;
    agency.set_oauth_policy(policy.clone());
    Ok(Json(policy))
}

async fn counts(State(agency): State<Agency>) -> Json<OAuthCounts> {
    Json(agency.oauth_counts())
}

async fn installations(State(agency): State<Agency>) -> Json<Installations> {
    Json(agency.installations())
}

fn shown_app(agency: &Agency) -> Json<Value> {
    let app = agency.app();
    Json(json!({
        "appId": app.app_id,
        "versionId": app.app_id,
        "clientId": app.client_id,
        "clientSecret": app.client_secret,
        "redirects": app.redirects,
        "scopes": app.scopes,
    }))
}

async fn app(State(agency): State<Agency>) -> Json<Value> {
    shown_app(&agency)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AppChange {
    /// One more address that the page may send a browser back to.
    redirect: Option<String>,
    /// All scopes that it may ask for.
    scopes: Option<std::collections::BTreeSet<String>>,
}

async fn change_app(
    State(agency): State<Agency>,
    Json(wanted): Json<AppChange>,
) -> Result<Json<Value>, Refused> {
    if let Some(redirect) = &wanted.redirect {
        agency
            .register_redirect(redirect)
            .map_err(|why| wrong(&why.to_string()))?;
    }
    if wanted.scopes.is_some() {
        agency.set_app_scopes(wanted.scopes);
    }
    Ok(shown_app(&agency))
}

/// Every location with its name and a private token that may do everything there.
pub(in crate::highlevel) fn shown_locations(agency: &Agency) -> Vec<Value> {
    agency
        .locations()
        .iter()
        .map(|twin| {
            let known = twin.credentials();
            json!({
                "locationId": known.location_id,
                "name": twin.name(),
                "token": known.token.secret,
            })
        })
        .collect()
}

async fn locations(State(agency): State<Agency>) -> Json<Value> {
    Json(json!({ "locations": shown_locations(&agency) }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewLocation {
    #[serde(default)]
    seed: u64,
    name: String,
}

async fn add_location(
    State(agency): State<Agency>,
    Json(wanted): Json<NewLocation>,
) -> (StatusCode, Json<Value>) {
    let twin = agency.add_location(wanted.seed, &wanted.name);
    let id = &twin.credentials().location_id;
    (StatusCode::CREATED, Json(json!({ "locationId": id })))
}

/// `{"link", "location"}`, or `{"link", "agency": true}` with `locations` and `future` where wanted.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Consenting {
    link: String,
    location: Option<String>,
    #[serde(default)]
    agency: bool,
    locations: Option<Vec<String>>,
    #[serde(default)]
    future: bool,
}

async fn consent(
    State(agency): State<Agency>,
    Json(wanted): Json<Consenting>,
) -> Result<Json<Value>, Refused> {
    let choice = match (wanted.agency, wanted.location) {
        (false, Some(location)) => Consent::Location(location),
        (true, None) => Consent::Agency {
            locations: wanted.locations,
            future: wanted.future,
        },
        _ => {
            return Err(wrong(
                "name either a location, or agency: true with its locations",
            ));
        }
    };
    agency
        .consent(&wanted.link, &choice)
        .map(|back| Json(json!({ "redirect": back })))
        .map_err(|why| wrong(&why.to_string()))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Suspending {
    location_id: String,
    on: bool,
}

async fn suspend(State(agency): State<Agency>, Json(wanted): Json<Suspending>) -> StatusCode {
    agency.suspend(&wanted.location_id, wanted.on);
    StatusCode::NO_CONTENT
}

/// Without a location: out of the agency and all its locations.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Uninstalling {
    location_id: Option<String>,
}

async fn uninstall(State(agency): State<Agency>, Json(wanted): Json<Uninstalling>) -> StatusCode {
    let reach = match wanted.location_id {
        Some(location) => Reach::Location(location),
        None => Reach::Agency(agency.company_id()),
    };
    agency.uninstall(&reach);
    StatusCode::ACCEPTED
}
