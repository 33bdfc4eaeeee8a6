//! The page about oneself: password, sessions; for owners also everybody's sessions and what was done.

use super::caller::Caller;
use super::guard::{Signed, trouble};
use super::html::{Width, alert, escape, page, refusal};
use super::sign_in::with_cookie;
use super::{Door, cookie};
use app::AppError;
use app::access::{NotSignedIn, Permission, Session, Who};
use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::Timestamp;
use domain::normalize::text::capitalised;
use secrecy::SecretString;
use serde::Deserialize;
use std::fmt::Write;
use std::sync::Arc;
use store::AuditRow;

/// Lines of the audit log on the page.
const LINES: u32 = 50;

/// What the form sends. Not `Debug`: it holds passwords.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Passwords {
    current: String,
    password: String,
    again: String,
}

#[derive(Deserialize)]
pub(super) struct Ended {
    session: i64,
}

pub(super) async fn sign_out(
    State(door): State<Arc<Door>>,
    Extension(caller): Extension<Caller>,
    signed: Signed,
) -> Response {
    match door.app.sign_out(&signed.who, &signed.from).await {
        Ok(()) => with_cookie(
            Redirect::to("/login").into_response(),
            cookie::SESSION.clear(&caller),
        ),
        Err(error) => trouble(&error),
    }
}

pub(super) async fn show(State(door): State<Arc<Door>>, signed: Signed) -> Response {
    shown(&door, &signed, StatusCode::OK, None).await
}

pub(super) async fn change_password(
    State(door): State<Arc<Door>>,
    Extension(caller): Extension<Caller>,
    signed: Signed,
    typed: Result<Form<Passwords>, FormRejection>,
) -> Response {
    let Ok(Form(typed)) = typed else {
        let says = "Something else was sent than this form.";
        return shown(&door, &signed, StatusCode::BAD_REQUEST, Some(says)).await;
    };
    if typed.password != typed.again {
        let says = "The two new passwords differ.";
        return shown(&door, &signed, StatusCode::BAD_REQUEST, Some(says)).await;
    }
    let current = SecretString::from(typed.current);
    let new = SecretString::from(typed.password);
    let done = door
        .app
        .change_password(&signed.who, &current, &new, &signed.from)
        .await;
    let says = match done {
        Ok(token) => {
            let answer = Redirect::to("/account").into_response();
            return with_cookie(answer, cookie::SESSION.set(&caller, token.expose()));
        }
        Err(NotSignedIn::Wrong) => "The current password is wrong.".to_owned(),
        Err(NotSignedIn::App(AppError::Refused(why))) => format!("{}.", capitalised(&why)),
        Err(NotSignedIn::App(error)) => return trouble(&error),
        Err(NotSignedIn::Wait { .. } | NotSignedIn::Busy) => {
            "Too many wrong passwords. Try again in a few minutes.".to_owned()
        }
    };
    shown(&door, &signed, StatusCode::BAD_REQUEST, Some(&says)).await
}

pub(super) async fn end_session(
    State(door): State<Arc<Door>>,
    signed: Signed,
    ended: Result<Form<Ended>, FormRejection>,
) -> Response {
    let (Ok(Form(Ended { session })), Who::User { name, .. }) = (ended, &signed.who) else {
        return Redirect::to("/account").into_response();
    };
    let of = (!signed.who.may(Permission::Admin)).then_some(name.as_str());
    match door.app.sessions(of).await {
        // Ended meanwhile, or not one that this user may end.
        Ok(running) if !running.iter().any(|one| one.id == session) => {}
        Ok(_) => {
            let target = session.to_string();
            let noted = door
                .app
                .note_audit(signed.doer(), "ended a session", Some(&target));
            if let Err(error) = noted.await {
                return trouble(&error);
            }
            match door.app.end_session(session).await {
                Ok(()) | Err(AppError::Refused(_)) => {}
                Err(error) => return trouble(&error),
            }
        }
        Err(error) => return trouble(&error),
    }
    Redirect::to("/account").into_response()
}

async fn shown(door: &Door, signed: &Signed, status: StatusCode, says: Option<&str>) -> Response {
    let Who::User {
        name,
        role,
        session,
        ..
    } = &signed.who
    else {
        let says = "this page is about a signed-in user, and nobody is signed in here";
        return refusal("/account", StatusCode::NOT_FOUND, "NOT-A-USER", says);
    };
    let is_owner = signed.who.may(Permission::Admin);
    let of = (!is_owner).then_some(name.as_str());
    let sessions = match door.app.sessions(of).await {
        Ok(sessions) => sessions,
        Err(error) => return trouble(&error),
    };
    let audit = if is_owner {
        door.app.audit(LINES).await.map(Some)
    } else {
        Ok(None)
    };
    let audit = match audit {
        Ok(audit) => audit,
        Err(error) => return trouble(&error),
    };
    let content = format!(
        r#"<nav><a href="/">Status</a>{more}<form method="post" action="/logout"><button class="quiet">Sign out</button></form></nav>
<h2>{name}, {role}</h2>
{alert}
<h3>Sessions</h3>
{sessions}
<h3>Change the password</h3>
<form method="post" action="/account/password" class="narrow">
<input name="username" value="{name}" autocomplete="username" hidden>
<label for="current">Current password</label>
<input id="current" name="current" type="password" autocomplete="current-password" required maxlength="256">
<label for="password">New password</label>
<input id="password" name="password" type="password" autocomplete="new-password" required minlength="12" maxlength="256">
<label for="again">The new one again</label>
<input id="again" name="again" type="password" autocomplete="new-password" required minlength="12" maxlength="256">
<p class="small">This signs you out everywhere else.</p>
<button>Change the password</button>
</form>
{audit}"#,
        more = if is_owner {
            r#"<a href="/people">People</a><a href="/programs">Programs</a>"#
        } else {
            ""
        },
        name = escape(name),
        alert = alert(says),
        sessions = session_table(&sessions, *session),
        audit = audit.map_or_else(String::new, |rows| audit_table(&rows)),
    );
    page(status, "Account", Width::Wide, &content)
}

fn session_table(sessions: &[Session], own: i64) -> String {
    let mut rows = String::new();
    for one in sessions {
        let end = if one.id == own {
            "this session".to_owned()
        } else {
            format!(
                r#"<form method="post" action="/account/end"><button class="quiet" name="session" value="{}">End</button></form>"#,
                one.id
            )
        };
        let _ = write!(
            rows,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{end}</td></tr>",
            escape(&one.user),
            time(one.seen_at),
            escape(&one.network),
            escape(&one.browser),
        );
    }
    format!(
        r#"<div class="table"><table><thead><tr><th>user</th><th>last used</th><th>from</th><th>browser</th><th></th></tr></thead><tbody>{rows}</tbody></table></div>"#
    )
}

fn audit_table(rows: &[AuditRow]) -> String {
    let mut lines = String::new();
    for row in rows.iter().rev() {
        let _ = write!(
            lines,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}{}</td></tr>",
            time(row.at),
            escape(&row.who),
            escape(row.address.as_deref().unwrap_or(&row.via)),
            escape(&row.what),
            row.target
                .as_deref()
                .map_or_else(String::new, |target| format!(": {}", escape(target))),
        );
    }
    format!(
        r#"<h3>What was done last</h3>
<div class="table"><table><thead><tr><th>when</th><th>who</th><th>from</th><th>what</th></tr></thead><tbody>{lines}</tbody></table></div>
<p class="small">All of it: <code>repairbridge audit</code></p>"#
    )
}

fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
