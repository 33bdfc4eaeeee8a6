//! Answering on a listener until told to stop. Nobody who is slow, or many, keeps others out: connections are counted,
//! in all and by network, and every step of a caller has its time.

mod patience;
mod places;

use crate::tls::{Certificate, Encryption};
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::serve::Listener;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use patience::{InTime, Patient};
use places::{Place, Places};
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Service;

/// How long open requests may take after the stop; a browser may hold a connection for ever.
const GRACE: Duration = Duration::from_secs(3);

/// The other end of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// How many callers there may be at once, and how long each may take. The defaults leave room for what the vendors
/// send from a few addresses, and for what else the process has open.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Open connections. Further callers wait until one of them ends.
    pub connections: usize,
    /// Open connections of one network; one more is closed at once. This machine itself is not counted, since a proxy
    /// on it brings everybody.
    pub connections_per_network: usize,
    /// Connections of one network that are not encrypted yet, where they have to be.
    pub handshakes_per_network: usize,
    /// Until a connection is encrypted.
    pub handshake: Duration,
    /// Until the next request has come up to its body; so long may a connection wait between two as well.
    pub headers: Duration,
    /// Until a body has come.
    pub body: Duration,
    /// Until a caller takes something of an answer that waits.
    pub answer: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let connections = 1_024.min(files() / 2);
        Self {
            connections,
            connections_per_network: connections / 2,
            handshakes_per_network: connections / 4,
            handshake: Duration::from_secs(10),
            headers: Duration::from_secs(15),
            body: Duration::from_secs(30),
            answer: Duration::from_secs(30),
        }
    }
}

/// Files and connections that the system lets this process have open.
fn files() -> usize {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit};
        let most = getrlimit(Resource::Nofile).current;
        most.map_or(usize::MAX, |most| {
            usize::try_from(most).unwrap_or(usize::MAX)
        })
    }
    #[cfg(not(unix))]
    usize::MAX
}

/// Answers until cancelled, then lets open requests end; encrypted where there is a certificate.
///
/// # Errors
/// When the certificate cannot be used.
pub async fn serve(
    listener: TcpListener,
    certificate: Option<Certificate>,
    router: Router,
    cancel: CancellationToken,
) -> io::Result<()> {
    serve_within(Limits::default(), listener, certificate, router, cancel).await
}

/// As [`serve`], with other limits.
///
/// # Errors
/// As [`serve`].
pub async fn serve_within(
    limits: Limits,
    mut listener: TcpListener,
    certificate: Option<Certificate>,
    router: Router,
    cancel: CancellationToken,
) -> io::Result<()> {
    let encryption = match certificate {
        Some(certificate) => Some(Encryption::new(certificate, cancel.clone())?),
        None => None,
    };
    let site = Arc::new(Site {
        limits,
        router,
        encryption,
        handshakes: Places::new(limits.connections, limits.handshakes_per_network),
        cancel: cancel.clone(),
    });
    let open = Places::new(limits.connections, limits.connections_per_network);
    let callers = TaskTracker::new();
    loop {
        let next = async {
            open.wait().await;
            Listener::accept(&mut listener).await
        };
        let (stream, address) = tokio::select! {
            () = cancel.cancelled() => break,
            accepted = next => accepted,
        };
        // A network that has all it may have: closed, so that it takes nothing of the others'.
        if let Some(place) = open.take(address.ip()) {
            callers.spawn(Arc::clone(&site).meet(stream, address, place));
        }
    }
    callers.close();
    let _some_still_open = tokio::time::timeout(GRACE, callers.wait()).await;
    Ok(())
}

/// What every connection needs.
struct Site {
    limits: Limits,
    router: Router,
    encryption: Option<Encryption>,
    handshakes: Places,
    cancel: CancellationToken,
}

impl Site {
    async fn meet(self: Arc<Self>, stream: TcpStream, address: SocketAddr, _place: Place) {
        let Some(encryption) = &self.encryption else {
            return self.answer(stream, address).await;
        };
        let Some(trying) = self.handshakes.take(address.ip()) else {
            return;
        };
        let encrypted = tokio::select! {
            () = self.cancel.cancelled() => return,
            tried = tokio::time::timeout(self.limits.handshake, encryption.accept(stream)) => tried,
        };
        drop(trying);
        match encrypted {
            Ok(Ok(stream)) => self.answer(stream, address).await,
            Ok(Err(why)) => tracing::debug!(%why, "a caller could not encrypt"),
            Err(_) => tracing::debug!("a caller took too long to encrypt"),
        }
    }

    async fn answer(&self, stream: impl AsyncRead + AsyncWrite + Unpin, address: SocketAddr) {
        let Limits {
            headers,
            body,
            answer,
            ..
        } = self.limits;
        let service = service_fn(|request: Request<Incoming>| {
            let mut request = request.map(|came| Body::new(InTime::new(came, body)));
            request.extensions_mut().insert(ConnectInfo(Peer(address)));
            // A router is ready at any time.
            self.router.clone().call(request)
        });
        let stream = TokioIo::new(Patient::new(stream, answer));
        let mut connection = pin!(
            http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(headers)
                .serve_connection(stream, service)
        );
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = self.cancel.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(why) = ended {
            tracing::debug!(%why, "a connection ended early");
        }
    }
}
