//! Polls take turns. Each of them can wait; a thousand at once would keep the processor and the database from what
//! people wait for, and the pages of a thousand shops in memory.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// A poll that takes longer waits for its vendor, or reads a shop for the first time: others need not wait for that.
const LONG: Duration = Duration::from_secs(10);

/// The turns of a process.
#[derive(Clone, Debug)]
pub(crate) struct Turns {
    places: Arc<Semaphore>,
    long: Duration,
}

/// One that has come; it is over when this is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    place: Option<OwnedSemaphorePermit>,
    long: Duration,
}

impl Turns {
    pub(crate) fn new(at_once: u32) -> Self {
        Self {
            places: Arc::new(Semaphore::new(at_once as usize)),
            long: LONG,
        }
    }

    /// Waits for the next turn: first come, first served.
    pub(crate) async fn next(&self) -> Turn {
        Turn {
            // They are never closed.
            place: Arc::clone(&self.places).acquire_owned().await.ok(),
            long: self.long,
        }
    }
}

impl Turn {
    /// Does a piece of work. The turn is over with it, or once it takes long.
    pub(crate) async fn spend_on<T>(self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        if let Ok(done) = timeout(self.long, &mut work).await {
            return done;
        }
        drop(self.place);
        work.await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::oneshot;

    /// Whether the second one's turn comes while the first one is at work.
    async fn comes_meanwhile(long: Duration) -> bool {
        let turns = Turns {
            long,
            ..Turns::new(1)
        };
        let first = turns.next().await;
        let (end, ended) = oneshot::channel();
        let at_work = tokio::spawn(first.spend_on(ended));
        let came = timeout(Duration::from_millis(300), turns.next())
            .await
            .is_ok();
        assert!(!at_work.is_finished());
        end.send("done").unwrap();
        assert_eq!(at_work.await.unwrap(), Ok("done"));
        drop(turns.next().await);
        came
    }

    #[tokio::test]
    async fn whoever_is_quick_is_waited_for_and_whoever_takes_long_is_not() {
        assert!(!comes_meanwhile(Duration::from_secs(3600)).await);
        assert!(comes_meanwhile(Duration::from_millis(10)).await);
    }
}
