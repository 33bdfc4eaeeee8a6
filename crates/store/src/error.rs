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
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if let Some(database) = error.as_database_error() {
            // SQLite's primary result codes: 5 busy, 6 locked, 8 read-only, 10 I/O, 13 full.
            let primary = database
                .code()
                .and_then(|code| code.parse::<i64>().ok())
                .map(|code| code & 0xff);
            match primary {
                Some(5 | 6) => return Self::Busy,
                Some(13) => return Self::DiskFull,
                Some(8 | 10) => {
                    return Self::Unwritable {
                        path: PathBuf::from("(see store.url)"),
                        why: database.message().to_owned(),
                    };
                }
                _ => {}
            }
        }
        match error {
            sqlx::Error::PoolTimedOut => Self::Busy,
            other => Self::Database(other),
        }
    }
}
