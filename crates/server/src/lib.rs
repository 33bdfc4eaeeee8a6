//! The status page and the HTTP API, for browsers and scripts on the shop's machine.
//!
//! There is no login yet, so it belongs on a loopback address; what it shows names records by their
//! references only, never people.

mod api;
mod health;
mod hooks;
mod host;
mod notice;
mod oauth;
mod page;
mod serving;
mod view;
mod words;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

pub use serving::serve;
pub use words::sentence;

use app::App;
use axum::Router;
use axum::middleware;
use std::sync::Arc;
use view::Views;

/// What the server needs to know besides the application.
#[derive(Clone, Debug, Default)]
pub struct ServerOptions {
    /// Host names other than `localhost` under which browsers may come, such as that of `server.public_url`.
    /// Any other name is refused: a strange web page could otherwise point its own name at this machine.
    pub hosts: Vec<String>,
    /// Whether browsers come by https, so that cookies are for https only.
    pub is_https: bool,
}

/// Every path: the page, health, `/api/v1`, and the webhooks, which come under any host name and carry their own
/// proof.
pub fn router(app: App, options: &ServerOptions) -> Router {
    let hooks = hooks::routes(app.clone());
    let install = oauth::routes(app.clone(), options.is_https);
    let views = Arc::new(Views::new(app));
    let hosts = Arc::new(host::Hosts::new(&options.hosts));
    Router::new()
        .merge(page::routes())
        .merge(health::routes())
        .merge(api::routes())
        .with_state(views)
        .merge(install)
        .layer(middleware::from_fn_with_state(hosts, host::check))
        .layer(middleware::map_response(page::protect))
        .merge(hooks)
}
