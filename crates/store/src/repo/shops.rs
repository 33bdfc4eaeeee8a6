//! Shops.

use crate::codes::{json, read_json, read_time, time};
use crate::db::{Row, Scope, both, query, query_scalar};
use crate::model::Shop;
use crate::repo::these;
use crate::{Store, StoreError};
use domain::{ShopId, Timestamp};
use serde_json::Value as Json;
use std::collections::BTreeSet;

macro_rules! columns {
    () => {
        "SELECT id, name, location, zone, country, paused, rules, approved_at, created_at, removed_at FROM shop "
    };
}

fn read(row: &Row) -> Result<Shop, StoreError> {
    Ok(Shop {
        id: ShopId(row.try_get(0)?),
        name: row.try_get(1)?,
        location: row.try_get(2)?,
        zone: row.try_get(3)?,
        country: row.try_get(4)?,
        paused: row.try_get::<i64, _>(5)? != 0,
        rules: read_json(row.try_get(6)?, "shop", "rules")?,
        approved_at: row.try_get::<Option<i64>, _>(7)?.map(read_time),
        created_at: read_time(row.try_get(8)?),
        removed_at: row.try_get::<Option<i64>, _>(9)?.map(read_time),
    })
}

impl Store {
    /// Adds a shop.
    ///
    /// # Errors
    /// When the name is taken, or the database refuses.
    pub async fn add_shop(
        &self,
        name: &str,
        location: &str,
        zone: Option<&str>,
        country: Option<&str>,
        rules: &Json,
        now: Timestamp,
    ) -> Result<Shop, StoreError> {
        let done = query(
            "INSERT INTO shop (name, location, zone, country, rules, created_at) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (name) DO NOTHING",
        )
        .bind(name)
        .bind(location)
        .bind(zone)
        .bind(country)
        .bind(json(rules, "shop", "rules")?)
        .bind(time(now))
        .execute(self.turn(Scope::House))
        .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::Exists {
                what: "the shop",
                name: name.to_owned(),
            });
        }
        self.shop(name).await?.ok_or(StoreError::Busy)
    }

    /// Removed shops whose journals are kept, by name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn removed_shops(&self) -> Result<Vec<Shop>, StoreError> {
        let rows = query(concat!(
            columns!(),
            "WHERE removed_at IS NOT NULL ORDER BY name"
        ))
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(read).collect()
    }

    /// All shops by name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn shops(&self) -> Result<Vec<Shop>, StoreError> {
        let rows = query(concat!(
            columns!(),
            "WHERE removed_at IS NULL ORDER BY name"
        ))
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(read).collect()
    }

    /// Which of these shops are there.
    pub(crate) async fn of_these_there(
        &self,
        shops: &[ShopId],
    ) -> Result<BTreeSet<ShopId>, StoreError> {
        let ids: Vec<i64> = query_scalar(both!(
            "SELECT id FROM shop WHERE removed_at IS NULL AND id ",
            [numbers "1"]
        ))
        .bind(these(shops))
        .fetch_all(&self.readers)
        .await?;
        Ok(ids.into_iter().map(ShopId).collect())
    }

    /// Asks whether the database can be read, as cheaply as that can be known.
    ///
    /// # Errors
    /// When it cannot.
    pub async fn can_be_read(&self) -> Result<(), StoreError> {
        let _whether: i64 = query_scalar("SELECT EXISTS (SELECT 1 FROM shop)")
            .fetch_one(&self.readers)
            .await?;
        Ok(())
    }

    /// One shop by its name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn shop(&self, name: &str) -> Result<Option<Shop>, StoreError> {
        let row = query(concat!(columns!(), "WHERE name = $1"))
            .bind(name)
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// Pauses or resumes a shop.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn pause_shop(&self, shop: ShopId, paused: bool) -> Result<(), StoreError> {
        query("UPDATE shop SET paused = $2 WHERE id = $1")
            .bind(shop.0)
            .bind(i64::from(paused))
            .execute(self.turn(shop))
            .await?;
        Ok(())
    }

    /// Sets a shop's own zone and country; without one, the location's holds.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn set_place_of_shop(
        &self,
        shop: ShopId,
        zone: Option<&str>,
        country: Option<&str>,
    ) -> Result<(), StoreError> {
        query("UPDATE shop SET zone = $2, country = $3 WHERE id = $1")
            .bind(shop.0)
            .bind(zone)
            .bind(country)
            .execute(self.turn(shop))
            .await?;
        Ok(())
    }

    /// Removes a shop with what was stored for it, except for its journal, its runs and the account of what was
    /// written. Answers the name under which these are read from now on. Nothing is changed at the vendors.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn remove_shop_keeping_history(
        &self,
        shop: ShopId,
        now: Timestamp,
    ) -> Result<String, StoreError> {
        let mut tx = self.begin(Scope::Whole).await?;
        // Asked of the schema, so that no later table is forgotten.
        let tables: Vec<String> = query_scalar(both!(
            [sqlite
                "SELECT m.name FROM sqlite_schema AS m JOIN pragma_table_info(m.name) AS c
                 WHERE m.type = 'table' AND c.name = 'shop' AND m.name NOT IN ('journal', 'run', 'intent')"],
            [postgres
                "SELECT CAST(table_name AS text) FROM information_schema.columns
                 WHERE table_schema = current_schema() AND column_name = 'shop'
                   AND table_name NOT IN ('journal', 'run', 'intent')"]
        ))
        .fetch_all(&mut tx)
        .await?;
        for table in tables {
            let sql = format!("DELETE FROM \"{table}\" WHERE shop = $1");
            query(sql).bind(shop.0).execute(&mut tx).await?;
        }
        query("DELETE FROM intent WHERE shop = $1 AND state <> 'done'")
            .bind(shop.0)
            .execute(&mut tx)
            .await?;
        let name = query_scalar(
            "UPDATE shop SET name = name || '@' || id, paused = 1, removed_at = $2
             WHERE id = $1 AND removed_at IS NULL RETURNING name",
        )
        .bind(shop.0)
        .bind(time(now))
        .fetch_optional(&mut tx)
        .await?;
        tx.commit().await?;
        name.ok_or(StoreError::Busy)
    }

    /// Removes a shop with everything that was stored for it. Nothing is changed at the vendors.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn remove_shop(&self, shop: ShopId) -> Result<(), StoreError> {
        let mut tx = self.begin(Scope::Whole).await?;
        for sql in [
            "DELETE FROM identity_key WHERE shop = $1",
            "DELETE FROM apart WHERE shop = $1",
            "DELETE FROM person WHERE shop = $1",
            "DELETE FROM shop WHERE id = $1",
        ] {
            query(sql).bind(shop.0).execute(&mut tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}
