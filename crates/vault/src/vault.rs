//! The vault: data keys opened with the master key, and secrets sealed with data keys.

use crate::sealing::{Form, KEY_BYTES, Sealed, seal};
use crate::{MasterKey, Place, VaultError};
use domain::{Context, Randomness};
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use zeroize::Zeroizing;

type DataKey = Zeroizing<[u8; KEY_BYTES]>;

/// Opened data keys. They are wiped from memory when the vault is dropped.
pub struct Vault {
    /// Version and key that seal.
    current: (i64, DataKey),
    /// Earlier keys, which only open.
    earlier: BTreeMap<i64, DataKey>,
    /// Under which all of them lie; opens those that other processes add.
    master: MasterKey,
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
            master: master.clone(),
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
    pub fn seal(&self, place: &Place, secret: &SecretString) -> Result<String, VaultError> {
        let (version, key) = &self.current;
        let content = secret.expose_secret().as_bytes();
        let (form, bound) = (Form::Second, place.bound());
        seal(key, (form, *version), &bound, content, &*self.randomness).ok_or_else(|| {
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
    pub fn unseal(&self, place: &Place, text: &str) -> Result<SecretString, VaultError> {
        let what = || place.shown();
        let sealed = Sealed::parse(text).ok_or_else(|| VaultError::Form { what: what() })?;
        let version = sealed.version;
        let key = self
            .key(version)
            .ok_or_else(|| VaultError::UnknownDataKey {
                what: what(),
                version,
            })?;
        let bound = match sealed.form {
            Form::First => place.first_form(),
            Form::Second => Some(place.bound()),
        };
        let content = bound
            .and_then(|bound| sealed.open(key, &bound))
            .ok_or_else(|| VaultError::Broken { what: what() })?;
        // Copied at its exact length: shrinking a longer buffer could leave a copy behind.
        std::str::from_utf8(&content)
            .map(SecretString::from)
            .map_err(|_| VaultError::Form { what: what() })
    }

    /// Keeps what another vault of the same installation could open: a text that was read before a rotation may be
    /// opened after it.
    #[must_use]
    pub fn with_keys_of(mut self, other: &Self) -> Self {
        let (version, key) = &other.current;
        for (version, key) in other.earlier.iter().chain([(version, key)]) {
            if *version != self.current.0 {
                let known = self.earlier.entry(*version);
                known.or_insert_with(|| key.clone());
            }
        }
        self
    }

    /// An answer to a question that only who has this data key can give. It reveals nothing of the key.
    #[must_use]
    pub fn proof(&self, question: &[u8]) -> String {
        let key = blake3::derive_key(
            "repairbridge 2026 proof of an installation",
            &*self.current.1,
        );
        blake3::keyed_hash(&key, question).to_hex().to_string()
    }

    /// The version of the data key that seals.
    #[must_use]
    pub const fn version(&self) -> i64 {
        self.current.0
    }

    /// The version of the data key that a text names; nothing where it is no sealed text.
    #[must_use]
    pub fn version_of(text: &str) -> Option<i64> {
        Sealed::parse(text).map(|sealed| sealed.version)
    }

    /// The master key, for opening again what is stored now.
    #[must_use]
    pub const fn master(&self) -> &MasterKey {
        &self.master
    }

    /// Seals every data key anew under another master key.
    ///
    /// # Errors
    /// When the master key is not the one that the data keys were sealed under, or a data key is damaged.
    pub fn rewrap(
        sealed_data_keys: &[(i64, String)],
        from: &MasterKey,
        to: &MasterKey,
        context: &Context,
    ) -> Result<Vec<Rewrapped>, VaultError> {
        let randomness = &*context.randomness;
        let rewrap = |(version, sealed): &(i64, String)| {
            let key = open_data_key(from, *version, sealed)?;
            Ok(Rewrapped {
                version: *version,
                before: sealed.clone(),
                after: seal_data_key(to, *version, &key, randomness)?,
            })
        };
        sealed_data_keys.iter().map(rewrap).collect()
    }

    fn key(&self, version: i64) -> Option<&DataKey> {
        if version == self.current.0 {
            Some(&self.current.1)
        } else {
            self.earlier.get(&version)
        }
    }
}

/// A data key sealed anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewrapped {
    /// Its version.
    pub version: i64,
    /// As it was sealed.
    pub before: String,
    /// As it is sealed now.
    pub after: String,
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
    let sealed = seal_data_key(master, version, &key, randomness)?;
    Ok((key, sealed))
}

fn seal_data_key(
    master: &MasterKey,
    version: i64,
    key: &DataKey,
    randomness: &dyn Randomness,
) -> Result<String, VaultError> {
    let form = (Form::First, version);
    seal(&master.bytes, form, DATA_KEY, &**key, randomness).ok_or_else(|| VaultError::TooLong {
        what: format!("data key {version}"),
    })
}

fn open_data_key(master: &MasterKey, version: i64, text: &str) -> Result<DataKey, VaultError> {
    let form = || VaultError::Form {
        what: format!("data key {version}"),
    };
    let sealed = Sealed::parse(text)
        .filter(|sealed| sealed.version == version && sealed.form == Form::First)
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
