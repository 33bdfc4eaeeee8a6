//! Calls of flows that wrote something, so that what is seen afterwards can be told from what people do.

use crate::codes::{json, read_json, read_time, time};
use crate::db::{both, query};
use crate::flow::FlowAct;
use crate::{Store, StoreError};
use domain::{ShopId, Timestamp};

impl Store {
    /// Remembers a call by the records that it names or made.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn note_flow_act(
        &self,
        shop: ShopId,
        records: &[String],
        act: &FlowAct,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin(shop).await?;
        for record in records {
            query(
                "INSERT INTO flow_act (shop, record, run, step, chain, input, made, at, operation) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                 ON CONFLICT (shop, record, run, step) DO UPDATE SET made = excluded.made, input = excluded.input",
            )
            .bind(shop.0)
            .bind(record)
            .bind(&act.run)
            .bind(&act.step)
            .bind(json(&act.chain, "flow_act", "chain")?)
            .bind(act.input.to_string())
            .bind(i64::from(act.made))
            .bind(time(act.at))
            .bind(&act.operation)
            .execute(&mut tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Calls about a record since an instant, newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn flow_acts(
        &self,
        shop: ShopId,
        record: &str,
        since: Timestamp,
    ) -> Result<Vec<FlowAct>, StoreError> {
        let rows = query(
            "SELECT run, step, chain, input, made, at, operation FROM flow_act WHERE shop = $1 AND record = $2 AND at >= $3 ORDER BY at DESC",
        )
        .bind(shop.0)
        .bind(record)
        .bind(time(since))
        .fetch_all(&self.readers)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(FlowAct {
                    run: row.try_get(0)?,
                    step: row.try_get(1)?,
                    chain: read_json(&row.try_get::<String, _>(2)?, "flow_act", "chain")?,
                    input: read_json(&row.try_get::<String, _>(3)?, "flow_act", "input")?,
                    made: row.try_get::<i64, _>(4)? != 0,
                    at: read_time(row.try_get(5)?),
                    operation: row.try_get(6)?,
                })
            })
            .collect()
    }

    /// Forgets what was sent before an instant, and keeps the names of it: by its values nothing is recognised any more.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn forget_flow_inputs(
        &self,
        shop: ShopId,
        before: Timestamp,
    ) -> Result<(), StoreError> {
        query(both!(
            "UPDATE flow_act SET input = (SELECT ",
            [sqlite "json_group_object(key, NULL) FROM json_each(flow_act.input)"],
            [postgres
                r"coalesce(CAST(json_object_agg(key, NULL) AS text), '{}')
                  FROM json_each(CAST(replace(flow_act.input, '\u0000', '\ufffd') AS json))"],
            "), emptied = 1 WHERE shop = $1 AND at < $2 AND emptied = 0"
        ))
        .bind(shop.0)
        .bind(time(before))
        .execute(self.turn(shop))
        .await?;
        Ok(())
    }

    /// Forgets calls before an instant.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn forget_flow_acts(
        &self,
        shop: ShopId,
        before: Timestamp,
    ) -> Result<(), StoreError> {
        query("DELETE FROM flow_act WHERE shop = $1 AND at < $2")
            .bind(shop.0)
            .bind(time(before))
            .execute(self.turn(shop))
            .await?;
        Ok(())
    }
}
