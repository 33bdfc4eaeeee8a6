//! The vault: data keys opened with the master key, and secrets sealed with data keys.

use crate::sealing::{KEY_BYTES, Sealed, seal};
use crate::{MasterKey, VaultError};
use domain::{Context, Randomness};
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use zeroize::Zeroizing;

type DataKey = Zeroizing<[u8; KEY_BYTES]>;

/// Where a secret belongs. It opens nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The shop's number; 0 for secrets of the installation.
    pub shop: i64,
    /// The secret's name, such as `highlevel.token`.
    pub name: &'a str,
}

impl Place<'_> {
    fn bound(&self) -> String {
        format!("secret/{}/{}", self.shop, self.name)
    }

    fn shown(&self) -> String {
        format!("the secret `{}` of shop {}", self.name, self.shop)
    }
}

/// Opened data keys. They are wiped from memory when the vault is dropped.
pub struct Vault {
    /// Version and key that seal.
    current: (i64, DataKey),
    /// Earlier keys, which only open.
    earlier: BTreeMap<i64, DataKey>,
    randomness: Arc<dyn Randomness>,
}

impl Vault {
    /// Opens the data keys. Where there is none yet, makes the first one and answers it sealed, with its
    /// version. The caller stores it before anything is sealed; another process may have stored one of the
    /// same version in the meantime, so the caller then opens again with what is stored.
    ///
    /// # Errors
    /// When the master key is not the one that the data keys were sealed under, or a data key is damaged.
    pub fn open(
        master: &MasterKey,
        sealed_data_keys: &[(i64, String)],
        context: &Context,
    ) -> Result<(Self, Option<(i64, String)>), VaultError> {
        let mut keys = BTreeMap::new();
        for (version, sealed) in sealed_data_keys {
            keys.insert(*version, open_data_key(master, *version, sealed)?);
        }
        let randomness = Arc::clone(&context.randomness);
        let (current, new) = match keys.pop_last() {
            Some(newest) => (newest, None),
            None => {
                let (key, sealed) = new_data_key(master, 1, &*randomness)?;
                ((1, key), Some((1, sealed)))
            }
        };
        let vault = Self {
            current,
            earlier: keys,
            randomness,
        };
        Ok((vault, new))
    }

    /// A further data key, for everything sealed from then on, answered sealed with its version. The caller
    /// stores it, opens again, then seals every secret anew.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub fn next_data_key(
        master: &MasterKey,
        sealed_data_keys: &[(i64, String)],
        context: &Context,
    ) -> Result<(i64, String), VaultError> {
        let (vault, first) = Self::open(master, sealed_data_keys, context)?;
        if let Some(first) = first {
            return Ok(first);
        }
        let version = vault.current.0.saturating_add(1);
        let (_, sealed) = new_data_key(master, version, &*context.randomness)?;
        Ok((version, sealed))
    }

    /// Seals a secret for its place.
    ///
    /// # Errors
    /// When the secret is longer than the cipher takes (256 GiB).
    pub fn seal(&self, place: &Place<'_>, secret: &SecretString) -> Result<String, VaultError> {
        let (version, key) = &self.current;
        let content = secret.expose_secret().as_bytes();
        seal(key, *version, &place.bound(), content, &*self.randomness).ok_or_else(|| {
            VaultError::TooLong {
                what: place.shown(),
            }
        })
    }

    /// Opens a secret that was sealed for this place.
    ///
    /// # Errors
    /// When the text has an unknown form, names a data key that is not there, was changed, or was sealed
    /// for another place.
    pub fn unseal(&self, place: &Place<'_>, text: &str) -> Result<SecretString, VaultError> {
        let what = || place.shown();
        let sealed = Sealed::parse(text).ok_or_else(|| VaultError::Form { what: what() })?;
        let version = sealed.version;
        let key = self
            .key(version)
            .ok_or_else(|| VaultError::UnknownDataKey {
                what: what(),
                version,
            })?;
        let content = sealed
            .open(key, &place.bound())
            .ok_or_else(|| VaultError::Broken { what: what() })?;
        // Copied at its exact length: shrinking a longer buffer could leave a copy behind.
        std::str::from_utf8(&content)
            .map(SecretString::from)
            .map_err(|_| VaultError::Form { what: what() })
    }

    fn key(&self, version: i64) -> Option<&DataKey> {
        if version == self.current.0 {
            Some(&self.current.1)
        } else {
            self.earlier.get(&version)
        }
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("data_key", &self.current.0)
            .field("earlier", &self.earlier.keys())
            .finish_non_exhaustive()
    }
}

const DATA_KEY: &str = "data_key";

fn new_data_key(
    master: &MasterKey,
    version: i64,
    randomness: &dyn Randomness,
) -> Result<(DataKey, String), VaultError> {
    let mut key = DataKey::default();
    randomness.fill(&mut *key);
    let sealed = seal(&master.bytes, version, DATA_KEY, &*key, randomness).ok_or_else(|| {
        VaultError::TooLong {
            what: format!("data key {version}"),
        }
    })?;
    Ok((key, sealed))
}

fn open_data_key(master: &MasterKey, version: i64, text: &str) -> Result<DataKey, VaultError> {
    let form = || VaultError::Form {
        what: format!("data key {version}"),
    };
    let sealed = Sealed::parse(text)
        .filter(|sealed| sealed.version == version)
        .ok_or_else(form)?;
    // A damaged data key looks the same; the other key is by far the likelier cause.
    let content = sealed
        .open(&master.bytes, DATA_KEY)
        .ok_or_else(|| VaultError::OtherKey {
            origin: master.origin.clone(),
        })?;
    let mut key = DataKey::default();
    if content.len() != KEY_BYTES {
        return Err(form());
    }
    key.copy_from_slice(&content);
    Ok(key)
}
