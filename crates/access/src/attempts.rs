//! How long somebody has to wait who gets passwords wrong.
//!
//! Waits grow and then stay: a quarter of an hour is no bar to the owner who comes back after a coffee, and leaves an
//! attacker some hundred guesses a day. Nobody is locked out for ever.

use domain::Timestamp;
use jiff::SignedDuration;

/// The longest wait.
const LONGEST: i64 = 15 * 60;
/// Forgotten after so long without a try.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(24);

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Tries at one account from networks from which nobody ever signed in to it. A flood of these must not keep out
    /// the owner at the usual desk, so those are counted apart ([`Limit::Familiar`]).
    Account,
    /// Tries at one account from a network from which somebody signed in to it before.
    Familiar,
    /// Tries at any account from one network.
    Network,
}

impl Limit {
    /// Tries before the first wait.
    const fn free(self) -> u32 {
        match self {
            Self::Account | Self::Familiar => 5,
            // A shop's desks often share one address.
            Self::Network => 20,
        }
    }

    /// Tells the counters of different limits apart.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Familiar => "familiar",
            Self::Network => "network",
        }
    }
}

/// Tries that were wrong, as counted under one limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempts {
    /// How many.
    pub failures: u32,
    /// When the last one was.
    pub last_at: Timestamp,
}

impl Attempts {
    /// Seconds to wait after the last try.
    fn wait(&self, limit: Limit) -> i64 {
        let over = self.failures.saturating_sub(limit.free());
        match over {
            0 => 0,
            // 2, 4, 8 … seconds
            1..=9 => (1_i64 << over).min(LONGEST),
            _ => LONGEST,
        }
    }

    /// From when on another try is let through; nothing where that is now.
    #[must_use]
    pub fn waits_until(&self, limit: Limit, now: Timestamp) -> Option<Timestamp> {
        // After the clock was set back, a last try may lie far ahead: waiting for that could take for ever.
        if self.is_forgotten(now) || self.last_at > now {
            return None;
        }
        let wait = SignedDuration::from_secs(self.wait(limit));
        let until = self.last_at.checked_add(wait).unwrap_or(Timestamp::MAX);
        (until > now).then_some(until)
    }

    /// Counted with one more, which is let through and may be wrong.
    #[must_use]
    pub fn with_one_more(before: Option<Self>, now: Timestamp) -> Self {
        let failures = before
            .filter(|before| !before.is_forgotten(now))
            .map_or(0, |before| before.failures);
        Self {
            failures: failures.saturating_add(1),
            last_at: now,
        }
    }

    /// Counted with one less: that try was right after all.
    #[must_use]
    pub const fn with_one_less(self) -> Self {
        Self {
            failures: self.failures.saturating_sub(1),
            last_at: self.last_at,
        }
    }

    /// Whether so much time has passed that it no longer counts.
    #[must_use]
    pub fn is_forgotten(&self, now: Timestamp) -> bool {
        let end = self.last_at.checked_add(FORGOTTEN);
        now >= end.unwrap_or(Timestamp::MAX)
    }

    /// Whether this failure is worth a line in the audit log: the first, and then ever fewer, so that somebody who
    /// guesses for weeks cannot fill the disk.
    #[must_use]
    pub const fn is_worth_a_line(&self) -> bool {
        self.failures.is_power_of_two()
    }
}
