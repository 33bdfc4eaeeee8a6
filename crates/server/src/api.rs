//! `/api/v1`: what the page shows, as JSON, and what may be done.
//! Whoever comes this far may read; what is more than that asks for it.

mod flows;
mod flows_described;
mod recipes;

pub(crate) use flows_described::describe as describe_flows;

use crate::access::{Signed, html};
use crate::view::{LogLine, Views};
use app::access::{Permission, Who};
use app::{App, AppError, PortError, VendorCause};
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::FailureClass;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Lines in one answer at most.
const MOST_LINES: u32 = 1_000;

pub(crate) fn routes() -> Router<Arc<Views>> {
    Router::new()
        .route("/api/v1/status", get(status))
        .route("/api/v1/shops/{name}/log", get(log))
        .route("/api/v1/shops/{name}/pause", post(pause))
        .route("/api/v1/shops/{name}/resume", post(resume))
        .route("/api/v1/me", get(me))
        .route("/api/v1/audit", get(audit))
        .route("/api/v1/sessions", get(sessions))
        .route("/api/v1/sessions/{id}/end", post(end_session))
        .merge(flows::routes())
}

async fn status(State(views): State<Arc<Views>>) -> Result<Response, Refusal> {
    let json = [(header::CONTENT_TYPE, "application/json")];
    Ok((json, views.overview().await?).into_response())
}

/// Which lines: the newest, those about a record, or those after a number.
#[derive(Debug, Deserialize)]
struct Which {
    after: Option<i64>,
    contact: Option<String>,
    limit: Option<u32>,
}

#[derive(Debug, Serialize)]
struct Lines {
    lines: Vec<LogLine>,
}

async fn log(
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
    Query(which): Query<Which>,
) -> Result<Json<Lines>, Refusal> {
    let limit = which.limit.unwrap_or(100).clamp(1, MOST_LINES);
    let app = views.app();
    let rows = match which.after {
        Some(after) => app.log_after(&name, after, limit).await?,
        None => app.log(&name, which.contact.as_deref(), limit).await?,
    };
    let lines = rows.iter().map(LogLine::of).collect();
    Ok(Json(Lines { lines }))
}

async fn pause(
    signed: Signed,
    views: State<Arc<Views>>,
    Path(name): Path<String>,
) -> Result<Response, Response> {
    set_paused(&signed, &views, &name, true).await
}

async fn resume(
    signed: Signed,
    views: State<Arc<Views>>,
    Path(name): Path<String>,
) -> Result<Response, Response> {
    set_paused(&signed, &views, &name, false).await
}

async fn set_paused(signed: &Signed, views: &Views, name: &str, paused: bool) -> Answer {
    let app = views.app();
    let what = if paused {
        "paused a shop"
    } else {
        "resumed a shop"
    };
    permitted(signed, app, Permission::Operate, what, name).await?;
    let shop = app.pause_shop(name, paused).await.map_err(refused)?;
    Ok(told(
        &serde_json::json!({"shop": shop.name, "paused": shop.paused}),
    ))
}

type Answer = Result<Response, Response>;

fn refused(error: AppError) -> Response {
    Refusal::from(error).into_response()
}

fn told(body: &impl Serialize) -> Response {
    Json(body).into_response()
}

/// What somebody wants to do, asked for and written down before it is done.
async fn permitted(
    signed: &Signed,
    app: &App,
    wanted: Permission,
    what: &str,
    shop: &str,
) -> Result<(), Response> {
    signed.require(wanted)?;
    let noted = async {
        // Looked up first, so that the log holds no words of strangers.
        let shop = app.shop(shop).await?;
        app.note_audit(signed.doer(), what, Some(&shop.name)).await
    };
    noted.await.map_err(refused)
}

/// Who is asking, and what this one may do.
async fn me(signed: Signed) -> Response {
    let may: Vec<Permission> = Permission::ALL
        .into_iter()
        .filter(|wanted| signed.who.may(*wanted))
        .collect();
    let (kind, role) = match &signed.who {
        Who::User { role, .. } => ("user", Some(*role)),
        Who::ApiToken { .. } => ("token", None),
        Who::Anybody => ("anybody", None),
    };
    let name = signed.who.name();
    Json(serde_json::json!({"kind": kind, "name": name, "role": role, "may": may})).into_response()
}

#[derive(Debug, Deserialize)]
struct HowMany {
    limit: Option<u32>,
}

async fn audit(
    signed: Signed,
    State(views): State<Arc<Views>>,
    Query(how_many): Query<HowMany>,
) -> Result<Response, Response> {
    signed.require(Permission::Admin)?;
    let limit = how_many.limit.unwrap_or(100).clamp(1, MOST_LINES);
    let lines = views.app().audit(limit).await;
    let lines = lines.map_err(refused)?;
    Ok(Json(serde_json::json!({"lines": lines})).into_response())
}

async fn sessions(signed: Signed, State(views): State<Arc<Views>>) -> Result<Response, Response> {
    signed.require(Permission::Admin)?;
    let sessions = views.app().sessions(None).await;
    let sessions = sessions.map_err(refused)?;
    Ok(told(&serde_json::json!({"sessions": sessions})))
}

async fn end_session(
    signed: Signed,
    State(views): State<Arc<Views>>,
    Path(id): Path<i64>,
) -> Result<Response, Response> {
    signed.require(Permission::Admin)?;
    let target = id.to_string();
    let app = views.app();
    let done = async {
        app.note_audit(signed.doer(), "ended a session", Some(&target))
            .await?;
        app.end_session(id).await
    };
    done.await.map_err(refused)?;
    Ok(Json(serde_json::json!({"ended": id})).into_response())
}

/// A use case that did not work, as an answer.
pub(crate) struct Refusal(AppError);

impl From<AppError> for Refusal {
    fn from(error: AppError) -> Self {
        Self(error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, code) = match &self.0 {
            AppError::NoShop(_) => (StatusCode::NOT_FOUND, "SHOP-UNKNOWN"),
            AppError::NoOperation(_) => (StatusCode::NOT_FOUND, "OPERATION-UNKNOWN"),
            AppError::Refused(_) => (StatusCode::BAD_REQUEST, "REFUSED"),
            AppError::Input { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "INPUT"),
            AppError::NotAllowed { .. } => (StatusCode::FORBIDDEN, "NOT-ALLOWED"),
            AppError::NotAvailable { .. } => (StatusCode::CONFLICT, "NOT-AVAILABLE"),
            AppError::NotConnected { .. } => (StatusCode::CONFLICT, "SHOP-NOT-CONNECTED"),
            AppError::Vendor(error) => (of_vendor(error), error.code),
            _ => (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL"),
        };
        let says = html::of_error(&self.0, "a request could not be answered");
        html::error(status, code, &says)
    }
}

/// What a refusal of a vendor is to whoever asked: later, not there, or nothing that we can mend.
fn of_vendor(error: &PortError) -> StatusCode {
    match (&error.cause, &error.class) {
        (VendorCause::NotFound, _) => StatusCode::NOT_FOUND,
        (_, FailureClass::Deferred { .. }) => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_GATEWAY,
    }
}
