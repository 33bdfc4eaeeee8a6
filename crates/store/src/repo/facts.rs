//! Cursors, what was learnt about a shop, and vendor budgets.

use crate::codes::{json, read_json, read_side, read_time, side};
use crate::db::{Sql, both, query, query_as, query_scalar};
use crate::glance::Glance;
use crate::memory::{Known, Touches, Values};
use crate::model::FactRow;
use crate::repo::{by_shop, these};
use crate::{Store, StoreError, Work};
use domain::{ShopId, Side};
use serde_json::Value as Json;
use std::collections::BTreeMap;

type Row = (String, String, i64);

/// A table of values by name.
struct Table {
    name: &'static str,
    all: &'static str,
    one: &'static str,
    of_shops: Sql,
}

const CURSORS: Table = Table {
    name: "cursor",
    all: "SELECT source, value, at FROM cursor WHERE shop = $1",
    one: "SELECT source, value, at FROM cursor WHERE shop = $1 AND source = $2",
    of_shops: both!(
        "SELECT shop, source, value, at FROM cursor WHERE shop ",
        [numbers "1"]
    ),
};
const FACTS: Table = Table {
    name: "fact",
    all: "SELECT topic, value, at FROM fact WHERE shop = $1",
    one: "SELECT topic, value, at FROM fact WHERE shop = $1 AND topic = $2",
    of_shops: both!(
        "SELECT shop, topic, value, at FROM fact WHERE shop ",
        [numbers "1"]
    ),
};

impl Store {
    /// Where polling of a source stands.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn cursor(&self, shop: ShopId, source: &str) -> Result<Option<FactRow>, StoreError> {
        self.value_of(&CURSORS, shop, source).await
    }

    /// Something learnt about the shop.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn fact(&self, shop: ShopId, topic: &str) -> Result<Option<FactRow>, StoreError> {
        self.value_of(&FACTS, shop, topic).await
    }

    /// One of them; whoever remembers reads all of them at once.
    async fn value_of(
        &self,
        table: &Table,
        shop: ShopId,
        name: &str,
    ) -> Result<Option<FactRow>, StoreError> {
        let known = |known: &mut Known| Some(known.values.get(table.name)?.get(name).cloned());
        if let Some(row) = self.memory.recall(shop, known) {
            return Ok(row);
        }
        if let Some(reading) = self.memory.reads(shop) {
            let rows: Vec<Row> = query_as(table.all)
                .bind(shop.0)
                .fetch_all(&self.readers)
                .await?;
            let all = read_all(rows, table.name)?;
            let row = all.get(name).cloned();
            reading.learn(|known| drop(known.values.insert(table.name, all)));
            return Ok(row);
        }
        let row: Option<Row> = query_as(table.one)
            .bind(shop.0)
            .bind(name)
            .fetch_optional(&self.readers)
            .await?;
        Ok(read_all(row, table.name)?.remove(name))
    }

    /// All cursors and facts of several shops, by the name of their table.
    pub(crate) async fn values_of(
        &self,
        shops: &[ShopId],
    ) -> Result<BTreeMap<ShopId, Values>, StoreError> {
        let mut all = BTreeMap::<_, Values>::new();
        for shop in shops {
            let empty = [CURSORS, FACTS].map(|table| (table.name, BTreeMap::new()));
            all.insert(*shop, BTreeMap::from(empty));
        }
        for table in [CURSORS, FACTS] {
            let rows: Vec<(i64, String, String, i64)> = query_as(table.of_shops)
                .bind(these(shops))
                .fetch_all(&self.readers)
                .await?;
            for (shop, rows) in by_shop(rows, |(shop, name, value, at)| (shop, (name, value, at))) {
                let of_shop = all.entry(shop).or_default();
                of_shop.insert(table.name, read_all(rows, table.name)?);
            }
        }
        Ok(all)
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
            let mut tx = self.begin_touching(shop, Touches::Nothing).await?;
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
        let seen = |glance: &Glance| glance.budgets.get(&on).cloned();
        if let Some(budget) = self.memory.glance(shop, seen) {
            return Ok(budget);
        }
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

    /// The budgets of several shops.
    pub(crate) async fn budgets_of(
        &self,
        shops: &[ShopId],
    ) -> Result<BTreeMap<ShopId, BTreeMap<Side, Json>>, StoreError> {
        let rows: Vec<(i64, i64, String)> = query_as(both!(
            "SELECT shop, side, state FROM budget WHERE shop ",
            [numbers "1"]
        ))
        .bind(these(shops))
        .fetch_all(&self.readers)
        .await?;
        let mut all = BTreeMap::<_, BTreeMap<_, _>>::new();
        for (shop, side, state) in rows {
            let state = read_json(&state, "budget", "state")?;
            let of_shop = all.entry(ShopId(shop)).or_default();
            of_shop.insert(read_side(side), state);
        }
        Ok(all)
    }
}

fn read_all(
    rows: impl IntoIterator<Item = Row>,
    table: &'static str,
) -> Result<BTreeMap<String, FactRow>, StoreError> {
    let read = |(name, value, at): Row| {
        let value = read_json(&value, table, "value")?;
        let at = read_time(at);
        Ok((name, FactRow { value, at }))
    };
    rows.into_iter().map(read).collect()
}
