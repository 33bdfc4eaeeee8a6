//! The course of a pass: it reads, and then goes round. In a round it reads notes, writes to both sides side by side for
//! a minute, reads back what the counter does not show in its answers, and polls when that is due.

use super::job::jobs;
use super::lane::{End, Lane, Listening, Stretch};
use super::meter::Meter;
use super::{COUNTER_ROWS, CRM_ROWS, Forecast, Requests, Terms, Unread, Work};
use crate::{Deed, calendar_walk_interval, task_walk_interval};
use domain::{Kind, Side, Timestamp};
use std::collections::VecDeque;

/// How long notes are read, and how long is written, before other things get their turn.
const STAGE_MS: i64 = 60_000;
/// How long is written to the counter, as long as there is more to write, before it is read back.
const READ_BACK_MS: i64 = 45_000;
/// A pass that would have to wait longer ends; the service's next ones go on.
const PATIENCE_MS: i64 = 300_000;
/// How far polls look back behind what they have seen (highlevel-quirks.md 3.1).
const OVERLAP_MS: i64 = 150_000;
/// The counter's feed shows whole days (mygadgetrepairs-api.md section 8): on average, half a day has gone by.
const FEED_MS: i64 = 43_200_000;
/// Fewer writes than this are read back one by one.
const FEW: u64 = 3;
/// A course of ten years is not played to its end.
const MOST_MS: i64 = 10 * 365 * 86_400_000;

pub(super) fn play(work: &Work, terms: &Terms) -> Forecast {
    let mut course = Course::new(work, terms);
    course.run();
    course.forecast()
}

struct Course<'t> {
    terms: &'t Terms,
    crm: Lane,
    counter: Lane,
    listening: Listening,
    reads: Requests,
    note_reads: u64,
    /// Notes that can be read when as many contacts as there are still to be made are made.
    later_note_reads: u64,
    contacts_to_make: u64,
    /// Contacts whose notes are looked at again from time to time.
    watched: u64,
    unread: Unread,
    now: i64,
    /// When the service's next pass begins, as long as nothing is done before.
    next_pass: Option<i64>,
    polled_at: [i64; 2],
    walked_at: i64,
    /// When the calendars were walked.
    calendars_at: i64,
    swept_at: i64,
    read_back_at: i64,
    looked_at: i64,
    /// Tasks of the location.
    tasks: u64,
    /// Records written of late: polls show them once more.
    contacts: Recent,
    customers: Recent,
    tickets: Recent,
    appointments: Recent,
}

impl<'t> Course<'t> {
    fn new(work: &Work, terms: &'t Terms) -> Self {
        let now = terms.now.as_millisecond();
        let polled_at = now.saturating_sub(ms(terms.polled_ago));
        let contacts_to_make = work
            .plan
            .count(Deed::Create, Side::HighLevel, Kind::Contact);
        let later_note_reads = if contacts_to_make > 0 {
            work.note_reads_of_new.min(work.note_reads)
        } else {
            0
        };
        let lane = |allowance, side| Lane {
            meter: Meter::of(allowance),
            jobs: jobs(work, side),
        };
        Self {
            terms,
            crm: lane(&terms.highlevel, Side::HighLevel),
            counter: lane(&terms.mygadgetrepairs, Side::MyGadgetRepairs),
            listening: Listening {
                pace: terms.pace,
                pause_ms: ms(terms.listen_seconds),
                spent_ms: ms(terms.listened_seconds),
                hears: terms.hears,
            },
            reads: work.reads,
            note_reads: work.note_reads - later_note_reads,
            later_note_reads,
            contacts_to_make,
            watched: terms.watched + work.first_note_reads,
            unread: work.unread,
            now,
            next_pass: Some(polled_at.saturating_add(poll_ms(terms))),
            polled_at: [polled_at; 2],
            walked_at: polled_at,
            calendars_at: now,
            swept_at: now.saturating_sub(ms(terms.swept_ago)),
            read_back_at: i64::MIN / 2,
            looked_at: now,
            tasks: terms.tasks,
            contacts: Recent::after(0, now),
            customers: Recent::after(terms.written.customers, now),
            tickets: Recent::after(terms.written.tickets, now),
            appointments: Recent::after(terms.written.appointments, now),
        }
    }

    fn run(&mut self) {
        if self.reads != Requests::default() {
            self.ask(self.reads);
            (self.polled_at, self.walked_at) = ([self.now; 2], self.now);
            self.calendars_at = self.now;
        }
        let end = self.now.saturating_add(MOST_MS);
        while self.now < end {
            self.read_notes();
            let (crm, counter) = self.write();
            self.unread.customers += counter.contacts;
            self.unread.tickets += counter.tasks;
            self.unread.comments += counter.notes;
            self.unread.appointments += counter.appointments;
            if counter.end == End::Drained {
                self.now = self.read_back();
            }
            if self.is_done() {
                return;
            }
            self.wait(crm.end, counter.end);
            if self.poll_when_due() || self.may_read_back() {
                // The other side's work goes on meanwhile.
                self.read_back();
            }
        }
    }

