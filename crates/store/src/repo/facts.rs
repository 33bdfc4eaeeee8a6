//! Cursors, what was learnt about a shop, and vendor budgets.

use crate::codes::{json, read_json, read_time, side};
use crate::db::{query, query_as, query_scalar};
use crate::model::FactRow;
use crate::{Store, StoreError, Work};
use domain::{ShopId, Side};
use serde_json::Value as Json;

impl Store {
    /// Where polling of a source stands.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn cursor(&self, shop: ShopId, source: &str) -> Result<Option<FactRow>, StoreError> {
        let row: Option<(String, i64)> =
            query_as("SELECT value, at FROM cursor WHERE shop = $1 AND source = $2")
                .bind(shop.0)
                .bind(source)
                .fetch_optional(&self.readers)
                .await?;
        row.map(|(value, at)| {
            Ok(FactRow {
                value: read_json(&value, "cursor", "value")?,
                at: read_time(at),
            })
        })
        .transpose()
    }

    /// Something learnt about the shop.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn fact(&self, shop: ShopId, topic: &str) -> Result<Option<FactRow>, StoreError> {
        let row: Option<(String, i64)> =
            query_as("SELECT value, at FROM fact WHERE shop = $1 AND topic = $2")
                .bind(shop.0)
                .bind(topic)
                .fetch_optional(&self.readers)
                .await?;
        row.map(|(value, at)| {
            Ok(FactRow {
                value: read_json(&value, "fact", "value")?,
                at: read_time(at),
            })
        })
        .transpose()
    }

    /// Reads a budget, lets `change` work on it, and stores what it answers, all in one transaction, so that
    /// processes that share a database share the budget exactly.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn with_budget<T: Send>(
        &self,
        shop: ShopId,
        on: Side,
        change: impl FnOnce(Option<Json>) -> (Json, T) + Send,
    ) -> Result<T, StoreError> {
        let writing = async {
            let mut tx = self.begin(shop).await?;
            let state: Option<String> =
                query_scalar("SELECT state FROM budget WHERE shop = $1 AND side = $2")
                    .bind(shop.0)
                    .bind(side(on))
                    .fetch_optional(&mut tx)
                    .await?;
            let state = state
                .map(|text| read_json(&text, "budget", "state"))
                .transpose()?;
            let (state, answer) = change(state);
            query(
                "INSERT INTO budget (shop, side, state) VALUES ($1, $2, $3)
                 ON CONFLICT (shop, side) DO UPDATE SET state = excluded.state",
            )
            .bind(shop.0)
            .bind(side(on))
            .bind(json(&state, "budget", "state")?)
            .execute(&mut tx)
            .await?;
            tx.commit().await?;
            Ok(answer)
        };
        self.metered.tell(Work::Budget, writing).await
    }

    /// A budget as stored.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn budget(&self, shop: ShopId, on: Side) -> Result<Option<Json>, StoreError> {
        let state: Option<String> =
            query_scalar("SELECT state FROM budget WHERE shop = $1 AND side = $2")
                .bind(shop.0)
                .bind(side(on))
                .fetch_optional(&self.readers)
                .await?;
        state
            .map(|text| read_json(&text, "budget", "state"))
            .transpose()
    }
}
