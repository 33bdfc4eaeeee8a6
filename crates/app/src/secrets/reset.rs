//! When the master key is lost: secrets are forgotten, everything else stays.

use super::{lock_keys, open_vault};
use crate::AppError;
use domain::Context;
use serde::Serialize;
use std::path::PathBuf;
use store::Store;
use vault::{KeyFileChange, MasterSource};

/// What a reset did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeysReset {
    /// Secrets that were forgotten.
    pub forgotten: u64,
    /// Where a key file that opened nothing lies now.
    pub key_file_moved_to: Option<PathBuf>,
    /// Shops that have to be connected again.
    pub shops: Vec<String>,
}

/// Forgets every sealed secret and makes new keys. Shops, links, journal and rules stay, so that nothing is doubled
/// when the accounts are connected again. The caller made sure that no service is running.
///
/// # Errors
/// When another process changes the keys, the store refuses, or no new key can be made.
pub async fn reset_keys(
    store: &Store,
    source: &MasterSource,
    context: &Context,
) -> Result<KeysReset, AppError> {
    let lock = lock_keys(store).await?;
    if let MasterSource::Passphrase(passphrase, _) = source {
        vault::check_new_passphrase(passphrase)?;
    }
    let forgotten = store.forget_sealed().await?;
    let key_file_moved_to = match source.file() {
        Some(path) => {
            let aside = KeyFileChange::put_aside(path)?;
            KeyFileChange::forget_former(path)?;
            aside
        }
        None => None,
    };
    drop(lock);
    open_vault(store, source, context).await?;
    let shops = store.shops().await?;
    Ok(KeysReset {
        forgotten,
        key_file_moved_to,
        shops: shops.into_iter().map(|shop| shop.name).collect(),
    })
}
