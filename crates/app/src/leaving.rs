//! Ending work on a shop in order: nothing new is begun, and what is being written comes to its end, so that its outcome
//! is known and nobody has to look for it.

use std::time::Duration;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// A write that takes longer is looked for by whoever comes next, as after a crash.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether the work on a shop is to end, and what still has to come to its end. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Leaving {
    asked: CancellationToken,
    writes: TaskTracker,
}

impl Leaving {
    /// Whether nothing new is to be begun.
    pub(crate) fn is_asked(&self) -> bool {
        self.asked.is_cancelled()
    }

    /// Something is being written until this is dropped.
    pub(crate) fn writing(&self) -> TaskTrackerToken {
        self.writes.token()
    }

    /// Goes on with the work until nothing is being written any more.
    pub(crate) async fn leave(&self, work: impl Future<Output = ()>) {
        self.asked.cancel();
        self.writes.close();
        let _what_takes_longer_is_looked_for = timeout(PATIENCE, async {
            tokio::select! {
                biased;
                () = self.writes.wait() => {}
                () = work => {}
            }
        })
        .await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[tokio::test]
    async fn what_is_being_written_comes_to_its_end_and_nothing_else_does() {
        let leaving = Leaving::default();
        let written = Arc::new(AtomicBool::new(false));
        let work = {
            let (leaving, written) = (leaving.clone(), Arc::clone(&written));
            let under_way = leaving.writing();
            async move {
                tokio::time::sleep(Duration::from_millis(20)).await;
                written.store(true, Ordering::SeqCst);
                drop(under_way);
                assert!(leaving.is_asked());
                std::future::pending::<()>().await;
            }
        };
        leaving.leave(work).await;
        assert!(written.load(Ordering::SeqCst));
    }

    #[tokio::test]
    async fn who_writes_nothing_is_not_waited_for() {
        Leaving::default().leave(std::future::pending()).await;
    }
}
