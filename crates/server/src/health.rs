//! `GET /healthz`: the process answers. `GET /readyz`: it can work, since its store can be read, and soon.

use crate::view::Views;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// Load balancers wait for five seconds and less.
const SOON: Duration = Duration::from_secs(3);

pub(crate) fn routes() -> Router<Arc<Views>> {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
}

async fn ready(State(views): State<Arc<Views>>) -> (StatusCode, &'static str) {
    match timeout(SOON, views.app().can_read()).await {
        Ok(Ok(())) => (StatusCode::OK, "ready\n"),
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready");
            not_ready("the store cannot be read; see the log of the service\n")
        }
        Err(_) => {
            tracing::warn!("not ready: the store does not answer");
            not_ready("the store does not answer\n")
        }
    }
}

const fn not_ready(why: &'static str) -> (StatusCode, &'static str) {
    (StatusCode::SERVICE_UNAVAILABLE, why)
}
