//! A span for each request that comes in, for traces. It names the route, not the address: there, people are looked for.

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;
use tracing::field::Empty;

/// Answers within a span, named as OpenTelemetry names what a server answers.
pub(crate) async fn answer(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("", MatchedPath::as_str);
    let method = request.method();
    let span = tracing::info_span!(
        target: "traces", "answer", otel.kind = "server", otel.name = format!("{method} {route}").trim_end(),
        http.request.method = %method, http.route = route,
        http.response.status_code = Empty, error.type = Empty, otel.status_code = Empty,
    );
    let response = next.run(request).instrument(span.clone()).await;
    let status = response.status();
    span.record("http.response.status_code", status.as_u16());
    // What a caller did wrong is no fault of the server's.
    if status.is_server_error() {
        span.record("error.type", status.as_u16());
        span.record("otel.status_code", "ERROR");
    }
    response
}
