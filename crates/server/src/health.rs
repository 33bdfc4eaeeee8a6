//! `GET /healthz`: the process answers. `GET /readyz`: it can work, since its store can be read.

use crate::view::Views;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use std::sync::Arc;

pub(crate) fn routes() -> Router<Arc<Views>> {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
}

async fn ready(State(views): State<Arc<Views>>) -> (StatusCode, &'static str) {
    match views.app().shops().await {
        Ok(_) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "the store cannot be read; see the log of the service\n",
            )
        }
    }
}
