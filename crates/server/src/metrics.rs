//! `GET /metrics`: what is measured, in Prometheus' text form (OpenMetrics 1.0). It tells the names of shops and how
//! much they do, so that only whoever sits at this machine sees it without a login; a scraper elsewhere shows an API
//! token with the scope `read`.

mod nodes;
mod process;
mod shops;

#[cfg(test)]
pub(crate) use shops::with_own_lines;

use crate::access::{Caller, Door, signed_in};
use crate::view::Views;
use app::access::Who;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::encoding::text;
use prometheus_client::registry::Registry;
use std::fmt;
use std::sync::Arc;

/// The path.
pub(crate) const PATH: &str = "/metrics";
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub(crate) fn routes(views: &Arc<Views>, door: &Arc<Door>) -> Router {
    Router::new()
        .route(PATH, get(show))
        .with_state(Arc::clone(views))
        .layer(from_fn_with_state(Arc::clone(door), scrapers))
}

/// Lets in who sits at this machine, and programs that may read.
async fn scrapers(State(door): State<Arc<Door>>, request: Request, next: Next) -> Response {
    let caller = request.extensions().get::<Caller>();
    if caller.is_some_and(|caller| caller.is_local) {
        return next.run(request).await;
    }
    let Some(caller) = caller.cloned() else {
        return refused();
    };
    match signed_in(&door, &caller, request.uri(), request.headers()).await {
        Ok(signed) if matches!(signed.who, Who::ApiToken { .. }) => next.run(request).await,
        // A page of somebody else's could not read it, but there is no need either: people have the dashboard.
        Ok(_) => refused(),
        Err(sent_away) => sent_away,
    }
}

fn refused() -> Response {
    let says = "send `Authorization: Bearer TOKEN` with an API token that has the scope `read`, or ask from this machine\n";
    (StatusCode::UNAUTHORIZED, says).into_response()
}

async fn show(State(views): State<Arc<Views>>) -> Response {
    let overview = match views.overview().await {
        Ok(overview) => Some(overview),
        Err(error) => {
            tracing::warn!(%error, "the shops could not be counted for the metrics");
            None
        }
    };
    match write(&views, &shops::registry(overview.as_deref())) {
        Ok(text) => ([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the metrics could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn write(views: &Views, shops: &Registry) -> Result<String, fmt::Error> {
    let app = views.app();
    let mut text = String::new();
    app.metrics().write(&mut text)?;
    text::encode_registry(&mut text, shops)?;
    text::encode_registry(&mut text, &nodes::registry(app))?;
    text::encode_registry(&mut text, &process::registry(app.started()))?;
    text::encode_eof(&mut text)?;
    Ok(text)
}
