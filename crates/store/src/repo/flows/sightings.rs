//! Sightings: every change of a record, once, in the order in which it was seen.

use crate::codes::{json, kind, read_json, read_time, side, time};
use crate::db::{Row, Tx, both, json_rows, query, query_scalar};
use crate::flow::{NewSighting, StoredSighting, source_of};
use crate::{Store, StoreError};
use domain::{Fingerprint, Kind, Record, RecordId, ShopId, Side, Timestamp};
use serde_json::{Value as Json, json as object};
use std::collections::HashMap;

/// Who changes what is committed.
#[derive(Clone, Copy, Debug)]
pub(in crate::repo) enum By {
    /// Somebody at the vendor: it was seen there.
    Outside,
    /// The sync, which wrote it.
    Sync,
}

impl By {
    /// As it is kept.
    const fn as_json(self) -> &'static str {
        match self {
            Self::Outside => r#"{"by":"outside"}"#,
            Self::Sync => r#"{"by":"sync"}"#,
        }
    }
}

/// A record as it is about to be saved.
pub(in crate::repo) struct Fresh<'a> {
    pub(in crate::repo) record: &'a Record,
    pub(in crate::repo) body: String,
    pub(in crate::repo) fingerprint: String,
}

impl<'a> Fresh<'a> {
    pub(in crate::repo) fn of(record: &'a Record) -> Result<Self, StoreError> {
        Ok(Self {
            record,
            body: json(record, "record", "body")?,
            fingerprint: Fingerprint::of(record).0,
        })
    }
}

/// A snapshot that is about to be replaced.
struct Before {
    fingerprint: String,
    /// Only where it differs from what is about to be saved.
    body: Option<String>,
}

/// What was known of the records before they are saved.
pub(in crate::repo) struct Snapshots {
    by: By,
    /// What was made before is history.
    since: i64,
    found: HashMap<String, Before>,
}

/// Looks at the snapshots that are about to be replaced. Nothing where no sightings are kept: before a kind was
/// read completely once, all of it is history.
pub(in crate::repo) async fn sight(
    tx: &mut Tx,
    shop: ShopId,
    by: By,
    records: &[Fresh<'_>],
) -> Result<Option<Snapshots>, StoreError> {
    let Some(Fresh { record: first, .. }) = records.first() else {
        return Ok(None);
    };
    let Some(since) = read_since(tx, shop, first.side, first.kind).await? else {
        return Ok(None);
    };
    let prints: Vec<Json> = records
        .iter()
        .map(|fresh| object!([fresh.record.id.as_str(), fresh.fingerprint]))
        .collect();
    // Most of what is read again is as it was: its body is not fetched.
    let rows = query(both!(
        "SELECT record.id, fingerprint, CASE WHEN fingerprint <> value ->> 1 THEN body END FROM ",
        [rows "4"],
        " CROSS JOIN record
         WHERE shop = $1 AND side = $2 AND kind = $3 AND record.id = value ->> 0"
    ))
    .bind(shop.0)
    .bind(side(first.side))
    .bind(kind(first.kind))
    .bind(json_rows(prints))
    .fetch_all(&mut *tx)
    .await?;
    let mut found: HashMap<String, Before> = HashMap::with_capacity(rows.len());
    for row in rows {
        let body: Option<String> = row.try_get(2)?;
        let fingerprint = row.try_get(1)?;
        let before = found.entry(row.try_get(0)?).or_insert(Before {
            fingerprint,
            body: None,
        });
        // A page may hold a record twice.
        before.body = before.body.take().or(body);
    }
    Ok(Some(Snapshots { by, since, found }))
}

impl Snapshots {
    /// Keeps what differs from the snapshots, of the records that were saved.
    pub(in crate::repo) async fn keep<'a>(
        self,
        tx: &mut Tx,
        shop: ShopId,
        at: i64,
        records: impl Iterator<Item = &'a Fresh<'a>>,
    ) -> Result<(), StoreError> {
        let mut rows = Vec::new();
        for Fresh {
            record,
            body,
            fingerprint,
        } in records
        {
            let before = self.found.get(record.id.as_str());
            let changed = match before {
                Some(before) => before.fingerprint != *fingerprint,
                None => {
                    let made = record.created_at.map(time);
                    made.is_none_or(|made| made >= self.since)
                }
            };
            if changed {
                rows.push(object!({
                    "source": source_of(record.side, record.kind),
                    "record": record.id.as_str(),
                    "before": before.and_then(|before| before.body.as_deref()),
                    "after": body,
                }));
            }
        }
        if rows.is_empty() {
            return Ok(());
        }
        query(both!(
            "INSERT INTO sighting (shop, source, record, before, after, cause, at)
             SELECT $1, value ->> 'source', value ->> 'record', value ->> 'before', value ->> 'after', $2, $3
             FROM ",
            [rows "4"]
        ))
        .bind(shop.0)
        .bind(self.by.as_json())
        .bind(at)
        .bind(json_rows(rows))
        .execute(&mut *tx)
        .await?;
        Ok(())
    }
}

