//! Sightings: every change of a record, once, in the order in which it was seen.

use crate::codes::{json, kind, read_json, read_time, side, time};
use crate::flow::{NewSighting, StoredSighting, source_of};
use crate::{Store, StoreError};
use domain::{Fingerprint, Kind, Record, RecordId, ShopId, Side, Timestamp};
use serde_json::{Value as Json, json as object};
use sqlx::{Row, Sqlite, Transaction};
use std::collections::HashMap;

type Tx = Transaction<'static, Sqlite>;

/// Who changes what is committed; nothing while nobody keeps sightings.
#[derive(Clone, Debug, Default)]
pub(in crate::repo) struct Cause(pub(in crate::repo) Option<Json>);

impl Cause {
    /// Of what is seen at a vendor.
    fn seen(&self) -> Option<String> {
        self.0.as_ref().map(Json::to_string)
    }

    /// Of what we wrote ourselves: the sync, unless it is said otherwise.
    fn written(&self) -> Option<String> {
        let named = self.0.as_ref()?;
        let outside = named.get("by").and_then(Json::as_str) == Some("outside");
        Some(if outside {
            object!({"by": "sync"}).to_string()
        } else {
            named.to_string()
        })
    }
}

/// A snapshot that is about to be replaced.
struct Before {
    body: String,
    fingerprint: String,
}

/// What was known of the records before they are saved.
pub(in crate::repo) struct Snapshots {
    cause: String,
    /// What was made before is history.
    since: i64,
    found: HashMap<String, Before>,
}

/// Looks at the snapshots that are about to be replaced. Nothing where no sightings are kept: before a kind was
/// read completely once, all of it is history.
pub(in crate::repo) async fn sight(
    tx: &mut Tx,
    shop: ShopId,
    cause: &Cause,
    written: bool,
    records: &[&Record],
) -> Result<Option<Snapshots>, StoreError> {
    let (Some(first), Some(cause)) = (
        records.first(),
        if written {
            cause.written()
        } else {
            cause.seen()
        },
    ) else {
        return Ok(None);
    };
    let Some(since) = read_since(tx, shop, first.side, first.kind).await? else {
        return Ok(None);
    };
    let rows = sqlx::query(concat!(
        "SELECT id, body, fingerprint FROM record WHERE shop = $1 AND side = $2 AND kind = $3 AND id ",
        crate::repo::in_list!("4")
    ))
    .bind(shop.0)
    .bind(side(first.side))
    .bind(kind(first.kind))
    .bind(crate::repo::list(records.iter().map(|record| &record.id)))
    .fetch_all(&mut **tx)
    .await?;
    let mut found = HashMap::with_capacity(rows.len());
    for row in rows {
        let before = Before {
            body: row.try_get(1)?,
            fingerprint: row.try_get(2)?,
        };
        found.insert(row.try_get(0)?, before);
    }
    Ok(Some(Snapshots {
        cause,
        since,
        found,
    }))
}

impl Snapshots {
    /// Keeps what differs from the snapshots, of the records that were saved.
    pub(in crate::repo) async fn keep(
        self,
        tx: &mut Tx,
        shop: ShopId,
        at: i64,
        records: impl Iterator<Item = &Record>,
    ) -> Result<(), StoreError> {
        let mut rows = Vec::new();
        for record in records {
            let before = self.found.get(record.id.as_str());
            let changed = match before {
                Some(before) => before.fingerprint != Fingerprint::of(record).0,
                None => {
                    let made = record.created_at.map(time);
                    made.is_none_or(|made| made >= self.since)
                }
            };
            if changed {
                rows.push(object!({
                    "source": source_of(record.side, record.kind),
                    "record": record.id.as_str(),
                    "before": before.map(|before| before.body.as_str()),
                    "after": json(record, "sighting", "after")?,
                }));
            }
        }
        if rows.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO sighting (shop, source, record, before, after, cause, at)
             SELECT $1, value ->> 'source', value ->> 'record', value ->> 'before', value ->> 'after', $2, $3
             FROM json_each($4)",
        )
        .bind(shop.0)
        .bind(self.cause)
        .bind(at)
        .bind(Json::from(rows).to_string())
        .execute(&mut **tx)
        .await?;
        Ok(())
    }
}

