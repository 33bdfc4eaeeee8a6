//! Pools and transactions.

use domain::ShopId;
use sqlx::sqlite::SqlitePool;
use sqlx::{Sqlite, Transaction};

/// Connections to the database.
#[derive(Clone, Debug)]
pub(crate) enum Pool {
    Sqlite(SqlitePool),
}

/// A transaction that may write. It is rolled back when it is dropped.
#[derive(Debug)]
pub(crate) enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
}

/// Where a statement is carried out.
pub(crate) enum On<'a> {
    Pool(&'a Pool),
    Tx(&'a mut Tx),
    /// A transaction of the statement's own.
    #[expect(
        dead_code,
        reason = "SQLite has one writer; PostgreSQL locks by the scope"
    )]
    Turn(&'a Pool, Scope),
}

/// What a transaction may touch, so that of those that may touch the same thing one comes after the other. SQLite has
/// one writer at a time for everything; the rules of the repositories hold because of that.
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

impl Pool {
    /// Begins a transaction that has the right to write from its beginning.
    pub(crate) async fn begin(&self, _scope: Scope) -> Result<Tx, sqlx::Error> {
        match self {
            Self::Sqlite(pool) => Ok(Tx::Sqlite(begin_sqlite(pool).await?)),
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
        }
    }
}

impl Tx {
    pub(crate) async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
        }
    }

    pub(crate) async fn rollback(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(tx) => tx.rollback().await,
        }
    }
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
