//! The owner's page about people: who may come in, and links by which they choose their passwords.

use super::Door;
use super::guard::{Owner, Signed, told, trouble};
use super::html::{Width, alert, escape, page};
use app::AppError;
use app::access::{Role, Token, User};
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
    role: String,
    what: String,
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
    let Ok(role) = asked.role.parse::<Role>() else {
        return shown(&door, StatusCode::BAD_REQUEST, Some("Choose a role.")).await;
    };
    let app = &door.app;
    let made = async {
        app.add_user(&asked.name, role, None).await?;
        // Logged once the name is known to be one: what was typed may be anything.
        let what = format!("added a user, {role}");
        app.note_audit(signed.doer(), &what, Some(&asked.name))
            .await?;
        app.setup_link_for(&asked.name).await
    };
    match made.await {
        Ok(token) => link(&door, &asked.name, &token),
        Err(error) => refused(&door, &error).await,
    }
}

pub(super) async fn change(
    State(door): State<Arc<Door>>,
    Owner(signed): Owner,
    asked: Result<Form<Asked>, FormRejection>,
) -> Response {
    let asked = asked.map(|form| form.0).unwrap_or_default();
    match changed(&door, &signed, &asked).await {
        Ok(Some(token)) => link(&door, &asked.name, &token),
        Ok(None) => Redirect::to("/people").into_response(),
        Err(error) => refused(&door, &error).await,
    }
}

/// Does what was asked, and answers the link that was made.
async fn changed(door: &Door, signed: &Signed, asked: &Asked) -> Result<Option<Token>, AppError> {
    let app = &door.app;
    let name = asked.name.as_str();
    let is_known = |user: &User| user.name == name;
    if !app.dashboard_users().await?.iter().any(is_known) {
        return Err(AppError::Refused("there is no such user any more".into()));
    }
    let note = |what: &'static str| app.note_audit(signed.doer(), what, Some(name));
    match asked.what.as_str() {
        "disable" => {
            note("disabled a user").await?;
            app.disable_user(name, true).await?;
        }
        "enable" => {
            note("enabled a user").await?;
            app.disable_user(name, false).await?;
        }
        "link" => {
            note("made a set-up link").await?;
            return Ok(Some(app.setup_link_for(name).await?));
        }
        word => {
            let role = word
                .parse::<Role>()
                .map_err(|why| AppError::Refused(why.to_string()))?;
            let what = format!("gave a user the role {role}");
            app.note_audit(signed.doer(), &what, Some(name)).await?;
            app.set_role(name, role).await?;
        }
    }
    Ok(None)
}

async fn refused(door: &Door, error: &AppError) -> Response {
    match told(error) {
        Some(says) => shown(door, StatusCode::BAD_REQUEST, Some(&says)).await,
        None => trouble(error),
    }
}

/// A link, shown this once.
fn link(door: &Door, name: &str, token: &Token) -> Response {
    let content = format!(
        r#"<nav><a href="/people">People</a></nav>
<h2>A link for {name}</h2>
<p>Give {name} this link, over a way that you trust. Whoever opens it first chooses the password. It works once, within 24 hours, and is shown only now.</p>
<p><code>{page}setup?token={token}</code></p>"#,
        name = escape(name),
        page = escape(&door.options.page),
        token = escape(token.expose()),
    );
    page(StatusCode::OK, "Set-up link", Width::Wide, &content)
}

async fn shown(door: &Door, status: StatusCode, says: Option<&str>) -> Response {
    let users = match door.app.dashboard_users().await {
        Ok(users) => users,
        Err(error) => return trouble(&error),
    };
    let mut rows = String::new();
    for user in &users {
        let _ = write!(rows, "{}", row(user));
    }
    let content = format!(
        r#"<nav><a href="/">Status</a><a href="/programs">Programs</a><a href="/account">Account</a></nav>
<h2>People</h2>
{alert}
<div class="table"><table><thead><tr><th>name</th><th>role</th><th></th><th></th></tr></thead><tbody>{rows}</tbody></table></div>
<h3>Add somebody</h3>
<form method="post" action="/people/add" class="narrow">
<label for="name">Name</label>
<input id="name" name="name" autocomplete="off" autocapitalize="none" spellcheck="false" required maxlength="40">
<label for="role">May</label>
<select id="role" name="role">
<option value="staff">run the sync (staff)</option>
<option value="read-only">look (read-only)</option>
<option value="owner">do everything (owner)</option>
</select>
<button>Add, and show the link for a password</button>
</form>"#,
        alert = alert(says),
    );
    page(status, "People", Width::Wide, &content)
}

fn row(user: &User) -> String {
    let state = match (user.disabled_at, user.has_password) {
        (Some(_), _) => "may not come in",
        (None, true) => "",
        (None, false) => "no password yet",
    };
    let mut acts = String::new();
    let mut offer = |word: &str, says: &str| {
        let _ = write!(
            acts,
            r#"<button class="quiet" name="what" value="{word}">{says}</button> "#
        );
    };
    if user.disabled_at.is_some() {
        offer("enable", "Let in again");
    } else {
        for role in Role::ALL.into_iter().filter(|role| *role != user.role) {
            offer(role.as_str(), &format!("Make {role}"));
        }
        offer("link", "Link for a new password");
        offer("disable", "Keep out");
    }
    let name = escape(&user.name);
    format!(
        r#"<tr><td>{name}</td><td>{role}</td><td>{state}</td><td><form method="post" action="/people/change"><input type="hidden" name="name" value="{name}">{acts}</form></td></tr>"#,
        role = user.role,
    )
}
