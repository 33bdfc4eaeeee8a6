//! A listener of one vendor: its paths with faults and a request log, and `/_twin/…` without either.
//!
//! The accept loop is our own, because only a service that fails makes hyper close a connection without an answer, which is
//! what a lost answer looks like from outside.

use std::convert::Infallible;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::control::{self, Shared};
use crate::fault::Fate;
use crate::request_log::{Entry, kept_body};

/// Largest body that is read, either way.
const LARGEST_BODY: usize = 64 * 1024 * 1024;

/// The connection is to be cut; hyper closes it when the service fails.
#[derive(Debug)]
struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the twin cut this connection")
    }
}

impl std::error::Error for Cut {}

/// Put on an answer by a vendor's own part when the connection is to be cut in its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Severed;

/// What a listener answers with.
#[derive(Clone)]
pub(crate) struct Face {
    vendor: Router,
    control: Router,
    shared: Arc<Shared>,
}

impl Face {
    pub fn new(vendor: Router, own_control: Option<Router>, shared: Arc<Shared>) -> Self {
        let control = own_control.map_or_else(Router::new, |own| {
            Router::new().nest("/_twin", own.merge(control::common(Arc::clone(&shared))))
        });
        Self {
            vendor,
            control,
            shared,
        }
    }

    async fn answer(self, request: Request<Incoming>) -> Result<Response<Body>, Cut> {
        let request = request.map(Body::new);
        let path = request.uri().path();
        if path == "/_twin" || path.starts_with("/_twin/") {
            return Ok(never_fails(self.control.oneshot(request).await));
        }
        self.vendor_answer(request).await
    }

    async fn vendor_answer(self, request: Request<Body>) -> Result<Response<Body>, Cut> {
        let arrival = self.shared.arrival();
        let (number, _under_way) = self.shared.asked();
        let ruling = self.shared.ruling(number);
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, LARGEST_BODY).await.map_err(|_| Cut)?;
        self.shared.clock.reaches(arrival).await;
        let mut entry = Entry {
            number,
            time: self.shared.clock.now().to_string(),
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            status: None,
            fault: ruling.fate.name(),
            body: kept_body(&body),
        };
        if self.shared.is_offline() {
            entry.fault = Some("offline");
            self.shared.log.add(entry);
            return Err(Cut);
        }
        let way = Duration::from_millis(ruling.delay_ms) / 2;
        linger(way).await;
        let request = Request::from_parts(parts, Body::from(body));
        let answer = match ruling.fate {
            Fate::Reset => Err(Cut),
            Fate::Status(status) => Ok(plain_failure(status)),
            Fate::Fine => Ok(never_fails(self.vendor.oneshot(request).await)),
            Fate::Lost => {
                let _carried_out = self.vendor.oneshot(request).await;
                Err(Cut)
            }
            Fate::Half => half(never_fails(self.vendor.oneshot(request).await)).await,
        };
        // What is answered may be old by the time that it arrives.
        linger(way).await;
        let answer = answer.and_then(|answer| match answer.extensions().get::<Severed>() {
            None => Ok(answer),
            Some(_) => {
                entry.fault = Some("severed");
                Err(Cut)
            }
        });
        entry.status = answer.as_ref().ok().map(|answer| answer.status().as_u16());
        self.shared.log.add(entry);
        answer
    }
}

async fn linger(on_the_way: Duration) {
    if !on_the_way.is_zero() {
        tokio::time::sleep(on_the_way).await;
    }
}

fn never_fails(answer: Result<Response<Body>, Infallible>) -> Response<Body> {
    match answer {
        Ok(answer) => answer,
        Err(never) => match never {},
    }
}

/// What stands in front of a vendor's own servers when they fail: a plain page, not the vendor's JSON.
fn plain_failure(status: u16) -> Response<Body> {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let reason = status.canonical_reason().unwrap_or("Error");
    let mut answer = Response::new(Body::from(format!("<html><h1>{reason}</h1></html>")));
    *answer.status_mut() = status;
    answer
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
    answer
}

async fn half(answer: Response<Body>) -> Result<Response<Body>, Cut> {
    let (mut parts, body) = answer.into_parts();
    let whole = to_bytes(body, LARGEST_BODY).await.map_err(|_| Cut)?;
    parts.headers.remove(header::CONTENT_LENGTH);
    let first: Bytes = whole.slice(..whole.len() / 2);
    Ok(Response::from_parts(parts, Body::from(first)))
}

/// Accepts connections until `stop`, then lets those in work end.
pub(crate) async fn accept(
    listener: TcpListener,
    face: Face,
    stop: CancellationToken,
    tasks: TaskTracker,
) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    tasks.spawn(connection(stream, face.clone(), stop.clone()));
                }
                Err(error) => {
                    // Out of file handles, or a peer that was gone at once: neither ends the twin.
                    tracing::warn!(%error, "twin: could not accept a connection");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            },
        }
    }
}

async fn connection(stream: TcpStream, face: Face, stop: CancellationToken) {
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let service = service_fn(move |request| face.clone().answer(request));
    let serving =
        hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::pin!(serving);
    tokio::select! {
        ended = serving.as_mut() => {
            if let Err(error) = ended {
                tracing::debug!(%error, "twin: connection ended");
            }
        }
        () = stop.cancelled() => {
            serving.as_mut().graceful_shutdown();
            let _ended = serving.await;
        }
    }
}

/// Binds a listener and tells where it listens.
pub(crate) async fn bind(wanted: SocketAddr) -> Result<(TcpListener, SocketAddr), std::io::Error> {
    let listener = TcpListener::bind(wanted).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}
