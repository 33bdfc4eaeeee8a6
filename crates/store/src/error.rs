//! What can go wrong with the store, and how to mend it.

use std::path::PathBuf;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address of the store cannot be used.
    #[error(
        "the store address `{url}` cannot be used: {why}. Write sqlite://PATH, for example sqlite://repairbridge.db"
    )]
    Address {
        /// What was configured.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// The file was written by a newer version of Repairbridge.
    #[error(
        "the database {path} was written by a newer version of Repairbridge (schema {found}, this one knows {known}). Update Repairbridge, or restore the backup that was made before the update"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The newest migration in the file.
        found: i64,
        /// The newest migration that this build knows.
        known: i64,
    },
    /// The file is not a database of ours, or it is damaged.
    #[error(
        "{path} is not a readable Repairbridge database ({why}). Move it away, or restore a backup"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        why: String,
    },
    /// The file or its folder cannot be written.
    #[error(
        "the database {path} cannot be written ({why}). Nothing was changed. Check that the folder exists, is writable by this user and has free space"
    )]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
    /// The disk is full; the transaction was rolled back as a whole.
    #[error(
        "the disk with the database is full. Nothing was half-written; free some space and start again"
    )]
    DiskFull,
    /// Another process holds the database for longer than we are willing to wait.
    #[error(
        "another process keeps the database busy. Wait for it to finish, or stop it, and try again"
    )]
    Busy,
    /// Something with this name is there already.
    #[error("{what} `{name}` exists already")]
    Exists {
        /// What kind of thing.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// A sealed text names a data key that is not there: it was rotated away since the text was sealed.
    #[error(
        "the keys were rotated while this was being stored, so nothing was stored. Try again; if this stays, restart Repairbridge"
    )]
    DataKeyGone,
    /// A stored value cannot be read.
    #[error(
        "a value in the database cannot be read: {table}.{column}: {why}. Restore a backup, and please report this"
    )]
    Value {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// What is wrong.
        why: String,
    },
    /// Everything else that the database says.
    #[error("the database refused an operation: {0}")]
    Database(sqlx::Error),
    /// The same where webhooks are kept.
    #[error("the database refused to keep a webhook: {0}")]
    Keeping(rusqlite::Error),
}

impl StoreError {
    /// What a primary result code of SQLite stands for, where it is one that people can do something about.
    fn of_code(primary: i64, why: &str) -> Option<Self> {
        match primary {
            5 | 6 => Some(Self::Busy),
            13 => Some(Self::DiskFull),
            19 if why.contains(crate::sealed::KEY_GONE) => Some(Self::DataKeyGone),
            // Read-only, and trouble with the file itself.
            8 | 10 => Some(Self::Unwritable {
                path: PathBuf::from("(see store.url)"),
                why: why.to_owned(),
            }),
            _ => None,
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let known = error.sqlite_error().and_then(|found| {
            Self::of_code(i64::from(found.extended_code) & 0xff, &error.to_string())
        });
        known.unwrap_or(Self::Keeping(error))
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if let Some(database) = error.as_database_error() {
            let code = database.code().and_then(|code| code.parse::<i64>().ok());
            let known = code.and_then(|code| Self::of_code(code & 0xff, database.message()));
            if let Some(known) = known {
                return known;
            }
        }
        match error {
            sqlx::Error::PoolTimedOut => Self::Busy,
            other => Self::Database(other),
        }
    }
}
