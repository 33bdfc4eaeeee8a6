//! What a vendor allows, as far as we use it.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// At most so many requests in any stretch of so many milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Most requests.
    pub requests: u32,
    /// Length, milliseconds.
    pub length_ms: i64,
    /// Of these, kept for [`crate::Lane::Interactive`].
    pub kept_for_interactive: u32,
    /// Of these, kept for [`crate::Lane::Live`] and above.
    pub kept_for_live: u32,
}

impl Window {
    /// A window that keeps a tenth for people and another tenth for live changes.
    #[must_use]
    pub const fn new(requests: u32, length: SignedDuration) -> Self {
        let tenth = requests.div_ceil(10);
        Self {
            requests,
            length_ms: length.as_secs().saturating_mul(1000),
            kept_for_interactive: tenth,
            kept_for_live: tenth,
        }
    }
}

/// What an answer 401 means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unauthorized {
    /// The key is wrong; the budget takes no notice.
    KeyWrong,
    /// Once the key has worked: perhaps a hidden limit. Pauses, pauses twice as long, and only then gives up
    /// on the key (mygadgetrepairs-api.md 9).
    PerhapsThrottled {
        /// First pause.
        first_pause: SignedDuration,
        /// Longest pause.
        longest_pause: SignedDuration,
    },
}

/// How long to be quiet after being told that we ask too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverLimit {
    /// First pause, where the vendor names none.
    pub first_pause: SignedDuration,
    /// The pause doubles with every further violation, up to this.
    pub longest_pause: SignedDuration,
    /// For how long a violation counts.
    pub remembered: SignedDuration,
}

/// The rules of one vendor's budget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetPolicy {
    /// Short windows; all of them hold at once.
    pub windows: Vec<Window>,
    /// Allowance of a day, counted from its first request.
    pub day: Option<Window>,
    /// What a 401 means.
    pub unauthorized: Unauthorized,
    /// What a 429 leads to.
    pub over_limit: OverLimit,
}

impl BudgetPolicy {
    /// One window, no day, a 401 means a wrong key, pauses of one window growing to an hour.
    #[must_use]
    pub fn per(requests: u32, length: SignedDuration) -> Self {
        Self {
            windows: vec![Window::new(requests, length)],
            day: None,
            unauthorized: Unauthorized::KeyWrong,
            over_limit: OverLimit {
                first_pause: length,
                longest_pause: SignedDuration::from_hours(1),
                remembered: SignedDuration::from_hours(1),
            },
        }
    }

    /// Adds an allowance for 24 hours.
    #[must_use]
    pub fn with_day(mut self, requests: u32) -> Self {
        self.day = Some(Window::new(requests, SignedDuration::from_hours(24)));
        self
    }

    /// For a vendor that locks out after ten violations and hides them behind 401
    /// (mygadgetrepairs-api.md 9). The pauses are such that ten violations never fit in a day.
    #[must_use]
    pub const fn with_lock_out(mut self) -> Self {
        self.unauthorized = Unauthorized::PerhapsThrottled {
            first_pause: SignedDuration::from_mins(30),
            longest_pause: SignedDuration::from_mins(60),
        };
        self.over_limit = OverLimit {
            first_pause: SignedDuration::from_mins(5),
            longest_pause: SignedDuration::from_hours(24),
            remembered: SignedDuration::from_hours(24),
        };
        self
    }
}
