//! The budget's arithmetic: pure, and all of it in one value that can be stored.

mod day;
mod key;
mod window;

use crate::{BudgetPolicy, Deferred, Lane, OverLimit, Reason, Seen, Unauthorized};
use day::Day;
use jiff::{SignedDuration, Timestamp};
use key::Key;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use window::{Ceiling, Log};

/// What has been asked of a vendor, and what it said. Stored after every change, a restart goes on where it stopped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BudgetState {
    log: Log,
    day: Option<Day>,
    ceiling: Option<Ceiling>,
    pause: Option<Pause>,
    /// When the vendor said that we ask too much, milliseconds.
    violations: VecDeque<i64>,
    key: Key,
}

/// No request at all until an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Pause {
    from: Timestamp,
    until: Timestamp,
    reason: Reason,
}

/// The answer to a wish to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// Send; it is booked.
    Now,
    /// The lane's share is used up; ask again then.
    Wait {
        /// Not before this instant.
        until: Timestamp,
        /// Which share.
        reason: Reason,
    },
    /// Nobody may send until then.
    Blocked {
        /// Not before this instant.
        until: Timestamp,
        /// Why.
        reason: Reason,
    },
}

/// What a lane has left of a budget.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outlook {
    /// The short windows; all of them hold at once.
    pub windows: Vec<WindowOutlook>,
    /// The day, where there is an allowance for it.
    pub day: Option<DayOutlook>,
    /// Nothing may be sent before.
    pub paused_until: Option<Timestamp>,
}

/// What a lane has left of a short window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowOutlook {
    /// Requests that the lane may send in any stretch of the window's length.
    pub share: u32,
    /// The length, milliseconds.
    pub length_ms: i64,
    /// When the requests that still count were sent, milliseconds, oldest first.
    pub used: Vec<i64>,
}

/// What a lane has left of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayOutlook {
    /// Requests that the lane may send in a day.
    pub share: u32,
    /// Requests sent in the day that runs.
    pub used: u32,
    /// When that day ends; the next begins with the request after. Nothing where none runs.
    pub until: Option<Timestamp>,
}

impl BudgetState {
    /// Books one request, or says when to ask again. Books nothing unless the answer is [`Grant::Now`].
    pub fn reserve(&mut self, now: Timestamp, lane: Lane, policy: &BudgetPolicy) -> Grant {
        self.settle(now, policy);
        if let Some(pause) = self.pause {
            return Grant::Blocked {
                until: pause.until,
                reason: pause.reason,
            };
        }
        let window = self.log.free_at(now, lane, &policy.windows);
        let ceiling = self
            .ceiling
            .and_then(|ceiling| ceiling.free_at(lane, policy.windows.first()));
        let day = self
            .day
            .and_then(|day| day.free_at(lane, policy.day.as_ref()));
        if let Some(until) = day {
            return Grant::Wait {
                until,
                reason: Reason::Day,
            };
        }
        if let Some(until) = window.max(ceiling) {
            return Grant::Wait {
                until,
                reason: Reason::Window,
            };
        }
        self.log.add(now);
        if let Some(ceiling) = &mut self.ceiling {
            ceiling.take();
        }
        if policy.day.is_some() {
            self.day.get_or_insert_with(|| Day::starting(now)).take();
        }
        Grant::Now
    }

    /// Takes note of an answer. Returns the pause that it causes, if any.
    pub fn observe(
        &mut self,
        now: Timestamp,
        seen: &Seen,
        policy: &BudgetPolicy,
    ) -> Option<Deferred> {
        self.settle(now, policy);
        if let Some(limits) = &seen.limits {
            if let (Some(day), Some(window)) = (&mut self.day, &policy.day) {
                day.lower(now, limits, window);
            }
            self.ceiling = Ceiling::lowered(self.ceiling, now, limits, &self.log, &policy.windows);
        }
        match seen.status {
            429 => Some(self.over_limit(now, seen, policy)),
            401 => self.unauthorized(now, policy),
            200..=299 => {
                self.key.worked();
                None
            }
            _ => None,
        }
    }

