//! Sealed texts and data keys as a rotation, a change of the master key, and a reset see them.

use crate::codes::{read_time, time};
use crate::db::{Scope, query, query_as, query_scalar};
use crate::sealed::{SEALED, SealedTable, version_in};
use crate::{Store, StoreError};
use domain::Timestamp;
use std::collections::BTreeMap;

/// A sealed text and where it lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedText {
    /// The table.
    pub table: &'static str,
    /// The values of its key.
    pub row: Vec<String>,
    /// The text.
    pub sealed: String,
}

/// A data key's version, and its sealed text before and after.
pub type Rewrap = (i64, String, String);

impl Store {
    /// Sealed texts that name another data key than this one, at most `limit` of each table, behind those given.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn sealed_under_others(
        &self,
        version: i64,
        limit: u32,
    ) -> Result<Vec<SealedText>, StoreError> {
        let engine = self.readers.engine();
        let mut found = Vec::new();
        for table in SEALED {
            let (name, keys) = (table.name, texts(table));
            let sql = format!(
                "SELECT {keys}, sealed FROM {name} WHERE sealed IS NOT NULL AND {} <> $1 ORDER BY {keys} LIMIT $2",
                version_in(engine, "sealed")
            );
            let rows = query(sql)
                .bind(version)
                .bind(limit)
                .fetch_all(&self.readers)
                .await?;
            for row in rows {
                let parts = (0..table.key.len()).map(|at| row.try_get(at));
                found.push(SealedText {
                    table: name,
                    row: parts.collect::<Result<_, _>>()?,
                    sealed: row.try_get(table.key.len())?,
                });
            }
        }
        Ok(found)
    }

    /// Replaces sealed texts, each only where it is still the same: what was written meanwhile stays. Answers how
    /// many were replaced.
    ///
    /// # Errors
    /// When the database refuses; then none was replaced.
    pub async fn reseal(&self, texts: &[(SealedText, String)]) -> Result<u64, StoreError> {
        let mut tx = self.begin(Scope::Whole).await?;
        let mut count = 0;
        for (before, after) in texts {
            let Some(table) = SEALED.iter().find(|table| table.name == before.table) else {
                continue;
            };
            let conditions: Vec<_> = (table.key.iter().enumerate())
                .map(|(at, column)| format!("CAST({column} AS TEXT) = ${}", at + 3))
                .collect();
            let sql = format!(
                "UPDATE {} SET sealed = $1 WHERE sealed = $2 AND {}",
                table.name,
                conditions.join(" AND ")
            );
            let mut asked = query(sql).bind(after).bind(&before.sealed);
            for value in &before.row {
                asked = asked.bind(value);
            }
            count += asked.execute(&mut tx).await?.rows_affected();
        }
        tx.commit().await?;
        Ok(count)
    }

    /// Removes data keys, except for the newest, that no sealed text names. Answers their versions.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn remove_unused_data_keys(&self) -> Result<Vec<i64>, StoreError> {
        let engine = self.readers.engine();
        let unused: String = SEALED
            .iter()
            .map(|table| {
                format!(
                    " AND NOT EXISTS (SELECT 1 FROM {} WHERE {} = data_key.version)",
                    table.name,
                    version_in(engine, "sealed")
                )
            })
            .collect();
        let sql = format!(
            "DELETE FROM data_key WHERE version < (SELECT max(version) FROM data_key){unused} RETURNING version"
        );
        let mut tx = self.begin(Scope::Whole).await?;
        let gone = query_scalar(sql).fetch_all(&mut tx).await?;
        tx.commit().await?;
        Ok(gone)
    }

    /// The versions of the data keys and when they were made, oldest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn data_key_times(&self) -> Result<Vec<(i64, Timestamp)>, StoreError> {
        let rows: Vec<(i64, i64)> = query_as("SELECT version, at FROM data_key ORDER BY version")
            .fetch_all(&self.readers)
            .await?;
        let rows = rows.into_iter();
        Ok(rows.map(|(version, at)| (version, read_time(at))).collect())
    }

    /// How many sealed texts name each data key.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn sealed_by_version(&self) -> Result<BTreeMap<i64, i64>, StoreError> {
        let engine = self.readers.engine();
        let mut counts = BTreeMap::new();
        for table in SEALED {
            let sql = format!(
                "SELECT {}, count(*) FROM {} WHERE sealed IS NOT NULL GROUP BY 1",
                version_in(engine, "sealed"),
                table.name
            );
            let rows: Vec<(i64, i64)> = query_as(sql).fetch_all(&self.readers).await?;
            for (version, count) in rows {
                *counts.entry(version).or_default() += count;
            }
        }
        Ok(counts)
    }

    /// How the master key is made out of a passphrase; nothing where it is not.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn key_derivation(&self) -> Result<Option<String>, StoreError> {
        Ok(query_scalar("SELECT text FROM key_derivation")
            .fetch_optional(&self.readers)
            .await?)
    }

    /// Stores how the master key is made out of a passphrase, while there are no data keys; what is there already
    /// stays as it is.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn begin_key_derivation(&self, text: &str, now: Timestamp) -> Result<(), StoreError> {
        query(
            "INSERT INTO key_derivation (id, text, at) SELECT 1, $1, $2
             WHERE NOT EXISTS (SELECT 1 FROM data_key) ON CONFLICT DO NOTHING",
        )
        .bind(text)
        .bind(time(now))
        .execute(self.turn(Scope::Whole))
        .await?;
        Ok(())
    }

    /// Stores all data keys as sealed anew under another master key, with how that is made out of a passphrase,
    /// where it is. Answers false, with nothing done, when the data keys are not what they were.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn rewrap_data_keys(
        &self,
        keys: &[Rewrap],
        derivation: Option<&str>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin(Scope::Whole).await?;
        let there: i64 = query_scalar("SELECT count(*) FROM data_key")
            .fetch_one(&mut tx)
            .await?;
        let mut replaced = 0;
        for (version, before, after) in keys {
            let done = query("UPDATE data_key SET sealed = $3 WHERE version = $1 AND sealed = $2")
                .bind(version)
                .bind(before)
                .bind(after)
                .execute(&mut tx)
                .await?;
            replaced += done.rows_affected();
        }
        if i64::try_from(replaced).unwrap_or(-1) != there {
            tx.rollback().await?;
            return Ok(false);
        }
        query("DELETE FROM key_derivation").execute(&mut tx).await?;
        if let Some(text) = derivation {
            query("INSERT INTO key_derivation (id, text, at) VALUES (1, $1, $2)")
                .bind(text)
                .bind(time(now))
                .execute(&mut tx)
                .await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Forgets every sealed text and every data key. Answers how many texts there were.
    ///
    /// # Errors
    /// When the database refuses; then nothing was forgotten.
    pub async fn forget_sealed(&self) -> Result<u64, StoreError> {
        let mut tx = self.begin(Scope::Whole).await?;
        let mut count = 0;
        for table in SEALED {
            let sql = format!("DELETE FROM {}", table.name);
            let done = query(sql).execute(&mut tx).await?;
            count += done.rows_affected();
        }
        for sql in ["DELETE FROM data_key", "DELETE FROM key_derivation"] {
            query(sql).execute(&mut tx).await?;
        }
        tx.commit().await?;
        Ok(count)
    }
}

/// The columns of a key, as texts.
fn texts(table: &SealedTable) -> String {
    let columns: Vec<_> = table
        .key
        .iter()
        .map(|column| format!("CAST({column} AS TEXT)"))
        .collect();
    columns.join(", ")
}
