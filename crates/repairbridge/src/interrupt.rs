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
    tokio::spawn(async move {
        signal().await;
        output.note("stopping… (Ctrl-C again to stop at once; nothing is lost either way)");
        first.cancel();
        signal().await;
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

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

#[cfg(not(unix))]
async fn signal() {
    let _ = tokio::signal::ctrl_c().await;
}
