//! What keeps a process that has lost a lease from writing by its right.

use crate::db::{Between, Scope};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// The right by which something is done: a lease, as it was taken. Clones share it.
///
/// It is looked at twice. Before anything leaves this process, by our own clock, since a request to somebody else cannot
/// be taken back; and by the server in each transaction, whose word counts.
#[derive(Clone, Debug)]
pub struct Fence(Arc<Right>);

#[derive(Debug)]
struct Right {
    name: String,
    holder: String,
    number: i64,
    life: Arc<Life>,
    let_go: AtomicBool,
}

impl Fence {
    pub(super) fn new(name: &str, holder: &str, number: i64, life: Arc<Life>) -> Self {
        Self(Arc::new(Right {
            name: name.to_owned(),
            holder: holder.to_owned(),
            number,
            life,
            let_go: AtomicBool::new(false),
        }))
    }

    /// Whether nobody else can have taken over, by our own clock.
    #[must_use]
    pub fn holds(&self) -> bool {
        !self.0.let_go.load(Ordering::Acquire) && self.0.life.lasts()
    }

    /// Whether it is the same right, not only to the same thing.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(super) fn name(&self) -> &str {
        &self.0.name
    }

    pub(super) fn let_go(&self) {
        self.0.let_go.store(true, Ordering::Release);
    }

    /// Who takes the lease over waits for whoever has this.
    fn lock(&self) -> String {
        let lock = lock_of(&format!("'{}'", self.0.name));
        format!("pg_advisory_xact_lock_shared({lock})")
    }

    /// Asks the server, in the transaction that is to write and has the lock: whoever comes later sees that it was taken over.
    fn question(&self) -> String {
        let Right {
            name,
            holder,
            number,
            ..
        } = &*self.0;
        format!(
            "SELECT EXISTS (SELECT 1 FROM lease WHERE name = '{name}' AND holder = '{holder}' AND fence = {number})"
        )
    }
}

/// The number of the advisory lock that those who write by the right of a lease share, and who takes it over has alone.
/// By name and by schema: another installation in the same database has leases of its own.
pub(super) fn lock_of(name: &str) -> String {
    format!("hashtextextended('repairbridge ' || current_schema() || ' ' || {name}, 0)")
}

/// Names stand in statements that cannot bind values, so they are made of these letters alone.
pub(super) fn is_name(name: &str) -> bool {
    let plain = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'-';
    !name.is_empty() && name.bytes().all(plain)
}

/// When a transaction may write, and by what right.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn<'a> {
    scope: Scope,
    fence: Option<&'a Fence>,
}

impl<'a> Turn<'a> {
    pub(crate) const fn new(scope: Scope, fence: Option<&'a Fence>) -> Self {
        Self { scope, fence }
    }

    /// What a transaction begins with.
    pub(crate) fn beginning(&self, between: Between) -> String {
        let (patience, turn) = (self.scope.patience(between), self.scope.locks());
        match self.fence {
            None => format!("{patience}SELECT {turn}"),
            Some(fence) => {
                let (lock, question) = (fence.lock(), fence.question());
                format!("{patience}SELECT {turn}, {lock}; {question}")
            }
        }
    }

    /// By our own clock, before anybody is asked.
    pub(crate) fn check(&self) -> Result<(), Lost> {
        match self.fence {
            Some(fence) if !fence.holds() => Err(Lost),
            _ => Ok(()),
        }
    }

    pub(crate) const fn fence(&self) -> Option<&'a Fence> {
        self.fence
    }
}

impl From<Scope> for Turn<'_> {
    fn from(scope: Scope) -> Self {
        Self::new(scope, None)
    }
}

/// Somebody else took over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lost;

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("another process took this work over")
    }
}

impl std::error::Error for Lost {}

impl From<Lost> for sqlx::Error {
    fn from(lost: Lost) -> Self {
        Self::AnyDriverError(Box::new(lost))
    }
}

/// How long a process that holds leases is known to live, by our own clock.
#[derive(Debug)]
pub(super) struct Life {
    from: Instant,
    /// Milliseconds after `from`; 0 once it is over for good.
    until: AtomicU64,
}

impl Life {
    /// One that nobody has prolonged yet.
    pub(super) fn new() -> Self {
        Self {
            from: Instant::now(),
            until: AtomicU64::new(1),
        }
    }

    /// Until so long after an instant. A life that is over stays over.
    pub(super) fn prolong(&self, since: Instant, by: Duration) {
        let until = (since + by).saturating_duration_since(self.from);
        let until = u64::try_from(until.as_millis()).unwrap_or(u64::MAX).max(1);
        let _over = self
            .until
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |before| {
                (before > 0).then_some(until)
            });
    }

    pub(super) fn lasts(&self) -> bool {
        let until = Duration::from_millis(self.until.load(Ordering::Acquire));
        self.from.elapsed() < until
    }

    pub(super) fn end(&self) {
        self.until.store(0, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_life_that_is_over_is_not_prolonged() {
        let life = Life::new();
        life.prolong(Instant::now(), Duration::from_secs(60));
        assert!(life.lasts());
        life.end();
        assert!(!life.lasts());
        life.prolong(Instant::now(), Duration::from_secs(60));
        assert!(!life.lasts());
    }

    #[test]
    fn a_name_cannot_end_its_quotes() {
        for (name, fits) in [
            ("shop-12", true),
            ("a'b", false),
            ("", false),
            ("a b", false),
        ] {
            assert_eq!(is_name(name), fits, "{name}");
        }
    }
}
