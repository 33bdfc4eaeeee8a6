//! Which processes serve one database together.

use super::fence::lock_of;
use crate::StoreError;
use domain::Timestamp;
use jiff::SignedDuration;
use sqlx::postgres::PgPool;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::watch;

/// A process that serves, as people are told of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// Its id: another one after each start, and after each time that it was not heard of for too long.
    pub id: String,
    /// What it calls itself.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where its dashboard is.
    pub address: String,
    /// Since when, milliseconds since 1970 by the server's clock.
    pub since: i64,
}

/// Those that serve now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Nodes {
    /// This process, while it is one of them.
    pub own: Option<String>,
    /// The ids of all, in their order.
    pub all: Vec<String>,
}

/// A place among those that serve. Clones share it.
#[derive(Clone, Debug)]
pub struct Seat {
    pub(super) nodes: watch::Receiver<Nodes>,
}

impl Seat {
    /// Those that serve now.
    #[must_use]
    pub fn nodes(&self) -> Nodes {
        self.nodes.borrow().clone()
    }

    /// Waits until others serve than before.
    pub async fn changed(&mut self) {
        if self.nodes.changed().await.is_err() {
            // Nobody is left who could tell: this process ends.
            std::future::pending::<()>().await;
        }
    }
}

/// By how much the server's clock is ahead of this machine's. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct ServerTime(Arc<AtomicI64>);

/// Smaller differences may come from the way there and back.
const NOTICED: i64 = 100;

impl ServerTime {
    /// The time by the server's clock, when it is this by ours.
    #[must_use]
    pub fn there(&self, here: Timestamp) -> Timestamp {
        here.checked_add(self.ahead()).unwrap_or(here)
    }

    /// The time by our clock, when it is this by the server's.
    #[must_use]
    pub fn here(&self, there: Timestamp) -> Timestamp {
        there.checked_sub(self.ahead()).unwrap_or(there)
    }

    fn ahead(&self) -> SignedDuration {
        SignedDuration::from_millis(self.0.load(Ordering::Relaxed))
    }

    /// What the server said, between these two instants of ours; all in milliseconds since 1970.
    pub(crate) fn heard(&self, before: i64, there: i64, after: i64) {
        let ahead = there - (before + (after - before) / 2);
        let known = self.0.load(Ordering::Relaxed);
        if (ahead - known).abs() > NOTICED.max(after - before) {
            self.0.store(ahead, Ordering::Relaxed);
        }
    }
}

/// Milliseconds since 1970 by this machine's clock, which is compared with the server's.
#[expect(
    clippy::disallowed_methods,
    reason = "the machine's own clock is what is compared"
)]
pub(crate) fn here() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}

/// Begins a transaction in which nobody begins to serve, and nobody takes what may not be taken while somebody serves.
pub(super) fn alone_with_who_serves() -> String {
    format!("SELECT pg_advisory_xact_lock({})", lock_of("'serve'"))
}

/// Those that serve now, but for the one with the id `$1`.
pub(super) const OTHERS: &str = "SELECT coalesce(string_agg(id, ' ' ORDER BY id), '') FROM process
     WHERE serves AND lives_until > clock_timestamp() AND id <> $1";

/// Those that serve now, the oldest first.
pub(crate) async fn listed(pool: &PgPool) -> Result<Vec<Node>, StoreError> {
    let rows: Vec<(String, String, String, String, i64)> = sqlx::query_as(
        "SELECT id, name, version, address, (extract(epoch FROM since) * 1000)::bigint
         FROM process WHERE serves AND lives_until > clock_timestamp() ORDER BY since, id",
    )
    .persistent(false)
    .fetch_all(pool)
    .await?;
    let node = |(id, name, version, address, since)| Node {
        id,
        name,
        version,
        address,
        since,
    };
    Ok(rows.into_iter().map(node).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_wrong_is_put_right_and_a_slow_answer_is_no_sign_of_one() {
        let time = ServerTime::default();
        time.heard(1_000, 1_060, 1_020);
        assert_eq!(time.there(Timestamp::UNIX_EPOCH), Timestamp::UNIX_EPOCH);
        time.heard(1_000, 1_900, 2_000);
        assert_eq!(time.there(Timestamp::UNIX_EPOCH), Timestamp::UNIX_EPOCH);
        time.heard(1_000, 301_010, 1_020);
        let there = time.there(Timestamp::UNIX_EPOCH);
        assert_eq!(there.as_millisecond(), 300_000);
        assert_eq!(time.here(there), Timestamp::UNIX_EPOCH);
    }
}
