//! API tokens: made, recognised, listed, revoked.

use super::{Who, stored};
use crate::{App, AppError};
use ::access::{
    LONGEST_API_TOKEN_DAYS, Scopes, Token, TokenKind, api_token_end, check_name, is_running,
};
use domain::Timestamp;
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::Serialize;
use store::NewApiToken;

/// Use is noted again after so long.
const NOTED: SignedDuration = SignedDuration::from_mins(1);

/// An API token, without the token.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ApiToken {
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
    /// Who made it.
    pub created_by: String,
    /// When.
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    /// When it ends.
    #[schemars(with = "String")]
    pub expires_at: Timestamp,
    /// When it was last used, within a minute.
    #[schemars(with = "Option<String>")]
    pub used_at: Option<Timestamp>,
    /// When it was revoked.
    #[schemars(with = "Option<String>")]
    pub revoked_at: Option<Timestamp>,
    /// Whether it works now.
    pub works: bool,
}

impl App {
    /// Makes an API token that lives for some days. It is shown this once.
    ///
    /// # Errors
    /// When the name cannot be used or is taken, no scope is given, or the life is too long.
    pub async fn create_api_token(
        &self,
        name: &str,
        scopes: &Scopes,
        days: u32,
        created_by: &str,
    ) -> Result<Token, AppError> {
        check_name("token", name).map_err(|why| AppError::Refused(why.to_string()))?;
        if scopes.is_empty() {
            return Err(AppError::Refused(
                "a token needs a scope: read, operate or admin".into(),
            ));
        }
        let now = self.now();
        let expires_at = api_token_end(now, days).ok_or_else(|| {
            AppError::Refused(format!(
                "a token lives 1 to {LONGEST_API_TOKEN_DAYS} days, not {days}: one that nobody remembers must end some day"
            ))
        })?;
        let token = Token::new(TokenKind::Api, &*self.context.randomness);
        let new = NewApiToken {
            token: token.digest(),
            name,
            scopes: &scopes.to_string(),
            created_by,
            expires_at,
        };
        self.store.add_api_token(&new, now).await?;
        Ok(token)
    }

    /// The program whose API token this is; nothing where it is none (any more).
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn who_by_api_token(&self, bearer: &str) -> Result<Option<Who>, AppError> {
        let Some(token) = Token::parse(TokenKind::Api, bearer) else {
            return Ok(None);
        };
        let Some(row) = self.store.api_token(token.digest()).await? else {
            return Ok(None);
        };
        let now = self.now();
        if !is_running(row.expires_at, row.revoked_at, now) {
            return Ok(None);
        }
        let noted = row.used_at.and_then(|used| used.checked_add(NOTED).ok());
        if noted.is_none_or(|noted| now >= noted) {
            self.store.note_api_token(row.id, now).await?;
        }
        Ok(Some(Who::ApiToken {
            name: row.name,
            scopes: stored(row.scopes.parse())?,
        }))
    }

    /// All API tokens, by name, also those that were revoked or are too old.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn api_tokens(&self) -> Result<Vec<ApiToken>, AppError> {
        let now = self.now();
        let rows = self.store.api_tokens().await?.into_iter();
        rows.map(|row| {
            Ok(ApiToken {
                works: is_running(row.expires_at, row.revoked_at, now),
                scopes: stored(row.scopes.parse())?,
                name: row.name,
                created_by: row.created_by,
                created_at: row.created_at,
                expires_at: row.expires_at,
                used_at: row.used_at,
                revoked_at: row.revoked_at,
            })
        })
        .collect()
    }

    /// Revokes an API token, at once.
    ///
    /// # Errors
    /// When there is no such token to revoke.
    pub async fn revoke_api_token(&self, name: &str) -> Result<(), AppError> {
        if self.store.revoke_api_token(name, self.now()).await? {
            return Ok(());
        }
        Err(AppError::Refused(format!(
            "there is no API token `{name}` to revoke; `repairbridge token list` shows them"
        )))
    }
}
