//! Waking another process that serves the same database: over the server, where it passes words on. It is a hint, as
//! webhooks are: whoever misses one looks by itself after some seconds.

use crate::db::{Between, Pool, query_scalar};
use crate::engine::postgres::Server;
use crate::{Store, StoreError};
use domain::ShopId;
use sqlx::postgres::PgListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::sleep;

/// After a connection that could not be made.
const AGAIN: Duration = Duration::from_secs(5);
/// What is heard and not looked at yet, at most; what does not fit is found by looking.
const WAITING: usize = 10_000;

/// The channel's name. By schema: another installation in the same database has one of its own.
pub(crate) const CHANNEL: &str = "'repairbridge_' || md5(current_schema())";

/// Who is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// Whoever keeps a shop in step.
    Passes(ShopId),
    /// Whoever works on its flows.
    Flows(ShopId),
}

impl Call {
    fn word(self) -> String {
        match self {
            Self::Passes(shop) => format!("p{}", shop.0),
            Self::Flows(shop) => format!("f{}", shop.0),
        }
    }

    fn read(word: &str) -> Option<Self> {
        let shop = ShopId(word.get(1..)?.parse().ok()?);
        match word.get(..1)? {
            "p" => Some(Self::Passes(shop)),
            "f" => Some(Self::Flows(shop)),
            _ => None,
        }
    }
}

/// Whether anybody else is there to be called. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Company(Arc<AtomicBool>);

impl Company {
    pub(crate) fn set(&self, several: bool) {
        self.0.store(several, Ordering::Relaxed);
    }

    pub(crate) fn is_there(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Store {
    /// Whether other processes serve this database beside this one.
    #[must_use]
    pub fn has_company(&self) -> bool {
        self.company.is_there()
    }

    /// Wakes whoever else is concerned. Nothing where nobody else serves, or a pooler stands between.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn call(&self, call: Call) -> Result<(), StoreError> {
        let Pool::Postgres(pool, Between::Nothing, _) = &self.readers else {
            return Ok(());
        };
        if self.has_company() {
            sqlx::query(sqlx::AssertSqlSafe(format!(
                "SELECT pg_notify({CHANNEL}, $1)"
            )))
            .bind(call.word())
            .execute(pool)
            .await?;
        }
        Ok(())
    }

    /// What others call, until nobody listens any more. Nothing where the database passes no words on.
    #[must_use]
    pub fn listen(&self) -> Option<mpsc::Receiver<Call>> {
        let holder = self.locks().holder()?;
        let server = holder.server().clone();
        if server.between() == Between::Pooler {
            return None;
        }
        let (heard, calls) = mpsc::channel(WAITING);
        tokio::spawn(async move {
            while !heard.is_closed() {
                if listen(&server, &heard).await.is_err() {
                    // What is not heard meanwhile is found by looking.
                    sleep(AGAIN).await;
                }
            }
        });
        Some(calls)
    }

    /// Shops for which webhooks wait to be looked at.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn shops_with_webhooks(&self) -> Result<Vec<ShopId>, StoreError> {
        let ids: Vec<i64> = query_scalar(
            "SELECT id FROM shop WHERE EXISTS (SELECT 1 FROM webhook WHERE webhook.shop = shop.id AND webhook.state = 0)",
        )
        .fetch_all(&self.readers)
        .await?;
        Ok(ids.into_iter().map(ShopId).collect())
    }
}

async fn listen(server: &Server, heard: &mpsc::Sender<Call>) -> Result<(), StoreError> {
    let pool = server.one();
    let channel: String = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT {CHANNEL}")))
        .fetch_one(&pool)
        .await?;
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.listen(&channel).await?;
    loop {
        let told = tokio::select! {
            told = listener.recv() => told?,
            () = heard.closed() => return Ok(()),
        };
        if let Some(call) = Call::read(told.payload()) {
            // Where too much waits, the rest is found by looking.
            let _full = heard.try_send(call);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_understood_and_anything_else_is_not() {
        for call in [Call::Passes(ShopId(12)), Call::Flows(ShopId(3))] {
            assert_eq!(Call::read(&call.word()), Some(call));
        }
        for word in ["", "p", "x1", "é1", "p1x"] {
            assert_eq!(Call::read(word), None);
        }
    }
}
