//! Set-up links: by which the first owner is made, or a user chooses a password. Each works once.

use super::Digest;
use super::users::put_password;
use crate::codes::{read_time, time};
use crate::db::{Scope, query, query_as, query_scalar};
use crate::{Store, StoreError};
use domain::Timestamp;

impl Store {
    /// Keeps a link in place of the one before, of the same user or for the first owner.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn save_setup_link(
        &self,
        token: &Digest,
        user: Option<i64>,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin(Scope::House).await?;
        query("DELETE FROM setup_link WHERE user_id IS NOT DISTINCT FROM $1")
            .bind(user)
            .execute(&mut transaction)
            .await?;
        query("INSERT INTO setup_link (token, user_id, expires_at) VALUES ($1, $2, $3)")
            .bind(token.as_slice())
            .bind(user)
            .bind(time(expires_at))
            .execute(&mut transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The user and the end of a link; no user for the first owner.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn setup_link(
        &self,
        token: &Digest,
    ) -> Result<Option<(Option<String>, Timestamp)>, StoreError> {
        let row: Option<(Option<String>, i64)> = query_as(
            "SELECT dashboard_user.name, expires_at FROM setup_link LEFT JOIN dashboard_user ON dashboard_user.id = user_id
             WHERE token = $1",
        )
        .bind(token.as_slice())
        .fetch_optional(&self.readers)
        .await?;
        Ok(row.map(|(name, expires)| (name, read_time(expires))))
    }

    /// Uses up the link of the first owner and adds that user, who is answered; nothing where the link is gone, its
    /// time is over, or there is a user already.
    ///
    /// # Errors
    /// When the database refuses; then the link is still there.
    pub async fn use_first_link(
        &self,
        token: &Digest,
        (name, role, password): (&str, &str, &str),
        now: Timestamp,
    ) -> Result<Option<i64>, StoreError> {
        let mut transaction = self.begin(Scope::House).await?;
        let used = query(
            "DELETE FROM setup_link WHERE token = $1 AND user_id IS NULL AND expires_at > $2
                 AND NOT EXISTS (SELECT 1 FROM dashboard_user)",
        )
        .bind(token.as_slice())
        .bind(time(now))
        .execute(&mut transaction)
        .await?;
        if used.rows_affected() == 0 {
            return Ok(None);
        }
        let added = query_scalar(
            "INSERT INTO dashboard_user (name, role, password, created_at) VALUES ($1, $2, $3, $4) RETURNING id",
        )
        .bind(name)
        .bind(role)
        .bind(password)
        .bind(time(now))
        .fetch_one(&mut transaction)
        .await?;
        transaction.commit().await?;
        Ok(Some(added))
    }

    /// Uses up the link of a user and sets the password, which ends all sessions of that user, who is answered; nothing
    /// where the link is gone or its time is over, or the user may not come in.
    ///
    /// # Errors
    /// When the database refuses; then the link is still there.
    pub async fn use_setup_link(
        &self,
        token: &Digest,
        password: &str,
        now: Timestamp,
    ) -> Result<Option<i64>, StoreError> {
        let mut transaction = self.begin(Scope::House).await?;
        let user: Option<i64> = query_scalar(
            "DELETE FROM setup_link WHERE token = $1 AND expires_at > $2
                 AND user_id IN (SELECT id FROM dashboard_user WHERE disabled_at IS NULL) RETURNING user_id",
        )
        .bind(token.as_slice())
        .bind(time(now))
        .fetch_optional(&mut transaction)
        .await?;
        let Some(user) = user else {
            return Ok(None);
        };
        put_password(&mut transaction, user, password, now).await?;
        transaction.commit().await?;
        Ok(Some(user))
    }
}
