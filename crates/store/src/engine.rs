//! Opening the store: address, migrations, connections.

use crate::db::{On, Pool, Scope, Tx, query};
use crate::meter::Metered;
use crate::repo::Keeper;
use crate::{Lock, StoreError, sealed};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use std::path::{Path, PathBuf};
use std::time::Duration;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// How long a writer waits for another process's transaction.
pub(crate) const WAITS: Duration = Duration::from_secs(30);
/// Page caches in KiB: bounded, so that memory does not grow with the shop. The writer touches most pages;
/// readers fetch pages of records by key.
const WRITER_CACHE: &str = "-6144";
const READER_CACHE: &str = "-1024";
/// Pages in the write-ahead log before they go to the main file: 16 MiB. Webhooks touch the same pages of their indexes
/// again and again; the more often before that happens, the less is written.
pub(crate) const LOG_PAGES: &str = "4000";

/// The store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    path: PathBuf,
    /// One connection: SQLite has one writer, and waiting here is fairer than in SQLite.
    pub(crate) writer: Pool,
    pub(crate) readers: Pool,
    /// Writes as well, in the turn of the writer.
    pub(crate) keeper: Keeper,
    pub(crate) metered: Metered,
}

impl Store {
    /// Opens the store at an address such as `sqlite://repairbridge.db`, making and migrating it as needed.
    ///
    /// # Errors
    /// When the address is wrong, the file cannot be written, is damaged, or comes from a newer version.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let path = path_of(url)?;
        if !path.is_dir() {
            keep_private(&path);
        }
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(WAITS * 2)
            // A file does not hang up: asking each time whether it is still there would only take time.
            .test_before_acquire(false)
            .connect_with(
                options(&path, WRITER_CACHE)
                    .pragma("wal_autocheckpoint", LOG_PAGES)
                    .create_if_missing(true),
            )
            .await
            .map_err(|why| opening(&path, &why))?;
        migrate(&path, &writer).await?;
        sealed::guard(&writer).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(WAITS)
            .test_before_acquire(false)
            .connect_with(options(&path, READER_CACHE).read_only(true))
            .await
            .map_err(|why| opening(&path, &why))?;
        Ok(Self {
            path,
            writer: Pool::Sqlite(writer),
            readers: Pool::Sqlite(readers),
            keeper: Keeper::default(),
            metered: Metered::default(),
        })
    }

    /// A complete copy at a new path, taken while others may write. For previews, which must touch nothing.
    ///
    /// # Errors
    /// When the copy cannot be written.
    pub async fn copy_to(&self, path: &Path) -> Result<Self, StoreError> {
        let taken = std::fs::metadata(path).is_ok_and(|found| found.is_dir() || found.len() > 0);
        if taken {
            return Err(StoreError::Unwritable {
                path: path.to_owned(),
                why: "there is something at this path already".into(),
            });
        }
        keep_private(path);
        query("VACUUM INTO $1")
            .bind(path.to_string_lossy().into_owned())
            .execute(self.turn(Scope::Whole))
            .await
            .map_err(|why| opening(path, &why))?;
        Self::open(&format!("sqlite://{}", path.display())).await
    }

    /// A transaction that has the right to write from its beginning.
    pub(crate) async fn begin(&self, scope: impl Into<Scope>) -> Result<Tx, StoreError> {
        Ok(self.writer.begin(scope.into()).await?)
    }

    /// One statement that writes, as a transaction of its own.
    pub(crate) fn turn(&self, scope: impl Into<Scope>) -> On<'_> {
        On::Turn(&self.writer, scope.into())
    }

    /// Takes a lock named after this store, or nothing when another process holds it.
    ///
    /// # Errors
    /// When the lock file cannot be written.
    pub fn lock(&self, name: &str) -> Result<Option<Lock>, StoreError> {
        Lock::take(&Lock::path(&self.path, name))
    }

    /// Where the database lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes everything to the main file and closes all connections.
    pub async fn close(self) {
        self.keeper.close();
        self.readers.close().await;
        self.writer.close().await;
    }
}

pub(crate) fn path_of(url: &str) -> Result<PathBuf, StoreError> {
    let wrong = |why: &str| StoreError::Address {
        url: shown(url),
        why: why.to_owned(),
    };
    match url.split_once("://") {
        // SQLite would take these as addresses of its own: in memory, or with options.
        Some(("sqlite", path)) if path.starts_with(":memory:") || path.starts_with("file:") => {
            Err(wrong("it must be the plain path of a file"))
        }
        Some(("sqlite", path)) if path.contains('?') => {
            Err(wrong("options after a question mark are not supported"))
        }
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

fn options(path: &Path, cache: &'static str) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(WAITS)
        .pragma("cache_size", cache)
        .pragma("temp_store", "file")
        .optimize_on_close(true, None)
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
