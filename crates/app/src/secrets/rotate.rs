//! A new data key, and every secret sealed anew under it, while others go on reading and writing secrets.

use super::lock_keys;
use crate::{App, AppError};
use schemars::JsonSchema;
use serde::Serialize;
use store::SealedText;
use vault::{Place, Vault};

/// Secrets of one transaction.
const BATCH: u32 = 100;

/// What a rotation did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Rotation {
    /// The version of the data key that seals from now on.
    pub version: i64,
    /// Secrets that were sealed anew.
    pub resealed: u64,
    /// Versions of data keys that are gone, since nothing is sealed with them any more.
    pub removed: Vec<i64>,
    /// Secrets that do not open and stay as they are, by their place.
    pub unopened: Vec<String>,
}

impl App {
    /// Makes a new data key, seals every secret anew, and removes data keys that nothing uses any more. A secret that
    /// somebody stores meanwhile is never written over. Cut short anywhere, everything opens as before, and the next
    /// rotation goes on.
    ///
    /// # Errors
    /// When another process changes the keys, or the store refuses.
    pub async fn rotate_keys(&self) -> Result<Rotation, AppError> {
        let _lock = lock_keys(&self.store).await?;
        self.reload_keys().await?;
        let keys = self.store.data_keys().await?;
        let master = self.keys.vault().master().clone();
        let (version, sealed) = Vault::next_data_key(&master, &keys, &self.context)?;
        self.store
            .add_data_key(version, &sealed, self.now())
            .await?;
        self.reload_keys().await?;
        let mut rotation = Rotation {
            version,
            resealed: 0,
            removed: Vec::new(),
            unopened: Vec::new(),
        };
        while self.reseal_some(&mut rotation).await? {}
        rotation.removed = self.store.remove_unused_data_keys().await?;
        Ok(rotation)
    }

    /// Answers whether there may be more.
    async fn reseal_some(&self, rotation: &mut Rotation) -> Result<bool, AppError> {
        let limit = BATCH.saturating_add(u32::try_from(rotation.unopened.len()).unwrap_or(0));
        let found = self
            .store
            .sealed_under_others(rotation.version, limit)
            .await?;
        let vault = self.keys.vault();
        let (mut anew, mut unopened) = (Vec::new(), Vec::new());
        for text in found {
            let place = place_of(&text);
            match vault.unseal(&place, &text.sealed) {
                Ok(secret) => {
                    let sealed = vault.seal(&place, &secret)?;
                    anew.push((text, sealed));
                }
                Err(error) => unopened.push(error.to_string()),
            }
        }
        rotation.unopened = unopened;
        if anew.is_empty() {
            return Ok(false);
        }
        rotation.resealed += self.store.reseal(&anew).await?;
        Ok(true)
    }
}

fn place_of(text: &SealedText) -> Place {
    Place::new(text.table, "sealed", &text.row)
}
