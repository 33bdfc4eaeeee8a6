//! How somebody is told, what was told, and what is still to be sent.

use crate::codes::{json, read_json, read_time, time};
use crate::db::{Scope, Tx, both, query, query_as, query_scalar};
use crate::notice::{DueNotice, NewNotice, Remembered, Sending, WayState};
use crate::{Store, StoreError};
use domain::{ShopId, Timestamp};
use jiff::SignedDuration;
use serde_json::Value as Json;

/// What was sent or given up is forgotten after so long.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// So much is taken to be sent at once.
const AT_ONCE: u32 = 20;

impl Store {
    /// How somebody is told, as it was written; nothing where nobody wrote anything.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn notification_settings(&self) -> Result<Option<Json>, StoreError> {
        let text: Option<String> =
            query_scalar("SELECT value FROM notification_settings WHERE id = 1")
                .fetch_optional(&self.readers)
                .await?;
        text.map(|text| read_json(&text, "notification_settings", "value"))
            .transpose()
    }

    /// Writes how somebody is told. What waits for ways that are off is dropped, and what waits for the others is tried
    /// at once; secrets of these names are forgotten.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn save_notification_settings(
        &self,
        value: &Json,
        off: &[&str],
        forgotten: &[&str],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin(Scope::House).await?;
        query(
            "INSERT INTO notification_settings (id, value, at) VALUES (1, $1, $2)
             ON CONFLICT (id) DO UPDATE SET value = excluded.value, at = excluded.at",
        )
        .bind(json(value, "notification_settings", "value")?)
        .bind(time(now))
        .execute(&mut tx)
        .await?;
        for way in off {
            for sql in [
                "DELETE FROM notice WHERE way = $1",
                "DELETE FROM notification_way WHERE way = $1",
            ] {
                query(sql).bind(*way).execute(&mut tx).await?;
            }
        }
        for name in forgotten {
            query("DELETE FROM app_secret WHERE name = $1")
                .bind(*name)
                .execute(&mut tx)
                .await?;
        }
        query("UPDATE notice SET next_at = $1 WHERE next_at > $1")
            .bind(time(now))
            .execute(&mut tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// What is remembered of every shop.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn notices_told(&self) -> Result<Vec<Remembered>, StoreError> {
        let rows: Vec<(i64, String)> = query_as("SELECT shop, value FROM notification_told")
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter()
            .map(|(shop, value)| {
                Ok(Remembered {
                    shop: ShopId(shop),
                    value: read_json(&value, "notification_told", "value")?,
                })
            })
            .collect()
    }

    /// Remembers what was told and puts what is to be sent beside it, both or neither. A shop that is gone meanwhile is
    /// passed over.
    ///
    /// # Errors
    /// When the database refuses; then nothing was changed.
    pub async fn tell(
        &self,
        told: &[Remembered],
        notices: &[NewNotice],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin(Scope::House).await?;
        for one in told {
            query(
                "INSERT INTO notification_told (shop, value) SELECT id, $2 FROM shop WHERE id = $1
                 ON CONFLICT (shop) DO UPDATE SET value = excluded.value",
            )
            .bind(one.shop.0)
            .bind(json(&one.value, "notification_told", "value")?)
            .execute(&mut tx)
            .await?;
        }
        for notice in notices {
            query(
                "INSERT INTO notice (id, way, content, made_at, next_at) VALUES ($1, $2, $3, $4, $4)",
            )
            .bind(&notice.id)
            .bind(notice.way)
            .bind(json(&notice.content, "notice", "content")?)
            .bind(time(now))
            .execute(&mut tx)
            .await?;
        }
        if !notices.is_empty() {
            let before = now.checked_sub(KEPT).unwrap_or(Timestamp::MIN);
            query("DELETE FROM notice WHERE next_at IS NULL AND made_at < $1")
                .bind(time(before))
                .execute(&mut tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Forgets what was told: nobody is told anything any more, and who is told from now on does not know it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn forget_told(&self) -> Result<(), StoreError> {
        query("DELETE FROM notification_told")
            .execute(self.turn(Scope::House))
            .await?;
        Ok(())
    }

    /// What is to be sent now by a way, oldest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn due_notices(
        &self,
        way: &str,
        now: Timestamp,
    ) -> Result<Vec<DueNotice>, StoreError> {
        let rows: Vec<(String, String, i64, u32)> = query_as(
            "SELECT id, content, made_at, attempts FROM notice
             WHERE way = $1 AND next_at IS NOT NULL AND next_at <= $2 ORDER BY made_at, id LIMIT $3",
        )
        .bind(way)
        .bind(time(now))
        .bind(AT_ONCE)
        .fetch_all(&self.readers)
        .await?;
        rows.into_iter()
            .map(|(id, content, made_at, attempts)| {
                Ok(DueNotice {
                    id,
                    content: read_json(&content, "notice", "content")?,
                    made_at: read_time(made_at),
                    attempts,
                })
            })
            .collect()
    }

    /// Keeps what came of sending one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn notice_tried(
        &self,
        way: &str,
        id: &str,
        outcome: &Sending,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (sent_at, next_at, failure) = match outcome {
            Sending::Sent => (Some(time(now)), None, None),
            Sending::Failed { why, next_at } => (None, next_at.map(time), Some(why)),
        };
        let mut tx = self.begin(Scope::House).await?;
        query(
            "UPDATE notice SET attempts = attempts + 1, next_at = $2, sent_at = $3, failure = $4 WHERE id = $1",
        )
        .bind(id)
        .bind(next_at)
        .bind(sent_at)
        .bind(failure)
        .execute(&mut tx)
        .await?;
        way_used(&mut tx, way, outcome, now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Keeps what came of using a way beside the notices: a visit, or a test.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn way_tried(
        &self,
        way: &str,
        outcome: &Sending,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin(Scope::House).await?;
        way_used(&mut tx, way, outcome, now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// What came of a way the last time that it was used.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn way_state(&self, way: &str) -> Result<WayState, StoreError> {
        type Used = (Option<i64>, Option<i64>, Option<String>);
        let used: Option<Used> =
            query_as("SELECT sent_at, failed_at, failure FROM notification_way WHERE way = $1")
                .bind(way)
                .fetch_optional(&self.readers)
                .await?;
        let (sent_at, failed_at, failure) = used.unwrap_or_default();
        let (waiting, given_up): (i64, i64) = query_as(
            "SELECT count(next_at), count(*) FILTER (WHERE next_at IS NULL AND sent_at IS NULL AND made_at > $2)
             FROM notice WHERE way = $1",
        )
        .bind(way)
        .bind(sent_at.unwrap_or(0))
        .fetch_one(&self.readers)
        .await?;
        Ok(WayState {
            sent_at: sent_at.map(read_time),
            failed_at: failed_at.map(read_time),
            failure,
            waiting: u64::try_from(waiting).unwrap_or(0),
            given_up: u64::try_from(given_up).unwrap_or(0),
        })
    }

    /// Writes something that changes nothing.
    ///
    /// # Errors
    /// When the database takes no writes, or the disk is full.
    pub async fn prove_writable(&self, now: Timestamp) -> Result<(), StoreError> {
        query(
            "INSERT INTO notification_way (way, failed_at) VALUES ('proof', $1)
             ON CONFLICT (way) DO UPDATE SET failed_at = excluded.failed_at",
        )
        .bind(time(now))
        .execute(self.turn(Scope::House))
        .await?;
        Ok(())
    }

    /// When a side of a shop was last read, in whole or in part.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn last_read(
        &self,
        shop: ShopId,
        side: domain::Side,
    ) -> Result<Option<Timestamp>, StoreError> {
        let known = |known: &mut crate::memory::Known| {
            let cursors = known.values.get("cursor")?.iter();
            let of_side = cursors.filter(|(source, _)| source.contains(side.as_str()));
            Some(of_side.map(|(_, cursor)| cursor.at).max())
        };
        if let Some(at) = self.memory.recall(shop, known) {
            return Ok(at);
        }
        let at: Option<i64> = query_scalar(both!(
            "SELECT max(at) FROM cursor WHERE shop = $1 AND ",
            [sqlite "instr"],
            [postgres "strpos"],
            "(source, $2) > 0"
        ))
        .bind(shop.0)
        .bind(side.as_str())
        .fetch_one(&self.readers)
        .await?;
        Ok(at.map(read_time))
    }
}

async fn way_used(
    tx: &mut Tx,
    way: &str,
    outcome: &Sending,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = match outcome {
        Sending::Sent => {
            "INSERT INTO notification_way (way, sent_at, failure) VALUES ($1, $2, $3)
             ON CONFLICT (way) DO UPDATE SET sent_at = excluded.sent_at, failure = NULL"
        }
        Sending::Failed { .. } => {
            "INSERT INTO notification_way (way, failed_at, failure) VALUES ($1, $2, $3)
             ON CONFLICT (way) DO UPDATE SET failed_at = excluded.failed_at, failure = excluded.failure"
        }
    };
    let why = match outcome {
        Sending::Sent => None,
        Sending::Failed { why, .. } => Some(why),
    };
    query(sql)
        .bind(way)
        .bind(time(now))
        .bind(why)
        .execute(&mut *tx)
        .await?;
    Ok(())
}
