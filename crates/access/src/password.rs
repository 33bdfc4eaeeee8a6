//! Passwords: which are good enough, and what is kept of them (Argon2id).

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use domain::Randomness;
use secrecy::{ExposeSecret, SecretString};
use std::fmt;

/// Letters at least: OWASP ASVS 2.1.1 wants 12.
const SHORTEST: usize = 12;
/// Bytes at most: far more than anybody types, and a bound on the work of hashing.
const LONGEST: usize = 256;
/// The common passwords that are long enough, those of our own trade among them.
const COMMON: &str = include_str!("common_passwords.txt");
/// A password that repeats so few letters is as easy as these few.
const PATTERN: usize = 4;

/// Work of one hash: 19 MiB, two rounds (OWASP's cheat sheet on storing passwords, Argon2id).
const KIB: u32 = 19 * 1024;
const ROUNDS: u32 = 2;
/// A hash of these parameters that no known password has, for names that nobody has: a try then takes as long.
const OF_NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5LWhhcy10aGlzIQ$bm8gcGFzc3dvcmQgb2YgYW55Ym9keSBoYXMgdGhpcyE";

/// A password that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short.
    #[error(
        "the password is too short: it takes 12 characters or more. Four words that do not belong together are good and easy to keep in mind"
    )]
    Short,
    /// Too long.
    #[error("the password is too long: 256 bytes are the most")]
    Long,
    /// Guessed first.
    #[error(
        "this password is among the first that anybody would guess (a common one, the user's name, or a few letters again and again). Choose another"
    )]
    Common,
    /// Characters that cannot be typed.
    #[error("the password holds characters that cannot be typed, such as a line break")]
    Control,
}

/// A stored hash that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stored password cannot be read. Set it anew with `repairbridge user password NAME`")]
pub struct StoredHashError;

/// What is kept of a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Hash(String);

/// Not the hash itself, which could be guessed at elsewhere.
impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hash")
    }
}

impl Hash {
    /// Checks that a password is good enough for a user.
    ///
    /// # Errors
    /// When it is not; the message says why.
    pub fn check(password: &SecretString, user: &str) -> Result<(), PasswordError> {
        let text = password.expose_secret();
        if text.len() > LONGEST {
            return Err(PasswordError::Long);
        }
        if text.chars().any(char::is_control) {
            return Err(PasswordError::Control);
        }
        if text.chars().count() < SHORTEST {
            return Err(PasswordError::Short);
        }
        let plain = text.to_lowercase();
        let is_name = !user.is_empty() && plain.replace(&user.to_lowercase(), "").len() < 4;
        if repeats(&plain) || is_name || COMMON.lines().any(|common| common == plain) {
            return Err(PasswordError::Common);
        }
        Ok(())
    }

    /// Hashes a password. Takes tens of milliseconds and 19 MiB: not for a thread that has other things to do.
    ///
    /// # Errors
    /// When there is not enough memory.
    pub fn of(
        password: &SecretString,
        randomness: &dyn Randomness,
    ) -> Result<Self, StoredHashError> {
        let mut salt = [0_u8; 16];
        randomness.fill(&mut salt);
        let hash = hasher()?
            .hash_password_with_salt(password.expose_secret().as_bytes(), &salt)
            .map_err(|_| StoredHashError)?;
        Ok(Self(hash.to_string()))
    }

    /// A stored hash.
    #[must_use]
    pub const fn stored(text: String) -> Self {
        Self(text)
    }

    /// As it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The hash that is tried where a name has none, so that nobody learns from the time which names there are.
    #[must_use]
    pub fn of_nobody() -> Self {
        Self(OF_NOBODY.to_owned())
    }

    /// Whether this is the hash of a password. Takes as long as [`Hash::of`].
    ///
    /// # Errors
    /// When the hash cannot be read.
    pub fn fits(&self, password: &SecretString) -> Result<bool, StoredHashError> {
        let text = password.expose_secret();
        if text.len() > LONGEST {
            return Ok(false);
        }
        let hash = PasswordHash::new(&self.0).map_err(|_| StoredHashError)?;
        Ok(hasher()?.verify_password(text.as_bytes(), &hash).is_ok())
    }
}

/// Whether a text is one short piece again and again.
fn repeats(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    (1..=PATTERN).any(|long| {
        let again = letters.iter().skip(long).zip(&letters);
        again.into_iter().all(|(later, earlier)| later == earlier)
    })
}

fn hasher() -> Result<Argon2<'static>, StoredHashError> {
    let params = Params::new(KIB, ROUNDS, 1, None).map_err(|_| StoredHashError)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}
