//! What holds of every forecast.
#![allow(clippy::unwrap_used, reason = "tests")]

use domain::{Kind, Side, Timestamp};
use proptest::prelude::*;
use sync::forecast::{
    Allowance, Day, Forecast, Requests, Rows, Terms, Unread, Window, Work, forecast,
};
use sync::messages::Pace;
use sync::{Budgets, Deed, Plan};

const DAY: u64 = 86_400;

fn start() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn allowance(share: u64, length_ms: i64, day: Option<u64>) -> Allowance {
    Allowance {
        window: Some(Window {
            share,
            length_ms,
            used: Vec::new(),
        }),
        day: day.map(|share| Day {
            share,
            used: 0,
            until: None,
        }),
        not_before: None,
    }
}

fn terms() -> Terms {
    Terms {
        now: start(),
        highlevel: allowance(79, 10_000, Some(144_000)),
        mygadgetrepairs: allowance(23, 60_000, None),
        budgets: Budgets::default(),
        poll_seconds: 60,
        polled_ago: 0,
        sweep: Requests::default(),
        sweep_seconds: DAY,
        swept_ago: 0,
        watched: 0,
        watch_seconds: 900,
        tasks: 0,
        calendars: 0,
        heeds_diary: false,
        has_feed: true,
        written: Rows::default(),
        pace: Pace::default(),
        listen_seconds: 0,
        listened_seconds: 0,
        hears: false,
    }
}

/// Writes to HighLevel and to MyGadgetRepairs: new contacts, new tasks and tickets, changed contacts.
fn work(left: [u64; 3], right: [u64; 3], note_reads: u64) -> Work {
    let mut plan = Plan::default();
    for (side, [contacts, tasks, changes]) in
        [(Side::HighLevel, left), (Side::MyGadgetRepairs, right)]
    {
        plan.add(Deed::Create, side, Kind::Contact, contacts);
        plan.add(Deed::Create, side, Kind::Task, tasks);
        plan.add(Deed::Update, side, Kind::Contact, changes);
    }
    Work {
        plan,
        note_reads,
        ..Work::default()
    }
}

fn least(left: [u64; 3]) -> u64 {
    left[0] + left[1] + 2 * left[2]
}

fn counts() -> impl Strategy<Value = [u64; 3]> {
    [0_u64..400, 0_u64..300, 0_u64..200]
}

/// Whole windows that requests need before the last of them can go.
fn windows(requests: u64, share: u64) -> u64 {
    requests.saturating_sub(1) / share
}

