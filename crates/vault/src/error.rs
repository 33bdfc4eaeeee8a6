//! What can go wrong with secrets and keys, and how to mend it. No message holds anything secret.

use domain::{Failure, FailureClass};
use std::path::PathBuf;

/// A failure of the vault.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The key file is missing although secrets were sealed with it.
    #[error(
        "the key file {path} is gone; restore it, or reconnect both accounts; links are not lost"
    )]
    KeyFileGone {
        /// The file.
        path: PathBuf,
    },
    /// The key file is there but cannot be read.
    #[error(
        "the key file {path} cannot be read ({why}). Make it readable for this user, and only for this user"
    )]
    KeyFileUnreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
    /// The key file cannot be made.
    #[error(
        "the key file {path} cannot be made ({why}). Check that its folder exists and is writable by this user, or set vault.key_file to another path"
    )]
    KeyFileUnwritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
    /// Other users of the machine may read or write the key file.
    #[error(
        "the key file {path} is open to other users of this machine (mode {mode:03o}) and is not used. Run: chmod 600 '{path}'"
    )]
    KeyFileExposed {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// What should be a master key is not one.
    #[error(
        "{origin} does not hold a key: {why}. A key is 32 bytes, written as 64 hexadecimal digits or 44 characters of base64. If it was changed, restore it; if no account was ever connected, remove it and start again"
    )]
    NotAKey {
        /// Where the key was read.
        origin: String,
        /// What is wrong, without the content.
        why: &'static str,
    },
    /// The master key is a key, but not the one that the secrets were sealed under.
    #[error(
        "{origin} holds another key than the one that the stored secrets were sealed with. Put the former key back, or reconnect both accounts; links are not lost"
    )]
    OtherKey {
        /// Where the key was read.
        origin: String,
    },
    /// A sealed text has no form that this version knows.
    #[error(
        "{what} is not in a form that this version can open. Update Repairbridge if a newer version wrote it; else restore a backup, or enter the secret again"
    )]
    Form {
        /// Which sealed text.
        what: String,
    },
    /// A secret names a data key that is not there.
    #[error(
        "{what} was sealed with data key {version}, which is not in the database. Restore a backup, or enter the secret again"
    )]
    UnknownDataKey {
        /// Which sealed text.
        what: String,
        /// The version that it names.
        version: i64,
    },
    /// A sealed secret was changed, or belongs to another shop or name.
    #[error(
        "{what} does not open: it was damaged, or sealed for another place. Restore a backup, or enter the secret again"
    )]
    Broken {
        /// Which sealed text.
        what: String,
    },
    /// A text cannot be sealed.
    #[error("{what} cannot be sealed: it is too long. Enter a shorter one")]
    TooLong {
        /// Which secret.
        what: String,
    },
}

impl Failure for VaultError {
    fn code(&self) -> &'static str {
        match self {
            Self::KeyFileGone { .. } => "VAULT-KEY-01",
            Self::KeyFileUnreadable { .. } => "VAULT-KEY-02",
            Self::KeyFileUnwritable { .. } => "VAULT-KEY-03",
            Self::KeyFileExposed { .. } => "VAULT-KEY-04",
            Self::NotAKey { .. } => "VAULT-KEY-05",
            Self::OtherKey { .. } => "VAULT-KEY-06",
            Self::Form { .. } => "VAULT-SEAL-01",
            Self::UnknownDataKey { .. } => "VAULT-SEAL-02",
            Self::Broken { .. } => "VAULT-SEAL-03",
            Self::TooLong { .. } => "VAULT-SEAL-04",
        }
    }

    /// Always a matter for a person: no key or sealed text mends itself.
    fn class(&self) -> FailureClass {
        FailureClass::NeedsHuman
    }
}
