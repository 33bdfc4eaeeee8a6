//! Wrong passwords, counted by whom and where from. Bounded: who tries from a million places fills no disk.

use super::Digest;
use crate::codes::{read_time, time};
use crate::db::{Scope, both, query, query_as};
use crate::{Store, StoreError};
use domain::Timestamp;

/// Counters that are kept; beyond that, those that rested longest are forgotten.
const KEPT: u32 = 10_000;

/// A counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttemptsRow {
    /// Wrong tries.
    pub failures: u32,
    /// When the last one was.
    pub last_at: Timestamp,
}

impl Store {
    /// A counter, if anything was counted.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn attempts(&self, key: &Digest) -> Result<Option<AttemptsRow>, StoreError> {
        let row: Option<(i64, i64)> =
            query_as("SELECT failures, last_at FROM login_attempt WHERE key = $1")
                .bind(key.as_slice())
                .fetch_optional(&self.readers)
                .await?;
        Ok(row.map(|(failures, last_at)| AttemptsRow {
            failures: u32::try_from(failures).unwrap_or(u32::MAX),
            last_at: read_time(last_at),
        }))
    }

    /// Sets counters, all or none.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn save_attempts(&self, rows: &[(Digest, AttemptsRow)]) -> Result<(), StoreError> {
        let mut transaction = self.begin(Scope::House).await?;
        for (key, row) in rows {
            query(
                "INSERT INTO login_attempt (key, failures, last_at) VALUES ($1, $2, $3)
                 ON CONFLICT (key) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at",
            )
            .bind(key.as_slice())
            .bind(row.failures)
            .bind(time(row.last_at))
            .execute(&mut transaction)
            .await?;
        }
        query(both!(
            "DELETE FROM login_attempt WHERE key IN (SELECT key FROM login_attempt ORDER BY last_at DESC",
            [sqlite " LIMIT -1"],
            " OFFSET $1)"
        ))
        .bind(KEPT)
        .execute(&mut transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Forgets counters.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn forget_attempts(&self, keys: &[Digest]) -> Result<(), StoreError> {
        for key in keys {
            query("DELETE FROM login_attempt WHERE key = $1")
                .bind(key.as_slice())
                .execute(self.turn(Scope::House))
                .await?;
        }
        Ok(())
    }
}
