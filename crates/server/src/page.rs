//! The looks of the pages that are made here, and the headers of every answer, which keep all pages to themselves.

use crate::ServerOptions;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The looks of the pages for signing in and setting up.
pub(crate) fn open_routes() -> Router {
    Router::new().route(
        "/status.css",
        get(async || {
            file(
                "text/css; charset=utf-8",
                include_str!("../assets/status.css"),
            )
        }),
    )
}

fn file(kind: &'static str, content: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, kind)], content)
}

/// Headers of every answer.
pub(crate) struct Protection {
    headers: Vec<(HeaderName, &'static str)>,
}

impl Protection {
    pub(crate) fn new(options: &ServerOptions) -> Arc<Self> {
        let mut headers = vec![
            (header::CONTENT_SECURITY_POLICY, POLICY),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            // Without a referrer, browsers would hide from us that a form is our own.
            (header::REFERRER_POLICY, "same-origin"),
            (header::X_FRAME_OPTIONS, "DENY"),
            // Nothing is kept by browsers: after an update the page must fit the API, and after signing out nothing
            // must be left.
            (header::CACHE_CONTROL, "no-store"),
            (
                HeaderName::from_static("cross-origin-opener-policy"),
                "same-origin",
            ),
        ];
        // It would count for every port of this name.
        if options
            .https_host
            .as_deref()
            .is_some_and(|host| host != "localhost")
        {
            headers.push((header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"));
        }
        Arc::new(Self { headers })
    }
}

pub(crate) async fn protect(
    State(protection): State<Arc<Protection>>,
    mut answer: Response,
) -> Response {
    // What may be kept for ever says so itself, and is public.
    let kept = answer.headers().get(header::CACHE_CONTROL);
    let is_kept = kept.is_some_and(|value| value == crate::web::FOR_EVER);
    for (name, value) in &protection.headers {
        if is_kept && name == header::CACHE_CONTROL {
            continue;
        }
        answer
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    answer
}
