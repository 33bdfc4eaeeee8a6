//! What can go wrong with the store, and how to mend it.

use crate::lock::Lost;
use sqlx::postgres::PgDatabaseError;
use std::path::PathBuf;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address of the store cannot be used.
    #[error(
        "the store address `{url}` cannot be used: {why}. Write sqlite://PATH, for example sqlite://repairbridge.db, or postgres://USER:PASSWORD@HOST/DATABASE"
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
    /// The server of the database cannot be used.
    #[error(
        "the database server {address} cannot be used: {why}. Check store.url, the user's password and rights, and that the server runs and takes connections from this machine"
    )]
    Server {
        /// The address, without the password.
        address: String,
        /// What the server or the system says.
        why: String,
    },
    /// Something that only a database that is a file has was asked of one on a server.
    #[error(
        "the database {address} is on a server, so there is no file to copy, check or put back. Make backups with `pg_dump --format=custom`, and put them back with `pg_restore`; see docs/postgresql.md"
    )]
    NoFile {
        /// The address, without the password.
        address: String,
    },
    /// What is carried over must not be mixed with what is there.
    #[error(
        "the database to be filled is not empty: there is something in {table}. Nothing was changed. Make a new database, and try again"
    )]
    NotEmpty {
        /// The table.
        table: &'static str,
    },
    /// Not everything arrived.
    #[error(
        "of {there} rows of {table}, {arrived} arrived, so everything was taken back. Please report this"
    )]
    NotCarried {
        /// The table.
        table: &'static str,
        /// Rows to be carried.
        there: u64,
        /// Rows that arrived.
        arrived: u64,
    },
    /// The disk is full; the transaction was rolled back as a whole.
    #[error(
        "the disk with the database is full. Nothing was half-written; free some space and start again"
    )]
    DiskFull,
    /// Another process holds the database for longer than we are willing to wait.
    #[error(
        "another process keeps the database busy, or the server that it is on does not answer. Wait for it to finish, or stop it, and try again"
    )]
    Busy,
    /// Another process took over what this one was doing.
    #[error(
        "another Repairbridge process took this work over, since this one was not heard of for some seconds. Nothing was written; it goes on there"
    )]
    Lost,
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

/// What statements that come and go are a sign of.
pub(crate) const BEHIND_A_POOLER: &str = "a pooler gives its connections to somebody else after every transaction; write pooler=transaction after the question mark of the address";

impl StoreError {
    /// The same of PostgreSQL's states.
    fn of_state(state: &str, why: &str) -> Option<Self> {
        match state {
            // A full disk; memory that ran out is none of it.
            "53100" => Some(Self::DiskFull),
            // Another one holds what is needed, went first, or no connection is left.
            "40001" | "40P01" | "55P03" | "53300" => Some(Self::Busy),
            "P0001" if why == crate::sealed::KEY_GONE => Some(Self::DataKeyGone),
            // A statement that was prepared before is not there, or one is that was not: it is somebody else's connection.
            "42P05" | "26000" => Some(Self::Server {
                address: "(see store.url)".to_owned(),
                why: BEHIND_A_POOLER.to_owned(),
            }),
            // A standby, the user's rights, and a server that is going down or was not there.
            "25006" | "42501" | "57P01" | "57P02" | "57P03" | "57P05" => Some(Self::Server {
                address: "(see store.url)".to_owned(),
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
            let code = database.code().unwrap_or_default();
            let known = match database.try_downcast_ref::<PgDatabaseError>() {
                Some(said) => Self::of_state(&code, said.message()),
                None => {
                    let code = code.parse::<i64>().ok();
                    code.and_then(|code| Self::of_code(code & 0xff, database.message()))
                }
            };
            if let Some(known) = known {
                return known;
            }
        }
        match error {
            sqlx::Error::AnyDriverError(why) if why.is::<Lost>() => Self::Lost,
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::Io(why) => Self::Server {
                address: "(see store.url)".to_owned(),
                why: why.to_string(),
            },
            other => Self::Database(other),
        }
    }
}
