//! Secrets, sealed and opened with the keys of this installation. Keys may be rotated by another process at any time:
//! whoever meets a data key that it does not know reads the keys anew.

mod look;
mod master;
mod opening;
mod reset;
mod rotate;

pub use look::{DataKeyLine, KeysReport, look_at_keys};
pub use master::{MasterChange, NewMaster};
pub use opening::open_vault;
pub use reset::{KeysReset, reset_keys};
pub use rotate::Rotation;

use crate::{App, AppError};
use domain::Context;
use secrecy::SecretString;
use std::future::Future;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use store::{Lock, Store, StoreError};
use vault::{MasterSource, Place, Vault, VaultError};

/// Rotations that may come one after the other while a secret is stored or read.
const TRIES: u32 = 16;

/// The opened keys. Clones share them.
#[derive(Clone)]
pub(crate) struct Keys {
    vault: Arc<RwLock<Arc<Vault>>>,
    source: Arc<OnceLock<MasterSource>>,
    store: Store,
    context: Context,
    /// Held while the keys are read anew: out of a passphrase that takes time and memory.
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl Keys {
    pub(crate) fn new(vault: Vault, store: Store, context: Context) -> Self {
        Self {
            vault: Arc::new(RwLock::new(Arc::new(vault))),
            source: Arc::default(),
            store,
            context,
            turn: Arc::default(),
        }
    }

    /// Where the master key is looked for again when it was changed; the first word counts.
    pub(crate) fn set_source(&self, source: MasterSource) {
        let _said_before = self.source.set(source);
    }

    /// Seals a secret for its place and lets `store` store it. Where the keys were rotated meanwhile, the secret is
    /// sealed again and stored again.
    pub(crate) async fn seal_and_store<T, F>(
        &self,
        place: &Place,
        secret: &SecretString,
        store: impl Fn(String) -> F,
    ) -> Result<T, AppError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let mut tries = 0;
        loop {
            tries += 1;
            let sealed = self.vault().seal(place, secret)?;
            match store(sealed).await {
                Err(StoreError::DataKeyGone) if tries < TRIES => self.reload().await?,
                stored => return Ok(stored?),
            }
        }
    }

    /// Opens a secret that was sealed for this place, with keys read anew where it names one that is not known.
    pub(crate) async fn unseal(
        &self,
        place: &Place,
        sealed: &str,
    ) -> Result<SecretString, AppError> {
        match self.vault().unseal(place, sealed) {
            Err(VaultError::UnknownDataKey { .. }) => {
                self.reload().await?;
                Ok(self.vault().unseal(place, sealed)?)
            }
            opened => Ok(opened?),
        }
    }

    fn vault(&self) -> Arc<Vault> {
        Arc::clone(&self.vault.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn put(&self, vault: Vault) {
        *self.vault.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(vault);
    }

    /// Reads the data keys anew, and the master key where that was changed as well.
    async fn reload(&self) -> Result<(), AppError> {
        let before = self.vault().version();
        let _turn = self.turn.lock().await;
        let known = self.vault();
        if known.version() != before {
            // Somebody else has just done so.
            return Ok(());
        }
        let stored = self.store.data_keys().await?;
        let opened = match (
            Vault::open(known.master(), &stored, &self.context),
            self.source.get(),
        ) {
            (Ok((vault, None)), _) => vault,
            // All keys are gone: secrets that this process still knows belong to nothing any more.
            (Ok((_, Some(_))), _) => return Err(StoreError::DataKeyGone.into()),
            (Err(VaultError::OtherKey { .. }), Some(source)) => {
                open_vault(&self.store, source, &self.context).await?
            }
            (Err(error), _) => return Err(error.into()),
        };
        tracing::info!(vault.version = opened.version(), "the keys were read anew");
        self.put(opened.with_keys_of(&known));
        Ok(())
    }
}

impl App {
    /// Seals a secret for its place and lets `store` store it, sealed again where the keys were rotated meanwhile.
    ///
    /// # Errors
    /// When it cannot be sealed, or `store` refuses.
    pub async fn seal_and_store<T, F>(
        &self,
        place: &Place,
        secret: &SecretString,
        store: impl Fn(String) -> F,
    ) -> Result<T, AppError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        self.keys.seal_and_store(place, secret, store).await
    }

    /// Reads a secret that was sealed for this place and opens it; nothing where `read` finds none. Where the keys
    /// were rotated between reading and opening, it is read again.
    ///
    /// # Errors
    /// When it does not open, or `read` refuses.
    pub async fn read_and_unseal<F>(
        &self,
        place: &Place,
        read: impl Fn() -> F,
    ) -> Result<Option<SecretString>, AppError>
    where
        F: Future<Output = Result<Option<String>, StoreError>>,
    {
        let mut tries = 0;
        loop {
            tries += 1;
            let Some(sealed) = read().await? else {
                return Ok(None);
            };
            match self.unseal(place, &sealed).await {
                Err(AppError::Vault(VaultError::UnknownDataKey { .. })) if tries < TRIES => {}
                opened => return opened.map(Some),
            }
        }
    }

    /// Opens a secret that was sealed for this place.
    ///
    /// # Errors
    /// When it does not open.
    pub async fn unseal(&self, place: &Place, sealed: &str) -> Result<SecretString, AppError> {
        self.keys.unseal(place, sealed).await
    }

    /// What a backup of this installation is sealed with where no passphrase is named.
    #[must_use]
    pub fn backup_lock(&self) -> vault::backup::Lock {
        match self.keys.source.get() {
            // The salt lies in the database; without that, only the passphrase itself can open a backup.
            Some(MasterSource::Passphrase(passphrase, _)) => {
                vault::backup::Lock::Passphrase(passphrase.clone())
            }
            _ => vault::backup::Lock::of(self.keys.vault().master()),
        }
    }

    pub(crate) fn vault(&self) -> Arc<Vault> {
        self.keys.vault()
    }

    /// Reads the data keys anew where the newest one is not the one that seals here.
    pub(crate) async fn keys_as_stored(&self) -> Result<(), AppError> {
        let newest = self.store.data_key_times().await?;
        let newest = newest.iter().map(|(version, _)| *version).max();
        if newest == Some(self.keys.vault().version()) {
            return Ok(());
        }
        self.keys.reload().await
    }

    async fn reload_keys(&self) -> Result<(), AppError> {
        self.keys.reload().await
    }
}

/// Only one process at a time changes keys.
async fn lock_keys(store: &Store) -> Result<Lock, AppError> {
    store.lock("keys").await?.ok_or_else(|| {
        AppError::Refused(
            "another Repairbridge process is changing the keys. Wait for it to finish, and try again"
                .to_owned(),
        )
    })
}