/// Keeps that a record is gone; to be called before its snapshot says so.
pub(in crate::repo) async fn seen_gone(
    tx: &mut Tx,
    shop: ShopId,
    at: i64,
    cause: &Cause,
    on: Side,
    what: Kind,
    id: &RecordId,
) -> Result<(), StoreError> {
    let Some(cause) = cause.seen() else {
        return Ok(());
    };
    if read_since(tx, shop, on, what).await?.is_none() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO sighting (shop, source, record, before, cause, at)
         SELECT shop, $5, id, body, $6, $7 FROM record
         WHERE shop = $1 AND side = $2 AND kind = $3 AND id = $4 AND gone = 0",
    )
    .bind(shop.0)
    .bind(side(on))
    .bind(kind(what))
    .bind(id.as_str())
    .bind(source_of(on, what))
    .bind(cause)
    .bind(at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Since when a kind is known completely: what was made before is history. Notes and comments are read with the
/// contacts and tickets that they hang on.
async fn read_since(
    tx: &mut Tx,
    shop: ShopId,
    on: Side,
    what: Kind,
) -> Result<Option<i64>, StoreError> {
    let of = match (on, what) {
        (Side::HighLevel, Kind::Note) => Kind::Contact,
        (Side::MyGadgetRepairs, Kind::Note) => Kind::Task,
        (_, other) => other,
    };
    let second: Option<i64> = sqlx::query_scalar(
        "SELECT CAST(value AS INTEGER) FROM cursor WHERE shop = $1 AND source = $2
             AND at > coalesce((SELECT at FROM cursor WHERE shop = $1 AND source = 'sightings'), 0)",
    )
    .bind(shop.0)
    .bind(format!("read.{on}.{of}"))
    .fetch_optional(&mut **tx)
    .await?;
    Ok(second.map(|second| second.saturating_mul(1_000_000)))
}

/// Keeps changes of what is no snapshot of a synced kind.
pub(in crate::repo) async fn insert(
    tx: &mut Tx,
    shop: ShopId,
    at: i64,
    sightings: &[NewSighting],
) -> Result<(), StoreError> {
    for seen in sightings {
        let text = |body: &Option<Json>| body.as_ref().map(Json::to_string);
        sqlx::query(
            "INSERT INTO sighting (shop, source, record, event, before, after, cause, at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(shop.0)
        .bind(&seen.source)
        .bind(&seen.record)
        .bind(seen.event.as_deref())
        .bind(text(&seen.before))
        .bind(text(&seen.after))
        .bind(seen.cause.to_string())
        .bind(at)
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

const COLUMNS: &str = "SELECT id, source, record, event, before, after, cause, at FROM sighting ";

fn read(row: &sqlx::sqlite::SqliteRow) -> Result<StoredSighting, StoreError> {
    let body = |column: usize, name| -> Result<Option<Json>, StoreError> {
        let text: Option<String> = row.try_get(column)?;
        text.map(|text| read_json(&text, "sighting", name))
            .transpose()
    };
    Ok(StoredSighting {
        seq: row.try_get(0)?,
        sighting: NewSighting {
            source: row.try_get(1)?,
            record: row.try_get(2)?,
            event: row.try_get(3)?,
            before: body(4, "before")?,
            after: body(5, "after")?,
            cause: read_json(&row.try_get::<String, _>(6)?, "sighting", "cause")?,
        },
        at: read_time(row.try_get(7)?),
    })
}

impl Store {
    /// What was seen after a place in the order, oldest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn sightings_after(
        &self,
        shop: ShopId,
        seq: i64,
        limit: u32,
    ) -> Result<Vec<StoredSighting>, StoreError> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "{COLUMNS} WHERE shop = $1 AND id > $2 ORDER BY id LIMIT $3"
        )))
        .bind(shop.0)
        .bind(seq)
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(read).collect()
    }

    /// The last change of a record that was seen up to a place in the order.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn last_sighting(
        &self,
        shop: ShopId,
        source: &str,
        record: &str,
        up_to: i64,
    ) -> Result<Option<StoredSighting>, StoreError> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!(
            "{COLUMNS} WHERE shop = $1 AND source = $2 AND record = $3 AND id <= $4 ORDER BY id DESC LIMIT 1"
        )))
        .bind(shop.0)
        .bind(source)
        .bind(record)
        .bind(up_to)
        .fetch_optional(&self.readers)
        .await?;
        row.as_ref().map(read).transpose()
    }

    /// The place of the newest sighting in the order.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn newest_sighting(&self, shop: ShopId) -> Result<i64, StoreError> {
        let seq: Option<i64> = sqlx::query_scalar("SELECT max(id) FROM sighting WHERE shop = $1")
            .bind(shop.0)
            .fetch_one(&self.readers)
            .await?;
        Ok(seq.unwrap_or(0))
    }

    /// The place in the order before which everything was seen earlier than an instant.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn sighting_before(&self, shop: ShopId, at: Timestamp) -> Result<i64, StoreError> {
        let seq: Option<i64> =
            sqlx::query_scalar("SELECT max(id) FROM sighting WHERE shop = $1 AND at < $2")
                .bind(shop.0)
                .bind(time(at))
                .fetch_one(&self.readers)
                .await?;
        Ok(seq.unwrap_or(0))
    }

    /// Forgets what was seen before an instant and up to a place in the order, a bounded number at a time.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn forget_sightings(
        &self,
        shop: ShopId,
        before: Timestamp,
        up_to: i64,
        most: u32,
    ) -> Result<u64, StoreError> {
        let done = sqlx::query(
            "DELETE FROM sighting WHERE id IN (
                 SELECT id FROM sighting WHERE shop = $1 AND at < $2 AND id <= $3 ORDER BY at LIMIT $4)",
        )
        .bind(shop.0)
        .bind(time(before))
        .bind(up_to)
        .bind(most)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected())
    }
}
