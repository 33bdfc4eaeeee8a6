//! `/api/v1`: what the page shows, as JSON.

use crate::view::{LogLine, Views};
use app::AppError;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Lines in one answer at most.
const MOST_LINES: u32 = 1_000;

pub(crate) fn routes() -> Router<Arc<Views>> {
    Router::new()
        .route("/api/v1/status", get(status))
        .route("/api/v1/shops/{name}/log", get(log))
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
            AppError::Refused(_) => (StatusCode::BAD_REQUEST, "REFUSED"),
            error => {
                tracing::warn!(%error, "a request could not be answered");
                (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL")
            }
        };
        let body = serde_json::json!({"error": {"code": code, "message": self.0.to_string()}});
        (status, Json(body)).into_response()
    }
}