    /// Forgets what is known of the key, because another was entered. Counts and vendor pauses stay.
    pub fn key_replaced(&mut self) {
        self.key = Key::default();
        if self.pause.is_some_and(|pause| {
            matches!(pause.reason, Reason::PerhapsThrottled | Reason::KeyRefused)
        }) {
            self.pause = None;
        }
    }

    /// Requests in the first window and of the day: for the dashboard.
    #[must_use]
    pub fn used(&self, now: Timestamp, policy: &BudgetPolicy) -> (u32, Option<u32>) {
        let window = policy
            .windows
            .first()
            .map_or(0, |window| self.log.count(now, window.length_ms));
        (
            window,
            self.day
                .filter(|day| !day.is_over(now))
                .map(|day| day.used()),
        )
    }

    /// How many requests a lane may send now, and when it may send `wanted` one after the other: at once where
    /// nothing is said. For work that is of use only as a whole. Why nobody may send is left to the request to tell.
    #[must_use]
    pub fn room(
        &self,
        now: Timestamp,
        lane: Lane,
        policy: &BudgetPolicy,
        wanted: u32,
    ) -> (u32, Option<Timestamp>) {
        if self.paused(now).is_some() {
            return (0, None);
        }
        let mut room = (u32::MAX, None);
        let mut narrow = |free: u32, until: Option<Timestamp>| {
            room = (room.0.min(free), room.1.max(until));
        };
        for window in &policy.windows {
            let (free, until) = self.log.room(now, lane, window, wanted);
            narrow(free, until);
        }
        if let Some(window) = &policy.day {
            // Before its first request a day is free, and not endless.
            let day = self.day.filter(|day| !day.is_over(now));
            let free = window
                .share(lane)
                .saturating_sub(day.map_or(0, |day| day.used()));
            narrow(free, day.filter(|_| free < wanted).map(|day| day.until()));
        }
        if let (Some(ceiling), Some(window)) = (
            self.ceiling.filter(|ceiling| !ceiling.is_over(now)),
            policy.windows.first(),
        ) {
            let (free, until) = ceiling.room(lane, window);
            narrow(free, (free < wanted).then_some(until));
        }
        room
    }

    /// What a lane has left of everything, for a forecast.
    #[must_use]
    pub fn outlook(&self, now: Timestamp, lane: Lane, policy: &BudgetPolicy) -> Outlook {
        Outlook {
            windows: policy
                .windows
                .iter()
                .map(|window| WindowOutlook {
                    share: window.share(lane),
                    length_ms: window.length_ms,
                    used: self.log.within(now, window.length_ms).collect(),
                })
                .collect(),
            day: policy.day.map(|window| {
                let day = self.day.filter(|day| !day.is_over(now));
                DayOutlook {
                    share: window.share(lane),
                    used: day.map_or(0, Day::used),
                    until: day.map(Day::until),
                }
            }),
            paused_until: self.paused(now).map(|pause| pause.until),
        }
    }

    /// The pause that holds now, if any.
    #[must_use]
    pub fn paused(&self, now: Timestamp) -> Option<Deferred> {
        let pause = self.pause?;
        (pause.until > now).then_some(Deferred {
            until: pause.until,
            reason: pause.reason,
        })
    }

    /// How often, of late, the vendor said that we ask too much.
    #[must_use]
    pub fn violations(&self, now: Timestamp, policy: &BudgetPolicy) -> usize {
        let since = now.as_millisecond() - millis(policy.over_limit.remembered);
        self.violations.iter().filter(|at| **at > since).count()
    }

