//! What can go wrong, and whether the request may have been carried out.

use crate::{Deferred, Reason};
use domain::{Failure, FailureClass};
use std::time::Duration;

/// After a failure: may the vendor have carried out the request?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Applied {
    /// Certainly not.
    No,
    /// It may have; look before doing it again.
    Unknown,
}

/// A sender cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The base address is not usable.
    #[error(
        "the address {base} cannot be used: {problem}; set `base_url` to the vendor's https address"
    )]
    Base {
        /// The address.
        base: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The user agent is empty or not a header value.
    #[error(
        "the user agent must be a short printable text, since vendors refuse clients without one"
    )]
    UserAgent,
    /// TLS or the connection pool cannot be set up.
    #[error("the HTTP client cannot be set up: {detail}; check the system's certificates")]
    Client {
        /// What went wrong.
        detail: String,
    },
}

/// No answer to judge.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The budget says: not now.
    #[error("not sent: {deferred}")]
    Deferred {
        /// Until when, and why.
        deferred: Deferred,
        /// Whether an earlier try may have been carried out.
        applied: Applied,
    },
    /// Who asked may not send any more.
    #[error("not sent: another Repairbridge process took this work over; it goes on there")]
    Withdrawn {
        /// Whether an earlier try may have been carried out.
        applied: Applied,
    },
    /// No connection came about.
    #[error(
        "no connection to the vendor ({detail}); check the network and the vendor's status page"
    )]
    Unreachable {
        /// What the network said.
        detail: String,
        /// Whether an earlier try may have been carried out.
        applied: Applied,
    },
    /// The connection broke after the request was under way.
    #[error(
        "the connection broke before the answer was complete ({detail}); it will be looked at again"
    )]
    Interrupted {
        /// What the network said.
        detail: String,
    },
    /// No complete answer in time.
    #[error("no complete answer within {} s; it will be looked at again", after.as_secs())]
    TimedOut {
        /// How long we waited.
        after: Duration,
    },
    /// The answer is larger than we are willing to read.
    #[error("the answer is larger than {limit} bytes; ask for smaller pages")]
    TooLarge {
        /// The most that is read.
        limit: usize,
    },
    /// The request is malformed: a mistake in the calling code, or a key that no header can hold.
    #[error(
        "the request cannot be sent: {problem}; enter the key again, and report it if that does not help"
    )]
    Malformed {
        /// What is wrong with it.
        problem: &'static str,
    },
}

impl SendError {
    /// Whether the request may have been carried out.
    #[must_use]
    pub const fn applied(&self) -> Applied {
        match self {
            Self::Deferred { applied, .. }
            | Self::Withdrawn { applied }
            | Self::Unreachable { applied, .. } => *applied,
            Self::Interrupted { .. } | Self::TimedOut { .. } | Self::TooLarge { .. } => {
                Applied::Unknown
            }
            Self::Malformed { .. } => Applied::No,
        }
    }

    /// The deferral, where this is one.
    #[must_use]
    pub const fn deferred(&self) -> Option<Deferred> {
        match self {
            Self::Deferred { deferred, .. } => Some(*deferred),
            _ => None,
        }
    }
}

impl Failure for SendError {
    fn code(&self) -> &'static str {
        match self {
            Self::Deferred { deferred, .. } => match deferred.reason {
                Reason::Window | Reason::Day => "SEND-BUDGET-01",
                Reason::OverLimit => "SEND-BUDGET-02",
                Reason::PerhapsThrottled => "SEND-BUDGET-03",
                Reason::Unavailable => "SEND-BUDGET-04",
                Reason::KeyRefused => "SEND-KEY-01",
            },
            Self::Withdrawn { .. } => "SEND-LEASE-01",
            Self::Unreachable { .. } => "SEND-NET-01",
            Self::Interrupted { .. } => "SEND-NET-02",
            Self::TimedOut { .. } => "SEND-NET-03",
            Self::TooLarge { .. } => "SEND-SIZE-01",
            Self::Malformed { .. } => "SEND-BUG-01",
        }
    }

    fn class(&self) -> FailureClass {
        match self {
            Self::Deferred { deferred, .. } => match deferred.reason {
                Reason::KeyRefused => FailureClass::NeedsHuman,
                _ => FailureClass::Deferred {
                    until: deferred.until,
                },
            },
            Self::Withdrawn { .. }
            | Self::Unreachable { .. }
            | Self::Interrupted { .. }
            | Self::TimedOut { .. } => FailureClass::Transient,
            Self::TooLarge { .. } => FailureClass::Permanent,
            Self::Malformed { .. } => FailureClass::Bug,
        }
    }
}
