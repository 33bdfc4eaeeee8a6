//! Who is asking: every page and `/api/v1` want a signed-in user or an API token. Left open are the pages for signing in
//! and setting up, health, and what carries its own proof: webhooks and the vendor's way back.

mod account;
mod caller;
mod cookie;
mod guard;
pub(crate) mod html;
mod people;
mod programs;
mod refusals;
mod setup;
mod sign_in;

pub use caller::Caller;
pub(crate) use caller::note;
pub(crate) use cookie::Cookie;
pub use guard::Signed;
pub(crate) use guard::{guard, signed_in};
pub(crate) use sign_in::with_cookie;

use crate::ServerOptions;
use app::App;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use axum::routing::{get, post};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Larger forms are nobody's.
const MOST_BYTES: usize = 16 * 1024;

/// Whether people have to sign in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccessPolicy {
    /// They have to.
    #[default]
    Login,
    /// Whoever sits at this machine may do everything, and nobody else anything: for the demo, whose shop is made up.
    Open,
}

/// What the door needs to know.
pub(crate) struct Door {
    pub(crate) app: App,
    pub(crate) options: ServerOptions,
    /// Whether it was said that a proxy stands between which nobody named.
    told_of_proxy: AtomicBool,
    refusals: refusals::Refusals,
}

impl Door {
    pub(crate) fn new(app: App, options: &ServerOptions) -> Arc<Self> {
        Arc::new(Self {
            app,
            options: options.clone(),
            told_of_proxy: AtomicBool::new(false),
            refusals: refusals::Refusals::default(),
        })
    }
}

/// The pages that need nobody to be signed in.
pub(crate) fn open_routes(door: &Arc<Door>) -> Router {
    Router::new()
        .route("/login", get(sign_in::show).post(sign_in::take))
        .route("/setup", get(setup::show).post(setup::take))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .with_state(Arc::clone(door))
}

/// The answer where nothing is.
pub(crate) async fn nowhere(wanted: Uri) -> Response {
    let says = "there is nothing at this address";
    html::refusal(wanted.path(), StatusCode::NOT_FOUND, "NOT-FOUND", says)
}

/// The pages about oneself, and those of owners about everybody, behind the guard.
pub(crate) fn own_routes(door: &Arc<Door>) -> Router {
    Router::new()
        .route("/logout", post(account::sign_out))
        .route("/account", get(account::show))
        .route("/account/password", post(account::change_password))
        .route("/account/end", post(account::end_session))
        .route("/people", get(people::show))
        .route("/people/add", post(people::add))
        .route("/people/change", post(people::change))
        .route("/programs", get(programs::show))
        .route("/programs/add", post(programs::add))
        .route("/programs/revoke", post(programs::revoke))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .with_state(Arc::clone(door))
}