/// Keeps that a record is gone; to be called before its snapshot says so.
pub(in crate::repo) async fn seen_gone(
    tx: &mut Tx,
    shop: ShopId,
    at: i64,
    on: Side,
    what: Kind,
    id: &RecordId,
) -> Result<(), StoreError> {
    if read_since(tx, shop, on, what).await?.is_none() {
        return Ok(());
    }
    query(
        "INSERT INTO sighting (shop, source, record, before, cause, at)
         SELECT shop, $5, id, body, $6, $7 FROM record
         WHERE shop = $1 AND side = $2 AND kind = $3 AND id = $4 AND gone = 0",
    )
    .bind(shop.0)
    .bind(side(on))
    .bind(kind(what))
    .bind(id.as_str())
    .bind(source_of(on, what))
    .bind(By::Outside.as_json())
    .bind(at)
    .execute(&mut *tx)
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
    let second: Option<i64> = query_scalar(both!(
        "SELECT ",
        [sqlite "CAST(value AS INTEGER)"],
        [postgres "CAST(coalesce(substring(value FROM '^-?[0-9]{1,18}'), '0') AS BIGINT)"],
        " FROM cursor WHERE shop = $1 AND source = $2
             AND at > coalesce((SELECT at FROM cursor WHERE shop = $1 AND source = 'sightings'), 0)"
    ))
    .bind(shop.0)
    .bind(format!("read.{on}.{of}"))
    .fetch_optional(&mut *tx)
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
        query(
            "INSERT INTO sighting (shop, source, record, event, before, after, cause, at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(shop.0)
        .bind(&seen.source)
        .bind(&seen.record)
        .bind(seen.event.as_deref())
        .bind(text(&seen.before))
        .bind(text(&seen.after))
        .bind(By::Outside.as_json())
        .bind(at)
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

const COLUMNS: &str = "SELECT id, source, record, event, before, after, cause, at FROM sighting ";

fn read(row: &Row) -> Result<StoredSighting, StoreError> {
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
        },
        cause: read_json(&row.try_get::<String, _>(6)?, "sighting", "cause")?,
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
        let rows = query(format!(
            "{COLUMNS} WHERE shop = $1 AND id > $2 ORDER BY id LIMIT $3"
        ))
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
        let row = query(format!(
            "{COLUMNS} WHERE shop = $1 AND source = $2 AND record = $3 AND id <= $4 ORDER BY id DESC LIMIT 1"
        ))
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
        let seq: Option<i64> = query_scalar("SELECT max(id) FROM sighting WHERE shop = $1")
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
            query_scalar("SELECT max(id) FROM sighting WHERE shop = $1 AND at < $2")
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
        let done = query(
            "DELETE FROM sighting WHERE id IN (
                 SELECT id FROM sighting WHERE shop = $1 AND at < $2 AND id <= $3 ORDER BY at LIMIT $4)",
        )
        .bind(shop.0)
        .bind(time(before))
        .bind(up_to)
        .bind(most)
        .execute(self.turn(shop))
        .await?;
        Ok(done.rows_affected())
    }
}
