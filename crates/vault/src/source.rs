//! Where the master key of an installation comes from.

use crate::{Derivation, KeyFileChange, MasterKey, VaultError, key_file};
use domain::Randomness;
use secrecy::SecretString;
use std::path::{Path, PathBuf};

/// Where the master key comes from. Kept by a running process, so that it can look again when the key was changed.
#[derive(Clone, Debug)]
pub enum MasterSource {
    /// A key file.
    File(PathBuf),
    /// The key itself, from the environment.
    Text(SecretString),
    /// A passphrase, and where it was read, for messages.
    Passphrase(SecretString, String),
}

impl MasterSource {
    /// For people: where the key comes from, never what it is.
    #[must_use]
    pub fn origin(&self) -> String {
        match self {
            Self::File(path) => format!("the key file {}", path.display()),
            Self::Text(_) => "the key in the environment (REPAIRBRIDGE_VAULT_KEY)".to_owned(),
            Self::Passphrase(_, origin) => origin.clone(),
        }
    }

    /// The word of the origin in documents: `file`, `environment` or `passphrase`.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::File(_) => "file",
            Self::Text(_) => "environment",
            Self::Passphrase(..) => "passphrase",
        }
    }

    /// The key file, where that is the source.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            _ => None,
        }
    }

    /// Reads the key. `derivation` is how the database's master key is made out of a passphrase, where it is.
    /// `may_create` is true only while nothing is sealed yet.
    ///
    /// # Errors
    /// When there is none, it is no key, or the database wants another sort of source.
    pub fn read(
        &self,
        derivation: Option<&Derivation>,
        may_create: bool,
        randomness: &dyn Randomness,
    ) -> Result<MasterKey, VaultError> {
        match (self, derivation) {
            (Self::Passphrase(secret, origin), Some(derivation)) => {
                derivation.master(secret, origin)
            }
            (Self::Passphrase(..), None) => Err(VaultError::NotUnderPassphrase),
            (_, Some(_)) if !may_create => Err(VaultError::PassphraseNeeded),
            (Self::Text(text), _) => MasterKey::from_text(text),
            (Self::File(path), _) => MasterKey::from_file_or_create(path, may_create, randomness),
        }
    }

    /// The former key of a key file that is being changed, for as long as it may still be needed.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub fn read_former(&self) -> Result<Option<MasterKey>, VaultError> {
        let Self::File(path) = self else {
            return Ok(None);
        };
        let former = KeyFileChange::former(path);
        match key_file::read(&former)? {
            Some(text) => {
                MasterKey::parse(&text, format!("the key file {}", former.display())).map(Some)
            }
            None => Ok(None),
        }
    }
}
