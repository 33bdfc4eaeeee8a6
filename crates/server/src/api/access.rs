//! Who may come in: users, API tokens, sessions, and what was done.

use super::{refused, rows};
use crate::describe::{Admin, Answer, Given, Query, Routes};
use crate::view::Views;
use app::access::{API_TOKEN_DAYS, ApiToken, Permission, Role, Scopes, Session, Token, User};
use app::{App, AppError};
use axum::Json;
use axum::extract::{Path, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::AuditRow;

pub(super) fn routes() -> Routes<Arc<Views>> {
    Routes::new()
        .get("/api/v1/users", "Who may sign in", users)
        .post(
            "/api/v1/users",
            "Adds a user, with a link by which this one chooses a password",
            add_user,
        )
        .patch(
            "/api/v1/users/{name}",
            "Gives a user another role, keeps one out, or lets one in again",
            change_user,
        )
        .post(
            "/api/v1/users/{name}/setup-link",
            "A link by which a user chooses a new password",
            setup_link,
        )
        .get("/api/v1/tokens", "The API tokens of programs", tokens)
        .post("/api/v1/tokens", "Makes an API token", add_token)
        .delete("/api/v1/tokens/{name}", "Revokes an API token", revoke)
        .get("/api/v1/sessions", "Who is signed in", sessions)
        .post(
            "/api/v1/sessions/{id}/end",
            "Signs somebody out",
            end_session,
        )
        .get("/api/v1/audit", "Who did what", audit)
}

#[derive(Debug, Serialize, JsonSchema)]
struct Users {
    users: Vec<User>,
}

async fn users(_owner: Admin, State(views): State<Arc<Views>>) -> Answer<Users> {
    let users = views.app().dashboard_users().await.map_err(refused)?;
    Ok(Json(Users { users }))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewUser {
    /// The name to sign in with.
    name: String,
    /// What this one may do.
    role: Role,
}

/// A link by which a user chooses a password. It holds a secret, and is told this once.
#[derive(Serialize, JsonSchema)]
struct NewSetupLink {
    /// The user.
    name: String,
    /// Works once, within 24 hours.
    setup_link: String,
}

impl NewSetupLink {
    fn of(views: &Views, name: String, token: &Token) -> Json<Self> {
        let setup_link = format!("{}setup?token={}", views.page(), token.expose());
        Json(Self { name, setup_link })
    }
}

async fn add_user(
    signed: Admin,
    State(views): State<Arc<Views>>,
    Given(new): Given<NewUser>,
) -> Answer<NewSetupLink> {
    let app = views.app();
    let made = async {
        app.add_user(&new.name, new.role, None).await?;
        // Logged once the name is known to be one: what was typed may be anything.
        let what = format!("added a user, {}", new.role);
        app.note_audit(signed.doer(), &what, Some(&new.name))
            .await?;
        app.setup_link_for(&new.name).await
    };
    let token = made.await.map_err(refused)?;
    Ok(NewSetupLink::of(&views, new.name, &token))
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct UserChange {
    /// Another role.
    role: Option<Role>,
    /// Whether this one is kept out.
    disabled: Option<bool>,
}

async fn change_user(
    signed: Admin,
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
    Given(change): Given<UserChange>,
) -> Answer<User> {
    let app = views.app();
    let changed = async {
        user_named(app, &name).await?;
        if let Some(role) = change.role {
            let what = format!("gave a user the role {role}");
            app.note_audit(signed.doer(), &what, Some(&name)).await?;
            app.set_role(&name, role).await?;
        }
        if let Some(disabled) = change.disabled {
            let what = match disabled {
                true => "disabled a user",
                false => "enabled a user",
            };
            app.note_audit(signed.doer(), what, Some(&name)).await?;
            app.disable_user(&name, disabled).await?;
        }
        user_named(app, &name).await
    };
    Ok(Json(changed.await.map_err(refused)?))
}

async fn setup_link(
    signed: Admin,
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
) -> Answer<NewSetupLink> {
    let app = views.app();
    let made = async {
        user_named(app, &name).await?;
        app.note_audit(signed.doer(), "made a set-up link", Some(&name))
            .await?;
        app.setup_link_for(&name).await
    };
    let token = made.await.map_err(refused)?;
    Ok(NewSetupLink::of(&views, name, &token))
}

async fn user_named(app: &App, name: &str) -> Result<User, AppError> {
    let users = app.dashboard_users().await?;
    let found = users.into_iter().find(|user| user.name == name);
    found.ok_or_else(|| AppError::NotFound("there is no such user".to_owned()))
}

#[derive(Debug, Serialize, JsonSchema)]
struct Tokens {
    tokens: Vec<ApiToken>,
}

async fn tokens(_owner: Admin, State(views): State<Arc<Views>>) -> Answer<Tokens> {
    let tokens = views.app().api_tokens().await.map_err(refused)?;
    Ok(Json(Tokens { tokens }))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewToken {
    /// What people call the program.
    name: String,
    /// What it may do.
    scopes: Vec<Permission>,
    /// Days until it ends.
    days: Option<u32>,
}

/// A new token. It is a secret, and told this once.
#[derive(Serialize, JsonSchema)]
struct MadeToken {
    name: String,
    /// Sent as `Authorization: Bearer TOKEN`.
    token: String,
}

async fn add_token(
    signed: Admin,
    State(views): State<Arc<Views>>,
    Given(new): Given<NewToken>,
) -> Answer<MadeToken> {
    let app = views.app();
    let days = new.days.unwrap_or(API_TOKEN_DAYS);
    let made = async {
        let scopes = Scopes::new(new.scopes);
        let by = signed.who.name();
        let token = app.create_api_token(&new.name, &scopes, days, by).await?;
        // Logged once the name is known to be one: what was typed may be anything. Until then nobody has the token.
        let what = format!("made an API token, {scopes}, {days} days");
        app.note_audit(signed.doer(), &what, Some(&new.name))
            .await?;
        Ok(token)
    };
    let token = made.await.map_err(refused)?;
    Ok(Json(MadeToken {
        name: new.name,
        token: token.expose().to_owned(),
    }))
}

#[derive(Debug, Serialize, JsonSchema)]
struct Revoked {
    revoked: String,
}

async fn revoke(
    signed: Admin,
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
) -> Answer<Revoked> {
    let app = views.app();
    let done = async {
        let tokens = app.api_tokens().await?;
        if !tokens.iter().any(|token| token.name == name && token.works) {
            let why = "there is no such token that still works";
            return Err(AppError::NotFound(why.to_owned()));
        }
        app.note_audit(signed.doer(), "revoked an API token", Some(&name))
            .await?;
        app.revoke_api_token(&name).await
    };
    done.await.map_err(refused)?;
    Ok(Json(Revoked { revoked: name }))
}

#[derive(Debug, Serialize, JsonSchema)]
struct Sessions {
    sessions: Vec<Session>,
}

async fn sessions(_owner: Admin, State(views): State<Arc<Views>>) -> Answer<Sessions> {
    let sessions = views.app().sessions(None).await.map_err(refused)?;
    Ok(Json(Sessions { sessions }))
}

#[derive(Debug, Serialize, JsonSchema)]
struct Ended {
    ended: i64,
}

async fn end_session(
    signed: Admin,
    State(views): State<Arc<Views>>,
    Path(id): Path<i64>,
) -> Answer<Ended> {
    let target = id.to_string();
    let app = views.app();
    let done = async {
        app.note_audit(signed.doer(), "ended a session", Some(&target))
            .await?;
        app.end_session(id).await
    };
    done.await.map_err(refused)?;
    Ok(Json(Ended { ended: id }))
}

#[derive(Debug, Deserialize, JsonSchema)]
struct HowMany {
    /// Lines at most, the newest.
    limit: Option<u32>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct AuditLines {
    /// Oldest first.
    lines: Vec<AuditRow>,
}

async fn audit(
    _owner: Admin,
    State(views): State<Arc<Views>>,
    Query(how): Query<HowMany>,
) -> Answer<AuditLines> {
    let lines = views.app().audit(rows(how.limit)).await.map_err(refused)?;
    Ok(Json(AuditLines { lines }))
}
