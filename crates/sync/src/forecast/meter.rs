//! A vendor's allowance, used up request by request: the arithmetic of the budget, many requests at a time.

use super::Allowance;
use std::collections::VecDeque;

const DAY_MS: i64 = 86_400_000;

/// Counts requests and says when they can be sent. Times are milliseconds since 1970.
#[derive(Clone, Debug)]
pub(super) struct Meter {
    /// Share and length of the short window.
    window: Option<(u64, i64)>,
    /// Requests that still count in it: when, and how many.
    log: VecDeque<(i64, u64)>,
    counted: u64,
    /// Share of the day.
    day: Option<u64>,
    day_used: u64,
    day_until: Option<i64>,
    not_before: i64,
    sent: u64,
}

impl Meter {
    pub(super) fn of(allowance: &Allowance) -> Self {
        let window = allowance.window.as_ref();
        let used = window.map_or(&[][..], |window| &window.used);
        Self {
            window: window.map(|window| (window.share.max(1), window.length_ms.max(1))),
            log: used.iter().map(|at| (*at, 1)).collect(),
            counted: used.len() as u64,
            day: allowance.day.map(|day| day.share.max(1)),
            day_used: allowance.day.map_or(0, |day| day.used),
            day_until: allowance
                .day
                .and_then(|day| day.until)
                .map(|until| until.as_millisecond()),
            not_before: allowance
                .not_before
                .map_or(i64::MIN, |at| at.as_millisecond()),
            sent: 0,
        }
    }

    /// Requests sent so far.
    pub(super) const fn sent(&self) -> u64 {
        self.sent
    }

    /// When so many requests can be sent together, from an instant on; as many as ever fit where that is less. Looking
    /// ahead changes nothing.
    pub(super) fn free_at(&self, from: i64, wanted: u64) -> i64 {
        let mut at = from.max(self.not_before);
        if let (Some(share), Some(until)) = (self.day, self.day_until)
            && until > at
            && self.day_used + wanted.min(share) > share
        {
            at = until;
        }
        let Some((share, length)) = self.window else {
            return at;
        };
        let mut counted = self.counted;
        for (sent, count) in &self.log {
            if *sent > at - length {
                if counted + wanted.min(share) <= share {
                    break;
                }
                at = sent + length;
            }
            counted -= count;
        }
        at
    }

    /// How many can be sent together at an instant that is not before the last one sent.
    pub(super) fn room(&mut self, at: i64) -> u64 {
        self.settle(at);
        let window = self
            .window
            .map_or(u64::MAX, |(share, _)| share.saturating_sub(self.counted));
        let day = self
            .day
            .map_or(u64::MAX, |share| share.saturating_sub(self.day_used));
        window.min(day)
    }

    /// Sends so many requests as soon as each can be; answers when the last one goes.
    pub(super) fn send(&mut self, requests: u64, from: i64) -> i64 {
        self.send_before(i64::MAX, requests, from)
    }

    /// The same, but what could not be sent before an instant is not sent at all.
    pub(super) fn send_before(&mut self, end: i64, requests: u64, from: i64) -> i64 {
        let (mut left, mut at) = (requests, from);
        while left > 0 {
            let free = self.free_at(at, 1);
            if free >= end {
                break;
            }
            at = free;
            let some = left.min(self.room(at).max(1));
            self.take(some, at);
            left -= some;
        }
        at
    }

    fn take(&mut self, requests: u64, at: i64) {
        self.sent += requests;
        if self.window.is_some() {
            self.counted += requests;
            match self.log.back_mut() {
                Some((last, count)) if *last == at => *count += requests,
                _ => self.log.push_back((at, requests)),
            }
        }
        if self.day.is_some() {
            self.day_used += requests;
            self.day_until.get_or_insert(at.saturating_add(DAY_MS));
        }
    }

    /// Drops what no longer counts.
    fn settle(&mut self, now: i64) {
        if let Some((_, length)) = self.window {
            while let Some((at, count)) = self.log.front() {
                if *at > now - length {
                    break;
                }
                self.counted = self.counted.saturating_sub(*count);
                self.log.pop_front();
            }
        }
        if self.day_until.is_some_and(|until| until <= now) {
            self.day_until = None;
            self.day_used = 0;
        }
    }
}
