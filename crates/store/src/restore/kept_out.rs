//! Who was kept out since a backup was made stays so: an older state must not let them in again.

use crate::db::{Tx, query, query_as, query_scalar};
use crate::{Store, StoreError};

/// Nobody stays signed in, no link that leads in is good any more, and what an older state had to tell is not told: what
/// stands is told anew.
const ENDED: [&str; 5] = [
    "DELETE FROM session",
    "DELETE FROM setup_link",
    "DELETE FROM install_ticket",
    "DELETE FROM notice",
    "DELETE FROM notification_told",
];

/// A user by name: role, password, and since when kept out.
type User = (String, String, Option<String>, Option<i64>);
/// A line of the audit log.
type Line = (i64, String, String, String, Option<String>, Option<String>);

/// What the present state knows of those who may come in.
#[derive(Default)]
pub(super) struct Present {
    users: Vec<User>,
    /// Tokens that are good.
    tokens: Vec<Vec<u8>>,
    audit: Vec<Line>,
}

impl Present {
    pub(super) async fn read(store: &Store) -> Result<Self, StoreError> {
        Ok(Self {
            users: query_as("SELECT name, role, password, disabled_at FROM dashboard_user")
                .fetch_all(&store.readers)
                .await?,
            tokens: query_scalar("SELECT token FROM api_token WHERE revoked_at IS NULL")
                .fetch_all(&store.readers)
                .await?,
            audit: query_as("SELECT at, who, via, what, target, address FROM audit ORDER BY id")
                .fetch_all(&store.readers)
                .await?,
        })
    }
}

/// Ends sessions and links of the older state, and takes over what was decided since: users as they are now, tokens
/// that are still good, the newer lines of the audit log. Where the present state cannot be read, no token stays good.
pub(super) async fn keep_out(
    tx: &mut Tx,
    present: Option<&Present>,
    now: i64,
) -> Result<(), StoreError> {
    for sql in ENDED {
        query(sql).execute(&mut *tx).await?;
    }
    let nothing = Present::default();
    let known = present.unwrap_or(&nothing);
    let tokens: Vec<Vec<u8>> = query_scalar("SELECT token FROM api_token WHERE revoked_at IS NULL")
        .fetch_all(&mut *tx)
        .await?;
    for token in tokens.iter().filter(|token| !known.tokens.contains(token)) {
        query("UPDATE api_token SET revoked_at = $2 WHERE token = $1")
            .bind(token)
            .bind(now)
            .execute(&mut *tx)
            .await?;
    }
    if present.is_none() {
        return Ok(());
    }
    let names: Vec<String> = query_scalar("SELECT name FROM dashboard_user")
        .fetch_all(&mut *tx)
        .await?;
    for name in names {
        let user = known.users.iter().find(|(known, ..)| *known == name);
        let sql = match user {
            Some((_, role, password, disabled_at)) => query(
                "UPDATE dashboard_user SET role = $2, password = $3, disabled_at = $4 WHERE lower(name) = lower($1)",
            )
            .bind(&name)
            .bind(role)
            .bind(password)
            .bind(disabled_at),
            None => query("UPDATE dashboard_user SET disabled_at = $2 WHERE lower(name) = lower($1)")
                .bind(&name)
                .bind(now),
        };
        sql.execute(&mut *tx).await?;
    }
    for (name, role, password, disabled_at) in &known.users {
        query(
            "INSERT INTO dashboard_user (name, role, password, created_at, disabled_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT DO NOTHING",
        )
        .bind(name)
        .bind(role)
        .bind(password)
        .bind(now)
        .bind(disabled_at)
        .execute(&mut *tx)
        .await?;
    }
    let newest: Option<i64> = query_scalar("SELECT max(at) FROM audit")
        .fetch_one(&mut *tx)
        .await?;
    for (at, who, via, what, target, address) in &known.audit {
        if newest.is_some_and(|newest| *at <= newest) {
            continue;
        }
        query(
            "INSERT INTO audit (at, who, via, what, target, address) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(at)
        .bind(who)
        .bind(via)
        .bind(what)
        .bind(target)
        .bind(address)
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}
