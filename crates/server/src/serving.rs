//! Answering on a listener until told to stop.

use crate::tls::{Certificate, TlsListener};
use axum::Router;
use axum::extract::connect_info::Connected;
use axum::serve::IncomingStream;
use std::future::{Future, IntoFuture};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// How long open requests may take after the stop; a browser may hold a connection for ever.
const GRACE: Duration = Duration::from_secs(3);

/// The other end of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

impl Connected<IncomingStream<'_, TcpListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TcpListener>) -> Self {
        Self(*stream.remote_addr())
    }
}

impl Connected<IncomingStream<'_, TlsListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// Answers until cancelled, then lets open requests end; encrypted where there is a certificate.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    certificate: Option<Certificate>,
    router: Router,
    cancel: CancellationToken,
) -> io::Result<()> {
    let service = router.into_make_service_with_connect_info::<Peer>();
    let stop = cancel.clone().cancelled_owned();
    match certificate {
        None => {
            let serving = axum::serve(listener, service).with_graceful_shutdown(stop);
            until(cancel, serving.into_future()).await
        }
        Some(certificate) => {
            let listener = TlsListener::new(listener, certificate, cancel.clone())?;
            let serving = axum::serve(listener, service).with_graceful_shutdown(stop);
            until(cancel, serving.into_future()).await
        }
    }
}

async fn until(
    cancel: CancellationToken,
    serving: impl Future<Output = io::Result<()>>,
) -> io::Result<()> {
    tokio::select! {
        ended = serving => ended,
        () = async { cancel.cancelled().await; tokio::time::sleep(GRACE).await } => Ok(()),
    }
}
