//! The journal.

use crate::codes::{
    kind, like_escaped, read_id, read_json, read_kind, read_side, read_time, side, time,
};
use crate::db::{Builder, Engine, Row, query, query_as, query_scalar};
use crate::model::JournalRow;
use crate::{Store, StoreError};
use domain::{Kind, RecordId, ShopId, Side, Timestamp};
use jiff::SignedDuration;

macro_rules! columns {
    () => {
        "SELECT id, run, at, event, side, kind, record, counterpart, detail FROM journal "
    };
}

fn read(row: &Row) -> Result<JournalRow, StoreError> {
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

/// Lines that are looked through for one page, so that a search for what is not there ends soon.
const LOOKED_THROUGH: u32 = 100_000;

/// Which lines of a journal are wanted.
#[derive(Clone, Debug, Default)]
pub struct JournalFilter {
    /// Only older ones than this.
    pub before: Option<i64>,
    /// Only newer ones than this.
    pub after: Option<i64>,
    /// About one of these records.
    pub records: Vec<RecordId>,
    /// Of this event.
    pub event: Option<String>,
    /// Not of this event.
    pub without: Option<String>,
    /// On this side.
    pub side: Option<Side>,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// With this text in it: event, ids or the rest.
    pub search: Option<String>,
    /// Or, where a text is searched, about one of these.
    pub found: Vec<RecordId>,
    /// So many at most.
    pub limit: u32,
}

/// Lines of a journal, newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct JournalPage {
    /// The lines.
    pub rows: Vec<JournalRow>,
    /// Before which line it goes on; nothing where there is no more.
    pub next: Option<i64>,
}

/// How many lines there are of an event in a piece of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalCount {
    /// The piece of time, from 0.
    pub bucket: i64,
    /// The event.
    pub event: String,
    /// The side that it happened on.
    pub side: Option<Side>,
    /// How many.
    pub count: u64,
}

