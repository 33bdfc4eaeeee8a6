//! What assistants may use, as tools of the Model Context Protocol: the operations of both vendors by the door that
//! everything uses (`app::operations`), and a look at the sync. Reading is always allowed, changing only where a person
//! allowed it, and then the person is asked before each change. Nothing is kept between calls but the codes of changes
//! that wait for a yes.

mod answer;
mod asking;
mod codes;
mod desk;
mod operations;
mod own;
mod party;
mod tools;

pub use party::Party;

use app::App;
use axum::Router;
use codes::Codes;
use desk::{Desk, Served};
use rmcp::ServiceExt;
use rmcp::service::ServerInitializeError;
use rmcp::transport::async_rw::AsyncRwTransport;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;

/// Where assistants come in over HTTP.
pub(crate) const PATH: &str = "/mcp";
/// Bytes of one message at most. A file that is sent along takes a third more as text.
const MOST_BYTES: usize = 4 * 1024 * 1024;
/// How long changes that were begun may take after the end.
const GRACE: Duration = Duration::from_secs(30);

/// `/mcp`, behind the guard: whoever it let in is served as far as the role or the token goes. Every request stands for
/// itself: no sessions, and no answer that stays open.
pub(crate) fn routes(app: App) -> Router {
    let desk = Desk::new(app, Served::Callers, Arc::new(Codes::default()));
    // The host name and the origin were looked at before the guard.
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .disable_allowed_hosts()
        .with_max_request_body_bytes(MOST_BYTES);
    let service = StreamableHttpService::new(
        move || Ok(desk.clone()),
        Arc::new(NeverSessionManager::default()),
        config,
    );
    Router::new().route_service(PATH, service)
}

/// Serves one assistant over a pair of streams, a message a line, until the input ends or it is cancelled. Changes that
/// were begun are carried out to their end.
///
/// # Errors
/// When the streams break, or what comes is no such protocol.
pub async fn speak(
    app: App,
    party: Party,
    input: impl AsyncRead + Send + Unpin + 'static,
    output: impl AsyncWrite + Send + Unpin + 'static,
    cancel: CancellationToken,
) -> io::Result<()> {
    let desk = Desk::new(
        app,
        Served::One(Arc::new(party)),
        Arc::new(Codes::default()),
    );
    let begun = desk.begun();
    // Larger than what is taken, so that what is too large is refused with words.
    let transport =
        AsyncRwTransport::new_server(input, output).with_max_line_length(4 * MOST_BYTES);
    let ended = match desk.serve_with_ct(transport, cancel).await {
        Ok(running) => running
            .waiting()
            .await
            .map(|_| ())
            .map_err(io::Error::other),
        Err(ServerInitializeError::ConnectionClosed(_) | ServerInitializeError::Cancelled) => {
            Ok(())
        }
        Err(ServerInitializeError::ExpectedInitializeRequest(_)) => Err(io::Error::other(
            "the first message was not `initialize`; this speaks the Model Context Protocol and is started by an assistant's program",
        )),
        Err(other) => Err(io::Error::other(other)),
    };
    begun.close();
    let _some_still_at_it = tokio::time::timeout(GRACE, begun.wait()).await;
    ended
}
