//! The page for signing in.

use super::caller::Caller;
use super::guard::trouble;
use super::html::{Width, alert, escape, page};
use super::{AccessPolicy, Door, cookie};
use app::access::NotSignedIn;
use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, Form, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use secrecy::SecretString;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Where {
    next: String,
}

/// What the form sends. Not `Debug`: it holds a password.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    name: String,
    password: String,
    next: String,
}

pub(super) async fn show(
    State(door): State<Arc<Door>>,
    Extension(caller): Extension<Caller>,
    Query(wanted): Query<Where>,
    headers: HeaderMap,
) -> Response {
    if door.options.access == AccessPolicy::Open {
        return Redirect::to("/").into_response();
    }
    match door.app.needs_setup().await {
        Ok(true) => return Redirect::to("/setup").into_response(),
        Ok(false) => {}
        Err(error) => return trouble(&error),
    }
    let known = match cookie::SESSION.read(&caller, &headers) {
        Some(value) => door.app.who_by_session(value).await,
        None => Ok(None),
    };
    match known {
        Ok(Some(_)) => Redirect::to(inside(&wanted.next)).into_response(),
        Ok(None) => form(StatusCode::OK, None, "", &wanted.next),
        Err(error) => trouble(&error),
    }
}

pub(super) async fn take(
    State(door): State<Arc<Door>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    typed: Result<Form<Typed>, FormRejection>,
) -> Response {
    if door.options.access == AccessPolicy::Open {
        return Redirect::to("/").into_response();
    }
    let Ok(Form(typed)) = typed else {
        let says = "Something else was sent than this form.";
        return form(StatusCode::BAD_REQUEST, Some(says), "", "");
    };
    let password = SecretString::from(typed.password);
    let signed = door
        .app
        .sign_in(&typed.name, &password, &caller.origin)
        .await;
    let again = |status, says: &str| form(status, Some(says), &typed.name, &typed.next);
    match signed {
        Ok(token) => {
            if let Err(error) = end_other(&door, &caller, &headers).await {
                return trouble(&error);
            }
            let answer = Redirect::to(inside(&typed.next)).into_response();
            with_cookie(answer, cookie::SESSION.set(&caller, token.expose()))
        }
        Err(NotSignedIn::Wrong) => again(
            StatusCode::UNAUTHORIZED,
            "Name or password is wrong. Forgotten? On the machine that runs Repairbridge, `repairbridge user setup-link NAME` makes a link for a new password.",
        ),
        Err(NotSignedIn::Wait { until }) => {
            let seconds = door.app.seconds_until(until);
            let says = format!("Too many wrong passwords. Try again {}.", in_words(seconds));
            wait(again(StatusCode::TOO_MANY_REQUESTS, &says), seconds)
        }
        Err(NotSignedIn::Busy) => wait(
            again(
                StatusCode::TOO_MANY_REQUESTS,
                "Too many are signing in at this moment. Try again in a few seconds.",
            ),
            5,
        ),
        Err(NotSignedIn::App(error)) => trouble(&error),
    }
}

/// The session that this browser had before is over: nobody could end it any more from here.
async fn end_other(door: &Door, caller: &Caller, headers: &HeaderMap) -> Result<(), app::AppError> {
    if let Some(value) = cookie::SESSION.read(caller, headers)
        && let Some(who) = door.app.who_by_session(value).await?
    {
        door.app.sign_out(&who, &caller.origin).await?;
    }
    Ok(())
}

/// A path of ours to go on to; anything that a browser could take for another site leads home.
pub(super) fn inside(next: &str) -> &str {
    let is_path = next.starts_with('/')
        && !next.starts_with("//")
        && next
            .bytes()
            .all(|byte| (b'!'..=b'~').contains(&byte) && byte != b'\\');
    if is_path { next } else { "/" }
}

pub(crate) fn with_cookie(mut answer: Response, cookie: Option<HeaderValue>) -> Response {
    if let Some(cookie) = cookie {
        answer.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    answer
}

fn wait(mut answer: Response, seconds: i64) -> Response {
    answer
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    answer
}

fn in_words(seconds: i64) -> String {
    match seconds {
        ..=1 => "in a second".to_owned(),
        2..=90 => format!("in {seconds} seconds"),
        _ => format!("in {} minutes", (seconds + 59) / 60),
    }
}

fn form(status: StatusCode, says: Option<&str>, name: &str, next: &str) -> Response {
    let content = format!(
        r#"<h2>Sign in</h2>
{alert}
<form method="post" action="/login">
<label for="name">Name</label>
<input id="name" name="name" value="{name}" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="64"{first}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="256"{second}>
<input type="hidden" name="next" value="{next}">
<button>Sign in</button>
</form>"#,
        alert = alert(says),
        name = escape(name),
        next = escape(inside(next)),
        first = if name.is_empty() { " autofocus" } else { "" },
        second = if name.is_empty() { "" } else { " autofocus" },
    );
    page(status, "Sign in", Width::Narrow, &content)
}
