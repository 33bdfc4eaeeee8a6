//! Snapshots of what flows watch beside the synced kinds, and since when things are as they are.

use super::sightings;
use crate::codes::{kind, read_json, read_time, side, time};
use crate::db::{Row, Tx, both, json_rows, query, query_scalar, texts};
use crate::flow::{NewSighting, Since, Watched};
use crate::repo::last_of_each;
use crate::{Store, StoreError};
use domain::{Kind, Record, ShopId, Side, Timestamp};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, HashMap};

/// A source that was read completely once: what was there then is history.
fn read_once(source: &str) -> String {
    format!("read.{source}")
}

impl Store {
    /// Which of these records are watched already, with what was seen of them.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn watched(
        &self,
        shop: ShopId,
        source: &str,
        records: &[String],
    ) -> Result<HashMap<String, Json>, StoreError> {
        let rows = query(both!(
            "SELECT record, body FROM watched WHERE shop = $1 AND source = $2 AND record ",
            [list "3"]
        ))
        .bind(shop.0)
        .bind(source)
        .bind(texts(records.iter().map(String::as_str)))
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(read).collect()
    }

    /// Watched records after one, in the order of their ids.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn watched_after(
        &self,
        shop: ShopId,
        source: &str,
        after: &str,
        limit: u32,
    ) -> Result<Vec<(String, Json)>, StoreError> {
        let rows = query(
            "SELECT record, body FROM watched WHERE shop = $1 AND source = $2 AND record > $3 ORDER BY record LIMIT $4",
        )
        .bind(shop.0)
        .bind(source)
        .bind(after)
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(read).collect()
    }

    /// Live records of a synced kind after one, in the order of their ids.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn live_records_after(
        &self,
        shop: ShopId,
        on: Side,
        what: Kind,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Record>, StoreError> {
        let bodies: Vec<String> = query_scalar(
            "SELECT body FROM record WHERE shop = $1 AND side = $2 AND kind = $3 AND id > $4 AND gone = 0 ORDER BY id LIMIT $5",
        )
        .bind(shop.0)
        .bind(side(on))
        .bind(kind(what))
        .bind(after)
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        bodies
            .iter()
            .map(|body| read_json(body, "record", "body"))
            .collect()
    }

    /// Saves watched records as just read, and keeps a sighting of each that is new or differs. Before a source was
    /// read completely once, and for what was made before that, nothing is sighted. `complete` says that the source
    /// has now been read to its end.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn watch(
        &self,
        shop: ShopId,
        now: Timestamp,
        source: &str,
        rows: Vec<Watched>,
        complete: bool,
    ) -> Result<usize, StoreError> {
        let ids: Vec<String> = rows.iter().map(|row| row.record.clone()).collect();
        let before = self.watched(shop, source, &ids).await?;
        let since = self.cursor(shop, &read_once(source)).await?;
        let mut tx = self.begin(shop).await?;
        let mut seen = Vec::new();
        for row in rows {
            let known = before.get(&row.record);
            if known == Some(&row.body) {
                continue;
            }
            save(&mut tx, shop, now, source, &row).await?;
            let history = match (&since, known, row.created_at) {
                (None, _, _) => true,
                (Some(since), None, Some(made)) => made < since.at,
                _ => false,
            };
            if !history {
                seen.push(NewSighting {
                    source: source.to_owned(),
                    record: row.record,
                    event: None,
                    before: known.cloned(),
                    after: Some(row.body),
                });
            }
        }
        sightings::insert(&mut tx, shop, time(now), &seen).await?;
        if complete {
            query(
                "INSERT INTO cursor (shop, source, value, at) VALUES ($1, $2, 'true', $3) ON CONFLICT DO NOTHING",
            )
            .bind(shop.0)
            .bind(read_once(source))
            .bind(time(now))
            .execute(&mut tx)
            .await?;
        }
        tx.commit().await?;
        Ok(seen.len())
    }

    /// Lets a source be read as if for the first time: nobody waited for it for a while, so what changed meanwhile is
    /// history.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn forget_watching(&self, shop: ShopId, source: &str) -> Result<(), StoreError> {
        query("DELETE FROM cursor WHERE shop = $1 AND source = $2")
            .bind(shop.0)
            .bind(read_once(source))
            .execute(self.turn(shop))
            .await?;
        Ok(())
    }

    /// Since when records of a source have been as they are, by record and respect.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn since(
        &self,
        shop: ShopId,
        source: &str,
        records: &[String],
    ) -> Result<HashMap<String, BTreeMap<String, Timestamp>>, StoreError> {
        let rows = query(both!(
            "SELECT record, what, at FROM since WHERE shop = $1 AND source = $2 AND record ",
            [list "3"]
        ))
        .bind(shop.0)
        .bind(source)
        .bind(texts(records.iter().map(String::as_str)))
        .fetch_all(&self.readers)
        .await?;
        let mut found: HashMap<String, BTreeMap<String, Timestamp>> = HashMap::new();
        for row in rows {
            let of = found.entry(row.try_get(0)?).or_default();
            of.insert(row.try_get(1)?, read_time(row.try_get(2)?));
        }
        Ok(found)
    }

    /// Forgets since when records are as they are: while nobody counts it, it goes out of date.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn forget_since(&self, shop: ShopId) -> Result<(), StoreError> {
        query("DELETE FROM since WHERE shop = $1")
            .bind(shop.0)
            .execute(self.turn(shop))
            .await?;
        Ok(())
    }

    /// Watched records of a source that name another record, newest first: the invoices of a ticket. `named` are the
    /// members under which vendors put what it is known by, each with that: an id, or the number that people use.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn watched_about(
        &self,
        shop: ShopId,
        source: &str,
        named: &[(&str, String)],
        limit: u32,
    ) -> Result<Vec<Json>, StoreError> {
        let named: Vec<Json> = named
            .iter()
            .map(|(member, value)| json!({"at": member, "is": value}))
            .collect();
        let bodies: Vec<String> = query_scalar(both!(
            "SELECT body FROM watched WHERE shop = $1 AND source = $2 AND EXISTS (SELECT 1 FROM ",
            [rows "3"],
            " WHERE ",
            [sqlite "CAST(json_extract(body, '$.' || (value ->> 'at')) AS TEXT)"],
            [postgres "json_at(body, VARIADIC string_to_array(value ->> 'at', '.'))"],
            " = value ->> 'is') ORDER BY seen_at DESC LIMIT $4"
        ))
        .bind(shop.0)
        .bind(source)
        .bind(json_rows(named))
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        bodies
            .iter()
            .map(|body| read_json(body, "watched", "body"))
            .collect()
    }
}

