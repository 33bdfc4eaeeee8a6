//! The planned ceilings, and how often what costs a complete walk may be walked.

use serde::{Deserialize, Serialize};

/// Rows of a HighLevel task search page (highlevel-api.md 9.4).
const TASK_ROWS: u64 = 500;
/// Share of the daily budget, in per cent, that the task walk may use.
const TASK_WALK_PERCENT: u64 = 30;
/// The same for the walk over the calendars.
const CALENDAR_WALK_PERCENT: u64 = 10;
const DAY: u64 = 86_400;

/// What may be asked of the vendors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budgets {
    /// HighLevel requests in ten seconds.
    pub highlevel_per_10s: u64,
    /// HighLevel requests a day.
    pub highlevel_per_day: u64,
    /// MyGadgetRepairs requests a minute.
    pub mygadgetrepairs_per_minute: u64,
}

impl Default for Budgets {
    /// The planned ceilings of CONTRACT.md section 1.
    fn default() -> Self {
        Self {
            highlevel_per_10s: 80,
            highlevel_per_day: 180_000,
            mygadgetrepairs_per_minute: 24,
        }
    }
}

/// Seconds between two walks over a location's tasks, so that the walks use less than 30 % of the day's
/// requests; never less than `poll_seconds`.
#[must_use]
pub fn task_walk_interval(tasks: u64, poll_seconds: u64, budgets: &Budgets) -> u64 {
    // One more page than the rows fill: there is no total, a short page ends the walk.
    let pages = tasks / TASK_ROWS + 1;
    let share = (budgets.highlevel_per_day * TASK_WALK_PERCENT / 100).max(1);
    poll_seconds.max((pages * DAY).div_ceil(share))
}

/// Seconds between two walks over a location's calendars, one request each, so that the walks use less than 10 % of
/// the day's requests; never less than `poll_seconds`.
#[must_use]
pub fn calendar_walk_interval(calendars: u64, poll_seconds: u64, budgets: &Budgets) -> u64 {
    let share = (budgets.highlevel_per_day * CALENDAR_WALK_PERCENT / 100).max(1);
    poll_seconds.max((calendars * DAY).div_ceil(share))
}
