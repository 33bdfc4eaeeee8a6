//! The journal.

use crate::codes::{read_id, read_json, read_kind, read_side, read_time};
use crate::model::JournalRow;
use crate::{Store, StoreError};
use domain::{RecordId, ShopId};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

macro_rules! columns {
    () => {
        "SELECT id, run, at, event, side, kind, record, counterpart, detail FROM journal "
    };
}

fn read(row: &SqliteRow) -> Result<JournalRow, StoreError> {
    Ok(JournalRow {
        id: row.try_get(0)?,
        run: read_id(row.try_get(1)?, "journal", "run")?,
        at: read_time(row.try_get(2)?),
        event: row.try_get(3)?,
        side: row.try_get::<Option<i64>, _>(4)?.map(read_side),
        kind: row.try_get::<Option<i64>, _>(5)?.map(read_kind),
        record: row.try_get::<Option<String>, _>(6)?.map(RecordId::new),
        counterpart: row.try_get::<Option<String>, _>(7)?.map(RecordId::new),
        detail: read_json(row.try_get(8)?, "journal", "detail")?,
    })
}

impl Store {
    /// The newest lines, oldest of them first; of one record where it is named.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn journal_tail(
        &self,
        shop: ShopId,
        record: Option<&RecordId>,
        limit: u32,
    ) -> Result<Vec<JournalRow>, StoreError> {
        let rows = match record {
            None => {
                sqlx::query(concat!(
                    columns!(),
                    "WHERE shop = $1 ORDER BY id DESC LIMIT $2"
                ))
                .bind(shop.0)
                .bind(limit)
                .fetch_all(&self.readers)
                .await?
            }
            Some(record) => sqlx::query(concat!(
                columns!(),
                "WHERE shop = $1 AND (record = $3 OR counterpart = $3) ORDER BY id DESC LIMIT $2"
            ))
            .bind(shop.0)
            .bind(limit)
            .bind(record.as_str())
            .fetch_all(&self.readers)
            .await?,
        };
        rows.iter().rev().map(read).collect()
    }

    /// Lines after the given number, in order.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn journal_after(
        &self,
        shop: ShopId,
        after: i64,
        limit: u32,
    ) -> Result<Vec<JournalRow>, StoreError> {
        let rows = sqlx::query(concat!(
            columns!(),
            "WHERE shop = $1 AND id > $2 ORDER BY id LIMIT $3"
        ))
        .bind(shop.0)
        .bind(after)
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(read).collect()
    }
}
