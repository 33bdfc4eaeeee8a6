//! What the sender asks of a budget, whoever keeps it.

use crate::Seen;
use async_trait::async_trait;
use domain::Lane;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a request has to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The lane's share of a short window is used up.
    Window,
    /// The lane's share of the day is used up.
    Day,
    /// The vendor said that we ask too much.
    OverLimit,
    /// A key that worked was refused: perhaps a silent limit (mygadgetrepairs-api.md 9).
    PerhapsThrottled,
    /// A key that worked is refused for good.
    KeyRefused,
    /// The budget cannot be read or written just now.
    Unavailable,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Window => "the allowance of this minute is used up",
            Self::Day => "the allowance of this day is used up",
            Self::OverLimit => "the vendor asked for a pause",
            Self::PerhapsThrottled => {
                "the vendor refused a key that worked before, which may be a hidden limit"
            }
            Self::KeyRefused => "the vendor keeps refusing the key",
            Self::Unavailable => "the record of what was already asked cannot be reached",
        })
    }
}

/// Not now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("not before {until}: {reason}")]
pub struct Deferred {
    /// Not before this instant.
    pub until: Timestamp,
    /// Why.
    pub reason: Reason,
}

/// The budget could not take note of an answer.
#[derive(Debug, thiserror::Error)]
#[error("the budget could not note an answer: {detail}; check the database that keeps it")]
pub struct BudgetError {
    /// What went wrong, without personal data.
    pub detail: String,
}

/// What may still be asked of one vendor for one shop.
#[async_trait]
pub trait Budget: Send + Sync + fmt::Debug {
    /// Takes the right to send one request now, waiting a little where that is enough.
    async fn reserve(&self, lane: Lane) -> Result<(), Deferred>;

    /// Takes note of an answer. Returns the pause that this answer causes, if any.
    async fn observe(&self, seen: &Seen) -> Result<Option<Deferred>, BudgetError>;
}
