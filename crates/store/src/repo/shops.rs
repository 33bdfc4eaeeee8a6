//! Shops.

use crate::codes::{json, read_json, read_time, time};
use crate::model::Shop;
use crate::{Store, StoreError};
use domain::{ShopId, Timestamp};
use serde_json::Value as Json;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

macro_rules! columns {
    () => {
        "SELECT id, name, location, zone, country, paused, rules, approved_at, created_at FROM shop "
    };
}

fn read(row: &SqliteRow) -> Result<Shop, StoreError> {
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
        let done = sqlx::query(
            "INSERT INTO shop (name, location, zone, country, rules, created_at) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (name) DO NOTHING",
        )
        .bind(name)
        .bind(location)
        .bind(zone)
        .bind(country)
        .bind(json(rules, "shop", "rules")?)
        .bind(time(now))
        .execute(&self.writer)
        .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::Exists {
                what: "the shop",
                name: name.to_owned(),
            });
        }
        self.shop(name).await?.ok_or(StoreError::Busy)
    }

    /// All shops by name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn shops(&self) -> Result<Vec<Shop>, StoreError> {
        let rows = sqlx::query(concat!(columns!(), "ORDER BY name"))
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(read).collect()
    }

    /// One shop by its name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn shop(&self, name: &str) -> Result<Option<Shop>, StoreError> {
        let row = sqlx::query(concat!(columns!(), "WHERE name = $1"))
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
        sqlx::query("UPDATE shop SET paused = $2 WHERE id = $1")
            .bind(shop.0)
            .bind(i64::from(paused))
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Removes a shop with everything that was stored for it. Nothing is changed at the vendors.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn remove_shop(&self, shop: ShopId) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        for sql in [
            "DELETE FROM identity_key WHERE shop = $1",
            "DELETE FROM apart WHERE shop = $1",
            "DELETE FROM shop WHERE id = $1",
        ] {
            sqlx::query(sql).bind(shop.0).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}
