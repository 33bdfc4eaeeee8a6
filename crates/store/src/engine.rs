//! Opening the store: address, migrations, connections.

pub(crate) mod postgres;
#[cfg(target_os = "linux")]
mod sockets;
pub(crate) mod sqlite;

use crate::db::{Engine, On, Pool, Scope, Tx, query_scalar};
use crate::lock::{Fence, Locks, Node, Seat, ServerTime, SimulatedLeases, Turn, listed};
use crate::memory::{Memory, Touches};
use crate::meter::Metered;
use crate::repo::Keeper;
use crate::wake::Company;
use crate::{Lock, StoreError};
use domain::ShopId;
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
    /// By what right it writes, where that can be lost.
    fence: Option<Fence>,
    pub(crate) company: Company,
    pub(crate) metered: Metered,
    pub(crate) memory: Memory,
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
                    company: Company::default(),
                    path,
                    writer: Pool::Sqlite(writer),
                    readers: Pool::Sqlite(readers),
                    keeper: Keeper::default(),
                    fence: None,
                    metered: Metered::default(),
                    memory: Memory::default(),
                })
            }
            Address::Server(server) => {
                // Boxed, so that what opens a file is no bigger for it.
                let (writer, readers) = Box::pin(server.open()).await?;
                Ok(Self {
                    path: server.beside(),
                    place: server.shown().into(),
                    writer,
                    readers,
                    company: server.company().clone(),
                    locks: Locks::on(*server),
                    keeper: Keeper::default(),
                    fence: None,
                    metered: Metered::default(),
                    memory: Memory::default(),
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
        self.begin_touching(scope, Touches::All).await
    }

    /// The same, of which it is known what it touches.
    pub(crate) async fn begin_touching(
        &self,
        scope: impl Into<Scope>,
        touches: Touches,
    ) -> Result<Tx, StoreError> {
        let scope = scope.into();
        let writing = self.memory.writes(scope, touches);
        let turn = Turn::new(scope, self.fence.as_ref());
        Ok(self.writer.begin(turn, writing).await?)
    }

    /// One statement that writes, as a transaction of its own.
    pub(crate) fn turn(&self, scope: impl Into<Scope>) -> On<'_> {
        self.turn_touching(scope, Touches::All)
    }

    /// The same, of which it is known what it touches.
    pub(crate) fn turn_touching(&self, scope: impl Into<Scope>, touches: Touches) -> On<'_> {
        let scope = scope.into();
        let writing = self.memory.writes(scope, touches);
        let turn = Turn::new(scope, self.fence.as_ref());
        On::Turn(&self.writer, turn, writing)
    }

    /// Takes a lock named after this store, or nothing when another process holds it.
    ///
    /// # Errors
    /// When the lock file cannot be written, or the server cannot be reached.
    pub async fn lock(&self, name: &str) -> Result<Option<Lock>, StoreError> {
        self.locks.take(name).await
    }

    /// The same store, whose locks are taken among the nodes of a simulation. The database is a file.
    #[must_use]
    pub fn simulated(self, leases: &SimulatedLeases) -> Self {
        Self {
            locks: Locks::Within(leases.clone()),
            ..self
        }
    }

    /// The same store, which writes by the right of this lock: nothing any more once another process may have taken it
    /// over. Webhooks are kept all the same, since that takes no right.
    #[must_use]
    pub fn under(&self, lock: &Lock) -> Self {
        Self {
            fence: lock.fence().cloned(),
            ..self.clone()
        }
    }

    /// The same store, for whoever holds the lock of a shop: what it has read of the shop's work, and where reading stands,
    /// it remembers until something of that is written.
    #[must_use]
    pub fn remembering(&self, shop: ShopId) -> Self {
        self.with(self.memory.of(shop))
    }

    pub(crate) fn with(&self, memory: Memory) -> Self {
        Self {
            memory,
            ..self.clone()
        }
    }

    /// The same store, for work that can wait: on a server it leaves a quarter of the connections to the rest.
    #[must_use]
    pub fn giving_way(&self) -> Self {
        Self {
            writer: self.writer.giving_way(true),
            readers: self.readers.giving_way(true),
            ..self.clone()
        }
    }

    /// The same store, which writes whatever becomes of a lock: what has to be written by anybody at any time, such as
    /// what was asked of a vendor. It is kept beyond the work for which it is made, and gives way to nothing. A glance stays
    /// one.
    #[must_use]
    pub fn by_no_right(&self) -> Self {
        Self {
            fence: None,
            memory: self.memory.of_nobody(),
            writer: self.writer.giving_way(false),
            readers: self.readers.giving_way(false),
            ..self.clone()
        }
    }

    /// By what right this store writes, where that can be lost.
    #[must_use]
    pub const fn fence(&self) -> Option<&Fence> {
        self.fence.as_ref()
    }

    /// Takes a place among the processes that serve this database together. Nothing where one keeps everybody from it,
    /// such as a move to another database; a database that is a file has no such places ([`Store::shares`]).
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub async fn join(&self, node: Node) -> Result<Option<Seat>, StoreError> {
        match self.locks.holder() {
            Some(holder) => Box::pin(holder.join(node)).await,
            None => Ok(None),
        }
    }

    /// Gives the place among those that serve up, so that others go on with what is done here.
    pub async fn leave(&self) {
        if let Some(holder) = self.locks.holder() {
            holder.leave().await;
        }
    }

    /// Whether several processes can serve this database together: one on a server.
    #[must_use]
    pub fn shares(&self) -> bool {
        self.readers.engine() == Engine::Postgres
    }

    /// Those that serve this database now, the oldest first. Of a database that is a file nobody knows.
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub async fn nodes(&self) -> Result<Vec<Node>, StoreError> {
        match &self.readers {
            Pool::Sqlite(_) => Ok(Vec::new()),
            Pool::Postgres(pool, ..) => listed(pool).await,
        }
    }

    /// What time it is where the database is, which all processes share. Nothing where that is this machine.
    #[must_use]
    pub fn server_time(&self) -> Option<ServerTime> {
        self.locks
            .holder()
            .map(|holder| holder.server().time().clone())
    }

    pub(crate) const fn locks(&self) -> &Locks {
        &self.locks
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

    /// Closes all connections. What stands in a file's log is written to the file when nobody else has it open; where
    /// the file must be whole by itself, see [`Store::close_into_one_file`].
    pub async fn close(self) {
        self.keeper.close();
        self.locks.close().await;
        self.readers.close().await;
        self.writer.close().await;
    }

    /// Closes all connections, with everything in the main file: it may be moved or read without its log.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when somebody reads an older state of it; what the log holds is then still in the log.
    pub async fn close_into_one_file(self) -> Result<(), StoreError> {
        let whole = match self.readers.engine() {
            Engine::Sqlite => sqlite::empty_the_log(&self.writer, &self.path).await,
            Engine::Postgres => Ok(()),
        };
        self.close().await;
        whole
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
