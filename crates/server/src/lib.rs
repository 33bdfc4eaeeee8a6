//! The dashboard and the HTTP API, for browsers and scripts, behind a login.
//!
//! Who may look sees people by name where they are looked up or decided about; logs name records by their references.

pub mod access;
mod api;
mod copies;
mod describe;
mod health;
mod hooks;
mod host;
pub mod mcp;
mod metrics;
mod oauth;
mod openapi;
mod page;
mod pulse;
mod serving;
mod tls;
mod traced;
mod view;
mod web;
mod words;

#[cfg(test)]
mod access_tests;
#[cfg(test)]
mod copies_tests;
#[cfg(test)]
mod mcp_tests;
#[cfg(test)]
mod metrics_tests;
#[cfg(test)]
mod operations_tests;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod rights_tests;
#[cfg(test)]
mod tests;

pub use access::{AccessPolicy, Signed};
pub use openapi::document as openapi_document;
pub use serving::{Limits, serve, serve_within};
pub use tls::{Certificate, TlsError};
pub use words::sentence;

use access::Door;
use app::App;
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state, map_response_with_state};
use page::Protection;
use std::net::IpAddr;
use std::sync::Arc;
use tower_http::csrf::CsrfLayer;
use view::Views;

/// What the server needs to know besides the application.
#[derive(Clone, Debug, Default)]
pub struct ServerOptions {
    /// Host names other than `localhost` under which browsers may come, such as that of `server.public_url`.
    /// Any other name is refused: a strange web page could otherwise point its own name at this machine.
    pub hosts: Vec<String>,
    /// Whether people have to sign in.
    pub access: AccessPolicy,
    /// The host name of `server.public_url` where that is https: what comes under it from a proxy is encrypted up to
    /// there.
    pub https_host: Option<String>,
    /// The origin of `server.public_url`, as browsers write it: requests of its pages are ours even where a proxy
    /// changed the host name on the way.
    pub public_origin: Option<String>,
    /// Addresses of proxies whose word about the caller counts.
    pub trusted_proxies: Vec<IpAddr>,
    /// Whether secrets may be typed over a network that others can read.
    pub allow_plain_http: bool,
    /// Whether connections are encrypted here.
    pub tls: bool,
    /// The address of the dashboard as others reach it, with a slash at the end; links for them begin with it.
    pub page: String,
    /// What whoever runs this should mend, in words; shown above the status.
    pub warnings: Vec<String>,
}

/// Every path: the page, health, `/api/v1`, `/mcp` for assistants, and the webhooks, which come under any host name and carry their own
/// proof. Behind the guard stands what is merged into `guarded`; its handlers take [`Signed`].
pub fn router(app: App, options: &ServerOptions) -> Router {
    let hooks = hooks::routes(app.clone());
    let views = Arc::new(Views::new(
        app.clone(),
        options.warnings.clone(),
        options.page.clone(),
    ));
    let hosts = Arc::new(host::Hosts::new(&options.hosts));
    let protection = Protection::new(options);
    let assistants = mcp::routes(app.clone());
    let door = Door::new(app, options);
    let guarded = Router::new()
        .merge(web::routes())
        .merge(api::routes().into_router())
        .merge(openapi::routes())
        .with_state(Arc::clone(&views))
        .layer(from_fn_with_state(Arc::clone(&views), copies::answer))
        .merge(access::own_routes(&door))
        .merge(assistants)
        .layer(from_fn_with_state(Arc::clone(&door), access::guard));
    Router::new()
        .merge(guarded)
        .merge(access::open_routes(&door))
        .merge(oauth::routes(&door))
        .merge(page::open_routes())
        .merge(web::open_routes())
        .merge(metrics::routes(&views, &door))
        .merge(health::routes().with_state(views))
        .fallback(access::nowhere)
        .layer(own_pages_only(options))
        .layer(from_fn_with_state(door, access::note))
        .layer(from_fn_with_state(hosts, host::check))
        .layer(map_response_with_state(protection, page::protect))
        .merge(hooks)
        .layer(from_fn(traced::answer))
}

/// Refuses what another site's page asks with a person's cookie.
fn own_pages_only(options: &ServerOptions) -> CsrfLayer {
    let layer = CsrfLayer::new();
    match &options.public_origin {
        // An address that the layer does not take is none that a browser would send.
        Some(origin) => layer
            .clone()
            .add_trusted_origin(origin.as_str())
            .unwrap_or(layer),
        None => layer,
    }
}
