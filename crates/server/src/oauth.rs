//! The way to HighLevel's install page and back: `GET /oauth/crm/start` and `GET /oauth/crm/callback`.
//!
//! The state in the address is good once, for a quarter of an hour, and only together with a cookie of the browser
//! that was sent out; so nobody can finish a connection that somebody else began. Who comes back goes on in the set-up of
//! the shop: at once where all is well, and else by a link below the words.

use crate::access::html::{Width, escape, of_error, page, prose};
use crate::access::{Caller, Cookie, Door, signed_in, with_cookie};
use app::access::{Doer, Permission};
use app::{AppError, BrowserPass, Finished, InstallError, InstallPage};
use axum::Router;
use axum::extract::{Extension, Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::sync::Arc;

/// Shows on the way back that it is the browser that was sent out; kept as long as the state.
const INSTALL: Cookie = Cookie {
    plain: "rb_install",
    secure: "__Host-rb_install",
    path: "/oauth/crm",
    seconds: 900,
};

pub(crate) fn routes(door: &Arc<Door>) -> Router {
    Router::new()
        .route("/oauth/crm/start", get(start))
        .route("/oauth/crm/callback", get(callback))
        .with_state(Arc::clone(door))
}

/// A one-time link, which needs no login; or a shop, or nothing for an agency, which do.
#[derive(Deserialize)]
struct Start {
    link: Option<SecretString>,
    shop: Option<String>,
    #[serde(default)]
    read_only: bool,
}

async fn start(
    State(door): State<Arc<Door>>,
    Extension(caller): Extension<Caller>,
    Query(asked): Query<Start>,
    request: Request,
) -> Response {
    let begun = match asked.link {
        Some(link) => match door.app.follow_install_link(&link).await {
            Ok(None) => {
                return notice(
                    StatusCode::GONE,
                    "This link is no longer good",
                    &[
                        "It was used already, or it is older than a day. Make a new one in the shop's set-up, or with `repairbridge connect highlevel NAME --oauth`.",
                    ],
                    &Onward::Dashboard,
                );
            }
            Ok(Some(page)) => Ok(page),
            Err(error) => Err(error),
        },
        None => {
            let signed = match signed_in(&door, &caller, request.uri(), request.headers()).await {
                Ok(signed) => signed,
                Err(sent_away) => return sent_away,
            };
            if let Err(forbidden) = signed.require(Permission::Admin) {
                return forbidden.into_response();
            }
            let shop = asked.shop.as_deref();
            let what = "connect highlevel (OAuth)";
            // The shop first: what a stranger wrote into a link is no word for the log.
            match door.app.begin_install(shop, !asked.read_only).await {
                Ok(page) => {
                    let noted = door.app.note_audit(signed.doer(), what, shop).await;
                    noted.map(|()| page)
                }
                Err(error) => Err(error),
            }
        }
    };
    match begun {
        Ok(page) => leave_for(&caller, &page),
        Err(error) => failed(&error),
    }
}

/// Off to the vendor's page, with the cookie for the way back.
fn leave_for(caller: &Caller, page: &InstallPage) -> Response {
    let answer = Redirect::to(page.url.as_str()).into_response();
    with_cookie(answer, INSTALL.set(caller, page.browser.0.expose_secret()))
}

/// What the vendor sends a person back with.
#[derive(Deserialize)]
struct Back {
    code: Option<SecretString>,
    state: Option<SecretString>,
    error: Option<String>,
}

async fn callback(
    State(door): State<Arc<Door>>,
    Extension(caller): Extension<Caller>,
    Query(back): Query<Back>,
    request: Request,
) -> Response {
    let headers = request.headers();
    let browser = cookie(&caller, headers);
    let onward = onward(&door, back.state.as_ref(), browser.as_ref()).await;
    let answer = match (back.code, back.state, browser) {
        (Some(code), Some(state), Some(browser)) => {
            match door.app.finish_install(&state, &browser, &code).await {
                Ok(finished) => {
                    let doer = Doer::in_browser(&caller.origin);
                    let shops = finished.shops.join(", ");
                    let noted =
                        door.app
                            .note_audit(doer, "HighLevel connected (OAuth)", Some(&shops));
                    if let Err(error) = noted.await {
                        tracing::error!(%error, "a connection was not written to the audit log");
                    }
                    let is_signed_in = signed_in(&door, &caller, request.uri(), headers)
                        .await
                        .is_ok();
                    match &onward {
                        // The step shows what was granted; an agency's other sub-accounts are told here.
                        Onward::SetUp(_) if is_signed_in && finished.without_shop.is_empty() => {
                            Redirect::to(&onward.address()).into_response()
                        }
                        onward => connected(&finished, onward),
                    }
                }
                Err(error) => refused(&error, &onward),
            }
        }
        (None, ..) if back.error.is_some() => notice(
            StatusCode::BAD_REQUEST,
            "HighLevel was not connected",
            &[
                "The permissions were not granted on HighLevel's page. Nothing was changed; begin again when you are ready.",
            ],
            &onward,
        ),
        _ => refused(&InstallError::State, &onward),
    };
    // Whatever came of it, this cookie has served.
    with_cookie(answer, INSTALL.clear(&caller))
}

/// Where a person goes on after HighLevel's page.
enum Onward {
    /// To the step of HighLevel in this shop's set-up.
    SetUp(String),
    /// To the dashboard.
    Dashboard,
}

impl Onward {
    fn address(&self) -> String {
        match self {
            Self::SetUp(shop) => format!("/shops/{shop}/setup?step=highlevel"),
            Self::Dashboard => "/".to_owned(),
        }
    }

    const fn says(&self) -> &'static str {
        match self {
            Self::SetUp(_) => "Go on in the shop's set-up",
            Self::Dashboard => "Go to the dashboard",
        }
    }
}

