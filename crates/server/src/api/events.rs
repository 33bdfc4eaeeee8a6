//! What changes, as it changes: server-sent events. A stream ends with the session of whoever listens.

use super::refused;
use crate::access::Signed;
use crate::describe::{Answered, Description, Routes};
use crate::pulse::{self, Change, Pulse};
use crate::view::Views;
use axum::extract::State;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream::{self, BoxStream, StreamExt};
use serde_json::json;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

/// How often something is sent at least, and how long a session that ended goes on listening at most.
const HEARTBEAT: Duration = Duration::from_secs(15);

pub(super) fn routes() -> Routes<Arc<Views>> {
    Routes::new().get(
        "/api/v1/events",
        "Server-sent events: `status` (as `/api/v1/status`, when it changed), `activity` (`{shop, newest}`, when a shop's journal grew), `job` (as `/api/v1/jobs/{id}`, when one moved)",
        events,
    )
}

/// The events, as they come.
struct Events(BoxStream<'static, Result<Event, Infallible>>);

impl IntoResponse for Events {
    fn into_response(self) -> Response {
        Sse::new(self.0).into_response()
    }
}

impl Answered for Result<Events, Response> {
    fn describe(of: &mut Description<'_>) {
        of.answers("text/event-stream", &json!({ "type": "string" }));
    }
}

async fn events(signed: Signed, State(views): State<Arc<Views>>) -> Result<Events, Response> {
    // Listened to first, so that nothing falls between the status and what follows.
    let changes = Pulse::listen(&views);
    let now = pulse::status(&views).await.map_err(refused)?;
    let first = stream::once(async move { Ok(sent(&now)) });
    let listener = Listener {
        signed,
        views,
        changes,
        look_again: Instant::now() + HEARTBEAT,
    };
    let then = stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await?;
        Some((Ok(event), listener))
    });
    Ok(Events(first.chain(then).boxed()))
}

/// Somebody who listens.
struct Listener {
    signed: Signed,
    views: Arc<Views>,
    changes: Receiver<Change>,
    /// When it is looked again whether this one may still listen.
    look_again: Instant,
}

impl Listener {
    /// What is sent next; nothing where this one may listen no more.
    async fn next(&mut self) -> Option<Event> {
        loop {
            tokio::select! {
                // Looked at in turn: many events must not keep the end of a session away.
                biased;
                () = tokio::time::sleep_until(self.look_again) => {
                    self.look_again = Instant::now() + HEARTBEAT;
                    if !self.may_still_listen().await {
                        return None;
                    }
                    return Some(Event::default().comment(""));
                }
                change = self.changes.recv() => match change {
                    Ok(change) => return Some(sent(&change)),
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return None,
                },
            }
        }
    }

    async fn may_still_listen(&self) -> bool {
        let still = self.views.app().is_still_in(&self.signed.who).await;
        still.unwrap_or_else(|error| {
            tracing::warn!(%error, "it could not be looked up who listens");
            false
        })
    }
}

fn sent(change: &Change) -> Event {
    Event::default().event(change.event).data(&*change.json)
}
