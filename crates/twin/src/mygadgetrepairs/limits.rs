//! The rate limit, and the lock-out after too many excesses (mygadgetrepairs-api.md 9).

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::Settings;

const WINDOW: SignedDuration = SignedDuration::from_secs(60);

/// What was asked and refused so far.
#[derive(Debug, Default)]
pub(super) struct Limits {
    /// Times of the requests that were let through within the last minute.
    recent: VecDeque<Timestamp>,
    strikes: u32,
    locked_until: Option<Timestamp>,
    requests: u64,
    violations: u64,
    refused_locked: u64,
    lockouts: u64,
}

/// How a client has kept to the limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LimitState {
    /// Requests with the right key, refused ones among them.
    pub requests: u64,
    /// Requests over the limit since the start. A good client has none.
    pub violations: u64,
    /// Excesses counted towards the next lock-out.
    pub strikes: u32,
    /// Requests that met a lock-out.
    pub refused_while_locked: u64,
    /// Lock-outs since the start.
    pub lockouts: u64,
    /// End of the lock-out, while there is one.
    pub locked_until: Option<Timestamp>,
    /// Requests in the last sixty seconds that were let through.
    pub in_last_minute: usize,
}

impl Limits {
    /// Counts a request; `false` when it must be refused.
    pub(super) fn admit(&mut self, now: Timestamp, settings: &Settings) -> bool {
        self.requests += 1;
        if self.is_locked(now) {
            self.refused_locked += 1;
            return false;
        }
        self.forget(now);
        let Some(limit) = settings.throttle_per_minute else {
            self.recent.push_back(now);
            return true;
        };
        if self.recent.len() < limit as usize {
            self.recent.push_back(now);
            return true;
        }
        self.violations += 1;
        self.strikes += 1;
        if self.strikes >= settings.violations_to_lock {
            self.strikes = 0;
            self.lockouts += 1;
            let seconds = i64::try_from(settings.lockout_seconds).unwrap_or(i64::MAX / 2);
            self.locked_until = Some(
                now.checked_add(SignedDuration::from_secs(seconds))
                    .unwrap_or(Timestamp::MAX),
            );
        }
        false
    }

    /// Ends a lock-out and forgets the strikes; the totals stay.
    pub(super) fn unlock(&mut self) {
        self.strikes = 0;
        self.locked_until = None;
        self.recent.clear();
    }

    pub(super) fn lock(&mut self, until: Timestamp) {
        self.lockouts += 1;
        self.locked_until = Some(until);
    }

    pub(super) fn state(&mut self, now: Timestamp) -> LimitState {
        self.forget(now);
        let locked = self.is_locked(now);
        LimitState {
            requests: self.requests,
            violations: self.violations,
            strikes: self.strikes,
            refused_while_locked: self.refused_locked,
            lockouts: self.lockouts,
            locked_until: self.locked_until.filter(|_| locked),
            in_last_minute: self.recent.len(),
        }
    }

    fn is_locked(&self, now: Timestamp) -> bool {
        self.locked_until.is_some_and(|until| now < until)
    }

    fn forget(&mut self, now: Timestamp) {
        while self
            .recent
            .front()
            .is_some_and(|first| now.duration_since(*first) >= WINDOW)
        {
            self.recent.pop_front();
        }
    }
}
