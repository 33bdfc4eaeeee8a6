//! Keeping webhooks before they are acknowledged: many in one transaction, so that a batch costs one write to the disk.
//!
//! On SQLite, over a connection of its own that answers in the thread that asks. The pools' connections each have a thread
//! behind them, and the way there and back is longer than what a small batch takes. On PostgreSQL, in one statement.

use crate::codes::{kind, side, time};
use crate::db::{Between, Pool, begun, known_letters};
use crate::engine::WAITS;
use crate::engine::sqlite::LOG_PAGES;
use crate::meter::Metered;
use crate::model::Webhook;
use crate::wake::{CHANNEL, Company};
use crate::{Store, StoreError, Work};
use domain::RecordId;
use rusqlite::{Connection, TransactionBehavior, params};
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgPool;
use sqlx::{AssertSqlSafe, Sqlite};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::runtime::{Handle, RuntimeFlavor};

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
/// this process writes to a database that is a file; a server takes them beside everything else.
#[derive(Debug)]
pub struct Keeping {
    turn: Turn,
    metered: Metered,
}

#[derive(Debug)]
enum Turn {
    Sqlite {
        connection: Option<Connection>,
        keeper: Keeper,
        _turn: PoolConnection<Sqlite>,
    },
    Postgres {
        pool: PgPool,
        between: Between,
        company: Company,
        runtime: Handle,
    },
}

impl Keeping {
    /// Keeps a batch in one transaction, which is on the disk when this returns. An event that comes again is kept
    /// again until it is looked at: looking whether it is known would cost the more, the more there is. Blocks the
    /// thread meanwhile, so that it must not be one that drives other tasks.
    ///
    /// # Errors
    /// When the database refuses; then none is kept.
    pub fn keep(&mut self, webhooks: &[Webhook]) -> Result<(), StoreError> {
        match &mut self.turn {
            Turn::Sqlite {
                connection: kept, ..
            } => {
                let Some(connection) = kept else {
                    return Err(StoreError::Busy);
                };
                let keeping = || Ok(insert(connection, webhooks)?);
                let done = self.metered.tell_now(Work::Webhooks, keeping);
                if done.is_err() {
                    // Whatever state it is in: the next turn has a new one.
                    *kept = None;
                }
                done
            }
            Turn::Postgres {
                pool,
                between,
                company,
                runtime,
            } => {
                let keeping = insert_many(pool, *between, company, webhooks);
                let keeping = self.metered.tell(Work::Webhooks, keeping);
                match Handle::try_current().map(|here| here.runtime_flavor()) {
                    // In a thread that drives tasks, others take them over meanwhile.
                    Ok(RuntimeFlavor::MultiThread) => {
                        tokio::task::block_in_place(|| runtime.block_on(keeping))
                    }
                    _ => runtime.block_on(keeping),
                }
            }
        }
    }
}

impl Drop for Keeping {
    fn drop(&mut self) {
        if let Turn::Sqlite {
            connection, keeper, ..
        } = &mut self.turn
        {
            keeper.put_back(connection.take());
        }
    }
}

impl Store {
    /// Begins a turn at keeping webhooks, once whoever writes now has finished.
    ///
    /// # Errors
    /// When the turn does not come for a minute, or the file cannot be opened.
    pub async fn keeping(&self) -> Result<Keeping, StoreError> {
        let turn = match &self.writer {
            Pool::Sqlite(writer) => {
                let turn = match writer.try_acquire() {
                    Some(turn) => turn,
                    None => writer.acquire().await?,
                };
                let connection = match self.keeper.take() {
                    Some(connection) => connection,
                    None => open(self.path())?,
                };
                Turn::Sqlite {
                    connection: Some(connection),
                    keeper: self.keeper.clone(),
                    _turn: turn,
                }
            }
            Pool::Postgres(pool, between, _) => Turn::Postgres {
                pool: pool.clone(),
                between: *between,
                company: self.company.clone(),
                runtime: Handle::current(),
            },
        };
        Ok(Keeping {
            turn,
            metered: self.metered.clone(),
        })
    }

    /// Keeps webhooks in one transaction, which is on the disk when this returns, as a turn does.
    ///
    /// # Errors
    /// When the database refuses; then none is kept.
    pub async fn keep_webhooks(&self, webhooks: &[Webhook]) -> Result<(), StoreError> {
        match &self.writer {
            Pool::Sqlite(_) => self.keeping().await?.keep(webhooks),
            Pool::Postgres(pool, between, _) => {
                let keeping = insert_many(pool, *between, &self.company, webhooks);
                self.metered.tell(Work::Webhooks, keeping).await
            }
        }
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

/// Takes no turn: nothing is looked at that another one could change meanwhile.
async fn insert_many(
    pool: &PgPool,
    between: Between,
    company: &Company,
    webhooks: &[Webhook],
) -> Result<(), StoreError> {
    const INSERT: &str =
        "INSERT INTO webhook (shop, side, event, what, kind, record, parent, body, received_at)
         SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::text[], $5::bigint[], $6::text[], $7::text[],
             $8::bytea[], $9::bigint[])";
    // Whoever else serves may be the one to look at them.
    let insert = match between == Between::Nothing && company.is_there() {
        true => format!(
            "WITH kept AS ({INSERT} RETURNING shop)
             SELECT pg_notify({CHANNEL}, 'p' || shop) FROM kept GROUP BY shop"
        ),
        false => INSERT.to_owned(),
    };
    fn each<'w, T>(webhooks: &'w [Webhook], column: impl Fn(&'w Webhook) -> T) -> Vec<T> {
        webhooks.iter().map(column).collect()
    }
    let id = |id: &'_ Option<RecordId>| {
        id.as_ref()
            .map(|id| known_letters(id.as_str()).into_owned())
    };
    let kept = sqlx::query(AssertSqlSafe(insert))
        .persistent(between == Between::Nothing)
        .bind(each(webhooks, |webhook| webhook.shop.0))
        .bind(each(webhooks, |webhook| side(webhook.side)))
        .bind(each(webhooks, |webhook| webhook.event.as_slice()))
        .bind(each(webhooks, |webhook| known_letters(&webhook.what)))
        .bind(each(webhooks, |webhook| webhook.kind.map(kind)))
        .bind(each(webhooks, |webhook| id(&webhook.record)))
        .bind(each(webhooks, |webhook| id(&webhook.parent)))
        .bind(each(webhooks, |webhook| webhook.body.as_slice()))
        .bind(each(webhooks, |webhook| time(webhook.received_at)));
    if between == Between::Nothing {
        kept.execute(pool).await?;
        return Ok(());
    }
    let mut tx = begun(pool, "BEGIN").await?;
    kept.execute(&mut *tx).await?;
    Ok(tx.commit().await?)
}
