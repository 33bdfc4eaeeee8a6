//! The owner's page about programs: their API tokens.

use super::Door;
use super::guard::{Owner, told, trouble};
use super::html::{Width, alert, escape, page};
use app::AppError;
use app::access::{API_TOKEN_DAYS, ApiToken, LONGEST_API_TOKEN_DAYS, Scopes};
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::fmt::Write;
use std::sync::Arc;

/// What the forms send.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    name: String,
    scope: String,
    days: String,
}

pub(super) async fn show(State(door): State<Arc<Door>>, _owner: Owner) -> Response {
    shown(&door, StatusCode::OK, None).await
}

pub(super) async fn add(
    State(door): State<Arc<Door>>,
    Owner(signed): Owner,
    asked: Result<Form<Asked>, FormRejection>,
) -> Response {
    let asked = asked.map(|form| form.0).unwrap_or_default();
    let app = &door.app;
    let made = async {
        let scopes: Scopes = asked
            .scope
            .parse()
            .map_err(|_| AppError::Refused("choose what the program may do".into()))?;
        // No number is no life of a token, which is refused with words.
        let days = asked.days.trim().parse().unwrap_or(0);
        let by = signed.who.name();
        let token = app.create_api_token(&asked.name, &scopes, days, by).await?;
        // Logged once the name is known to be one: what was typed may be anything. Until then nobody has the token.
        let what = format!("made an API token, {scopes}, {days} days");
        app.note_audit(signed.doer(), &what, Some(&asked.name))
            .await?;
        Ok(token)
    };
    match made.await {
        Ok(token) => {
            let content = format!(
                r#"<nav><a href="/programs">Programs</a></nav>
<h2>The token of {name}</h2>
<p>It is shown only now. The program sends it as <code>Authorization: Bearer TOKEN</code>.</p>
<p><code>{token}</code></p>"#,
                name = escape(&asked.name),
                token = escape(token.expose()),
            );
            page(StatusCode::OK, "API token", Width::Wide, &content)
        }
        Err(error) => refused(&door, &error).await,
    }
}

pub(super) async fn revoke(
    State(door): State<Arc<Door>>,
    Owner(signed): Owner,
    asked: Result<Form<Asked>, FormRejection>,
) -> Response {
    let name = asked.map(|form| form.0.name).unwrap_or_default();
    let app = &door.app;
    let done = async {
        let tokens = app.api_tokens().await?;
        if tokens.iter().any(|token| token.name == name && token.works) {
            app.note_audit(signed.doer(), "revoked an API token", Some(&name))
                .await?;
            app.revoke_api_token(&name).await?;
        }
        Ok(())
    };
    match done.await {
        Ok(()) => Redirect::to("/programs").into_response(),
        Err(error) => refused(&door, &error).await,
    }
}

async fn refused(door: &Door, error: &AppError) -> Response {
    match told(error) {
        Some(says) => shown(door, StatusCode::BAD_REQUEST, Some(&says)).await,
        None => trouble(error),
    }
}

async fn shown(door: &Door, status: StatusCode, says: Option<&str>) -> Response {
    let tokens = match door.app.api_tokens().await {
        Ok(tokens) => tokens,
        Err(error) => return trouble(&error),
    };
    let mut rows = String::new();
    for token in &tokens {
        let _ = write!(rows, "{}", row(token));
    }
    let list = if tokens.is_empty() {
        "<p>No program has a token.</p>".to_owned()
    } else {
        format!(
            r#"<div class="table"><table><thead><tr><th>name</th><th>may</th><th>until</th><th>last used</th><th>made by</th><th></th></tr></thead><tbody>{rows}</tbody></table></div>"#
        )
    };
    let content = format!(
        r#"<nav><a href="/">Status</a><a href="/people">People</a><a href="/account">Account</a></nav>
<h2>Programs</h2>
{alert}
{list}
<h3>A token for a program</h3>
<form method="post" action="/programs/add" class="narrow">
<label for="name">Name</label>
<input id="name" name="name" autocomplete="off" autocapitalize="none" spellcheck="false" required maxlength="40">
<label for="scope">May</label>
<select id="scope" name="scope">
<option value="read">look (read)</option>
<option value="operate">run the sync (operate)</option>
<option value="admin">do everything (admin)</option>
</select>
<label for="days">Days until it ends</label>
<input id="days" name="days" type="number" min="1" max="{LONGEST_API_TOKEN_DAYS}" value="{API_TOKEN_DAYS}" required>
<button>Make the token</button>
</form>"#,
        alert = alert(says),
    );
    page(status, "Programs", Width::Wide, &content)
}

fn row(token: &ApiToken) -> String {
    let day = |at: domain::Timestamp| at.strftime("%Y-%m-%d").to_string();
    let name = escape(&token.name);
    let (until, act) = match (token.works, token.revoked_at) {
        (true, _) => (
            day(token.expires_at),
            format!(
                r#"<form method="post" action="/programs/revoke"><button class="quiet" name="name" value="{name}">Revoke</button></form>"#
            ),
        ),
        (false, Some(at)) => (format!("revoked {}", day(at)), String::new()),
        (false, None) => (format!("ended {}", day(token.expires_at)), String::new()),
    };
    let used = token.used_at.map_or_else(|| "never used".to_owned(), day);
    format!(
        "<tr><td>{name}</td><td>{}</td><td>{until}</td><td>{used}</td><td>{}</td><td>{act}</td></tr>",
        token.scopes,
        escape(&token.created_by),
    )
}
