//! Sealed secrets and sealed data keys. What is inside is the vault's business.

use super::{by_shop, these};
use crate::codes::{read_time, time};
use crate::db::{Scope, both, query, query_as, query_scalar};
use crate::{Store, StoreError};
use domain::{ShopId, Timestamp};
use std::collections::BTreeMap;

impl Store {
    /// The sealed data keys by version, oldest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn data_keys(&self) -> Result<Vec<(i64, String)>, StoreError> {
        Ok(
            query_as("SELECT version, sealed FROM data_key ORDER BY version")
                .fetch_all(&self.readers)
                .await?,
        )
    }

    /// Stores a sealed data key; a version that is there already stays as it is.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_data_key(
        &self,
        version: i64,
        sealed: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        query(
            "INSERT INTO data_key (version, sealed, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        )
        .bind(version)
        .bind(sealed)
        .bind(time(now))
        .execute(self.turn(Scope::Whole))
        .await?;
        Ok(())
    }

    /// A sealed secret of a shop.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn secret(&self, shop: ShopId, name: &str) -> Result<Option<String>, StoreError> {
        Ok(
            query_scalar("SELECT sealed FROM secret WHERE shop = $1 AND name = $2")
                .bind(shop.0)
                .bind(name)
                .fetch_optional(&self.readers)
                .await?,
        )
    }

    /// Whether a shop has a secret of this name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn has_secret(&self, shop: ShopId, name: &str) -> Result<bool, StoreError> {
        let names = self
            .seen_or(
                shop,
                |glance| glance.secrets.clone(),
                self.secret_names_of(&[shop]),
            )
            .await?;
        Ok(names.iter().any(|one| one == name))
    }

    /// The names of the secrets of several shops.
    pub(crate) async fn secret_names_of(
        &self,
        shops: &[ShopId],
    ) -> Result<BTreeMap<ShopId, Vec<String>>, StoreError> {
        let rows: Vec<(i64, String)> = query_as(both!(
            "SELECT shop, name FROM secret WHERE shop ",
            [numbers "1"]
        ))
        .bind(these(shops))
        .fetch_all(&self.readers)
        .await?;
        Ok(by_shop(rows, |row| row))
    }

    /// The sealed secrets of this name, of every shop that has one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn secrets(&self, name: &str) -> Result<Vec<(ShopId, String)>, StoreError> {
        let rows: Vec<(i64, String)> = query_as("SELECT shop, sealed FROM secret WHERE name = $1")
            .bind(name)
            .fetch_all(&self.readers)
            .await?;
        Ok(rows
            .into_iter()
            .map(|(shop, sealed)| (ShopId(shop), sealed))
            .collect())
    }

    /// Since when a secret of a shop is kept as it is.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn secret_since(
        &self,
        shop: ShopId,
        name: &str,
    ) -> Result<Option<Timestamp>, StoreError> {
        let at: Option<i64> = query_scalar("SELECT at FROM secret WHERE shop = $1 AND name = $2")
            .bind(shop.0)
            .bind(name)
            .fetch_optional(&self.readers)
            .await?;
        Ok(at.map(read_time))
    }

    /// Stores a sealed secret in place of the one before.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn save_secret(
        &self,
        shop: ShopId,
        name: &str,
        sealed: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        query(
            "INSERT INTO secret (shop, name, sealed, at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (shop, name) DO UPDATE SET sealed = excluded.sealed, at = excluded.at",
        )
        .bind(shop.0)
        .bind(name)
        .bind(sealed)
        .bind(time(now))
        .execute(self.turn(shop))
        .await?;
        Ok(())
    }

    /// Forgets secrets of a shop.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn forget_secrets(&self, shop: ShopId, names: &[&str]) -> Result<bool, StoreError> {
        let mut forgotten = false;
        let mut tx = self.begin(shop).await?;
        for name in names {
            let done = query("DELETE FROM secret WHERE shop = $1 AND name = $2")
                .bind(shop.0)
                .bind(*name)
                .execute(&mut tx)
                .await?;
            forgotten |= done.rows_affected() > 0;
        }
        tx.commit().await?;
        Ok(forgotten)
    }
}
