//! What a flow does once in a while for somebody.

use crate::codes::time;
use crate::db::query;
use crate::{Store, StoreError};
use domain::{ShopId, Timestamp};

impl Store {
    /// Claims for a run what its flow does only once for a key. Yes where nobody claimed it, or this very run did, or
    /// another one did before `since`; without `since` it is claimed for good.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn claim_once(
        &self,
        shop: ShopId,
        now: Timestamp,
        flow: &str,
        key: &str,
        run: &str,
        since: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        let claimed = query(
            "INSERT INTO flow_once (shop, flow, key, run, at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (shop, flow, key) DO UPDATE SET run = excluded.run,
                 at = CASE WHEN flow_once.run = excluded.run THEN flow_once.at ELSE excluded.at END
             WHERE flow_once.run = excluded.run OR flow_once.at < $6",
        )
        .bind(shop.0)
        .bind(flow)
        .bind(key)
        .bind(run)
        .bind(time(now))
        .bind(since.map_or(i64::MIN, time))
        .execute(self.turn(shop))
        .await?;
        Ok(claimed.rows_affected() > 0)
    }
}
