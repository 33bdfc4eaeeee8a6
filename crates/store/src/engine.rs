//! Opening the store: address, migrations, connections.

pub(crate) mod postgres;
pub(crate) mod sqlite;

use crate::db::{Engine, On, Pool, Scope, Tx, query_scalar};
use crate::lock::Locks;
use crate::meter::Metered;
use crate::repo::Keeper;
use crate::{Lock, StoreError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How long a writer waits for another process's transaction.
pub(crate) const WAITS: Duration = Duration::from_secs(30);

/// The store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    /// The database's file; on a server, the name beside which files of ours are put.
    path: PathBuf,
    /// Where it lies, for people: without a password.
    place: Arc<str>,
    pub(crate) writer: Pool,
    pub(crate) readers: Pool,
    /// Writes as well, in the turn of the writer.
    pub(crate) keeper: Keeper,
    locks: Locks,
    pub(crate) metered: Metered,
}

impl Store {
    /// Opens the store at an address such as `sqlite://repairbridge.db` or `postgres://user@host/database`, making and
    /// migrating it as needed.
    ///
    /// # Errors
    /// When the address is wrong, the database cannot be reached or written, is damaged, or comes from a newer version.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        match Address::read(url)? {
            Address::File(path) => {
                let (writer, readers) = sqlite::open(&path).await?;
                Ok(Self {
                    place: path.display().to_string().into(),
                    locks: Locks::beside(path.clone()),
                    path,
                    writer: Pool::Sqlite(writer),
                    readers: Pool::Sqlite(readers),
                    keeper: Keeper::default(),
                    metered: Metered::default(),
                })
            }
            Address::Server(server) => {
                // Boxed, so that what opens a file is no bigger for it.
                let (writer, readers) = Box::pin(server.open()).await?;
                Ok(Self {
                    path: server.beside(),
                    place: server.shown().into(),
                    writer: Pool::Postgres(writer, server.between()),
                    readers: Pool::Postgres(readers, server.between()),
                    locks: Locks::on(*server),
                    keeper: Keeper::default(),
                    metered: Metered::default(),
                })
            }
        }
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
        self.copy_into(path).await?;
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
    /// When the lock file cannot be written, or the server cannot be reached.
    pub async fn lock(&self, name: &str) -> Result<Option<Lock>, StoreError> {
        self.locks.take(name).await
    }

    /// Where the database lies, and other files of this installation beside it. For a database on a server there is no
    /// file of this name: it stands in the working directory for those beside it.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the database lies, for people: a path, or an address without its password.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// What the database is: `SQLite` or `PostgreSQL`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self.readers.engine() {
            Engine::Sqlite => "SQLite",
            Engine::Postgres => "PostgreSQL",
        }
    }

    /// How big the database is, in bytes.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn bytes(&self) -> Result<u64, StoreError> {
        if self.readers.engine() == Engine::Postgres {
            let bytes: i64 = query_scalar("SELECT pg_database_size(current_database())")
                .fetch_one(&self.readers)
                .await?;
            return Ok(bytes.unsigned_abs());
        }
        let sizes = ["", "-wal"].map(|end| {
            let mut name = self.path.as_os_str().to_owned();
            name.push(end);
            std::fs::metadata(name).map_or(0, |found| found.len())
        });
        Ok(sizes.iter().sum())
    }

    /// Writes everything to the main file and closes all connections.
    pub async fn close(self) {
        self.keeper.close();
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// An address that was read.
pub(crate) enum Address {
    File(PathBuf),
    Server(Box<postgres::Server>),
}

impl Address {
    pub(crate) fn read(url: &str) -> Result<Self, StoreError> {
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
            Some(("sqlite", path)) if !path.is_empty() => Ok(Self::File(PathBuf::from(path))),
            Some(("sqlite", _)) => Err(wrong("it names no file")),
            Some(("postgres" | "postgresql", _)) => {
                let server = postgres::Server::read(url).map_err(|why| wrong(&why))?;
                Ok(Self::Server(Box::new(server)))
            }
            _ => Err(wrong(
                "it begins neither with sqlite:// nor with postgres://",
            )),
        }
    }

    /// The file of a database that is one.
    pub(crate) fn file(url: &str) -> Result<PathBuf, StoreError> {
        match Self::read(url)? {
            Self::File(path) => Ok(path),
            Self::Server(server) => Err(server.has_no_file()),
        }
    }
}

/// An address without what may be a password.
pub(crate) fn shown(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{}", bare(host)),
        (Some((scheme, _)), None) if scheme != "sqlite" => bare(url).to_owned(),
        _ => url.to_owned(),
    }
}

/// Without options: among them, too, may be a password.
fn bare(url: &str) -> &str {
    url.split_once('?').map_or(url, |(before, _)| before)
}
