//! `/api/v1/operations`: the catalogue, and calling an operation for a shop. What reads takes the permission to read,
//! and shows values to whoever may operate; what changes something takes more, and the caller says how far it may go.

use crate::access::{Signed, html};
use crate::api::Refusal;
use crate::view::Views;
use app::AppError;
use app::access::{Permission, Who};
use app::operations::{Allowed, CallCause, OperationCall};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use catalogue::{Danger, Filter, Operation, OperationKind};
use domain::{Lane, Side};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Operations in the answer to a search.
const MOST_FOUND: usize = 100;

pub(crate) fn routes() -> Router<Arc<Views>> {
    Router::new()
        .route("/api/v1/operations", get(list))
        .route("/api/v1/operations/{id}", get(show))
        .route("/api/v1/shops/{name}/operations", get(offers))
        .route("/api/v1/shops/{name}/operations/{id}", post(call))
}

/// Which operations are meant.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    /// Words to look for.
    search: Option<String>,
    side: Option<Side>,
    kind: Option<OperationKind>,
    danger: Option<Danger>,
    /// Also what is beyond the core.
    #[serde(default)]
    all: bool,
}

impl Which {
    fn filter(&self) -> Filter {
        Filter {
            side: self.side,
            kind: self.kind,
            danger: self.danger,
            extended: self.all,
        }
    }
}

async fn list(Query(which): Query<Which>) -> Response {
    let filter = which.filter();
    let lines: Vec<Value> = match &which.search {
        Some(words) => catalogue::search(words, &filter, MOST_FOUND)
            .iter()
            .map(Operation::line)
            .collect(),
        None => catalogue::list(&filter)
            .map(|operation| operation.line())
            .collect(),
    };
    Json(json!({ "operations": lines })).into_response()
}

async fn show(Path(id): Path<String>) -> Result<Response, Refusal> {
    let operation = catalogue::find(&id).ok_or_else(|| AppError::no_operation(&id))?;
    Ok(Json(operation.document()).into_response())
}

/// The same list with whether a shop can use each.
async fn offers(
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
    Query(which): Query<Which>,
) -> Result<Response, Refusal> {
    let offers = views.app().operations(&name, &which.filter()).await?;
    let lines: Vec<Value> = offers
        .iter()
        .map(|offer| {
            let mut line = offer.operation.line();
            line["availability"] = json!(offer.availability);
            line
        })
        .collect();
    Ok(Json(json!({ "shop": name, "operations": lines })).into_response())
}

/// A call.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Wanted {
    /// What the operation takes.
    input: Value,
    /// How far it may go beside reading.
    allow: Allowed,
    /// Only what would be sent.
    plan: bool,
    /// Whether personal data is left out of the answer.
    redact: bool,
}

async fn call(
    signed: Signed,
    State(views): State<Arc<Views>>,
    Path((name, id)): Path<(String, String)>,
    body: Option<Json<Wanted>>,
) -> Result<Response, Response> {
    let wanted = body.map(|Json(wanted)| wanted).unwrap_or_default();
    let app = views.app();
    let refuse = |error: AppError| refusal(error);
    let operation = app.operation(&id).map_err(refuse)?;
    let input = match wanted.input {
        Value::Null => json!({}),
        input => input,
    };
    if !wanted.plan && operation.kind == OperationKind::Action {
        let danger = operation.danger_of(&input);
        if let Some(permission) = permission(&operation, danger) {
            signed.require(permission)?;
        }
    }
    let call = OperationCall {
        id,
        input,
        lane: Lane::Interactive,
        allow: wanted.allow,
        // Who may only look sees forms and ids, as on the page, and no people.
        show_values: !wanted.redact && signed.who.may(Permission::Operate),
        cause: match &signed.who {
            Who::ApiToken { .. } => CallCause::Program {
                name: signed.who.name().to_owned(),
            },
            Who::User { .. } | Who::Anybody => CallCause::Person,
        },
    };
    if wanted.plan {
        let plan = app.plan_operation(&name, &call).await.map_err(refuse)?;
        return Ok(Json(plan).into_response());
    }
    if call.allow.covers(operation.danger_of(&call.input)) && operation.danger != Danger::Reads {
        // Looked up first, so that the log holds no words of strangers.
        let shop = app.shop(&name).await.map_err(refuse)?;
        let what = format!("called {}", operation.id);
        app.note_audit(signed.doer(), &what, Some(&shop.name))
            .await
            .map_err(refuse)?;
    }
    let report = app.call_operation(&name, &call).await.map_err(refuse)?;
    Ok(Json(report).into_response())
}

/// What a call takes beside the permission to read. What is beyond the core may change the account itself.
fn permission(operation: &Operation, danger: Danger) -> Option<Permission> {
    match (danger, operation.is_core()) {
        (Danger::Reads, _) => None,
        (_, true) => Some(Permission::Operate),
        (_, false) => Some(Permission::Admin),
    }
}

/// A refusal, with each mistake of an input beside the words.
fn refusal(error: AppError) -> Response {
    if let AppError::Input { mistakes, .. } = &error {
        let body = json!({"error": {"code": "INPUT", "message": html::of_error(&error, "a call was refused"), "mistakes": mistakes}});
        return (StatusCode::UNPROCESSABLE_ENTITY, Json(body)).into_response();
    }
    Refusal::from(error).into_response()
}