impl Store {
    /// A page of the journal, newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn journal_page(
        &self,
        shop: ShopId,
        filter: &JournalFilter,
    ) -> Result<JournalPage, StoreError> {
        let before = filter.before.unwrap_or(i64::MAX);
        let after = filter.after.unwrap_or(0);
        let (floor, looked): (Option<i64>, i64) = query_as(
            "SELECT min(id), count(*) FROM (SELECT id FROM journal WHERE shop = $1 AND id < $2 AND id > $3 ORDER BY id DESC LIMIT $4) AS looked_through",
        )
        .bind(shop.0)
        .bind(before)
        .bind(after)
        .bind(LOOKED_THROUGH)
        .fetch_one(&self.readers)
        .await?;
        // The lines of a record are found by an index, however old they are.
        let floor = match filter.records.is_empty() {
            true => floor,
            false => floor.map(|_| 0),
        };
        let Some(floor) = floor else {
            return Ok(JournalPage {
                rows: Vec::new(),
                next: None,
            });
        };
        let mut sql = Builder::new(concat!(columns!(), "WHERE shop = "));
        sql.push_bind(shop.0);
        sql.push(" AND id < ").push_bind(before);
        sql.push(" AND id >= ").push_bind(floor);
        if !filter.records.is_empty() {
            sql.push(" AND (");
            for (number, record) in filter.records.iter().enumerate() {
                if number > 0 {
                    sql.push(" OR ");
                }
                sql.push("record = ").push_bind(record.as_str());
                sql.push(" OR counterpart = ").push_bind(record.as_str());
            }
            sql.push(")");
        }
        if let Some(event) = &filter.event {
            sql.push(" AND event = ").push_bind(event);
        }
        if let Some(event) = &filter.without {
            sql.push(" AND event <> ").push_bind(event);
        }
        if let Some(wanted) = filter.side {
            sql.push(" AND side = ").push_bind(side(wanted));
        }
        if let Some(wanted) = filter.kind {
            sql.push(" AND kind = ").push_bind(kind(wanted));
        }
        if let Some(text) = &filter.search {
            let like = format!("%{}%", like_escaped(text));
            // In whatever case, as SQLite's LIKE compares.
            let operator = match self.readers.engine() {
                Engine::Sqlite => " LIKE ",
                Engine::Postgres => " ILIKE ",
            };
            sql.push(" AND (event")
                .push(operator)
                .push_bind(like.clone());
            for column in ["record", "counterpart", "detail"] {
                sql.push(" ESCAPE '\\' OR ").push(column);
                sql.push(operator).push_bind(like.clone());
            }
            sql.push(" ESCAPE '\\'");
            for record in &filter.found {
                sql.push(" OR record = ").push_bind(record.as_str());
                sql.push(" OR counterpart = ").push_bind(record.as_str());
            }
            sql.push(")");
        }
        sql.push(" ORDER BY id DESC LIMIT ").push_bind(filter.limit);
        let rows = sql.build().fetch_all(&self.readers).await?;
        let rows: Vec<JournalRow> = rows.iter().map(read).collect::<Result<_, _>>()?;
        let next = match rows.last() {
            Some(last) if rows.len() >= filter.limit as usize => Some(last.id),
            _ if floor > 0 && looked >= i64::from(LOOKED_THROUGH) => Some(floor),
            _ => None,
        };
        Ok(JournalPage { rows, next })
    }

    /// How many lines there are since an instant, by pieces of time of this length, event and side.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn journal_counts(
        &self,
        shop: ShopId,
        since: Timestamp,
        width: SignedDuration,
    ) -> Result<Vec<JournalCount>, StoreError> {
        let first = self.first_line_since(shop, since).await?;
        let rows: Vec<(i64, String, Option<i64>, i64)> = query_as(
            "SELECT (at - $3) / $4, event, side, count(*) FROM journal
             WHERE shop = $1 AND id >= $2 AND at >= $3 GROUP BY 1, 2, 3",
        )
        .bind(shop.0)
        .bind(first)
        .bind(time(since))
        .bind(width.as_secs().max(1) * 1_000_000)
        .fetch_all(&self.readers)
        .await?;
        let read = rows.into_iter();
        Ok(read
            .map(|(bucket, event, side, count)| JournalCount {
                bucket,
                event,
                side: side.map(read_side),
                count: count.unsigned_abs(),
            })
            .collect())
    }

    /// The first line of a shop that is not older than an instant, found by halves: numbers and times grow together.
    async fn first_line_since(&self, shop: ShopId, since: Timestamp) -> Result<i64, StoreError> {
        let newest: Option<i64> = query_scalar("SELECT max(id) FROM journal WHERE shop = $1")
            .bind(shop.0)
            .fetch_one(&self.readers)
            .await?;
        let (mut low, mut high) = (0_i64, newest.unwrap_or(0) + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            let found: Option<(i64, i64)> = query_as(
                "SELECT id, at FROM journal WHERE shop = $1 AND id >= $2 ORDER BY id LIMIT 1",
            )
            .bind(shop.0)
            .bind(middle)
            .fetch_optional(&self.readers)
            .await?;
            match found {
                Some((id, at)) if at < time(since) => low = id + 1,
                _ => high = middle,
            }
        }
        Ok(low)
    }

    /// The number of the newest line of every shop's journal, by the shop's name; 0 where there is none.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn newest_lines(&self) -> Result<Vec<(String, i64)>, StoreError> {
        Ok(query_as(
            "SELECT name, coalesce((SELECT max(id) FROM journal WHERE journal.shop = shop.id), 0) FROM shop WHERE removed_at IS NULL",
        )
        .fetch_all(&self.readers)
        .await?)
    }

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
                query(concat!(
                    columns!(),
                    "WHERE shop = $1 ORDER BY id DESC LIMIT $2"
                ))
                .bind(shop.0)
                .bind(limit)
                .fetch_all(&self.readers)
                .await?
            }
            Some(record) => query(concat!(
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
        let rows = query(concat!(
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
