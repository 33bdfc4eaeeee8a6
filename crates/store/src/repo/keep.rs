//! Keeping webhooks before they are acknowledged: many in one transaction, so that a batch costs one write to the disk,
//! over a connection of its own that answers in the thread that asks. The pools' connections each have a thread
//! behind them, and the way there and back is longer than what a small batch takes.

use crate::codes::{kind, side, time};
use crate::db::Pool;
use crate::engine::{LOG_PAGES, WAITS};
use crate::meter::Metered;
use crate::model::Webhook;
use crate::{Store, StoreError, Work};
use domain::RecordId;
use rusqlite::{Connection, TransactionBehavior, params};
use sqlx::Sqlite;
use sqlx::pool::PoolConnection;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The connection, while nobody has a turn. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keeper(Arc<Mutex<Option<Connection>>>);

impl Keeper {
    fn take(&self) -> Option<Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn put_back(&self, connection: Option<Connection>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = connection;
    }

    pub(crate) fn close(&self) {
        self.put_back(None);
    }
}

/// A turn at writing, in which batches of webhooks are kept one after the other. Until it is dropped, nobody else in
/// this process writes.
#[derive(Debug)]
pub struct Keeping {
    connection: Option<Connection>,
    keeper: Keeper,
    metered: Metered,
    _turn: PoolConnection<Sqlite>,
}

impl Keeping {
    /// Keeps a batch in one transaction, which is on the disk when this returns. An event that comes again is kept
    /// again until it is looked at: looking whether it is known would cost the more, the more there is. Blocks the
    /// thread meanwhile.
    ///
    /// # Errors
    /// When the database refuses; then none is kept.
    pub fn keep(&mut self, webhooks: &[Webhook]) -> Result<(), StoreError> {
        let Some(connection) = &mut self.connection else {
            return Err(StoreError::Busy);
        };
        let keeping = || Ok(insert(connection, webhooks)?);
        let kept = self.metered.tell_now(Work::Webhooks, keeping);
        if kept.is_err() {
            // Whatever state it is in: the next turn has a new one.
            self.connection = None;
        }
        kept
    }
}

impl Drop for Keeping {
    fn drop(&mut self) {
        self.keeper.put_back(self.connection.take());
    }
}

impl Store {
    /// Begins a turn at keeping webhooks, once whoever writes now has finished.
    ///
    /// # Errors
    /// When the turn does not come for a minute, or the file cannot be opened.
    pub async fn keeping(&self) -> Result<Keeping, StoreError> {
        let Pool::Sqlite(writer) = &self.writer;
        let turn = match writer.try_acquire() {
            Some(turn) => turn,
            None => writer.acquire().await?,
        };
        let connection = match self.keeper.take() {
            Some(connection) => connection,
            None => open(self.path())?,
        };
        Ok(Keeping {
            connection: Some(connection),
            keeper: self.keeper.clone(),
            metered: self.metered.clone(),
            _turn: turn,
        })
    }

    /// Keeps webhooks in one transaction, which is on the disk when this returns, as a turn does.
    ///
    /// # Errors
    /// When the database refuses; then none is kept.
    pub async fn keep_webhooks(&self, webhooks: &[Webhook]) -> Result<(), StoreError> {
        self.keeping().await?.keep(webhooks)
    }
}

fn open(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(WAITS)?;
    for (name, value) in [
        ("synchronous", "FULL"),
        ("foreign_keys", "ON"),
        ("cache_size", "-1024"),
        ("wal_autocheckpoint", LOG_PAGES),
    ] {
        connection.pragma_update(None, name, value)?;
    }
    Ok(connection)
}

fn insert(connection: &mut Connection, webhooks: &[Webhook]) -> Result<(), rusqlite::Error> {
    const INSERT: &str =
        "INSERT INTO webhook (shop, side, event, what, kind, record, parent, body, received_at)
                          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut statement = transaction.prepare_cached(INSERT)?;
    for webhook in webhooks {
        statement.execute(params![
            webhook.shop.0,
            side(webhook.side),
            webhook.event,
            webhook.what,
            webhook.kind.map(kind),
            webhook.record.as_ref().map(RecordId::as_str),
            webhook.parent.as_ref().map(RecordId::as_str),
            webhook.body,
            time(webhook.received_at),
        ])?;
    }
    drop(statement);
    transaction.commit()
}