/// A record and its body.
fn read(row: &Row) -> Result<(String, Json), StoreError> {
    let body: String = row.try_get(1)?;
    Ok((row.try_get(0)?, read_json(&body, "watched", "body")?))
}

async fn save(
    tx: &mut Tx,
    shop: ShopId,
    now: Timestamp,
    source: &str,
    row: &Watched,
) -> Result<(), StoreError> {
    query(
        "INSERT INTO watched (shop, source, record, body, seen_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (shop, source, record) DO UPDATE SET body = excluded.body, seen_at = excluded.seen_at",
    )
    .bind(shop.0)
    .bind(source)
    .bind(&row.record)
    .bind(row.body.to_string())
    .bind(time(now))
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// Remembers since when records are as they are.
pub(super) async fn note_since(
    tx: &mut Tx,
    shop: ShopId,
    since: &[Since],
) -> Result<(), StoreError> {
    let rows: Vec<_> = since
        .iter()
        .map(|one| json!({"s": one.source, "r": one.record, "w": one.what, "a": time(one.at)}))
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    query(both!(
        "INSERT INTO since (shop, source, record, what, at)
         SELECT $1, value ->> 's', value ->> 'r', value ->> 'w', CAST(value ->> 'a' AS BIGINT) FROM ",
        [rows "2"],
        " WHERE true
         ON CONFLICT (shop, source, record, what) DO UPDATE SET at = excluded.at"
    ))
    .bind(shop.0)
    .bind(json_rows(last_of_each(rows, &["s", "r", "w"])))
    .execute(&mut *tx)
    .await?;
    Ok(())
}
