//! Sessions: recognised by their cookie, listed, ended.

use super::{ApiToken, Doer, Origin, Who, stored};
use crate::{App, AppError};
use ::access::{SessionTimes, Token, TokenKind};
use domain::Timestamp;
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::Serialize;
use store::{NewSession, SessionRow};

/// Networks from which somebody signed in are remembered for so long.
const FAMILIAR: SignedDuration = SignedDuration::from_hours(60 * 24);

/// A session that runs.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Session {
    /// Its number, by which it is ended.
    pub id: i64,
    /// Whose it is.
    pub user: String,
    /// When somebody signed in.
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    /// When it was last used, within a minute.
    #[schemars(with = "String")]
    pub seen_at: Timestamp,
    /// When it ends if nobody uses it any more.
    #[schemars(with = "String")]
    pub ends_at: Timestamp,
    /// The network from which somebody signed in.
    pub network: String,
    /// What the browser says of itself.
    pub browser: String,
}

fn times(row: &SessionRow) -> SessionTimes {
    SessionTimes {
        created_at: row.created_at,
        seen_at: row.seen_at,
        ended_at: row.ended_at,
    }
}

impl App {
    /// The user whose session a cookie's value opens; nothing where it opens none (any more).
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn who_by_session(&self, cookie: &str) -> Result<Option<Who>, AppError> {
        let Some(token) = Token::parse(TokenKind::Session, cookie) else {
            return Ok(None);
        };
        let Some(row) = self.store.session(token.digest()).await? else {
            return Ok(None);
        };
        let (times, now) = (times(&row), self.now());
        if row.is_disabled || !times.is_running(now) {
            return Ok(None);
        }
        let role = stored(row.role.parse())?;
        if times.is_to_be_noted(now) {
            self.store.note_session(row.id, now).await?;
        }
        Ok(Some(Who::User {
            id: row.user_id,
            name: row.user,
            role,
            session: row.id,
        }))
    }

    /// Whether somebody who was let in would still be let in, as the same. Does not count as a use of the session.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn is_still_in(&self, who: &Who) -> Result<bool, AppError> {
        match who {
            Who::Anybody => Ok(true),
            Who::User {
                id, role, session, ..
            } => {
                let now = self.now();
                let rows = self.store.sessions().await?;
                Ok(rows.iter().any(|row| {
                    (row.id, row.user_id) == (*session, *id)
                        && !row.is_disabled
                        && row.role == role.as_str()
                        && times(row).is_running(now)
                }))
            }
            Who::ApiToken { name, scopes } => {
                let tokens = self.api_tokens().await?;
                let same = |token: &ApiToken| {
                    token.works && token.name == *name && token.scopes == *scopes
                };
                Ok(tokens.iter().any(same))
            }
        }
    }

    /// Ends the session of somebody who signs out.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn sign_out(&self, who: &Who, from: &Origin) -> Result<(), AppError> {
        if let Who::User { session, .. } = who {
            self.store.end_session(*session, self.now()).await?;
            self.note_audit(Doer::signed(who, from), "signed out", None)
                .await?;
        }
        Ok(())
    }

    /// The sessions that run, the newest first; of one user where it is named.
    ///
    /// # Errors
    /// When the store refuses, or there is no such user.
    pub async fn sessions(&self, of: Option<&str>) -> Result<Vec<Session>, AppError> {
        let user = match of {
            Some(name) => Some(self.user_row(name).await?.id),
            None => None,
        };
        let now = self.now();
        let rows = self.store.sessions().await?.into_iter();
        let running = rows
            .filter(|row| user.is_none_or(|user| row.user_id == user))
            .filter(|row| !row.is_disabled && times(row).is_running(now));
        Ok(running
            .map(|row| Session {
                ends_at: times(&row).ends_at(),
                id: row.id,
                user: row.user,
                created_at: row.created_at,
                seen_at: row.seen_at,
                network: row.address,
                browser: row.agent,
            })
            .collect())
    }

    /// Ends a session, at once.
    ///
    /// # Errors
    /// When no such session runs.
    pub async fn end_session(&self, id: i64) -> Result<(), AppError> {
        let running = self.sessions(None).await?;
        if !running.iter().any(|session| session.id == id) {
            return Err(AppError::Refused(format!(
                "no session {id} is running; `repairbridge session list` shows those that are"
            )));
        }
        self.store.end_session(id, self.now()).await?;
        Ok(())
    }

    /// Ends all sessions of a user, or of everybody. Answers how many ran.
    ///
    /// # Errors
    /// When there is no such user.
    pub async fn end_sessions(&self, of: Option<&str>) -> Result<usize, AppError> {
        let running = self.sessions(of).await?.len();
        let user = match of {
            Some(name) => Some(self.user_row(name).await?.id),
            None => None,
        };
        self.store.end_sessions(user, self.now()).await?;
        Ok(running)
    }

    /// Begins a session of a user; the token is the cookie's value.
    pub(super) async fn begin_session(&self, user: i64, from: &Origin) -> Result<Token, AppError> {
        let now = self.now();
        let token = Token::new(TokenKind::Session, &*self.context.randomness);
        let new = NewSession {
            token: token.digest(),
            user,
            address: &from.network,
            agent: &from.agent,
        };
        self.store.add_session(&new, now).await?;
        if let Ok(before) = now.checked_sub(FAMILIAR) {
            self.store.forget_sessions(before).await?;
        }
        Ok(token)
    }
}
