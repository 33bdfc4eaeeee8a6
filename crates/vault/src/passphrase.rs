//! A master key out of a passphrase: Argon2id. Salt and costs lie in the database, the passphrase nowhere.

use crate::sealing::KEY_BYTES;
use crate::{MasterKey, VaultError};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use domain::Randomness;
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use zeroize::Zeroizing;

/// A new passphrase has at least so many characters: shorter ones are found by trying.
pub const SHORTEST_PASSPHRASE: usize = 12;
const SALT_BYTES: usize = 16;
/// 64 MiB and three passes on one lane: the second choice of RFC 9106, section 4, on one core.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
/// What a database may ask for at most, so that a damaged one does not take all memory.
const MOST_KIB: u32 = 1024 * 1024;
const MOST_PASSES: u32 = 32;
const MOST_LANES: u32 = 16;

/// How a master key is made out of a passphrase. Nothing in it is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derivation {
    salt: Vec<u8>,
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Derivation {
    /// A new salt with today's costs.
    #[must_use]
    pub fn new(randomness: &dyn Randomness) -> Self {
        let mut salt = vec![0_u8; SALT_BYTES];
        randomness.fill(&mut salt);
        Self {
            salt,
            memory_kib: MEMORY_KIB,
            passes: PASSES,
            lanes: 1,
        }
    }

    /// Reads what [`fmt::Display`] writes.
    ///
    /// # Errors
    /// When it is something else, or asks for more than any version would.
    pub fn parse(text: &str) -> Result<Self, VaultError> {
        read(text).ok_or(VaultError::Form {
            what: "the way from the passphrase to the master key".to_owned(),
        })
    }

    /// The master key. Takes a moment and memory on purpose: call it where waiting is allowed. `origin` says in
    /// messages where the passphrase was read.
    ///
    /// # Errors
    /// When the system has not enough memory.
    pub fn master(&self, passphrase: &SecretString, origin: &str) -> Result<MasterKey, VaultError> {
        let failed = |why: argon2::Error| VaultError::Derivation {
            why: why.to_string(),
        };
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(KEY_BYTES));
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.map_err(failed)?);
        let mut bytes = Zeroizing::new([0_u8; KEY_BYTES]);
        argon2
            .hash_password_into(
                passphrase.expose_secret().as_bytes(),
                &self.salt,
                &mut *bytes,
            )
            .map_err(failed)?;
        Ok(MasterKey {
            bytes,
            origin: origin.to_owned(),
        })
    }
}

/// The form that other programs write as well, without the hash.
impl fmt::Display for Derivation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            memory_kib,
            passes,
            lanes,
            ..
        } = self;
        let salt = STANDARD_NO_PAD.encode(&self.salt);
        write!(
            f,
            "$argon2id$v=19$m={memory_kib},t={passes},p={lanes}${salt}"
        )
    }
}

fn read(text: &str) -> Option<Derivation> {
    let (costs, salt) = text.strip_prefix("$argon2id$v=19$")?.split_once('$')?;
    let mut costs = costs.split(',').zip(["m=", "t=", "p="]);
    let mut cost = || -> Option<u32> {
        let (cost, name) = costs.next()?;
        cost.strip_prefix(name)?.parse().ok()
    };
    let found = Derivation {
        memory_kib: cost()?,
        passes: cost()?,
        lanes: cost()?,
        salt: STANDARD_NO_PAD.decode(salt).ok()?,
    };
    let sound = found.memory_kib <= MOST_KIB
        && found.passes <= MOST_PASSES
        && found.lanes <= MOST_LANES
        && found.salt.len() >= SALT_BYTES;
    sound.then_some(found)
}

/// Refuses a new passphrase that is too short.
///
/// # Errors
/// When it is.
pub fn check_new_passphrase(passphrase: &SecretString) -> Result<(), VaultError> {
    if passphrase.expose_secret().chars().count() < SHORTEST_PASSPHRASE {
        return Err(VaultError::ShortPassphrase);
    }
    Ok(())
}
