//! The log of who did what. Only ever added to; the database itself refuses anything else.

use crate::codes::{read_time, time};
use crate::db::{Scope, query, query_as};
use crate::{Store, StoreError};
use domain::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// A line to add.
#[derive(Clone, Debug)]
pub struct AuditEntry<'a> {
    /// A user, an API token, or the system's user at the command line.
    pub who: &'a str,
    /// `dashboard`, `api` or `command line`.
    pub via: &'a str,
    /// What was done.
    pub what: &'a str,
    /// To what.
    pub target: Option<&'a str>,
    /// From which network.
    pub address: Option<&'a str>,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AuditRow {
    /// Its number; numbers only grow.
    pub id: i64,
    /// When.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// A user, an API token, or the system's user at the command line.
    pub who: String,
    /// `dashboard`, `api` or `command line`.
    pub via: String,
    /// What was done.
    pub what: String,
    /// To what.
    pub target: Option<String>,
    /// From which network.
    pub address: Option<String>,
}

type Row = (
    i64,
    i64,
    String,
    String,
    String,
    Option<String>,
    Option<String>,
);

impl Store {
    /// Adds a line.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_audit(
        &self,
        entry: &AuditEntry<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        query(
            "INSERT INTO audit (at, who, via, what, target, address) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(time(now))
        .bind(entry.who)
        .bind(entry.via)
        .bind(entry.what)
        .bind(entry.target)
        .bind(entry.address)
        .execute(self.turn(Scope::House))
        .await?;
        Ok(())
    }

    /// The newest lines, oldest of them first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn audit(&self, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        let rows: Vec<Row> = query_as(
            "SELECT id, at, who, via, what, target, address FROM audit ORDER BY id DESC LIMIT $1",
        )
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        let read = |(id, at, who, via, what, target, address)| AuditRow {
            id,
            at: read_time(at),
            who,
            via,
            what,
            target,
            address,
        };
        Ok(rows.into_iter().rev().map(read).collect())
    }
}