/// By the shop that this browser was sent out for.
async fn onward(
    door: &Door,
    state: Option<&SecretString>,
    browser: Option<&BrowserPass>,
) -> Onward {
    let (Some(state), Some(browser)) = (state, browser) else {
        return Onward::Dashboard;
    };
    match door.app.sent_out_for(state, browser).await {
        Ok(Some(shop)) => Onward::SetUp(shop),
        Ok(None) => Onward::Dashboard,
        Err(error) => {
            tracing::warn!(%error, "it is not known for which shop a browser was sent out");
            Onward::Dashboard
        }
    }
}

fn cookie(caller: &Caller, headers: &HeaderMap) -> Option<BrowserPass> {
    let value = INSTALL.read(caller, headers)?;
    Some(BrowserPass(SecretString::from(value)))
}

fn connected(finished: &Finished, onward: &Onward) -> Response {
    let title = if finished.is_agency {
        "Your agency is connected"
    } else {
        "HighLevel is connected"
    };
    let mut says = Vec::new();
    if !finished.shops.is_empty() {
        says.push(format!("Shops: {}.", finished.shops.join(", ")));
    }
    if !finished.without_shop.is_empty() {
        says.push(format!(
            "Sub-accounts without a shop yet: {}.",
            finished.without_shop.join(", ")
        ));
        says.push("`repairbridge shop adopt` adds a shop for each of them.".to_owned());
    }
    if let Some(scopes) = finished
        .scopes
        .as_ref()
        .filter(|scopes| !scopes.missing.is_empty())
    {
        says.push(format!(
            "Not granted, and so left alone or held back: {}. `repairbridge connect highlevel NAME --oauth` asks for all that the rules need.",
            scopes.missing_names().join(", ")
        ));
    }
    says.push("You can close this page, or go on at the dashboard: its check looks at everything before the first sync, as `repairbridge check NAME` does.".to_owned());
    let says: Vec<&str> = says.iter().map(String::as_str).collect();
    notice(StatusCode::OK, title, &says, onward)
}

fn refused(error: &InstallError, onward: &Onward) -> Response {
    let status = match error {
        InstallError::State => StatusCode::FORBIDDEN,
        InstallError::OtherAccount { .. } | InstallError::AgencyNotMeant => StatusCode::CONFLICT,
        InstallError::Vendor(_) => StatusCode::BAD_GATEWAY,
        InstallError::App(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let title = "HighLevel was not connected";
    let says = if let InstallError::App(error) = error {
        of_error(error, title)
    } else {
        if matches!(error, InstallError::State) {
            // Anybody can ask for this; the line about who was refused is enough.
            tracing::debug!(%error, "{title}");
        } else {
            tracing::warn!(%error, "{title}");
        }
        error.to_string()
    };
    notice(status, title, &[&says], onward)
}

fn failed(error: &AppError) -> Response {
    let says = of_error(error, "the way to HighLevel's page is closed");
    notice(
        StatusCode::CONFLICT,
        "The connection cannot begin",
        &[&says],
        &Onward::Dashboard,
    )
}

/// A page that says a few sentences, and where to go on.
fn notice(status: StatusCode, title: &str, says: &[&str], onward: &Onward) -> Response {
    let sentences: Vec<String> = says
        .iter()
        .map(|sentence| format!("<p>{}</p>", prose(sentence)))
        .collect();
    let content = format!(
        "<h2>{}</h2>\n{}\n<p><a href=\"{}\">{}</a></p>",
        escape(title),
        sentences.join("\n"),
        escape(&onward.address()),
        escape(onward.says())
    );
    page(status, title, Width::Narrow, &content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::access::Origin;
    use axum::http::{HeaderValue, header};

    #[test]
    fn over_https_only_the_cookie_with_the_prefix_is_taken() {
        let mut headers = HeaderMap::new();
        let sent = "rb_install=plain; __Host-rb_install=prefixed";
        headers.insert(header::COOKIE, HeaderValue::from_static(sent));
        for (is_encrypted, expected) in [(true, "prefixed"), (false, "plain")] {
            let caller = Caller {
                origin: Origin::new([127, 0, 0, 1].into(), ""),
                is_local: true,
                is_encrypted,
            };
            let pass = cookie(&caller, &headers).unwrap();
            assert_eq!(pass.0.expose_secret(), expected);
        }
    }
}
