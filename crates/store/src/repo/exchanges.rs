//! Finished and open writes as an account: what was sent, when, and what came of it.

use super::intents::{columns, read};
use crate::codes::{kind, read_time, side, time};
use crate::db::{Row, Sql, both, query};
use crate::memory::Touches;
use crate::model::{Exchange, Intent, IntentState};
use crate::{Store, StoreError};
use domain::{IntentId, Kind, RecordId, RunId, ShopId, Side, Timestamp};

macro_rules! select {
    () => {
        concat!(
            "SELECT ",
            columns!(),
            ", created_at, finished_at FROM intent "
        )
    };
}

/// The index is named, since SQLite would walk all finished writes of the shop.
pub(crate) const OF_RECORD: Sql = both!(
    select!(),
    [by "intent_target"],
    "WHERE shop = $1 AND kind = $2 AND target = $3 AND side = $4 AND state = 'done' ORDER BY finished_at DESC NULLS LAST, id DESC"
);
pub(crate) const SENT_TO: Sql = both!(
    select!(),
    [by "intent_target"],
    "WHERE shop = $1 AND kind = $2 AND target = $3 AND side = $4 AND sent_at >= $5 ORDER BY sent_at DESC"
);
pub(crate) const OF_RUN: &str = concat!(
    select!(),
    "WHERE shop = $1 AND run = $2 ORDER BY finished_at DESC NULLS LAST, id DESC"
);
pub(crate) const TRIM_INTENTS: &str = "DELETE FROM intent WHERE id IN (
     SELECT id FROM intent WHERE shop = $1 AND state = 'done' AND finished_at < $2 ORDER BY finished_at LIMIT $3)";
/// Lines are numbered in the order of their times, so that the oldest ones tell when to stop.
pub(crate) const TRIM_JOURNAL: &str = "DELETE FROM journal WHERE id IN (
     SELECT id FROM (SELECT id, at FROM journal WHERE shop = $1 ORDER BY id LIMIT $3) AS oldest WHERE at < $2)";

fn read_exchange(row: &Row) -> Result<Exchange, StoreError> {
    Ok(Exchange {
        intent: read(row)?,
        decided_at: read_time(row.try_get("created_at")?),
        finished_at: row.try_get::<Option<i64>, _>("finished_at")?.map(read_time),
    })
}

impl Store {
    /// What was sent for a record since an instant, whatever has become of it, newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn sent_to(
        &self,
        shop: ShopId,
        on: Side,
        what: Kind,
        target: &RecordId,
        since: Timestamp,
    ) -> Result<Vec<Intent>, StoreError> {
        let rows = query(SENT_TO)
            .bind(shop.0)
            .bind(kind(what))
            .bind(target.as_str())
            .bind(side(on))
            .bind(time(since))
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(read).collect()
    }

    /// What was written to a record and read back, newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn exchanges_of(
        &self,
        shop: ShopId,
        on: Side,
        what: Kind,
        target: &RecordId,
    ) -> Result<Vec<Exchange>, StoreError> {
        let rows = query(OF_RECORD)
            .bind(shop.0)
            .bind(kind(what))
            .bind(target.as_str())
            .bind(side(on))
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(read_exchange).collect()
    }

    /// The writes of a run, finished or not, newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn exchanges_of_run(
        &self,
        shop: ShopId,
        run: RunId,
    ) -> Result<Vec<Exchange>, StoreError> {
        let rows = query(OF_RUN)
            .bind(shop.0)
            .bind(run.to_string())
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(read_exchange).collect()
    }

    /// Writes in a state, oldest first, with their times.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn exchanges_in(
        &self,
        shop: ShopId,
        state: IntentState,
        limit: u32,
    ) -> Result<Vec<Exchange>, StoreError> {
        let rows = query(concat!(
            select!(),
            "WHERE shop = $1 AND state = $2 ORDER BY id LIMIT $3"
        ))
        .bind(shop.0)
        .bind(state.as_str())
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(read_exchange).collect()
    }

    /// One write.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn exchange(
        &self,
        shop: ShopId,
        id: IntentId,
    ) -> Result<Option<Exchange>, StoreError> {
        let row = query(concat!(select!(), "WHERE shop = $1 AND id = $2"))
            .bind(shop.0)
            .bind(id.to_string())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(read_exchange).transpose()
    }

    /// As [`Store::claim`], but only writes that this run decided: whatever else is due stays where it is.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn claim_of_run(
        &self,
        shop: ShopId,
        on: Side,
        run: RunId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Intent>, StoreError> {
        if self.remembers_none_due(shop, on, now) {
            return Ok(Vec::new());
        }
        let mut tx = self.begin_touching(shop, Touches::Work).await?;
        let rows = query(both!(
            "UPDATE intent SET state = 'sent', sent_at = $4 WHERE id IN (
                 SELECT id FROM intent WHERE shop = $1 AND run = $3 AND side = $2 AND state = 'ready' AND not_before <= $4
                 ORDER BY id LIMIT $5",
            [postgres " FOR UPDATE SKIP LOCKED"],
            ") RETURNING ",
            columns!()
        ))
        .bind(shop.0)
        .bind(side(on))
        .bind(run.to_string())
        .bind(time(now))
        .bind(limit)
        .fetch_all(&mut tx)
        .await?;
        tx.commit().await?;
        rows.iter().map(read).collect()
    }

    /// Forgets finished writes and journal lines from before the given instants, at most so many of each.
    /// Answers how many.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn trim(
        &self,
        shop: ShopId,
        writes_before: Timestamp,
        journal_before: Timestamp,
        limit: u32,
    ) -> Result<(u64, u64), StoreError> {
        let mut trimmed = [0; 2];
        for (slot, sql, before) in [
            (0, TRIM_INTENTS, writes_before),
            (1, TRIM_JOURNAL, journal_before),
        ] {
            trimmed[slot] = query(sql)
                .bind(shop.0)
                .bind(time(before))
                .bind(limit)
                .execute(self.turn_touching(shop, Touches::Nothing))
                .await?
                .rows_affected();
        }
        Ok((trimmed[0], trimmed[1]))
    }
}