    /// Drops what is over. If the clock was set back, what lies ahead is moved to now, which is never too lenient.
    fn settle(&mut self, now: Timestamp, policy: &BudgetPolicy) {
        let longest = policy
            .windows
            .iter()
            .map(|window| window.length_ms)
            .max()
            .unwrap_or(0);
        self.log.settle(now, longest);
        self.day = self
            .day
            .map(|day| day.settled(now))
            .filter(|day| !day.is_over(now));
        self.ceiling = self
            .ceiling
            .map(|ceiling| ceiling.settled(now))
            .filter(|ceiling| !ceiling.is_over(now));
        if let Some(pause) = &mut self.pause
            && pause.from > now
        {
            let length = pause.until.duration_since(pause.from);
            *pause = Pause {
                from: now,
                until: later(now, length),
                reason: pause.reason,
            };
        }
        self.pause = self.pause.filter(|pause| pause.until > now);
        let now_ms = now.as_millisecond();
        let since = now_ms - millis(policy.over_limit.remembered);
        self.violations.retain(|at| *at > since);
        for at in &mut self.violations {
            *at = (*at).min(now_ms);
        }
    }

    fn over_limit(&mut self, now: Timestamp, seen: &Seen, policy: &BudgetPolicy) -> Deferred {
        let grown = self.violation(now, &policy.over_limit);
        // A vendor that names a wait far beyond ours (a spent day, say) is believed, within reason.
        let asked = seen
            .retry_after
            .unwrap_or_default()
            .min(SignedDuration::from_hours(24));
        let mut until = later(now, grown.max(asked));
        if let Some(limits) = seen.limits
            && limits.daily_remaining == Some(0)
            && let Some(reset) = limits.daily_reset_ms
        {
            until = until.max(later(now, SignedDuration::from_millis(i64::from(reset))));
        }
        self.pause(now, until, Reason::OverLimit)
    }

    fn unauthorized(&mut self, now: Timestamp, policy: &BudgetPolicy) -> Option<Deferred> {
        let Unauthorized::PerhapsThrottled {
            first_pause,
            longest_pause,
        } = policy.unauthorized
        else {
            return None;
        };
        // Answers to what was under way when the pause began say nothing new.
        if let Some(pause) = self.pause
            && pause.reason == Reason::PerhapsThrottled
        {
            return Some(Deferred {
                until: pause.until,
                reason: pause.reason,
            });
        }
        if !self.key.has_worked() {
            return None;
        }
        let grown = self.violation(now, &policy.over_limit);
        match self.key.doubt() {
            Some(doublings) => {
                let length = doubled(first_pause, doublings, longest_pause).max(grown);
                Some(self.pause(now, later(now, length), Reason::PerhapsThrottled))
            }
            None => {
                self.pause(
                    now,
                    later(now, longest_pause.max(grown)),
                    Reason::KeyRefused,
                );
                None
            }
        }
    }

    /// Counts a violation. Returns a pause that grows with their number, so that a vendor that locks out after
    /// some number of them is never brought to that.
    fn violation(&mut self, now: Timestamp, rule: &OverLimit) -> SignedDuration {
        let before = u32::try_from(self.violations.len()).unwrap_or(u32::MAX);
        self.violations.push_back(now.as_millisecond());
        doubled(rule.first_pause, before, rule.longest_pause)
    }

    /// Pauses, or lengthens a pause; never shortens one.
    fn pause(&mut self, now: Timestamp, until: Timestamp, reason: Reason) -> Deferred {
        let pause = match self.pause {
            Some(present) if present.until >= until => present,
            _ => Pause {
                from: now,
                until,
                reason,
            },
        };
        self.pause = Some(pause);
        Deferred {
            until: pause.until,
            reason: pause.reason,
        }
    }
}

fn doubled(first: SignedDuration, doublings: u32, longest: SignedDuration) -> SignedDuration {
    first
        .checked_mul(1_i32 << doublings.min(20))
        .unwrap_or(longest)
        .min(longest)
}

fn later(now: Timestamp, length: SignedDuration) -> Timestamp {
    now.checked_add(length).unwrap_or(Timestamp::MAX)
}

fn millis(length: SignedDuration) -> i64 {
    i64::try_from(length.as_millis()).unwrap_or(i64::MAX / 2)
}
