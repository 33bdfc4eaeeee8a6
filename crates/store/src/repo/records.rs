//! Snapshots: reading them by id, by state and by shared keys.

use super::{in_list, list};
use crate::codes::{kind, read_json, read_kind, read_side, read_time, side};
use crate::model::{RecordState, StoredRecord};
use crate::{Store, StoreError};
use domain::{Fingerprint, Kind, RecordId, ShopId, Side};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use std::collections::HashMap;

pub(crate) const fn state_code(state: RecordState) -> i64 {
    match state {
        RecordState::Settled => 0,
        RecordState::Unsettled => 1,
        RecordState::WaitsForParent => 2,
        RecordState::WaitsForPerson => 3,
    }
}

const fn read_state(code: i64) -> RecordState {
    match code {
        0 => RecordState::Settled,
        1 => RecordState::Unsettled,
        2 => RecordState::WaitsForParent,
        _ => RecordState::WaitsForPerson,
    }
}

macro_rules! columns {
    () => {
        "SELECT body, fingerprint, fetched_at, state, gone FROM record "
    };
}

fn read(row: &SqliteRow) -> Result<StoredRecord, StoreError> {
    Ok(StoredRecord {
        record: read_json(row.try_get(0)?, "record", "body")?,
        fingerprint: Fingerprint(row.try_get(1)?),
        fetched_at: read_time(row.try_get(2)?),
        state: read_state(row.try_get(3)?),
        gone: row.try_get::<i64, _>(4)? != 0,
    })
}

