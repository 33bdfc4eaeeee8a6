//! Users of the dashboard.

use crate::codes::{read_time, time};
use crate::db::{Scope, Tx, query, query_as, query_scalar};
use crate::{Store, StoreError};
use domain::Timestamp;

/// A user.
#[derive(Clone, PartialEq, Eq)]
pub struct UserRow {
    /// Our number.
    pub id: i64,
    /// The name, as typed at sign-in; case does not matter.
    pub name: String,
    /// The role's word.
    pub role: String,
    /// The password's hash; nothing while none was set.
    pub password: Option<String>,
    /// When the user was added.
    pub created_at: Timestamp,
    /// Since when the user may not come in.
    pub disabled_at: Option<Timestamp>,
}

/// Not the hash.
impl std::fmt::Debug for UserRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserRow")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("role", &self.role)
            .field("disabled_at", &self.disabled_at)
            .finish_non_exhaustive()
    }
}

type Row = (i64, String, String, Option<String>, i64, Option<i64>);

pub(super) fn read((id, name, role, password, created, disabled): Row) -> UserRow {
    UserRow {
        id,
        name,
        role,
        password,
        created_at: read_time(created),
        disabled_at: disabled.map(read_time),
    }
}

impl Store {
    /// All users, by name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn users(&self) -> Result<Vec<UserRow>, StoreError> {
        let rows: Vec<Row> = query_as(
            "SELECT id, name, role, password, created_at, disabled_at FROM dashboard_user ORDER BY lower(name)",
        )
        .fetch_all(&self.readers)
        .await?;
        Ok(rows.into_iter().map(read).collect())
    }

    /// A user by name, in whatever case.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn user(&self, name: &str) -> Result<Option<UserRow>, StoreError> {
        let row: Option<Row> = query_as(
            "SELECT id, name, role, password, created_at, disabled_at FROM dashboard_user WHERE lower(name) = lower($1)",
        )
        .bind(name)
        .fetch_optional(&self.readers)
        .await?;
        Ok(row.map(read))
    }

    /// Whether there is any user.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn has_users(&self) -> Result<bool, StoreError> {
        let found: i64 = query_scalar("SELECT EXISTS (SELECT 1 FROM dashboard_user)")
            .fetch_one(&self.readers)
            .await?;
        Ok(found != 0)
    }

    /// Adds a user and answers its number.
    ///
    /// # Errors
    /// When the name is taken.
    pub async fn add_user(
        &self,
        name: &str,
        role: &str,
        password: Option<&str>,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        let added = query_scalar(
            "INSERT INTO dashboard_user (name, role, password, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING id",
        )
        .bind(name)
        .bind(role)
        .bind(password)
        .bind(time(now))
        .fetch_optional(self.turn(Scope::House))
        .await?;
        added.ok_or_else(|| StoreError::Exists {
            what: "the user",
            name: name.to_owned(),
        })
    }

    /// Gives a user another role. Answers whether it was done: not where nobody who is let in would be left in `keep`,
    /// the role that somebody must have.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn set_role(&self, user: i64, role: &str, keep: &str) -> Result<bool, StoreError> {
        let done = query(
            "UPDATE dashboard_user SET role = $2 WHERE id = $1 AND ($2 = $3 OR role <> $3 OR disabled_at IS NOT NULL
                 OR EXISTS (SELECT 1 FROM dashboard_user WHERE id <> $1 AND role = $3 AND disabled_at IS NULL))",
        )
        .bind(user)
        .bind(role)
        .bind(keep)
        .execute(self.turn(Scope::House))
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Keeps a user out, at once in all sessions, or lets the user in again. Answers whether it was done: not where
    /// nobody who is let in would be left in `keep`, the role that somebody must have.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn set_disabled(
        &self,
        user: i64,
        since: Option<Timestamp>,
        keep: &str,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.begin(Scope::House).await?;
        let done = query(
            "UPDATE dashboard_user SET disabled_at = $2 WHERE id = $1 AND ($2 IS NULL OR role <> $3
                 OR EXISTS (SELECT 1 FROM dashboard_user WHERE id <> $1 AND role = $3 AND disabled_at IS NULL))",
        )
        .bind(user)
        .bind(since.map(time))
        .bind(keep)
        .execute(&mut transaction)
        .await?;
        if let Some(since) = since.filter(|_| done.rows_affected() > 0) {
            query(END_ALL)
                .bind(user)
                .bind(time(since))
                .execute(&mut transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    /// Sets a user's password, and ends all sessions and the set-up link of that user: whoever had the old one is out.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn set_password(
        &self,
        user: i64,
        password: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin(Scope::House).await?;
        put_password(&mut transaction, user, password, now).await?;
        query("DELETE FROM setup_link WHERE user_id = $1")
            .bind(user)
            .execute(&mut transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Another password, with which all sessions of the user end.
pub(super) async fn put_password(
    transaction: &mut Tx,
    user: i64,
    password: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    query("UPDATE dashboard_user SET password = $2 WHERE id = $1")
        .bind(user)
        .bind(password)
        .execute(&mut *transaction)
        .await?;
    query(END_ALL)
        .bind(user)
        .bind(time(now))
        .execute(&mut *transaction)
        .await?;
    Ok(())
}

pub(super) const END_ALL: &str =
    "UPDATE session SET ended_at = $2 WHERE user_id = $1 AND ended_at IS NULL";
