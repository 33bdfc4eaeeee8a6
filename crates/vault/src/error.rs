//! What can go wrong with secrets and keys, and how to mend it. No message holds anything secret.

use domain::{Failure, FailureClass};
use std::path::PathBuf;

/// A failure of the vault.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The key file is missing although secrets were sealed with it.
    #[error(
        "the key file {path} is gone; restore it. If it is lost: `repairbridge keys reset` makes a new one, then connect the accounts again; links are not lost"
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
        "{origin} holds another key than the one that the stored secrets were sealed with. Put the former key back. If it is lost: `repairbridge keys reset` makes a new one, then connect the accounts again; links are not lost"
    )]
    OtherKey {
        /// Where the key was read.
        origin: String,
    },
    /// The stored secrets lie under a passphrase, and none was given.
    #[error(
        "the stored secrets are sealed under a passphrase, and none was given. Set vault.passphrase_file or REPAIRBRIDGE_VAULT_PASSPHRASE. If it is lost: `repairbridge keys reset`, then connect the accounts again; links are not lost"
    )]
    PassphraseNeeded,
    /// A passphrase was given, but the stored secrets lie under a key.
    #[error(
        "a passphrase was given, but the stored secrets are sealed under a key. Leave the passphrase out, and let `repairbridge keys rotate --master --new-passphrase-file FILE` change to it"
    )]
    NotUnderPassphrase,
    /// A new passphrase is too short.
    #[error("the passphrase is too short. Choose one of 12 characters or more, such as five words")]
    ShortPassphrase,
    /// No key could be made out of the passphrase.
    #[error(
        "no key could be made out of the passphrase ({why}). It takes 64 MiB of memory for a moment; free some and try again"
    )]
    Derivation {
        /// What the algorithm says.
        why: String,
    },
    /// The file is no backup of ours.
    #[error(
        "{path} is not a backup of Repairbridge, or its beginning is damaged. Nothing was changed. Name a file that `repairbridge backup` made"
    )]
    NotABackup {
        /// The file.
        path: PathBuf,
    },
    /// The backup was sealed with something else.
    #[error("{path} does not open with {tried}. Nothing was changed. {mend}")]
    BackupLocked {
        /// The file.
        path: PathBuf,
        /// What was tried.
        tried: &'static str,
        /// What to try.
        mend: &'static str,
    },
    /// The backup ends early or was altered.
    #[error(
        "the backup {path} is damaged: it ends early or was altered. Nothing was changed. Use another copy of it, or an older backup"
    )]
    BackupBroken {
        /// The file.
        path: PathBuf,
    },
    /// The backup, or the copy that it is made of, cannot be read or written.
    #[error(
        "{path} cannot be read or written ({why}). Nothing was changed. Check that its folder exists, is writable by this user and has free space"
    )]
    BackupFile {
        /// The file.
        path: PathBuf,
        /// What the system says.
        why: String,
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
            Self::PassphraseNeeded => "VAULT-KEY-07",
            Self::NotUnderPassphrase => "VAULT-KEY-08",
            Self::ShortPassphrase => "VAULT-KEY-09",
            Self::Derivation { .. } => "VAULT-KEY-10",
            Self::NotABackup { .. } => "BACKUP-01",
            Self::BackupLocked { .. } => "BACKUP-02",
            Self::BackupBroken { .. } => "BACKUP-03",
            Self::BackupFile { .. } => "BACKUP-04",
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
