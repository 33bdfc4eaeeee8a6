//! Sessions of browsers. One that was ended stays for a while, as the memory of the networks that are familiar.

use super::Digest;
use super::users::END_ALL;
use crate::codes::{read_time, time};
use crate::db::{Scope, query, query_as, query_scalar};
use crate::{Store, StoreError};
use domain::Timestamp;

/// A session that begins.
#[derive(Clone, Debug)]
pub struct NewSession<'a> {
    /// SHA-256 of its token.
    pub token: &'a Digest,
    /// Whose.
    pub user: i64,
    /// The network from which somebody signed in.
    pub address: &'a str,
    /// What the browser says of itself, short.
    pub agent: &'a str,
}

/// A session, with what its user may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Our number, by which people end it.
    pub id: i64,
    /// Whose.
    pub user: String,
    /// The user's number.
    pub user_id: i64,
    /// The user's role, as it is now.
    pub role: String,
    /// Whether the user may not come in.
    pub is_disabled: bool,
    /// When somebody signed in.
    pub created_at: Timestamp,
    /// When it was last noted to be used.
    pub seen_at: Timestamp,
    /// When it was ended.
    pub ended_at: Option<Timestamp>,
    /// The network from which somebody signed in.
    pub address: String,
    /// What the browser says of itself.
    pub agent: String,
}

type Row = (
    i64,
    String,
    i64,
    String,
    bool,
    i64,
    i64,
    Option<i64>,
    String,
    String,
);

fn read(row: Row) -> SessionRow {
    let (id, user, user_id, role, is_disabled, created, seen, ended, address, agent) = row;
    SessionRow {
        id,
        user,
        user_id,
        role,
        is_disabled,
        created_at: read_time(created),
        seen_at: read_time(seen),
        ended_at: ended.map(read_time),
        address,
        agent,
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT session.id, dashboard_user.name, user_id, role, disabled_at IS NOT NULL, session.created_at, seen_at, ended_at, address, agent
             FROM session JOIN dashboard_user ON dashboard_user.id = user_id ",
            $rest
        )
    };
}

impl Store {
    /// Begins a session and answers its number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_session(
        &self,
        new: &NewSession<'_>,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        let id = query_scalar(
            "INSERT INTO session (token, user_id, created_at, seen_at, address, agent) VALUES ($1, $2, $3, $3, $4, $5) RETURNING id",
        )
        .bind(new.token.as_slice())
        .bind(new.user)
        .bind(time(now))
        .bind(new.address)
        .bind(new.agent)
        .fetch_one(self.turn(Scope::House))
        .await?;
        Ok(id)
    }

    /// The session of a token, ended or not.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn session(&self, token: &Digest) -> Result<Option<SessionRow>, StoreError> {
        let row: Option<Row> = query_as(select!("WHERE token = $1"))
            .bind(token.as_slice())
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.map(read))
    }

    /// All sessions that nobody ended, the newest first; those whose time is over are among them.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn sessions(&self) -> Result<Vec<SessionRow>, StoreError> {
        let rows: Vec<Row> = query_as(select!("WHERE ended_at IS NULL ORDER BY session.id DESC"))
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.into_iter().map(read).collect())
    }

    /// Notes that a session is used.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn note_session(&self, id: i64, now: Timestamp) -> Result<(), StoreError> {
        query(
            "UPDATE session SET seen_at = $2 WHERE id = $1 AND ended_at IS NULL AND seen_at < $2",
        )
        .bind(id)
        .bind(time(now))
        .execute(self.turn(Scope::House))
        .await?;
        Ok(())
    }

    /// Ends a session by its number. Answers whether there was one to end.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_session(&self, id: i64, now: Timestamp) -> Result<bool, StoreError> {
        let done = query("UPDATE session SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL")
            .bind(id)
            .bind(time(now))
            .execute(self.turn(Scope::House))
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Ends all sessions of a user, or of everybody. Answers how many.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_sessions(&self, user: Option<i64>, now: Timestamp) -> Result<u64, StoreError> {
        let done = match user {
            Some(user) => query(END_ALL).bind(user).bind(time(now)),
            None => {
                query("UPDATE session SET ended_at = $1 WHERE ended_at IS NULL").bind(time(now))
            }
        };
        Ok(done.execute(self.turn(Scope::House)).await?.rows_affected())
    }

    /// Whether somebody signed in as a user from a network before, as far as that is remembered.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn is_familiar(&self, user: i64, address: &str) -> Result<bool, StoreError> {
        let found: i64 = query_scalar(
            "SELECT EXISTS (SELECT 1 FROM session WHERE user_id = $1 AND address = $2)",
        )
        .bind(user)
        .bind(address)
        .fetch_one(&self.readers)
        .await?;
        Ok(found != 0)
    }

    /// Forgets sessions that were begun before an instant.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn forget_sessions(&self, before: Timestamp) -> Result<(), StoreError> {
        query("DELETE FROM session WHERE created_at < $1")
            .bind(time(before))
            .execute(self.turn(Scope::House))
            .await?;
        Ok(())
    }
}
