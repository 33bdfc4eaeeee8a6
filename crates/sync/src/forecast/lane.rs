//! What is written to one side, for as long as a round lets it.

use super::job::Job;
use super::meter::Meter;
use crate::messages::Pace;
use domain::Kind;
use std::collections::VecDeque;

/// A request waits so long for its turn without anybody noticing.
const PATIENCE_MS: i64 = 2_000;

/// A side's allowance, and what is to be written there.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    pub(super) meter: Meter,
    pub(super) jobs: VecDeque<Job>,
}

/// The pauses between batches of new contacts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listening {
    pub(super) pace: Pace,
    pub(super) pause_ms: i64,
    /// How much of the first pause is over.
    pub(super) spent_ms: i64,
    /// Whether anybody tells of messages.
    pub(super) hears: bool,
}

impl Listening {
    fn pause(&mut self) -> i64 {
        if self.hears && self.pause_ms > 0 {
            self.pace.quiet();
        } else {
            self.pace.deaf();
        }
        (self.pause_ms - std::mem::take(&mut self.spent_ms)).max(0)
    }
}

/// How a side's writing ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Nothing is left.
    Drained,
    /// Its time was up.
    Paused,
    /// It can go on at this instant.
    Waits(i64),
}

/// What was written in a round.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    pub(super) contacts: u64,
    /// Contacts made.
    pub(super) made: u64,
    pub(super) tasks: u64,
    pub(super) notes: u64,
    pub(super) appointments: u64,
    /// When it ended.
    pub(super) at: i64,
    pub(super) end: End,
}

impl Lane {
    /// Writes from an instant until nothing is left or the time is up. Pauses of the budget that end before the
    /// deadline are waited for, but none that begin after the other side is done: then what that one wrote is read
    /// back first.
    pub(super) fn write(
        &mut self,
        from: i64,
        deadline: i64,
        other_done: Option<i64>,
        mut listening: Option<&mut Listening>,
    ) -> Stretch {
        let mut wrote = Stretch {
            contacts: 0,
            made: 0,
            tasks: 0,
            notes: 0,
            appointments: 0,
            at: from,
            end: End::Drained,
        };
        while let Some(job) = self.jobs.front_mut() {
            if wrote.at >= deadline {
                wrote.end = End::Paused;
                return wrote;
            }
            if let Some(listening) = listening.as_deref_mut()
                && listening.pace.left() == 0
            {
                wrote.at += listening.pause();
                continue;
            }
            let free = self.meter.free_at(wrote.at, job.requests);
            let is_pause = free > wrote.at.saturating_add(PATIENCE_MS);
            if is_pause && (free >= deadline || other_done.is_some_and(|done| done <= wrote.at)) {
                wrote.end = End::Waits(free);
                return wrote;
            }
            let mut some = job.left.min((self.meter.room(free) / job.requests).max(1));
            if let Some(listening) = listening.as_deref_mut()
                && job.makes_contact
            {
                some = some.min(u64::from(listening.pace.left()));
                listening.pace.made(u32::try_from(some).unwrap_or(u32::MAX));
            }
            wrote.at = self.meter.send(some * job.requests, free);
            if job.makes_contact {
                wrote.made += some;
            }
            match job.kind {
                Kind::Contact => wrote.contacts += some,
                Kind::Note => wrote.notes += some,
                Kind::Task => wrote.tasks += some,
                Kind::Appointment => wrote.appointments += some,
            }
            job.left -= some;
            if job.left == 0 {
                self.jobs.pop_front();
            }
        }
        wrote
    }
}
