//! Ctrl-C and the system's request to end: the first lets what runs come to a good end, the second stops.

use crate::output::Output;
use crate::problem::Problem;
use std::future::Future;
use tokio_util::sync::CancellationToken;

/// The status by which shells know an interrupted program.
const INTERRUPTED: i32 = 130;

/// A token that the first signal cancels.
pub(crate) fn watch(output: Output) -> CancellationToken {
    let token = CancellationToken::new();
    let first = token.clone();
    // Listened for from now on, not from when the task gets its turn: whoever was told that we run may end us at once.
    let mut signals = Signals::new();
    tokio::spawn(async move {
        signals.next().await;
        output.note("stopping… (Ctrl-C again to stop at once; nothing is lost either way)");
        first.cancel();
        signals.next().await;
        std::process::exit(INTERRUPTED);
    });
    token
}

/// Waits for the work, or ends it at the first signal. Every write is stored before it is sent, so the next
/// pass goes on where this one ended.
pub(crate) async fn unless_stopped<T, E>(
    output: Output,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, Problem>
where
    Problem: From<E>,
{
    let token = watch(output);
    tokio::select! {
        outcome = work => Ok(outcome?),
        () = token.cancelled() => Err(Problem::ran(
            "INTERRUPTED",
            "stopped before it was finished; the next sync goes on from here",
        )),
    }
}

/// The signals that ask to end.
#[cfg(unix)]
struct Signals([Option<tokio::signal::unix::Signal>; 2]);

#[cfg(unix)]
impl Signals {
    fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        Self([SignalKind::interrupt(), SignalKind::terminate()].map(|kind| signal(kind).ok()))
    }

    async fn next(&mut self) {
        use std::future::pending;
        use tokio::signal::unix::Signal;
        async fn of(signal: &mut Option<Signal>) {
            match signal {
                Some(signal) => {
                    signal.recv().await;
                }
                None => pending().await,
            }
        }
        let [interrupt, terminate] = &mut self.0;
        tokio::select! {
            () = of(interrupt) => {}
            () = of(terminate) => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> Self {
        Self
    }

    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