proptest! {
    #[test]
    fn nothing_is_foretold_below_what_the_limits_allow(
        left in counts(), right in counts(), notes in 0_u64..200,
    ) {
        let told = forecast(&work(left, right, notes), &terms());
        prop_assert!(told.highlevel >= least(left) + notes);
        prop_assert!(told.mygadgetrepairs >= least(right));
        prop_assert!(told.seconds >= 10 * windows(least(left) + notes, 79));
        prop_assert!(told.seconds >= 60 * windows(least(right), 23));
        prop_assert_eq!(
            told.finish_at.duration_since(start()).as_secs_f64().ceil() as u64,
            told.seconds
        );
        // Polls and readings back are a small part of it: less than a third of every window.
        prop_assert!(told.seconds <= 240 + 15 * windows(least(left) + notes, 79) + 90 * windows(least(right), 23));
    }

    /// More work costs no fewer requests, and is done no earlier: but for the part of a window by which polls fall
    /// differently.
    #[test]
    fn more_work_takes_no_less(
        left in counts(), right in counts(), notes in 0_u64..100,
        more_left in counts(), more_right in counts(), more_notes in 0_u64..100,
    ) {
        let both = |one: [u64; 3], other: [u64; 3]| [one[0] + other[0], one[1] + other[1], one[2] + other[2]];
        let less = forecast(&work(left, right, notes), &terms());
        let larger = work(both(left, more_left), both(right, more_right), notes + more_notes);
        let more = forecast(&larger, &terms());
        prop_assert!(more.seconds + 60 >= less.seconds, "{less:?} {more:?}");
        prop_assert!(more.highlevel + 6 >= less.highlevel, "{less:?} {more:?}");
        prop_assert!(more.mygadgetrepairs + 6 >= less.mygadgetrepairs, "{less:?} {more:?}");
    }

    /// What the daily limit does not let through waits for the next days.
    #[test]
    fn whole_days_wait_where_the_day_is_used_up(
        contacts in 1_u64..3_000, share in 100_u64..900, used in 0_u64..900,
    ) {
        let used = used.min(share);
        let mut terms = terms();
        terms.poll_seconds = 3_600;
        terms.highlevel.day = Some(Day {
            share,
            used,
            until: (used > 0).then(|| start() + jiff::SignedDuration::from_hours(24)),
        });
        let told = forecast(&work([contacts, 0, 0], [0; 3], 0), &terms);
        let days = (contacts + used - 1) / share;
        prop_assert!(told.seconds >= days * DAY, "{days} days: {told:?}");
        prop_assert!(told.seconds <= (days + 1) * DAY + 7_200, "{days} days: {told:?}");
    }

    #[test]
    fn what_is_used_of_a_window_is_waited_for(used in 0_u64..23, customers in 1_u64..23) {
        let mut terms = terms();
        let now = start().as_millisecond();
        if let Some(window) = &mut terms.mygadgetrepairs.window {
            window.used = vec![now - 30_000; used as usize];
        }
        let told = forecast(&work([0; 3], [customers, 0, 0], 0), &terms);
        let fits = used + customers <= 23;
        prop_assert!(fits || told.seconds >= 30, "{told:?}");
    }
}

#[test]
fn nothing_to_do_costs_nothing() {
    let nothing = Forecast {
        highlevel: 0,
        mygadgetrepairs: 0,
        seconds: 0,
        finish_at: start(),
    };
    assert_eq!(forecast(&Work::default(), &terms()), nothing);
    let mut plan = Plan::default();
    plan.add(Deed::Unlink, Side::MyGadgetRepairs, Kind::Task, 9);
    let unlinks = Work {
        plan,
        ..Work::default()
    };
    assert_eq!(forecast(&unlinks, &terms()), nothing);
}

#[test]
fn a_pause_of_the_vendor_comes_first_and_what_is_unread_is_read() {
    let mut terms = terms();
    terms.mygadgetrepairs.not_before = Some(start() + jiff::SignedDuration::from_mins(3));
    let unread = Work {
        unread: Unread {
            customers: 1,
            tickets: 1,
            comments: 0,
            ..Unread::default()
        },
        ..Work::default()
    };
    let told = forecast(&unread, &terms);
    assert_eq!((told.mygadgetrepairs, told.seconds), (2, 180));
}

#[test]
fn pauses_to_listen_are_part_of_the_time_where_somebody_tells_of_messages() {
    let mut terms = terms();
    terms.highlevel.window = None;
    terms.listen_seconds = 10;
    let made = work([150, 0, 0], [0; 3], 0);
    // After 10 contacts and nobody tells: that pause is the last.
    assert_eq!(forecast(&made, &terms).seconds, 10);
    terms.hears = true;
    // After 10, 30, 70 and 150: the last one is not waited for, since nothing is left.
    assert_eq!(forecast(&made, &terms).seconds, 30);
    // In the middle of a pause.
    terms.pace.made(Pace::FIRST);
    terms.listened_seconds = 4;
    let rest = work([140, 0, 0], [0; 3], 0);
    assert_eq!(forecast(&rest, &terms).seconds, 6 + 20);
}

/// HighLevel's work is done while the counter's waits for its minute.
#[test]
fn the_sides_are_served_side_by_side() {
    let counter = forecast(&work([0; 3], [460, 0, 0], 0), &terms());
    let both = forecast(&work([1_500, 0, 0], [460, 0, 0], 0), &terms());
    assert!(both.seconds <= counter.seconds + 10, "{counter:?} {both:?}");
}
