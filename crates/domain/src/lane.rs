//! How urgent a piece of work is.

use serde::{Deserialize, Serialize};

/// How urgent a request or a write is. A lower lane never takes the last share of a higher one, and of what is
/// due the higher lane goes first.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// A person is waiting.
    Interactive,
    /// A change that just happened.
    Live,
    /// Polls, sweeps, first loads.
    #[default]
    Background,
}

impl Lane {
    /// Every lane, most urgent first.
    pub const ALL: [Self; 3] = [Self::Interactive, Self::Live, Self::Background];
}
