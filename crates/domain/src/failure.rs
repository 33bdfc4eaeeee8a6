//! The five classes of failure. The class alone decides what happens next.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What to do about a failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "class")]
pub enum FailureClass {
    /// Passing: try again with back-off; the attempt counts.
    Transient,
    /// Not now: the budget is used up or the vendor asked for a pause. Does not count as an attempt.
    Deferred {
        /// Not before this instant.
        until: Timestamp,
    },
    /// Somebody has to mend something (credentials, scope, a setting). Parked until then.
    NeedsHuman,
    /// Will never work as it stands; kept and shown.
    Permanent,
    /// A mistake of ours; kept, shown and loud.
    Bug,
}

/// A failure with a stable code, a sentence for people, and its class.
pub trait Failure: std::error::Error {
    /// Stable code such as `HL-AUTH-01`.
    fn code(&self) -> &'static str;

    /// What to do about it.
    fn class(&self) -> FailureClass;
}
