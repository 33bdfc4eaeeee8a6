//! Webhooks: handed out as signals, counted, forgotten when their time is over.

use super::these;
use crate::codes::{kind, read_kind, read_side, read_time, time};
use crate::db::{Sql, both, query, query_scalar};
use crate::memory::Touches;
use crate::model::{Heard, Signal};
use crate::{Store, StoreError};
use domain::{Kind, RecordId, ShopId, Side, Timestamp};
use std::collections::BTreeMap;

pub(crate) const WAITING: &str =
    "SELECT id, side, kind, record, parent, what, received_at, body,
         EXISTS (SELECT 1 FROM webhook AS looked_at WHERE looked_at.event = webhook.event AND looked_at.state = 1)
     FROM webhook WHERE shop = $1 AND state = 0 ORDER BY id LIMIT $2";

/// By the index `webhook_looked_at`; the oldest first.
pub(crate) const FORGET: &str = "DELETE FROM webhook WHERE id IN (
     SELECT id FROM webhook WHERE shop = $1 AND state = 1 AND received_at < $2 ORDER BY received_at LIMIT $3)";

impl Store {
    /// The webhooks of a shop that nobody has looked at yet, oldest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn waiting_signals(
        &self,
        shop: ShopId,
        limit: u32,
    ) -> Result<Vec<Signal>, StoreError> {
        let rows = query(WAITING)
            .bind(shop.0)
            .bind(limit)
            .fetch_all(&self.readers)
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Signal {
                    webhook: row.try_get(0)?,
                    side: read_side(row.try_get(1)?),
                    kind: row.try_get::<Option<i64>, _>(2)?.map(read_kind),
                    record: row.try_get::<Option<String>, _>(3)?.map(RecordId::new),
                    parent: row.try_get::<Option<String>, _>(4)?.map(RecordId::new),
                    what: row.try_get(5)?,
                    received_at: read_time(row.try_get(6)?),
                    body: row.try_get(7)?,
                    is_known: row.try_get(8)?,
                })
            })
            .collect()
    }

    /// Whether any webhook of a shop waits to be looked at.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn has_signals(&self, shop: ShopId) -> Result<bool, StoreError> {
        let found: i64 =
            query_scalar("SELECT EXISTS (SELECT 1 FROM webhook WHERE shop = $1 AND state = 0)")
                .bind(shop.0)
                .fetch_one(&self.readers)
                .await?;
        Ok(found != 0)
    }

    /// Whether HighLevel's webhooks come for a shop: one was looked at, or any waits.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn hears_webhooks(&self, shop: ShopId) -> Result<bool, StoreError> {
        let counts = self.counts_of_webhooks(shop, Side::HighLevel).await?;
        Ok(counts.last_at.is_some() || self.has_signals(shop).await?)
    }

    /// Whether an event was kept, by its 16 bytes. Goes through all that waits.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn knows_webhook(&self, event: &[u8; 16]) -> Result<bool, StoreError> {
        let found: i64 = query_scalar(
            "SELECT EXISTS (SELECT 1 FROM webhook WHERE event = $1 AND state = 1)
                 OR EXISTS (SELECT 1 FROM webhook WHERE event = $1 AND state = 0)",
        )
        .bind(event.as_slice())
        .fetch_one(&self.readers)
        .await?;
        Ok(found != 0)
    }

    /// How many webhooks a side sent, and how often changes were found with and without one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn counts_of_webhooks(&self, shop: ShopId, on: Side) -> Result<Heard, StoreError> {
        let mut of_sides = self
            .seen_or(
                shop,
                |glance| glance.heard.clone(),
                self.counts_of_webhooks_of(&[shop]),
            )
            .await?;
        Ok(of_sides.remove(&on).unwrap_or_default())
    }

    /// The same of both sides of several shops.
    pub(crate) async fn counts_of_webhooks_of(
        &self,
        shops: &[ShopId],
    ) -> Result<BTreeMap<ShopId, BTreeMap<Side, Heard>>, StoreError> {
        let rows = query(both!(
            "SELECT shop, side, received, told, missed, last_at FROM webhook_count WHERE shop ",
            [numbers "1"]
        ))
        .bind(these(shops))
        .fetch_all(&self.readers)
        .await?;
        let mut all = BTreeMap::<_, BTreeMap<_, _>>::new();
        for row in &rows {
            let heard = Heard {
                received: row.try_get::<i64, _>(2)?.unsigned_abs(),
                told: row.try_get::<i64, _>(3)?.unsigned_abs(),
                missed: row.try_get::<i64, _>(4)?.unsigned_abs(),
                last_at: row.try_get::<Option<i64>, _>(5)?.map(read_time),
            };
            let of_shop = all.entry(ShopId(row.try_get(0)?)).or_default();
            of_shop.insert(read_side(row.try_get(1)?), heard);
        }
        Ok(all)
    }

    /// Forgets webhooks that were looked at and came before an instant, a bounded number at a time. Answers how
    /// many.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn forget_webhooks(
        &self,
        shop: ShopId,
        before: Timestamp,
        most: u32,
    ) -> Result<u64, StoreError> {
        let done = query(FORGET)
            .bind(shop.0)
            .bind(time(before))
            .bind(most)
            .execute(self.turn_touching(shop, Touches::Nothing))
            .await?;
        Ok(done.rows_affected())
    }

    /// The record of the counter's side that people know by a number such as `K-1042`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn by_reference(
        &self,
        shop: ShopId,
        what: Kind,
        reference: &str,
    ) -> Result<Option<RecordId>, StoreError> {
        let id: Option<String> = query_scalar(BY_REFERENCE)
            .bind(shop.0)
            .bind(kind(what))
            .bind(reference)
            .fetch_optional(&self.readers)
            .await?;
        Ok(id.map(RecordId::new))
    }
}

pub(crate) const BY_REFERENCE: Sql = both!(
    "SELECT id FROM record",
    [by "record_reference"],
    "WHERE shop = $1 AND kind = $2 AND side = 1 AND gone = 0 AND ",
    [sqlite "json_extract(body, '$.reference') = $3"],
    [postgres "left(json_at(body, 'reference'), 100) = left($3, 100) AND json_at(body, 'reference') = $3"],
    " LIMIT 1"
);
