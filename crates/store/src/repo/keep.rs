//! Keeping webhooks before they are acknowledged: many in one statement, which is a transaction of its own, so that a
//! batch costs one way to the database and one write to the disk.

use crate::codes::{kind, side, time};
use crate::model::Webhook;
use crate::{Store, StoreError};
use domain::RecordId;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, Sqlite, SqliteConnection};
use std::sync::LazyLock;

/// Rows of the statements. They are few, so that each is prepared once. What a batch lacks to the next one is bound as
/// nulls and left out.
const SIZES: [usize; 18] = [
    1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512,
];
const COLUMNS: usize = 9;

static STATEMENTS: LazyLock<Vec<(usize, String)>> =
    LazyLock::new(|| SIZES.map(|size| (size, statement(size))).into());

/// A turn at writing, in which batches of webhooks are kept one after the other. Until it is dropped, nobody else in
/// this process writes.
#[derive(Debug)]
pub struct Keeping(PoolConnection<Sqlite>);

impl Keeping {
    /// The largest batch.
    pub const MOST: usize = SIZES[SIZES.len() - 1];

    /// Keeps a batch in one transaction, which is on the disk when this returns; what is more than
    /// [`Keeping::MOST`] follows in a further one. An event that is there already is left as it is.
    ///
    /// # Errors
    /// When the database refuses; then none of the transaction is kept.
    pub async fn keep(&mut self, webhooks: Vec<Webhook>) -> Result<(), StoreError> {
        let mut rest = webhooks.into_iter();
        loop {
            let batch: Vec<Webhook> = rest.by_ref().take(Self::MOST).collect();
            if batch.is_empty() {
                return Ok(());
            }
            insert(&mut self.0, batch).await?;
        }
    }
}

impl Store {
    /// Begins a turn at keeping webhooks, once whoever writes now has finished.
    ///
    /// # Errors
    /// When the turn does not come for a minute.
    pub async fn keeping(&self) -> Result<Keeping, StoreError> {
        Ok(Keeping(match self.writer.try_acquire() {
            Some(connection) => connection,
            None => self.writer.acquire().await?,
        }))
    }

    /// Keeps webhooks in one transaction, however many there are, which is on the disk when this returns. An event
    /// that is there already is left as it is.
    ///
    /// # Errors
    /// When the database refuses; then none is kept.
    pub async fn keep_webhooks(&self, webhooks: &[Webhook]) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        for batch in webhooks.chunks(Keeping::MOST) {
            insert(&mut tx, batch.to_vec()).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// At most [`Keeping::MOST`].
async fn insert(to: &mut SqliteConnection, batch: Vec<Webhook>) -> Result<(), StoreError> {
    let Some((size, sql)) = STATEMENTS.iter().find(|(size, _)| *size >= batch.len()) else {
        return Ok(());
    };
    let mut values = SqliteArguments::default();
    values.reserve(size * COLUMNS, 0);
    for webhook in batch {
        bind(&mut values, webhook).map_err(sqlx::Error::Encode)?;
    }
    sqlx::query_with(sql.as_str(), values).execute(to).await?;
    Ok(())
}

/// In the order of the columns. What is large is handed over, not copied.
fn bind(values: &mut SqliteArguments, webhook: Webhook) -> Result<(), sqlx::error::BoxDynError> {
    values.add(webhook.shop.0)?;
    values.add(side(webhook.side))?;
    values.add(webhook.event.to_vec())?;
    values.add(webhook.what)?;
    values.add(webhook.kind.map(kind))?;
    values.add(webhook.record.map(RecordId::into_string))?;
    values.add(webhook.parent.map(RecordId::into_string))?;
    values.add(webhook.body)?;
    values.add(time(webhook.received_at))
}

/// Its places have no names: SQLite looks a named one up among all of them, and a statement has thousands.
fn statement(size: usize) -> String {
    let row = format!("({})", ["?"; COLUMNS].join(", "));
    let rows = vec![row; size].join(", ");
    format!(
        "INSERT INTO webhook (shop, side, event, what, kind, record, parent, body, received_at) \
         SELECT column1, column2, column3, column4, column5, column6, column7, column8, column9 \
         FROM (VALUES {rows}) AS given WHERE column1 IS NOT NULL ON CONFLICT DO NOTHING"
    )
}
