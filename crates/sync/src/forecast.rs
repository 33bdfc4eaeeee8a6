//! What work costs and when it is done: a pass played through in advance, round by round, at what the vendors may
//! still be asked.
//!
//! Pure: the same work on the same terms always gives the same forecast.

mod course;
mod job;
mod lane;
mod meter;

use crate::messages::Pace;
use crate::{Budgets, Plan};
use domain::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Rows of a page of MyGadgetRepairs (mygadgetrepairs-api.md section 6).
pub const COUNTER_ROWS: u64 = 50;
/// Rows of a page of HighLevel (highlevel-api.md 7.7 and 9.4).
pub const CRM_ROWS: u64 = 500;

/// Requests to each vendor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Requests {
    /// To HighLevel.
    pub highlevel: u64,
    /// To MyGadgetRepairs.
    pub mygadgetrepairs: u64,
}

/// What is still to be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Requests that read what is to be compared first.
    pub reads: Requests,
    /// What is to be written.
    pub plan: Plan,
    /// What was written and not read back.
    pub unread: Unread,
    /// Contacts whose notes are to be read, one request each.
    pub note_reads: u64,
    /// How many of them are still to be made.
    pub note_reads_of_new: u64,
    /// How many of them are there and were never looked at: they will be looked at again like the others.
    pub first_note_reads: u64,
    /// Requests that look for somebody with the same keys before a contact is made.
    pub key_looks: u64,
}

/// What the vendors took and have not shown yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    /// Customers of MyGadgetRepairs.
    pub customers: u64,
    /// Its tickets.
    pub tickets: u64,
    /// Its comments.
    pub comments: u64,
    /// Its appointments.
    pub appointments: u64,
    /// Appointments of HighLevel, whose answers show everything else that was stored.
    pub bookings: u64,
}

impl Unread {
    /// What MyGadgetRepairs has not shown.
    const fn at_counter(self) -> u64 {
        self.customers + self.tickets + self.comments + self.appointments
    }
}

/// Records of MyGadgetRepairs that are read by their changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// Customers.
    pub customers: u64,
    /// Tickets.
    pub tickets: u64,
    /// Appointments.
    pub appointments: u64,
}

/// What may still be asked of one vendor, by the lane that does the work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowance {
    /// The short window; nothing where there is no ceiling.
    pub window: Option<Window>,
    /// The day; nothing where there is no ceiling.
    pub day: Option<Day>,
    /// Nothing is asked before.
    pub not_before: Option<Timestamp>,
}

/// At most so many requests in any stretch of some length.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// Requests that the lane may send: what is kept for others is taken off.
    pub share: u64,
    /// The length, milliseconds.
    pub length_ms: i64,
    /// When the requests that still count were sent, milliseconds since 1970, oldest first.
    pub used: Vec<i64>,
}

/// At most so many requests in the 24 hours that begin with the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Day {
    /// Requests that the lane may send: what is kept for others is taken off.
    pub share: u64,
    /// Requests sent in the day that runs.
    pub used: u64,
    /// When that day ends; nothing where none runs.
    pub until: Option<Timestamp>,
}

/// Under which conditions the work is done.
#[derive(Clone, Debug)]
pub struct Terms {
    /// When it begins.
    pub now: Timestamp,
    /// What may be asked of HighLevel.
    pub highlevel: Allowance,
    /// What may be asked of MyGadgetRepairs.
    pub mygadgetrepairs: Allowance,
    /// The planned ceilings, for walks that are paced by them.
    pub budgets: Budgets,
    /// Seconds between polls.
    pub poll_seconds: u64,
    /// Seconds since the last poll.
    pub polled_ago: u64,
    /// Requests that read everything, and seconds between two times, where the work takes so long.
    pub sweep: Requests,
    /// See [`Terms::sweep`].
    pub sweep_seconds: u64,
    /// Seconds since everything was read.
    pub swept_ago: u64,
    /// Contacts whose notes were looked at and are looked at again, and seconds between two looks, where the work takes
    /// so long.
    pub watched: u64,
    /// See [`Terms::watched`].
    pub watch_seconds: u64,
    /// Tasks of the location, which are walked through to find what changed.
    pub tasks: u64,
    /// Calendars of the location, which are walked one by one at the beginning of a pass; none where appointments are
    /// not kept in step.
    pub calendars: u64,
    /// Whether every pass looks for what is new in the counter's diary.
    pub heeds_diary: bool,
    /// Whether MyGadgetRepairs shows what changed since a day; if not, its lists are read from the newest on.
    pub has_feed: bool,
    /// What was written there before in this run: it is shown as well.
    pub written: Rows,
    /// How many contacts are made between pauses to listen for messages.
    pub pace: Pace,
    /// Seconds of such a pause.
    pub listen_seconds: u64,
    /// Seconds since a contact was made: so much of a pause that has begun is over.
    pub listened_seconds: u64,
    /// Whether HighLevel tells of messages; if not, the first pause is the last.
    pub hears: bool,
}

/// What work costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Forecast {
    /// Requests to HighLevel.
    pub highlevel: u64,
    /// Requests to MyGadgetRepairs.
    pub mygadgetrepairs: u64,
    /// Seconds from now until it is done.
    pub seconds: u64,
    /// When it is done.
    #[schemars(with = "String")]
    pub finish_at: Timestamp,
}

/// Plays the work through. What is polled and read back meanwhile is part of the requests; whole days are waited for
/// where the daily limit asks it.
#[must_use]
pub fn forecast(work: &Work, terms: &Terms) -> Forecast {
    course::play(work, terms)
}