    fn is_done(&self) -> bool {
        self.note_reads == 0 && self.crm.jobs.is_empty() && self.counter.jobs.is_empty()
    }

    fn forecast(&self) -> Forecast {
        let length = self.now.saturating_sub(self.terms.now.as_millisecond());
        Forecast {
            highlevel: self.crm.meter.sent(),
            mygadgetrepairs: self.counter.meter.sent(),
            seconds: u64::try_from(length).unwrap_or(0).div_ceil(1_000),
            finish_at: Timestamp::from_millisecond(self.now).unwrap_or(Timestamp::MAX),
        }
    }

    /// Asks both sides, side by side.
    fn ask(&mut self, requests: Requests) {
        let one = self.crm.meter.send(requests.highlevel, self.now);
        let other = self.counter.meter.send(requests.mygadgetrepairs, self.now);
        self.now = one.max(other);
    }

    fn read_notes(&mut self) {
        let deadline = self.now.saturating_add(STAGE_MS);
        while self.note_reads > 0 && self.now < deadline {
            let at = self.crm.meter.free_at(self.now, 1);
            if at > deadline {
                // A day's wait: the counter's work goes on meanwhile.
                return;
            }
            let some = self.note_reads.min(self.crm.meter.room(at).max(1));
            self.now = self.crm.meter.send(some, at);
            self.note_reads -= some;
        }
    }

    /// Writes to both sides for a minute. A side goes on through pauses of its budget as long as the other has work.
    fn write(&mut self) -> (Stretch, Stretch) {
        let deadline = self.now.saturating_add(STAGE_MS);
        let ahead = {
            let mut listening = self.listening;
            let mut crm = self.crm.clone();
            crm.write(self.now, deadline, None, Some(&mut listening))
        };
        let counter = self
            .counter
            .write(self.now, deadline, done_at(&ahead), None);
        let listening = Some(&mut self.listening);
        let done = done_at(&counter);
        let crm = self.crm.write(self.now, deadline, done, listening);
        self.contacts.add(crm.at, crm.contacts);
        self.follow_up(crm.made);
        self.tasks += crm.tasks;
        self.customers.add(counter.at, counter.contacts);
        self.tickets.add(counter.at, counter.tasks);
        self.appointments.add(counter.at, counter.appointments);
        self.now = crm.at.max(counter.at);
        (crm, counter)
    }

    /// So many contacts were made: the notes of some of them are to be read.
    fn follow_up(&mut self, made: u64) {
        let made = made.min(self.contacts_to_make);
        if made > 0 {
            let reads = self.later_note_reads * made / self.contacts_to_make;
            self.contacts_to_make -= made;
            self.later_note_reads -= reads;
            self.note_reads += reads;
            self.watched += reads;
        }
    }

    /// As long as there is more to write, much is read back together.
    fn may_read_back(&self) -> bool {
        self.now >= self.read_back_at.saturating_add(READ_BACK_MS)
            && self.counter.meter.free_at(self.now, 1) <= self.now
    }

    /// A poll shows many at once; a few are fetched one by one; a comment is read with its ticket's comments. Answers
    /// when it is done.
    fn read_back(&mut self) -> i64 {
        let unread = std::mem::take(&mut self.unread);
        let all = unread.at_counter();
        if all == 0 {
            return self.now;
        }
        self.read_back_at = self.now;
        let meter = &mut self.counter.meter;
        if all < FEW {
            return meter.send(all, self.now);
        }
        let mut at = meter.send(unread.comments, self.now);
        for (written, recent) in [
            (unread.customers, &mut self.customers),
            (unread.tickets, &mut self.tickets),
            (unread.appointments, &mut self.appointments),
        ] {
            if written > 0 {
                at = meter.send(recent.pages(written, self.terms.has_feed), at);
                recent.polled_at = at;
            }
        }
        at
    }

    /// Polls each side by itself, where it can be asked at once. Answers whether the counter was.
    fn poll_when_due(&mut self) -> bool {
        let poll = ms(self.terms.poll_seconds);
        let at = self.now;
        if at >= self.polled_at[0].saturating_add(poll) && self.crm.meter.free_at(at, 1) <= at {
            let since = self.polled_at[0].saturating_sub(OVERLAP_MS);
            let mut requests = 1 + self.contacts.since(since) / CRM_ROWS;
            let every =
                task_walk_interval(self.tasks, self.terms.poll_seconds, &self.terms.budgets);
            if at.saturating_sub(self.walked_at) >= ms(every) {
                self.walked_at = at;
                requests += self.tasks / CRM_ROWS + 1;
            }
            self.polled_at[0] = at;
            let end = at.saturating_add(PATIENCE_MS);
            self.crm.meter.send_before(end, requests, at);
        }
        let is_due = at >= self.polled_at[1].saturating_add(poll);
        if !is_due || self.counter.meter.free_at(at, 1) > at {
            return false;
        }
        self.polled_at[1] = at;
        if self.unread.at_counter() > 0 {
            self.read_back_at = at;
        }
        let has_feed = self.terms.has_feed;
        for (unread, recent) in [
            (&mut self.unread.customers, &mut self.customers),
            (&mut self.unread.tickets, &mut self.tickets),
        ] {
            // What was just read back is not asked again, and a poll reads back.
            if *unread > 0 || recent.polled_at < at.saturating_sub(poll / 2) {
                let pages = recent.pages(std::mem::take(unread), has_feed);
                self.counter.meter.send(pages, at);
                recent.polled_at = at;
            }
        }
        true
    }