impl Store {
    /// Records by id; those that are not there are left out.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn records(
        &self,
        shop: ShopId,
        on: Side,
        what: Kind,
        ids: impl IntoIterator<Item = &RecordId>,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        let rows = sqlx::query(concat!(
            columns!(),
            "WHERE shop = $1 AND side = $2 AND kind = $3 AND id ",
            in_list!("4")
        ))
        .bind(shop.0)
        .bind(side(on))
        .bind(kind(what))
        .bind(list(ids))
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(read).collect()
    }

    /// One record.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record(
        &self,
        shop: ShopId,
        on: Side,
        what: Kind,
        id: &RecordId,
    ) -> Result<Option<StoredRecord>, StoreError> {
        Ok(self.records(shop, on, what, [id]).await?.pop())
    }

    /// Unsettled records of a kind in the order of their ids, after the given one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn unsettled(
        &self,
        shop: ShopId,
        on: Side,
        what: Kind,
        after: Option<&RecordId>,
        limit: u32,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        let rows = sqlx::query(concat!(
            columns!(),
            "WHERE shop = $1 AND kind = $2 AND side = $3 AND state = 1 AND id > $4 ORDER BY id LIMIT $5"
        ))
        .bind(shop.0)
        .bind(kind(what))
        .bind(side(on))
        .bind(after.map_or("", RecordId::as_str))
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(read).collect()
    }

    /// How many records are unsettled.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn count_unsettled(&self, shop: ShopId) -> Result<u64, StoreError> {
        let count: i64 =
            sqlx::query_scalar("SELECT count(*) FROM record WHERE shop = $1 AND state = 1")
                .bind(shop.0)
                .fetch_one(&self.readers)
                .await?;
        Ok(count.unsigned_abs())
    }

    /// Fingerprints of known records that the vendor still has.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn fingerprints(
        &self,
        shop: ShopId,
        on: Side,
        what: Kind,
        ids: impl IntoIterator<Item = &RecordId>,
    ) -> Result<HashMap<RecordId, Fingerprint>, StoreError> {
        let rows: Vec<(String, String)> = sqlx::query_as(concat!(
            "SELECT id, fingerprint FROM record WHERE shop = $1 AND side = $2 AND kind = $3 AND gone = 0 AND id ",
            in_list!("4")
        ))
        .bind(shop.0)
        .bind(side(on))
        .bind(kind(what))
        .bind(list(ids))
        .fetch_all(&self.readers)
        .await?;
        Ok(rows
            .into_iter()
            .map(|(id, print)| (RecordId::new(id), Fingerprint(print)))
            .collect())
    }

    /// The contacts of both sides that share a key with any of the given contacts, and, one step further,
    /// those that share a key with these: candidates and their rivals. The given ones are among them.
    /// A key that more than 50 contacts share says nothing and is passed over.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn neighbourhood(
        &self,
        shop: ShopId,
        on: Side,
        ids: impl IntoIterator<Item = &RecordId>,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        let rows = sqlx::query(
            "WITH subject (side, record) AS (SELECT $2, value FROM json_each($3)),
                  near (side, record) AS (
                      SELECT side, record FROM subject
                      UNION
                      SELECT other.side, other.record FROM subject
                      JOIN identity_key mine ON mine.shop = $1 AND mine.side = subject.side AND mine.record = subject.record
                      JOIN identity_key other ON other.shop = $1 AND other.what = mine.what AND other.value = mine.value
                      WHERE (SELECT count(*) FROM (SELECT 1 FROM identity_key many
                             WHERE many.shop = $1 AND many.what = mine.what AND many.value = mine.value LIMIT 51)) <= 50),
                  wide (side, record) AS (
                      SELECT side, record FROM near
                      UNION
                      SELECT other.side, other.record FROM near
                      JOIN identity_key mine ON mine.shop = $1 AND mine.side = near.side AND mine.record = near.record
                      JOIN identity_key other ON other.shop = $1 AND other.what = mine.what AND other.value = mine.value
                      WHERE near.side <> $2
                        AND (SELECT count(*) FROM (SELECT 1 FROM identity_key many
                             WHERE many.shop = $1 AND many.what = mine.what AND many.value = mine.value LIMIT 51)) <= 50)
             SELECT record.body, record.fingerprint, record.fetched_at, record.state, record.gone
             FROM wide JOIN record ON record.shop = $1 AND record.side = wide.side AND record.kind = 0 AND record.id = wide.record
             WHERE record.gone = 0 ORDER BY record.side, record.id"
        )
        .bind(shop.0)
        .bind(side(on))
        .bind(list(ids))
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(read).collect()
    }

    /// Live records of a kind that a sweep has not seen, in the order of their ids.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn unseen(
        &self,
        shop: ShopId,
        on: Side,
        what: Kind,
        sweep: i64,
        limit: u32,
    ) -> Result<Vec<RecordId>, StoreError> {
        let rows: Vec<String> = sqlx::query_scalar(
            "SELECT id FROM record WHERE shop = $1 AND side = $2 AND kind = $3 AND gone = 0 AND sweep < $4 ORDER BY id LIMIT $5",
        )
        .bind(shop.0)
        .bind(side(on))
        .bind(kind(what))
        .bind(sweep)
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        Ok(rows.into_iter().map(RecordId::new).collect())
    }

    /// How many live records of each side and kind are known.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn count_records(&self, shop: ShopId) -> Result<Vec<(Side, Kind, u64)>, StoreError> {
        let rows: Vec<(i64, i64, i64)> = sqlx::query_as(
            "SELECT side, kind, count(*) FROM record WHERE shop = $1 AND gone = 0 GROUP BY side, kind",
        )
        .bind(shop.0)
        .fetch_all(&self.readers)
        .await?;
        Ok(rows
            .into_iter()
            .map(|(on, what, count)| (read_side(on), read_kind(what), count.unsigned_abs()))
            .collect())
    }

    /// How many records wait, by side, kind and state.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn count_waiting(
        &self,
        shop: ShopId,
    ) -> Result<Vec<(Side, Kind, RecordState, u64)>, StoreError> {
        let rows: Vec<(i64, i64, i64, i64)> = sqlx::query_as(
            "SELECT side, kind, state, count(*) FROM record WHERE shop = $1 AND gone = 0 AND state >= 2 GROUP BY side, kind, state",
        )
        .bind(shop.0)
        .fetch_all(&self.readers)
        .await?;
        Ok(rows
            .into_iter()
            .map(|(on, what, state, count)| {
                (
                    read_side(on),
                    read_kind(what),
                    read_state(state),
                    count.unsigned_abs(),
                )
            })
            .collect())
    }
}
