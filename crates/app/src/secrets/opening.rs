//! Opening the keys of an installation, whatever an interrupted change of the master key has left behind.

use crate::AppError;
use domain::Context;
use store::Store;
use vault::{Derivation, KeyFileChange, MasterKey, MasterSource, Rewrapped, Vault, VaultError};

/// Another process may change the keys between two reads of ours.
const TRIES: u32 = 4;

/// Opens the data keys of a database with the master key, and makes both where nothing was ever sealed. A change of
/// the key file that was cut short is brought to its end.
///
/// # Errors
/// When the master key is missing, or not the one that the data keys were sealed under.
pub async fn open_vault(
    store: &Store,
    source: &MasterSource,
    context: &Context,
) -> Result<Vault, AppError> {
    let mut tries = 0;
    loop {
        tries += 1;
        match try_open(store, source, context).await {
            Err(AppError::Vault(VaultError::OtherKey { .. })) if tries < TRIES => {}
            Ok(Some(vault)) => return Ok(vault),
            Ok(None) => {}
            Err(error) => return Err(error),
        }
    }
}

/// Answers nothing when something was stored first, and what is stored counts.
async fn try_open(
    store: &Store,
    source: &MasterSource,
    context: &Context,
) -> Result<Option<Vault>, AppError> {
    let now = || context.clock.now();
    let keys = store.data_keys().await?;
    let derivation = store.key_derivation().await?;
    if keys.is_empty()
        && derivation.is_none()
        && let MasterSource::Passphrase(passphrase, _) = source
    {
        vault::check_new_passphrase(passphrase)?;
        let new = Derivation::new(&*context.randomness).to_string();
        store.begin_key_derivation(&new, now()).await?;
        return Ok(None);
    }
    let derivation = derivation
        .map(|text| Derivation::parse(&text))
        .transpose()?;
    let master = read_master(source, derivation, keys.is_empty(), context).await?;
    match Vault::open(&master, &keys, context) {
        Ok((vault, None)) => {
            forget_former(store, source).await?;
            Ok(Some(vault))
        }
        Ok((_, Some((version, sealed)))) => {
            store.add_data_key(version, &sealed, now()).await?;
            Ok(None)
        }
        Err(VaultError::OtherKey { origin }) => {
            let Some(former) = source.read_former()? else {
                return Err(VaultError::OtherKey { origin }.into());
            };
            let (vault, _) = Vault::open(&former, &keys, context)
                .map_err(|_| VaultError::OtherKey { origin })?;
            finish(store, &keys, &former, &master, context).await?;
            Ok(Some(vault))
        }
        Err(error) => Err(error.into()),
    }
}

/// On a thread of its own: a passphrase takes its time.
pub(super) async fn read_master(
    source: &MasterSource,
    derivation: Option<Derivation>,
    may_create: bool,
    context: &Context,
) -> Result<MasterKey, AppError> {
    let (source, randomness) = (source.clone(), std::sync::Arc::clone(&context.randomness));
    let read = move || source.read(derivation.as_ref(), may_create, &*randomness);
    let read = tokio::task::spawn_blocking(read).await;
    Ok(read.map_err(|why| VaultError::Derivation {
        why: why.to_string(),
    })??)
}

/// The change stopped when the new key file was in place and the data keys still lay under the former one.
async fn finish(
    store: &Store,
    keys: &[(i64, String)],
    former: &MasterKey,
    new: &MasterKey,
    context: &Context,
) -> Result<(), AppError> {
    // Whoever holds the lock is at it.
    let Some(_lock) = store.lock("keys").await? else {
        return Ok(());
    };
    let rewrapped = Vault::rewrap(keys, former, new, context)?;
    store
        .rewrap_data_keys(&texts(rewrapped), None, context.clock.now())
        .await?;
    tracing::info!("a change of the master key that was cut short is finished");
    Ok(())
}

/// The former key is of no use once the present one opens everything.
async fn forget_former(store: &Store, source: &MasterSource) -> Result<(), AppError> {
    let Some(path) = source.file() else {
        return Ok(());
    };
    if !KeyFileChange::former(path).exists() {
        return Ok(());
    }
    // Whoever holds the lock may be about to need it.
    let Some(_lock) = store.lock("keys").await? else {
        return Ok(());
    };
    Ok(KeyFileChange::forget_former(path)?)
}

pub(super) fn texts(rewrapped: Vec<Rewrapped>) -> Vec<store::Rewrap> {
    rewrapped
        .into_iter()
        .map(|key| (key.version, key.before, key.after))
        .collect()
}
