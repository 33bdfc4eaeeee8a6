//! The master key, from a file or from text.

use crate::{VaultError, key_file, sealing::KEY_BYTES};
use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use domain::Randomness;
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use std::path::Path;
use zeroize::Zeroizing;

/// Base64 as people paste it: with or without the padding.
const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const BASE64: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

/// The key under which data keys are sealed. Wiped from memory when dropped.
#[derive(Clone)]
pub struct MasterKey {
    pub(crate) bytes: Zeroizing<[u8; KEY_BYTES]>,
    /// Where it was read, for messages.
    pub(crate) origin: String,
}

impl MasterKey {
    /// Reads the key file. Where there is none and `may_create` says so, makes one with mode 0600 that is
    /// on the disk before this returns; when several processes do so at once, all get the same key.
    /// `may_create` is true only while nothing is sealed yet.
    ///
    /// # Errors
    /// When the file is gone, unreadable, open to other users, holds no key, or cannot be made.
    pub fn from_file_or_create(
        path: &Path,
        may_create: bool,
        randomness: &dyn Randomness,
    ) -> Result<Self, VaultError> {
        let text = match key_file::read(path)? {
            Some(text) => text,
            None if may_create => {
                key_file::create(path, &Self::new_text(randomness), number(randomness))?;
                // Read back: another process may have been first, and what counts is what is on the disk.
                key_file::read(path)?.ok_or_else(|| VaultError::KeyFileGone {
                    path: path.to_owned(),
                })?
            }
            None => {
                return Err(VaultError::KeyFileGone {
                    path: path.to_owned(),
                });
            }
        };
        Self::parse(&text, format!("the key file {}", path.display()))
    }

    /// The key as given in the environment: 64 hexadecimal digits, or base64 (either alphabet) of 32 bytes.
    ///
    /// # Errors
    /// When the text is no key.
    pub fn from_text(text: &SecretString) -> Result<Self, VaultError> {
        Self::parse(
            text.expose_secret(),
            "the key in the environment (REPAIRBRIDGE_VAULT_KEY)".to_owned(),
        )
    }

    /// Where the key was read, for people.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Text for a new key file.
    pub(crate) fn new_text(randomness: &dyn Randomness) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new([0_u8; KEY_BYTES]);
        randomness.fill(&mut *bytes);
        Zeroizing::new(BASE64.encode(bytes.as_slice()))
    }

    pub(crate) fn parse(text: &str, origin: String) -> Result<Self, VaultError> {
        match decode(text.trim()) {
            Ok(bytes) => Ok(Self { bytes, origin }),
            Err(why) => Err(VaultError::NotAKey { origin, why }),
        }
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MasterKey")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

/// Keeps drafts of several processes apart.
pub(crate) fn number(randomness: &dyn Randomness) -> u64 {
    let mut number = [0_u8; 8];
    randomness.fill(&mut number);
    u64::from_le_bytes(number)
}

fn decode(text: &str) -> Result<Zeroizing<[u8; KEY_BYTES]>, &'static str> {
    if text.is_empty() {
        return Err("it is empty");
    }
    let mut key = Zeroizing::new([0_u8; KEY_BYTES]);
    if text.len() == KEY_BYTES * 2 && hex::decode_to_slice(text, &mut *key).is_ok() {
        return Ok(key);
    }
    // 44 characters make at most 33 bytes; one character more cannot be a key.
    if text.len() > 44 {
        return Err("it is too long");
    }
    let base64 = if text.contains(['-', '_']) {
        &BASE64_URL
    } else {
        &BASE64
    };
    let mut decoded = Zeroizing::new([0_u8; 33]);
    let count = base64
        .decode_slice(text, &mut *decoded)
        .map_err(|_| "it is neither hexadecimal nor base64")?;
    if count != KEY_BYTES {
        return Err("it has the wrong length");
    }
    key.copy_from_slice(&decoded[..KEY_BYTES]);
    Ok(key)
}