    /// Waits where neither side can go on. Through a long wait the service polls what it may.
    fn wait(&mut self, crm: End, counter: End) {
        let until = match (crm, counter) {
            (End::Paused, _) | (_, End::Paused) => return,
            (End::Waits(one), End::Waits(other)) => one.min(other),
            (End::Waits(until), End::Drained) | (End::Drained, End::Waits(until)) => until,
            (End::Drained, End::Drained) => {
                if self.note_reads == 0 {
                    return;
                }
                self.crm.meter.free_at(self.now, 1)
            }
        };
        if until.saturating_sub(self.now) <= PATIENCE_MS {
            self.now = self.now.max(until);
            return;
        }
        if self.crm.meter.sent() + self.counter.meter.sent() > 0 {
            self.next_pass = None;
        }
        while self.now < until {
            let later = self.now.saturating_add(poll_ms(self.terms));
            self.now = self.next_pass.take().map_or(later, |at| at.max(self.now));
            self.poll_when_due();
            self.sweep_when_due();
            self.read_diaries();
        }
        if self.now.saturating_sub(self.looked_at) >= ms(self.terms.watch_seconds) {
            self.looked_at = self.now;
            // Those that were not looked at yet are among them.
            self.note_reads = self.note_reads.max(self.watched);
        }
    }

    /// Once a day the service reads everything that it may read.
    fn sweep_when_due(&mut self) {
        if self.now.saturating_sub(self.swept_at) <= ms(self.terms.sweep_seconds) {
            return;
        }
        self.swept_at = self.now;
        self.calendars_at = self.now;
        self.ask_in_passing(self.terms.sweep);
    }

    /// A pass of the service walks the calendars when that is due, and looks into the counter's diary where something
    /// hangs on it.
    fn read_diaries(&mut self) {
        let Terms {
            calendars,
            poll_seconds,
            budgets,
            ..
        } = self.terms;
        let mut requests = Requests::default();
        let every = calendar_walk_interval(*calendars, *poll_seconds, budgets);
        if self.now.saturating_sub(self.calendars_at) >= ms(every) {
            self.calendars_at = self.now;
            requests.highlevel = *calendars;
        }
        requests.mygadgetrepairs = u64::from(self.terms.heeds_diary);
        self.ask_in_passing(requests);
    }

    /// Asks as much as can be asked before long; the rest is left to a later pass.
    fn ask_in_passing(&mut self, requests: Requests) {
        let (from, end) = (self.now, self.now.saturating_add(PATIENCE_MS));
        for (lane, requests) in [
            (&mut self.crm, requests.highlevel),
            (&mut self.counter, requests.mygadgetrepairs),
        ] {
            lane.meter.send_before(end, requests, from);
        }
    }
}

/// When a side had nothing left to write.
fn done_at(wrote: &Stretch) -> Option<i64> {
    (wrote.end == End::Drained).then_some(wrote.at)
}

/// What was written of late: when, and how many.
#[derive(Debug)]
struct Recent {
    written: VecDeque<(i64, u64)>,
    polled_at: i64,
}

impl Recent {
    /// So many were written before.
    fn after(number: u64, now: i64) -> Self {
        let mut recent = Self {
            written: VecDeque::new(),
            polled_at: i64::MIN / 2,
        };
        recent.add(now, number);
        recent
    }

    fn add(&mut self, at: i64, number: u64) {
        if number > 0 {
            self.written.push_back((at, number));
        }
        while self
            .written
            .front()
            .is_some_and(|(then, _)| at - then > 2 * FEED_MS)
        {
            self.written.pop_front();
        }
    }

    fn since(&self, instant: i64) -> u64 {
        let late = self.written.iter().filter(|(at, _)| *at >= instant);
        late.map(|(_, number)| number).sum()
    }

    /// Pages until one shows nothing new. A feed ends with what was changed on the day of the last poll.
    fn pages(&self, new: u64, has_feed: bool) -> u64 {
        let walked = new.div_ceil(COUNTER_ROWS) + 1;
        if has_feed {
            let rows = self.since(self.polled_at.saturating_sub(FEED_MS));
            walked.min(rows.div_ceil(COUNTER_ROWS).max(1))
        } else {
            walked
        }
    }
}

/// From the end of a pass of the service to the next.
fn poll_ms(terms: &Terms) -> i64 {
    ms(terms.poll_seconds).max(1_000)
}

fn ms(seconds: u64) -> i64 {
    i64::try_from(seconds.saturating_mul(1_000)).unwrap_or(i64::MAX / 4)
}
