//! A database that is a file.

use super::WAITS;
use crate::db::{Pool, query, query_as};
use crate::{StoreError, sealed};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use std::path::Path;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// Page caches in KiB: bounded, so that memory does not grow with the shop. The writer touches most pages;
/// readers fetch pages of records by key.
const WRITER_CACHE: &str = "-6144";
const READER_CACHE: &str = "-1024";
/// Pages in the write-ahead log before they go to the main file: 16 MiB. Webhooks touch the same pages of their indexes
/// again and again; the more often before that happens, the less is written.
pub(crate) const LOG_PAGES: &str = "4000";

/// The one writer, since SQLite has one and waiting here is fairer than there, and the readers.
pub(super) async fn open(path: &Path) -> Result<(SqlitePool, SqlitePool), StoreError> {
    if !path.is_dir() {
        keep_private(path);
    }
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(WAITS * 2)
        // A file does not hang up: asking each time whether it is still there would only take time.
        .test_before_acquire(false)
        .connect_with(
            options(path, WRITER_CACHE)
                .pragma("wal_autocheckpoint", LOG_PAGES)
                .optimize_on_close(true, None)
                .create_if_missing(true),
        )
        .await
        .map_err(|why| opening(path, &why))?;
    migrate(path, &writer).await?;
    sealed::guard(&writer).await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(4)
        .acquire_timeout(WAITS)
        .test_before_acquire(false)
        .connect_with(options(path, READER_CACHE).read_only(true))
        .await
        .map_err(|why| opening(path, &why))?;
    Ok((writer, readers))
}

/// Writes a complete copy into a new file.
pub(crate) async fn vacuum_into(from: &Pool, path: &Path) -> Result<(), StoreError> {
    query("VACUUM INTO $1")
        .bind(path.to_string_lossy().into_owned())
        .execute(from)
        .await
        .map_err(|why| opening(path, &why))?;
    Ok(())
}

/// Closing does this as well, but only where no other connection is left, and without a word when it cannot.
pub(super) async fn empty_the_log(writer: &Pool, path: &Path) -> Result<(), StoreError> {
    let (busy, _, _): (i64, i64, i64) = query_as("PRAGMA wal_checkpoint(TRUNCATE)")
        .fetch_one(writer)
        .await
        .map_err(|why| opening(path, &why))?;
    match busy {
        0 => Ok(()),
        _ => Err(StoreError::Busy),
    }
}

fn options(path: &Path, cache: &'static str) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(WAITS)
        .pragma("cache_size", cache)
        .pragma("temp_store", "file")
}

pub(crate) fn opening(path: &Path, error: &sqlx::Error) -> StoreError {
    let why = error.to_string();
    let code = error
        .as_database_error()
        .and_then(|database| database.code())
        .and_then(|code| code.parse::<i64>().ok())
        .map(|code| code & 0xff);
    match code {
        // 11 corrupt, 26 not a database
        Some(11 | 26) => StoreError::Damaged {
            path: path.to_owned(),
            why,
        },
        Some(13) => StoreError::DiskFull,
        Some(5 | 6) => StoreError::Busy,
        _ => StoreError::Unwritable {
            path: path.to_owned(),
            why,
        },
    }
}

/// Customers' data: readable by its owner only. Done before SQLite opens the file, whose mode SQLite then
/// gives to the write-ahead log as well.
#[cfg(unix)]
pub(crate) fn keep_private(path: &Path) {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    // What fails here, SQLite reports better; and a file of another owner may still work.
    let _ = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    for end in ["", "-wal", "-shm"] {
        let mut file = path.as_os_str().to_owned();
        file.push(end);
        let _ = std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600));
    }
}

#[cfg(not(unix))]
pub(crate) fn keep_private(_path: &Path) {}

async fn migrate(path: &Path, writer: &SqlitePool) -> Result<(), StoreError> {
    let known = MIGRATIONS
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or(0);
    match MIGRATIONS.run(writer).await {
        Ok(()) => Ok(()),
        Err(MigrateError::VersionMissing(found) | MigrateError::VersionTooNew(found, _)) => {
            Err(StoreError::Newer {
                path: path.to_owned(),
                found,
                known,
            })
        }
        Err(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => {
            Err(opening(path, &error))
        }
        Err(other) => Err(StoreError::Damaged {
            path: path.to_owned(),
            why: other.to_string(),
        }),
    }
}
