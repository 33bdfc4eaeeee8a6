//! The way to HighLevel's install page and back: `GET /oauth/crm/start` and `GET /oauth/crm/callback`.
//!
//! The state in the address is good once, for a quarter of an hour, and only together with a cookie of the browser
//! that was sent out; so nobody can finish a connection that somebody else began.

use crate::notice::{Notice, Tone};
use app::{App, AppError, BrowserPass, Finished, InstallError, InstallPage};
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

const COOKIE: &str = "rb_install";
/// Seconds that the cookie lives: as long as the state.
const COOKIE_SECONDS: u32 = 900;

/// The application, and whether browsers come by https.
#[derive(Clone)]
pub(crate) struct Way {
    pub(crate) app: App,
    pub(crate) is_https: bool,
}

pub(crate) fn routes(app: App, is_https: bool) -> Router {
    Router::new()
        .route("/oauth/crm/start", get(start))
        .route("/oauth/crm/callback", get(callback))
        .with_state(Way { app, is_https })
}

/// What a one-time link carries.
#[derive(Deserialize)]
struct Start {
    link: Option<SecretString>,
}

async fn start(State(way): State<Way>, Query(asked): Query<Start>) -> Response {
    let Some(link) = asked.link else {
        return Notice::new(Tone::Bad, "This address needs a link")
            .say("Make one with “repairbridge connect highlevel NAME --oauth”.")
            .answer(StatusCode::NOT_FOUND);
    };
    match way.app.follow_install_link(&link).await {
        Ok(Some(page)) => way.leave_for(&page),
        Ok(None) => Notice::new(Tone::Bad, "This link is no longer good")
            .say("It was used already, or it is older than a day. Make a new one with “repairbridge connect highlevel NAME --oauth”.")
            .answer(StatusCode::GONE),
        Err(error) => failed(&error),
    }
}

impl Way {
    /// Off to the vendor's page, with the cookie for the way back.
    pub(crate) fn leave_for(&self, page: &InstallPage) -> Response {
        let mut answer = Redirect::to(page.url.as_str()).into_response();
        self.set_cookie(&mut answer, page.browser.0.expose_secret(), COOKIE_SECONDS);
        answer
    }

    fn set_cookie(&self, answer: &mut Response, value: &str, seconds: u32) {
        let secure = if self.is_https { "; Secure" } else { "" };
        let cookie = format!(
            "{COOKIE}={value}; Path=/oauth/crm; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
        );
        if let Ok(mut cookie) = HeaderValue::from_str(&cookie) {
            cookie.set_sensitive(true);
            answer.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
}

/// What the vendor sends a person back with.
#[derive(Deserialize)]
struct Back {
    code: Option<SecretString>,
    state: Option<SecretString>,
    error: Option<String>,
}

async fn callback(
    State(way): State<Way>,
    Query(back): Query<Back>,
    headers: HeaderMap,
) -> Response {
    let mut answer = match (back.code, back.state, cookie(&headers)) {
        (Some(code), Some(state), Some(browser)) => {
            match way.app.finish_install(&state, &browser, &code).await {
                Ok(finished) => connected(&finished),
                Err(error) => refused(&error),
            }
        }
        (None, ..) if back.error.is_some() => {
            Notice::new(Tone::Bad, "HighLevel was not connected")
                .say("The permissions were not granted on HighLevel's page. Nothing was changed; begin again when you are ready.")
                .answer(StatusCode::BAD_REQUEST)
        }
        _ => refused(&InstallError::State),
    };
    // Whatever came of it, this cookie has served.
    way.set_cookie(&mut answer, "", 0);
    answer
}

fn cookie(headers: &HeaderMap) -> Option<BrowserPass> {
    let all = headers.get_all(header::COOKIE).into_iter();
    let mut pairs = all
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, value)| *name == COOKIE && !value.is_empty())?;
    Some(BrowserPass(SecretString::from(value)))
}

fn connected(finished: &Finished) -> Response {
    let title = if finished.is_agency {
        "Your agency is connected"
    } else {
        "HighLevel is connected"
    };
    let mut notice = Notice::new(Tone::Good, title);
    if !finished.shops.is_empty() {
        notice = notice.say(format!("Shops: {}.", finished.shops.join(", ")));
    }
    if !finished.without_shop.is_empty() {
        notice = notice
            .say(format!(
                "Sub-accounts without a shop yet: {}.",
                finished.without_shop.join(", ")
            ))
            .say("“repairbridge shop adopt” adds a shop for each of them.");
    }
    if let Some(scopes) = finished
        .scopes
        .as_ref()
        .filter(|scopes| !scopes.missing.is_empty())
    {
        notice = notice.say(format!(
            "Not granted, and so left alone or held back: {}. “repairbridge connect highlevel NAME --oauth” asks for all that the rules need.",
            scopes.missing_names().join(", ")
        ));
    }
    notice
        .say("You can close this page. “repairbridge check NAME” looks at everything before the first sync.")
        .answer(StatusCode::OK)
}

fn refused(error: &InstallError) -> Response {
    let status = match error {
        InstallError::State => StatusCode::FORBIDDEN,
        InstallError::OtherAccount { .. } => StatusCode::CONFLICT,
        InstallError::Vendor(_) => StatusCode::BAD_GATEWAY,
        InstallError::App(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    tracing::warn!(%error, "HighLevel was not connected");
    Notice::new(Tone::Bad, "HighLevel was not connected")
        .say(error.to_string())
        .answer(status)
}

fn failed(error: &AppError) -> Response {
    tracing::warn!(%error, "the way to HighLevel's page is closed");
    Notice::new(Tone::Bad, "The connection cannot begin")
        .say(error.to_string())
        .answer(StatusCode::CONFLICT)
}
