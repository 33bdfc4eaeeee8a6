//! API tokens.

use super::Digest;
use crate::codes::{read_time, time};
use crate::db::{Scope, query, query_as};
use crate::{Store, StoreError};
use domain::Timestamp;

/// A token that is made.
#[derive(Clone, Debug)]
pub struct NewApiToken<'a> {
    /// SHA-256 of the token.
    pub token: &'a Digest,
    /// What people call it.
    pub name: &'a str,
    /// The scopes' words.
    pub scopes: &'a str,
    /// Who made it.
    pub created_by: &'a str,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiTokenRow {
    /// Our number.
    pub id: i64,
    /// What people call it.
    pub name: String,
    /// The scopes' words.
    pub scopes: String,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was last noted to be used.
    pub used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

type Row = (
    i64,
    String,
    String,
    String,
    i64,
    i64,
    Option<i64>,
    Option<i64>,
);

fn read((id, name, scopes, created_by, created, expires, used, revoked): Row) -> ApiTokenRow {
    ApiTokenRow {
        id,
        name,
        scopes,
        created_by,
        created_at: read_time(created),
        expires_at: read_time(expires),
        used_at: used.map(read_time),
        revoked_at: revoked.map(read_time),
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, scopes, created_by, created_at, expires_at, used_at, revoked_at FROM api_token ",
            $rest
        )
    };
}

impl Store {
    /// Adds a token.
    ///
    /// # Errors
    /// When the name is taken, also by a token that was revoked: the log names tokens by it.
    pub async fn add_api_token(
        &self,
        new: &NewApiToken<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let done = query(
            "INSERT INTO api_token (token, name, scopes, created_by, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT DO NOTHING",
        )
        .bind(new.token.as_slice())
        .bind(new.name)
        .bind(new.scopes)
        .bind(new.created_by)
        .bind(time(now))
        .bind(time(new.expires_at))
        .execute(self.turn(Scope::House))
        .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::Exists {
                what: "the API token",
                name: new.name.to_owned(),
            });
        }
        Ok(())
    }

    /// A token by its SHA-256, revoked or not.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn api_token(&self, token: &Digest) -> Result<Option<ApiTokenRow>, StoreError> {
        let row: Option<Row> = query_as(select!("WHERE token = $1"))
            .bind(token.as_slice())
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.map(read))
    }

    /// All tokens, by name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn api_tokens(&self) -> Result<Vec<ApiTokenRow>, StoreError> {
        let rows: Vec<Row> = query_as(select!("ORDER BY lower(name)"))
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.into_iter().map(read).collect())
    }

    /// Notes that a token is used.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn note_api_token(&self, id: i64, now: Timestamp) -> Result<(), StoreError> {
        query("UPDATE api_token SET used_at = $2 WHERE id = $1")
            .bind(id)
            .bind(time(now))
            .execute(self.turn(Scope::House))
            .await?;
        Ok(())
    }

    /// Revokes a token by its name. Answers whether there was one to revoke.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn revoke_api_token(&self, name: &str, now: Timestamp) -> Result<bool, StoreError> {
        let done =
            query("UPDATE api_token SET revoked_at = $2 WHERE lower(name) = lower($1) AND revoked_at IS NULL")
                .bind(name)
                .bind(time(now))
                .execute(self.turn(Scope::House))
                .await?;
        Ok(done.rows_affected() > 0)
    }
}
