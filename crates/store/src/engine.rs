//! Opening the store: address, migrations, connections.

use crate::{Lock, StoreError};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use std::path::{Path, PathBuf};
use std::time::Duration;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// How long a writer waits for another process's transaction.
const BUSY: Duration = Duration::from_secs(30);
/// Page cache of a connection, in KiB: bounded, so that memory does not grow with the shop.
const CACHE_KIB: &str = "-8192";

/// The store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    path: PathBuf,
    /// One connection: SQLite has one writer, and waiting here is fairer than in SQLite.
    pub(crate) writer: SqlitePool,
    pub(crate) readers: SqlitePool,
}

impl Store {
    /// Opens the store at an address such as `sqlite://repairbridge.db`, making and migrating it as needed.
    ///
    /// # Errors
    /// When the address is wrong, the file cannot be written, is damaged, or comes from a newer version.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let path = path_of(url)?;
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(BUSY * 2)
            .connect_with(options(&path).create_if_missing(true))
            .await
            .map_err(|why| opening(&path, &why))?;
        keep_private(&path);
        migrate(&path, &writer).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(BUSY)
            .connect_with(options(&path).read_only(true))
            .await
            .map_err(|why| opening(&path, &why))?;
        Ok(Self {
            path,
            writer,
            readers,
        })
    }

    /// A complete copy at a new path, taken while others may write. For previews, which must touch nothing.
    ///
    /// # Errors
    /// When the copy cannot be written.
    pub async fn copy_to(&self, path: &Path) -> Result<Self, StoreError> {
        sqlx::query("VACUUM INTO $1")
            .bind(path.to_string_lossy().into_owned())
            .execute(&self.writer)
            .await
            .map_err(|why| opening(path, &why))?;
        Self::open(&format!("sqlite://{}", path.display())).await
    }

    /// Takes a lock named after this store, or nothing when another process holds it.
    ///
    /// # Errors
    /// When the lock file cannot be written.
    pub fn lock(&self, name: &str) -> Result<Option<Lock>, StoreError> {
        let mut file = self.path.clone().into_os_string();
        file.push(format!(".{name}.lock"));
        Lock::take(Path::new(&file))
    }

    /// Where the database lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes everything to the main file and closes all connections.
    pub async fn close(self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

fn path_of(url: &str) -> Result<PathBuf, StoreError> {
    let wrong = |why: &str| StoreError::Address {
        url: shown(url),
        why: why.to_owned(),
    };
    match url.split_once("://") {
        Some(("sqlite", path)) if !path.is_empty() => Ok(PathBuf::from(path)),
        Some(("sqlite", _)) => Err(wrong("it names no file")),
        Some(("postgres" | "postgresql", _)) => {
            Err(wrong("PostgreSQL is not supported by this version yet"))
        }
        _ => Err(wrong("it does not begin with sqlite://")),
    }
}

/// An address without what may be a password.
fn shown(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => url.to_owned(),
    }
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .pragma("cache_size", CACHE_KIB)
        .pragma("temp_store", "file")
        .optimize_on_close(true, None)
}

fn opening(path: &Path, error: &sqlx::Error) -> StoreError {
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

/// Customers' data: readable by its owner only.
#[cfg(unix)]
fn keep_private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    // A file that we may not change (another owner) still works; the pre-flight reports it.
    let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600));
}

#[cfg(not(unix))]
fn keep_private(_path: &Path) {}

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
