//! A copy is looked at as if it were a shop: what is asked about it is answered by the application that works on it, with
//! the same handlers and the same rights.

use crate::access::Signed;
use crate::api::{self, Refusal};
use crate::view::Views;
use app::{App, AppError};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::Timestamp;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tower::ServiceExt;

const SHOPS: &str = "/api/v1/shops/";
/// What of a shop a copy does not have: it is connected with nothing outside, and goes as a whole.
const NOT_OF_COPIES: [&str; 6] = ["", "connect", "webhooks", "preview", "check", "copy"];

/// The routes of every copy that was asked about, with when the copy was made.
#[derive(Default)]
pub(crate) struct CopyRoutes(Mutex<HashMap<String, (Timestamp, Router)>>);

impl CopyRoutes {
    /// The routes of a copy that is there.
    fn of(&self, app: &App, name: &str) -> Option<Router> {
        let open = app.open_copies();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|name, (made_at, _)| {
            open.iter()
                .any(|(copy, _)| (&copy.shop, &copy.made_at) == (name, made_at))
        });
        if let Some((_, routes)) = known.get(name) {
            return Some(routes.clone());
        }
        let (copy, app) = open.into_iter().find(|(copy, _)| copy.shop == name)?;
        let views = Arc::new(Views::new(app, Vec::new(), String::new()));
        let routes: Router = api::routes().into_router().with_state(views);
        known.insert(copy.shop, (copy.made_at, routes.clone()));
        Some(routes)
    }
}

/// Answers what is asked about a copy; lets everything else through.
pub(crate) async fn answer(
    State(views): State<Arc<Views>>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    let Some(rest) = path.strip_prefix(SHOPS) else {
        return next.run(request).await;
    };
    let (name, rest) = rest.split_once('/').unwrap_or((rest, ""));
    if !App::names_a_copy(name) {
        return next.run(request).await;
    }
    let subject = rest.split('/').next().unwrap_or_default();
    if request.method() != Method::GET && NOT_OF_COPIES.contains(&subject) {
        return refused(AppError::Refused(
            "this is a copy: it is connected with nothing outside. Do this with the shop itself"
                .to_owned(),
        ));
    }
    let Some(routes) = views.copies().of(views.app(), name) else {
        return refused(AppError::NotFound(
            "this copy was closed; make a new one in the shop's set-up".to_owned(),
        ));
    };
    match routes.oneshot(asked_anew(request)).await {
        Ok(answer) => answer,
        Err(never) => match never {},
    }
}

/// The same request without what the outer routes noted in it, but with who asks.
fn asked_anew(request: Request) -> Request {
    let (outer, body) = request.into_parts();
    let mut request = Request::new(body);
    *request.method_mut() = outer.method;
    *request.uri_mut() = outer.uri;
    *request.headers_mut() = outer.headers;
    if let Some(signed) = outer.extensions.get::<Signed>() {
        request.extensions_mut().insert(signed.clone());
    }
    request
}

fn refused(error: AppError) -> Response {
    Refusal::from(error).into_response()
}
