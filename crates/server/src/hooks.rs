//! Webhooks in: `POST /hooks/crm` for HighLevel's app, `POST /hooks/mgr/{secret}` for a shop's notifications.
//! Answered as soon as they are on the disk; nothing else is done before. The vendors' rules decide the status:
//! HighLevel comes again after 429 and under no other answer for sure (highlevel-webhooks.md 4), MyGadgetRepairs
//! wants any 2xx within five seconds (mygadgetrepairs-webhooks.md 1.6).

use app::{Accepted, App, NotTaken};
use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use domain::Side;

/// The largest body that is taken. Documented events stay far below it.
const MOST_BYTES: usize = 1 << 20;

pub(crate) fn routes(app: App) -> Router {
    Router::new()
        .route("/hooks/crm", post(crm))
        .route("/hooks/mgr/{secret}", post(counter))
        .route("/hooks/echo/{nonce}", get(echo))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .with_state(app)
        .layer(map_response(as_told))
}

/// What is answered here is of the type that it says, and nothing that a browser guesses.
async fn as_told(mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    answer
}

async fn crm(
    State(app): State<App>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let body = match body {
        Ok(body) => body,
        Err(why) => return unread(&app, Side::HighLevel, why),
    };
    let taken = app
        .take_crm_webhook(|name| text(&headers, name), &body)
        .await;
    answer(taken, StatusCode::TOO_MANY_REQUESTS).into_response()
}

async fn counter(
    State(app): State<App>,
    Path(secret): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let body = match body {
        Ok(body) => body,
        Err(why) => return unread(&app, Side::MyGadgetRepairs, why),
    };
    let taken = app
        .take_counter_webhook(&secret, |name| text(&headers, name), &body)
        .await;
    answer(taken, StatusCode::SERVICE_UNAVAILABLE).into_response()
}

/// A body that was not read: too large, or broken off.
fn unread(app: &App, side: Side, why: BytesRejection) -> Response {
    if why.status() == StatusCode::PAYLOAD_TOO_LARGE {
        app.metrics().webhook_too_large(side);
    }
    why.into_response()
}

/// Tells a check that it reached this installation.
async fn echo(State(app): State<App>, Path(nonce): Path<String>) -> Result<String, StatusCode> {
    match app.proof_of(&nonce).await {
        Ok(Some(proof)) => Ok(proof),
        Ok(None) => Err(StatusCode::NOT_FOUND),
        Err(error) => {
            tracing::error!(%error, "the proof of this installation could not be given");
            Err(StatusCode::SERVICE_UNAVAILABLE)
        }
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn answer(taken: Result<Accepted, NotTaken>, come_again: StatusCode) -> StatusCode {
    match taken {
        Ok(Accepted::Kept | Accepted::NotOurs) => StatusCode::OK,
        Err(NotTaken::Forged(why)) => {
            tracing::debug!(why, "a webhook was refused");
            StatusCode::UNAUTHORIZED
        }
        Err(error @ NotTaken::NotKept(_)) => {
            tracing::error!(%error, "the vendor is asked to send it again");
            come_again
        }
    }
}
