//! Pools and transactions.

use super::query::Running;
use crate::lock::{Lost, Turn};
use crate::memory::Writing;
use domain::ShopId;
use sqlx::postgres::{PgConnection, PgPool};
use sqlx::sqlite::SqlitePool;
use sqlx::{AssertSqlSafe, Connection, Postgres, Row, Sqlite, Transaction};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// Connections to the database.
#[derive(Clone, Debug)]
pub(crate) enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool, Between, Room),
}

/// Work that can wait leaves a quarter of a pool's connections, and one at least, so that what people wait for finds one
/// free however much else there is to do.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    places: Arc<Semaphore>,
    gives_way: bool,
}

/// A place of such work, until it is dropped.
type Place = Option<OwnedSemaphorePermit>;

impl Room {
    pub(crate) fn of(connections: u32) -> Self {
        let left = (connections / 4).max(1);
        let places = connections.saturating_sub(left).max(1);
        Self {
            places: Arc::new(Semaphore::new(places as usize)),
            gives_way: false,
        }
    }

    /// Waits for a place; at once for what does not give way.
    pub(super) async fn place(&self) -> Place {
        if !self.gives_way {
            return None;
        }
        // It is never closed.
        Arc::clone(&self.places).acquire_owned().await.ok()
    }
}

/// A transaction that may write. It is rolled back when it is dropped.
#[derive(Debug)]
pub(crate) enum Tx {
    Sqlite(Transaction<'static, Sqlite>, Writing),
    Postgres(Transaction<'static, Postgres>, Between, Writing, Place),
}

/// What stands between us and a PostgreSQL server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Between {
    /// Nothing, or a pooler that leaves a connection to whoever has it: statements are prepared once.
    Nothing,
    /// A pooler that gives a connection to somebody else after every transaction: nothing may be left on it, and whatever
    /// takes more than one message is a transaction.
    Pooler,
}

/// Where a statement is carried out.
pub(crate) enum On<'a> {
    Pool(&'a Pool),
    Tx(&'a mut Tx),
    /// A transaction of the statement's own.
    Turn(&'a Pool, Turn<'a>, Writing),
}

/// What a transaction may touch, so that of those that may touch the same thing one comes after the other. SQLite has
/// one writer at a time for everything, and the rules of the repositories ("look, then write") hold because of that;
/// on PostgreSQL they hold because every transaction that writes takes the lock of its scope before it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// What belongs to one shop.
    Shop(i64),
    /// What belongs to no shop: who may come in, installations of the app, notices.
    House,
    /// Everything.
    Whole,
}

impl From<ShopId> for Scope {
    fn from(shop: ShopId) -> Self {
        Self::Shop(shop.0)
    }
}

impl Scope {
    /// The first half of our advisory locks. By schema: others in the same database, such as another installation, do not
    /// meet ours.
    const OURS: &str = "hashtext('repairbridge ' || current_schema())";

    /// What waits for the turn. Shops do not wait for one another, and everybody waits for who touches everything. The locks
    /// are taken in one order and go with the transaction, also where a pooler hands connections round between them. One
    /// shop's lines of the journal and its sightings are therefore numbered in the order in which they are committed.
    pub(crate) fn locks(self) -> String {
        let ours = Self::OURS;
        match self {
            Self::Whole => format!("pg_advisory_xact_lock({ours}, 0)"),
            Self::House => {
                format!(
                    "pg_advisory_xact_lock_shared({ours}, 0), pg_advisory_xact_lock({ours}, -1)"
                )
            }
            // Two shops whose numbers are the same in half of their bits would only wait for one another.
            Self::Shop(shop) => {
                let shop = shop & 0x7fff_ffff;
                format!(
                    "pg_advisory_xact_lock_shared({ours}, 0), pg_advisory_xact_lock({ours}, {shop})"
                )
            }
        }
    }

