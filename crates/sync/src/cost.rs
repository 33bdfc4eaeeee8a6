//! What a plan costs in requests and time.

use crate::{Deed, Plan};
use domain::{Kind, Side};
use serde::{Deserialize, Serialize};

/// Rows of a MyGadgetRepairs page (mygadgetrepairs-api.md section 6): one read-back request covers as many.
const READ_BACK_ROWS: u64 = 50;
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

/// What a plan costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Requests to HighLevel.
    pub highlevel: u64,
    /// Requests to MyGadgetRepairs.
    pub mygadgetrepairs: u64,
    /// Seconds that it takes at the given budgets; the sides are served side by side.
    pub seconds: u64,
}

/// Estimates a plan. HighLevel: one request for a create (the answer is read back), two for an update or
/// delete (look, write). MyGadgetRepairs: one for a create, two for an update or delete, and a read-back of
/// every fiftieth part of a page; two for a comment. An unlink costs nothing.
#[must_use]
pub fn estimate(plan: &Plan, budgets: &Budgets) -> Cost {
    let mut requests = [0_u64; 2];
    let mut read_back = 0_u64;
    for (deed, side, kind, number) in plan.iter() {
        let each = match deed {
            Deed::Create => 1,
            Deed::Update | Deed::Delete => 2,
            Deed::Unlink => 0,
        };
        match side {
            Side::HighLevel => requests[0] += each * number,
            // A comment is read back by itself, on its ticket.
            Side::MyGadgetRepairs if (deed, kind) == (Deed::Create, Kind::Note) => {
                requests[1] += 2 * number;
            }
            Side::MyGadgetRepairs => {
                requests[1] += each * number;
                read_back += if each > 0 { number } else { 0 };
            }
        }
    }
    requests[1] += read_back.div_ceil(READ_BACK_ROWS);
    let [highlevel, mygadgetrepairs] = requests;
    let seconds = highlevel_seconds(highlevel, budgets).max(spread(
        mygadgetrepairs,
        budgets.mygadgetrepairs_per_minute,
        60,
    ));
    Cost {
        highlevel,
        mygadgetrepairs,
        seconds,
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

/// Whole days at the daily limit, the rest at the burst limit.
fn highlevel_seconds(requests: u64, budgets: &Budgets) -> u64 {
    let day = budgets.highlevel_per_day.max(1);
    (requests / day) * DAY + spread(requests % day, budgets.highlevel_per_10s, 10)
}

fn spread(requests: u64, per_window: u64, window: u64) -> u64 {
    requests.saturating_mul(window).div_ceil(per_window.max(1))
}
