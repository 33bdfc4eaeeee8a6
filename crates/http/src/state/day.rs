//! The day's allowance, counted from the day's first request, as the vendor does (highlevel-api.md 6).

use crate::{Lane, VendorLimits, Window};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

const LENGTH: SignedDuration = SignedDuration::from_hours(24);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Day {
    from: Timestamp,
    until: Timestamp,
    used: u32,
}

impl Day {
    pub(super) fn starting(now: Timestamp) -> Self {
        Self {
            from: now,
            until: super::later(now, LENGTH),
            used: 0,
        }
    }

    pub(super) const fn take(&mut self) {
        self.used = self.used.saturating_add(1);
    }

    pub(super) const fn used(self) -> u32 {
        self.used
    }

    pub(super) const fn until(self) -> Timestamp {
        self.until
    }

    pub(super) fn free_at(self, lane: Lane, window: Option<&Window>) -> Option<Timestamp> {
        (self.used >= window?.share(lane)).then_some(self.until)
    }

    /// Follows the vendor's count where less is left than we thought, and then its end of day as well.
    pub(super) fn lower(&mut self, now: Timestamp, limits: &VendorLimits, window: &Window) {
        let Some(left) = limits.daily_remaining else {
            return;
        };
        if left >= window.requests.saturating_sub(self.used) {
            return;
        }
        self.used = window.requests - left;
        if let Some(reset) = limits.daily_reset_ms {
            let reset = SignedDuration::from_millis(i64::from(reset)).min(LENGTH);
            self.until = self.until.max(super::later(now, reset));
        }
    }

    pub(super) fn settled(self, now: Timestamp) -> Self {
        if self.from <= now {
            return self;
        }
        let length = self.until.duration_since(self.from);
        Self {
            from: now,
            until: super::later(now, length),
            used: self.used,
        }
    }

    pub(super) fn is_over(self, now: Timestamp) -> bool {
        self.until <= now
    }
}
