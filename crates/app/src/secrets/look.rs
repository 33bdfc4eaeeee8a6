//! Where the keys come from and what they seal; never a key.

use super::open_vault;
use crate::{App, AppError};
use domain::{Context, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use std::path::PathBuf;
use store::Store;
use vault::{KeyFileChange, MasterSource};

/// The keys of an installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct KeysReport {
    /// `file`, `environment` or `passphrase`.
    pub source: &'static str,
    /// The same for people.
    pub origin: String,
    /// The key file, where that is the source.
    pub key_file: Option<PathBuf>,
    /// How the master key is made out of the passphrase, where it is: algorithm, costs, salt.
    pub derivation: Option<String>,
    /// Whether the master key opens the data keys.
    pub opens: bool,
    /// Why it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Whether a former key file still lies there.
    pub former_key_kept: bool,
    /// The data keys, oldest first.
    pub data_keys: Vec<DataKeyLine>,
}

/// A data key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DataKeyLine {
    /// Its version.
    pub version: i64,
    /// When it was made.
    #[schemars(with = "String")]
    pub made_at: Timestamp,
    /// Whether it seals.
    pub seals: bool,
    /// How many secrets are sealed with it.
    pub secrets: i64,
}

/// Looks at the keys. Makes none: where nothing was ever sealed, there are none.
///
/// # Errors
/// When the store refuses; a key that is missing or wrong is told in the report.
pub async fn look_at_keys(
    store: &Store,
    source: &MasterSource,
    context: &Context,
) -> Result<KeysReport, AppError> {
    let times = store.data_key_times().await?;
    let why = if times.is_empty() {
        None
    } else {
        match open_vault(store, source, context).await {
            Ok(_) => None,
            Err(AppError::Vault(error)) => Some(error.to_string()),
            Err(error) => return Err(error),
        }
    };
    let counts = store.sealed_by_version().await?;
    let newest = times.iter().map(|(version, _)| *version).max();
    let lines = times.into_iter().map(|(version, made_at)| DataKeyLine {
        version,
        made_at,
        seals: Some(version) == newest,
        secrets: counts.get(&version).copied().unwrap_or(0),
    });
    Ok(KeysReport {
        source: source.word(),
        origin: source.origin(),
        key_file: source.file().map(ToOwned::to_owned),
        derivation: store.key_derivation().await?,
        opens: why.is_none(),
        why,
        former_key_kept: source
            .file()
            .is_some_and(|path| KeyFileChange::former(path).exists()),
        data_keys: lines.collect(),
    })
}

impl App {
    /// The keys of this installation, as [`look_at_keys`] tells of them.
    ///
    /// # Errors
    /// When the store refuses, or nobody said where the master key comes from.
    pub async fn keys_report(&self) -> Result<KeysReport, AppError> {
        let source = self.keys.source.get().ok_or_else(|| {
            AppError::Configuration("it is not known where the master key comes from".to_owned())
        })?;
        look_at_keys(&self.store, source, &self.context).await
    }
}
