//! Short windows: our own log, and the vendor's count where that is lower.

use crate::{Lane, VendorLimits, Window};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

impl Window {
    /// How many of the window's requests a lane may use; at least one, or a tiny window would starve it.
    pub(super) fn share(&self, lane: Lane) -> u32 {
        let kept = self.kept_from(lane);
        self.requests.saturating_sub(kept).max(1).min(self.requests)
    }

    /// How many requests must be left untouched by a lane.
    pub(super) const fn kept_from(&self, lane: Lane) -> u32 {
        match lane {
            Lane::Interactive => 0,
            Lane::Live => self.kept_for_interactive,
            Lane::Background => self.kept_for_interactive.saturating_add(self.kept_for_live),
        }
    }
}

/// The instants of recent requests, milliseconds, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Log(VecDeque<i64>);

impl Log {
    pub(super) fn add(&mut self, now: Timestamp) {
        self.0.push_back(now.as_millisecond());
    }

    pub(super) fn settle(&mut self, now: Timestamp, longest_ms: i64) {
        let now = now.as_millisecond();
        for at in self.0.iter_mut().rev().take_while(|at| **at > now) {
            *at = now;
        }
        while self.0.front().is_some_and(|at| *at <= now - longest_ms) {
            self.0.pop_front();
        }
    }

    pub(super) fn count(&self, now: Timestamp, length_ms: i64) -> u32 {
        let since = now.as_millisecond() - length_ms;
        let old = self.0.partition_point(|at| *at <= since);
        u32::try_from(self.0.len() - old).unwrap_or(u32::MAX)
    }

    /// When the lane may send; nothing if it may now.
    pub(super) fn free_at(
        &self,
        now: Timestamp,
        lane: Lane,
        windows: &[Window],
    ) -> Option<Timestamp> {
        windows
            .iter()
            .filter_map(|window| self.free_in(now, lane, window))
            .max()
    }

    /// How many requests the lane may send now, and when it may send `wanted` together; nothing if it may now, or if
    /// no window is so large.
    pub(super) fn room(
        &self,
        now: Timestamp,
        lane: Lane,
        window: &Window,
        wanted: u32,
    ) -> (u32, Option<Timestamp>) {
        let share = window.share(lane);
        let free = share.saturating_sub(self.count(now, window.length_ms));
        if free >= wanted || wanted > share {
            return (free, None);
        }
        let kept = usize::try_from(share - wanted).unwrap_or(usize::MAX);
        let in_the_way = self.0.len().checked_sub(kept + 1);
        let last = in_the_way.and_then(|index| self.0.get(index));
        let until = last
            .and_then(|at| Timestamp::from_millisecond(at.saturating_add(window.length_ms)).ok());
        (free, until)
    }

    /// The requests in the newest stretch of this length, by instant, oldest first.
    pub(super) fn within(&self, now: Timestamp, length_ms: i64) -> impl Iterator<Item = i64> + '_ {
        let since = now.as_millisecond() - length_ms;
        self.0.iter().copied().filter(move |at| *at > since)
    }

    fn free_in(&self, now: Timestamp, lane: Lane, window: &Window) -> Option<Timestamp> {
        let share = window.share(lane);
        let used = self.count(now, window.length_ms);
        if used < share {
            return None;
        }
        // Free once so many of the newest are left that one more fits.
        let last_in_the_way = if share == 0 {
            now.as_millisecond()
        } else {
            let index = self.0.len().checked_sub(usize::try_from(share).ok()?)?;
            *self.0.get(index)?
        };
        Timestamp::from_millisecond(last_in_the_way.saturating_add(window.length_ms)).ok()
    }
}

/// The vendor's count, where it is lower than ours: somebody else uses the same allowance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ceiling {
    from: Timestamp,
    until: Timestamp,
    left: u32,
}

impl Ceiling {
    pub(super) fn lowered(
        present: Option<Self>,
        now: Timestamp,
        limits: &VendorLimits,
        log: &Log,
        windows: &[Window],
    ) -> Option<Self> {
        let (Some(left), Some(window)) = (limits.remaining, windows.first()) else {
            return present;
        };
        let believed = present.map_or_else(
            || {
                window
                    .requests
                    .saturating_sub(log.count(now, window.length_ms))
            },
            |ceiling| ceiling.left,
        );
        if left >= believed {
            return present;
        }
        let length = limits.interval_ms.map_or(window.length_ms, i64::from);
        // The vendor's window may have begun just now, so it may last its whole length.
        let until =
            Timestamp::from_millisecond(now.as_millisecond().saturating_add(length)).ok()?;
        Some(Self {
            from: now,
            until,
            left,
        })
    }

    pub(super) fn free_at(self, lane: Lane, window: Option<&Window>) -> Option<Timestamp> {
        let kept = window.map_or(0, |window| window.requests - window.share(lane));
        (self.left <= kept).then_some(self.until)
    }

    /// How many requests the lane may send, and until when.
    pub(super) fn room(self, lane: Lane, window: &Window) -> (u32, Timestamp) {
        let kept = window.requests - window.share(lane);
        (self.left.saturating_sub(kept), self.until)
    }

    pub(super) const fn take(&mut self) {
        self.left = self.left.saturating_sub(1);
    }

    pub(super) fn settled(self, now: Timestamp) -> Self {
        if self.from <= now {
            return self;
        }
        let length = self.until.duration_since(self.from);
        Self {
            from: now,
            until: super::later(now, length),
            left: self.left,
        }
    }

    pub(super) fn is_over(self, now: Timestamp) -> bool {
        self.until <= now
    }
}
