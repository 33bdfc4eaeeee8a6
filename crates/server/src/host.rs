//! Which host names are answered. A page elsewhere could let its own name point here and read along; its
//! requests carry that name, and are refused.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::IpAddr;
use std::sync::Arc;

pub(crate) struct Hosts(Vec<String>);

impl Hosts {
    pub(crate) fn new(names: &[String]) -> Self {
        Self(names.iter().map(|name| name.to_lowercase()).collect())
    }

    /// Addresses cannot be pointed anywhere, and no header means no browser.
    fn accept(&self, headers: &HeaderMap) -> bool {
        let Some(host) = headers.get(header::HOST) else {
            return true;
        };
        let Ok(host) = host.to_str() else {
            return false;
        };
        let name = without_port(host).to_lowercase();
        name == "localhost" || name.parse::<IpAddr>().is_ok() || self.0.contains(&name)
    }
}

/// A host name, or an address, of a `Host` header.
pub(crate) fn without_port(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split(']').next().unwrap_or(rest);
    }
    host.split(':').next().unwrap_or(host)
}

pub(crate) async fn check(
    State(hosts): State<Arc<Hosts>>,
    request: Request,
    next: Next,
) -> Response {
    if hosts.accept(request.headers()) {
        return next.run(request).await;
    }
    let says = "This host name is not known here. Use the address that `repairbridge serve` printed, or set server.public_url to this one.\n";
    (StatusCode::MISDIRECTED_REQUEST, says).into_response()
}