    /// How long a transaction may wait and be waited for, where its connection was not told ([`PATIENCE`]).
    pub(crate) fn patience(self, between: Between) -> String {
        // What touches everything reads elsewhere in between.
        let long = "SET LOCAL idle_in_transaction_session_timeout = '60s'; ";
        match (between, self) {
            (Between::Nothing, Self::Whole) => long.to_owned(),
            (Between::Nothing, _) => String::new(),
            (Between::Pooler, _) => {
                let each = PATIENCE.replace("SET ", "SET LOCAL ");
                format!("{each}{}", if self == Self::Whole { long } else { "" })
            }
        }
    }
}

/// What a connection that writes is told once. Whoever is frozen in the middle of a transaction must not keep the others out.
pub(crate) const PATIENCE: &str =
    "SET lock_timeout = '30s'; SET idle_in_transaction_session_timeout = '8s'; ";

impl Pool {
    pub(crate) const fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(..) => Engine::Postgres,
        }
    }

    /// The same connections, for work that can wait or cannot. A file has one writer, and answers readers without a way
    /// there: nothing gives way.
    pub(crate) fn giving_way(&self, gives_way: bool) -> Self {
        let mut pool = self.clone();
        if let Self::Postgres(_, _, room) = &mut pool {
            room.gives_way = gives_way;
        }
        pool
    }

    /// Begins a transaction that has the right to write from its beginning.
    pub(crate) fn begin<'a>(&'a self, turn: Turn<'a>, writing: Writing) -> Running<'a, Tx> {
        match self {
            Self::Sqlite(pool) => Box::pin(async move {
                turn.check()?;
                Ok(Tx::Sqlite(begin_sqlite(pool).await?, writing))
            }),
            Self::Postgres(pool, between, room) => Box::pin(async move {
                let place = room.place().await;
                let begun = begin_postgres(pool, *between, turn).await?;
                Ok(Tx::Postgres(begun, *between, writing, place))
            }),
        }
    }

    /// Begins a transaction that only reads, and sees everything as of one instant.
    pub(crate) fn snapshot(&self) -> Running<'_, Tx> {
        match self {
            Self::Sqlite(pool) => Box::pin(async {
                let begun = pool.begin().await?;
                Ok(Tx::Sqlite(begun, Writing::nothing()))
            }),
            Self::Postgres(pool, between, room) => Box::pin(async {
                const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                let place = room.place().await;
                let begun = begun(pool, BEGIN).await?;
                Ok(Tx::Postgres(begun, *between, Writing::nothing(), place))
            }),
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool, ..) => pool.close().await,
        }
    }
}

impl Tx {
    pub(crate) const fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(..) => Engine::Sqlite,
            Self::Postgres(..) => Engine::Postgres,
        }
    }

    pub(crate) fn commit(self) -> Running<'static, ()> {
        match self {
            Self::Sqlite(tx, writing) => over(tx.commit(), writing, None),
            Self::Postgres(tx, _, writing, place) => over(tx.commit(), writing, place),
        }
    }

    pub(crate) fn rollback(self) -> Running<'static, ()> {
        match self {
            Self::Sqlite(tx, writing) => over(tx.rollback(), writing, None),
            Self::Postgres(tx, _, writing, place) => over(tx.rollback(), writing, place),
        }
    }
}

/// Ends a transaction; then nothing is being written any more.
fn over(
    end: impl Future<Output = Result<(), sqlx::Error>> + Send + 'static,
    writing: Writing,
    place: Place,
) -> Running<'static, ()> {
    Box::pin(async move {
        let ended = end.await;
        drop((writing, place));
        ended
    })
}

impl<'a> From<&'a Pool> for On<'a> {
    fn from(pool: &'a Pool) -> Self {
        Self::Pool(pool)
    }
}

impl<'a> From<&'a mut Tx> for On<'a> {
    fn from(tx: &'a mut Tx) -> Self {
        Self::Tx(tx)
    }
}

async fn begin_sqlite(pool: &SqlitePool) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
    const BEGIN: &str = "BEGIN IMMEDIATE";
    match pool.begin_with(BEGIN).await {
        // When the disk is full, SQLite ends a transaction by itself, but the driver still counts it and
        // would refuse this connection for ever: a new one takes its place.
        Err(sqlx::Error::InvalidSavePointStatement) => {
            pool.acquire().await?.close().await?;
            pool.begin_with(BEGIN).await
        }
        begun => begun,
    }
}

/// Whatever the server's default is: each statement must see what was committed before its turn came.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

pub(crate) async fn begin_postgres(
    pool: &PgPool,
    between: Between,
    turn: Turn<'_>,
) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    turn.check()?;
    let mut tx = begun(pool, BEGIN).await?;
    wait_for_turn(&mut tx, between, turn).await?;
    Ok(tx)
}

/// The same on a connection of its own.
pub(crate) async fn begin_on(
    connection: &mut PgConnection,
    scope: Scope,
) -> Result<Transaction<'_, Postgres>, sqlx::Error> {
    let mut tx = connection.begin_with(BEGIN).await?;
    // It was told nothing.
    wait_for_turn(&mut tx, Between::Pooler, scope.into()).await?;
    Ok(tx)
}

async fn wait_for_turn(
    connection: &mut PgConnection,
    between: Between,
    turn: Turn<'_>,
) -> Result<(), sqlx::Error> {
    let begun = sqlx::raw_sql(AssertSqlSafe(turn.beginning(between)));
    if turn.fence().is_none() {
        begun.execute(connection).await?;
        return Ok(());
    }
    // The last of what is asked is whether we may.
    let rows = begun.fetch_all(connection).await?;
    let holds = rows.last().map(|row| row.try_get::<bool, _>(0));
    match holds.transpose()? {
        Some(true) => Ok(()),
        _ => Err(Lost.into()),
    }
}

/// Begins a transaction in a task of its own. Whoever stopped waiting for the beginning would leave it open on a connection
/// that others then take for a fresh one, and what they write would be committed by nobody: the driver takes back what it
/// has seen begin, and nothing before.
pub(crate) async fn begun(
    pool: &PgPool,
    how: &'static str,
) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let pool = pool.clone();
    let beginning = tokio::spawn(async move { pool.begin_with(how).await });
    beginning.await.unwrap_or(Err(sqlx::Error::WorkerCrashed))
}
