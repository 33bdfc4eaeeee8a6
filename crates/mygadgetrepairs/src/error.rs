//! What can go wrong, and how to mend it.

mod answer;

use crate::limits;
use domain::{Failure, FailureClass, Timestamp};
use http::{Applied, BuildError, SendError};

pub(crate) use answer::{Target, of_answer};

/// A request to MyGadgetRepairs failed. No message holds a key; texts of the vendor are shortened, with
/// e-mail addresses and long numbers masked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The record does not exist, or no longer. After a repeated DELETE: it is gone, as wished.
    #[error("MyGadgetRepairs has no {what} {id}; it was probably deleted there")]
    NotFound {
        /// `customer` and so on.
        what: &'static str,
        /// The id asked for.
        id: String,
    },
    /// The key is wrong, or was reset.
    #[error(
        "MyGadgetRepairs does not accept the API key; make a new one under Shop settings, Misc, API KEY, and enter it here (each branch has its own key)"
    )]
    KeyRefused,
    /// The key cannot be sent as it is.
    #[error(
        "the API key cannot be used: {problem}; copy it again from Shop settings, Misc, API KEY, without quotes"
    )]
    KeyUnusable {
        /// What is wrong, without the key.
        problem: &'static str,
    },
    /// The vendor refuses a key that worked, which is how it shows that we asked too much
    /// (mygadgetrepairs-api.md section 9), or answered 429.
    #[error(
        "MyGadgetRepairs has probably reached its limit of requests for this key; work goes on by itself after {until}"
    )]
    PossiblyThrottled {
        /// Not before this instant.
        until: Timestamp,
        /// Whether an earlier try may have been carried out.
        applied: Applied,
    },
    /// The vendor, or we before it, found the request wrong.
    #[error("MyGadgetRepairs cannot take this {what}: {problem}")]
    Invalid {
        /// `customer` and so on.
        what: &'static str,
        /// What is wrong and what to change.
        problem: String,
    },
    /// The account does not offer this.
    #[error(
        "this MyGadgetRepairs account does not offer {what}; run the check of the shop again, which finds what the account can do"
    )]
    NotOffered {
        /// Such as `the list of comments`.
        what: String,
    },
    /// A list hands out the same page again, in every form of paging that is known.
    #[error(
        "MyGadgetRepairs repeats a page of {list} after {offset} records, so the rest cannot be read; nothing was assumed about it. Try again later, and report it if it stays"
    )]
    PagingRepeats {
        /// The list.
        list: String,
        /// Rows before the page.
        offset: u64,
    },
    /// Any other refusal or failure of the vendor.
    #[error("MyGadgetRepairs answered {status} for {what}: {message}")]
    Vendor {
        /// What was asked for.
        what: String,
        /// Status code.
        status: u16,
        /// The vendor's words, or what the body was instead.
        message: String,
        /// Whether a write may have been carried out: unknown after a 500.
        applied: Applied,
    },
    /// The answer is not what it should be.
    #[error(
        "the answer of MyGadgetRepairs for {what} cannot be read at {path}: {problem}; it is tried again, report it if it stays"
    )]
    Decode {
        /// What was asked for.
        what: String,
        /// Where in the answer; `$` is its root.
        path: String,
        /// What is wrong there.
        problem: String,
        /// Whether a write may have been carried out.
        applied: Applied,
    },
    /// No answer.
    #[error("MyGadgetRepairs: {0}")]
    Send(#[source] SendError),
    /// The client cannot be made.
    #[error("MyGadgetRepairs: {0}")]
    Setup(#[from] BuildError),
}

impl Error {
    /// Whether the request may have been carried out. `Unknown` after a write means: look before doing it
    /// again.
    #[must_use]
    pub const fn applied(&self) -> Applied {
        match self {
            Self::PossiblyThrottled { applied, .. }
            | Self::Vendor { applied, .. }
            | Self::Decode { applied, .. } => *applied,
            Self::Send(error) => error.applied(),
            Self::NotFound { .. }
            | Self::KeyRefused
            | Self::KeyUnusable { .. }
            | Self::Invalid { .. }
            | Self::NotOffered { .. }
            | Self::PagingRepeats { .. }
            | Self::Setup(_) => Applied::No,
        }
    }

    /// A request that we refuse to send.
    pub(crate) fn invalid(what: &'static str, problem: impl Into<String>) -> Self {
        Self::Invalid {
            what,
            problem: problem.into(),
        }
    }
}

impl From<SendError> for Error {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Deferred { deferred, applied }
                if deferred.reason == http::Reason::PerhapsThrottled =>
            {
                Self::PossiblyThrottled {
                    until: deferred.until,
                    applied,
                }
            }
            SendError::Deferred {
                deferred,
                applied: Applied::No,
            } if deferred.reason == http::Reason::KeyRefused => Self::KeyRefused,
            other => Self::Send(other),
        }
    }
}

impl Failure for Error {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "MGR-RECORD-01",
            Self::Invalid { .. } => "MGR-RECORD-02",
            Self::KeyRefused => "MGR-KEY-01",
            Self::KeyUnusable { .. } => "MGR-KEY-02",
            Self::PossiblyThrottled { .. } => "MGR-LIMIT-01",
            Self::NotOffered { .. } => "MGR-ACCOUNT-01",
            Self::PagingRepeats { .. } => "MGR-PAGE-01",
            Self::Vendor { .. } => "MGR-ANSWER-01",
            Self::Decode { .. } => "MGR-ANSWER-02",
            Self::Send(error) => error.code(),
            Self::Setup(_) => "MGR-SETUP-01",
        }
    }

    fn class(&self) -> FailureClass {
        match self {
            Self::PossiblyThrottled { until, .. } => FailureClass::Deferred { until: *until },
            Self::KeyRefused
            | Self::KeyUnusable { .. }
            | Self::NotOffered { .. }
            | Self::Setup(_)
            | Self::Vendor { status: 403, .. } => FailureClass::NeedsHuman,
            Self::Vendor {
                status: 408 | 500..,
                ..
            }
            | Self::Decode { .. }
            | Self::PagingRepeats { .. } => FailureClass::Transient,
            Self::NotFound { .. } | Self::Invalid { .. } | Self::Vendor { .. } => {
                FailureClass::Permanent
            }
            Self::Send(error) => error.class(),
        }
    }
}

/// The end of a pause that the vendor did not name.
pub(crate) fn pause_from(now: Timestamp) -> Timestamp {
    now.checked_add(limits::PAUSE_AFTER_429)
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
