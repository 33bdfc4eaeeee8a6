//! What a sender tells of its work to whoever measures it. Nothing that is told names a record, an address or a person.

use crate::{Answer, Reason, SendError, StatusCode};
use jiff::SignedDuration;
use std::fmt;
use std::time::Duration;

/// Takes note of what a sender does. Called on the way of every request: it must be quick, and decides nothing.
pub trait Meter: Send + Sync + fmt::Debug {
    /// A request was sent once, and this came of it.
    fn tried(&self, outcome: TryOutcome, took: SignedDuration);

    /// A request is sent again.
    fn repeated(&self);

    /// A request waited for its turn within the budget.
    fn waited(&self, took: Duration);

    /// A request was not sent now.
    fn put_off(&self, reason: Reason);
}

/// What came of sending a request once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TryOutcome {
    /// A complete answer with this status.
    Answered(StatusCode),
    /// No connection came about.
    Unreachable,
    /// The connection broke on the way.
    Interrupted,
    /// No complete answer in time.
    TimedOut,
    /// The answer was larger than what is read.
    TooLarge,
    /// It could not be sent at all.
    Malformed,
}

impl TryOutcome {
    pub(crate) fn of(outcome: &Result<Answer, SendError>) -> Self {
        match outcome {
            Ok(answer) => Self::Answered(answer.status),
            Err(SendError::Unreachable { .. }) => Self::Unreachable,
            Err(SendError::TimedOut { .. }) => Self::TimedOut,
            Err(SendError::TooLarge { .. }) => Self::TooLarge,
            Err(SendError::Malformed { .. }) => Self::Malformed,
            // A deferral comes before a try, never of one.
            Err(
                SendError::Interrupted { .. }
                | SendError::Deferred { .. }
                | SendError::Withdrawn { .. },
            ) => Self::Interrupted,
        }
    }
}
