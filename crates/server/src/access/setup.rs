//! The page behind a set-up link: the first owner chooses name and password, or a user a password.

use super::caller::Caller;
use super::guard::trouble;
use super::html::{Width, alert, escape, page, prose};
use super::sign_in::with_cookie;
use super::{AccessPolicy, Door, cookie};
use app::access::{NotSetUp, SetupLink};
use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, Form, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::normalize::text::capitalised;
use secrecy::SecretString;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    token: String,
}

/// What the form sends. Not `Debug`: it holds a password.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    token: String,
    name: String,
    password: String,
    again: String,
}

pub(super) async fn show(State(door): State<Arc<Door>>, Query(shown): Query<Shown>) -> Response {
    if door.options.access == AccessPolicy::Open {
        return Redirect::to("/").into_response();
    }
    match door.app.look_at_setup_link(&shown.token).await {
        Ok(Some(link)) => form(StatusCode::OK, &link, &shown.token, None, ""),
        Ok(None) => no_link(&door, !shown.token.is_empty()).await,
        Err(error) => trouble(&error),
    }
}

pub(super) async fn take(
    State(door): State<Arc<Door>>,
    Extension(caller): Extension<Caller>,
    typed: Result<Form<Typed>, FormRejection>,
) -> Response {
    if door.options.access == AccessPolicy::Open {
        return Redirect::to("/").into_response();
    }
    let Ok(Form(typed)) = typed else {
        return no_link(&door, true).await;
    };
    let link = match door.app.look_at_setup_link(&typed.token).await {
        Ok(Some(link)) => link,
        Ok(None) => return no_link(&door, true).await,
        Err(error) => return trouble(&error),
    };
    let again = |says: &str| {
        let status = StatusCode::BAD_REQUEST;
        form(status, &link, &typed.token, Some(says), &typed.name)
    };
    if typed.password != typed.again {
        return again("The two passwords differ.");
    }
    let password = SecretString::from(typed.password);
    let done = door
        .app
        .set_up(&typed.token, &typed.name, &password, &caller.origin)
        .await;
    match done {
        Ok(token) => with_cookie(
            Redirect::to("/").into_response(),
            cookie::SESSION.set(&caller, token.expose()),
        ),
        Err(NotSetUp::NoSuchLink) => no_link(&door, true).await,
        Err(NotSetUp::Refused(why)) => again(&format!("{}.", capitalised(&why))),
        Err(NotSetUp::App(error)) => trouble(&error),
    }
}

fn form(
    status: StatusCode,
    link: &SetupLink,
    token: &str,
    says: Option<&str>,
    name: &str,
) -> Response {
    let (title, intro, field, button) = match link {
        SetupLink::FirstOwner => (
            "Welcome",
            "Choose the name and the password with which you, the owner, sign in from now on."
                .to_owned(),
            format!(
                r#"<label for="name">Name</label>
<input id="name" name="name" value="{}" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="40" pattern="[A-Za-z0-9._@][A-Za-z0-9._@\-]*" title="letters, digits, . - _ @" autofocus>"#,
                escape(if name.is_empty() { "owner" } else { name })
            ),
            "Set up",
        ),
        SetupLink::PasswordOf(user) => (
            "Choose a password",
            format!("For {user}. Wherever {user} is signed in, that ends."),
            format!(
                r#"<input name="name" value="{0}" autocomplete="username" hidden>"#,
                escape(user)
            ),
            "Save and sign in",
        ),
    };
    let content = format!(
        r#"<h2>{title}</h2>
<p>{intro}</p>
{alert}
<form method="post" action="/setup">
{field}
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="new-password" required minlength="12" maxlength="256" aria-describedby="hint">
<p class="small" id="hint">12 characters or more. Four words that do not belong together are good, and easy to keep in mind.</p>
<label for="again">The same again</label>
<input id="again" name="again" type="password" autocomplete="new-password" required minlength="12" maxlength="256">
<input type="hidden" name="token" value="{token}">
<button>{button}</button>
</form>"#,
        intro = escape(&intro),
        alert = alert(says),
        token = escape(token),
    );
    page(status, title, Width::Narrow, &content)
}

/// Without a link that works: how to get one. It tells nothing but what `/login` tells as well.
async fn no_link(door: &Door, was_shown: bool) -> Response {
    let first = match door.app.needs_setup().await {
        Ok(first) => first,
        Err(error) => return trouble(&error),
    };
    if !first && !was_shown {
        return Redirect::to("/login").into_response();
    }
    let why = if was_shown {
        "This link was used already, or is older than a day, or a newer one replaced it."
    } else {
        "Nobody is set up here yet. When `repairbridge serve` starts, it prints a link; open that."
    };
    let command = if first {
        "repairbridge user setup-link"
    } else {
        "repairbridge user setup-link NAME"
    };
    let content = format!(
        "<h2>Set-up link needed</h2>\n<p>{}</p>\n<p>A new one, on the machine that runs Repairbridge:</p>\n<p><code>{command}</code></p>{home}",
        prose(why),
        home = if first {
            ""
        } else {
            "\n<p><a href=\"/login\">Sign in</a></p>"
        }
    );
    let status = if was_shown {
        StatusCode::GONE
    } else {
        StatusCode::OK
    };
    page(status, "Set-up link needed", Width::Narrow, &content)
}
