//! The budget's arithmetic, for any sequence of wishes.
#![allow(clippy::unwrap_used, reason = "tests")]

use http::{BudgetPolicy, BudgetState, Grant, Lane, Reason, Seen, Unauthorized, VendorLimits};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

fn start() -> Timestamp {
    "2026-07-01T10:00:00Z".parse().unwrap()
}

fn at(ms: i64) -> Timestamp {
    start() + SignedDuration::from_millis(ms)
}

fn highlevel() -> BudgetPolicy {
    BudgetPolicy::per(80, SignedDuration::from_secs(10)).with_day(180_000)
}

fn counter() -> BudgetPolicy {
    BudgetPolicy::per(24, SignedDuration::from_mins(1)).with_lock_out()
}

fn lane() -> impl Strategy<Value = Lane> {
    prop_oneof![
        Just(Lane::Interactive),
        Just(Lane::Live),
        Just(Lane::Background)
    ]
}

/// Most entries within any stretch of the given length.
fn busiest(times: &[i64], length_ms: i64) -> usize {
    (0..times.len())
        .map(|first| {
            times[first..]
                .iter()
                .take_while(|at| **at < times[first] + length_ms)
                .count()
        })
        .max()
        .unwrap_or(0)
}

#[test]
fn a_day_that_has_not_begun_is_not_endless() {
    let policy = BudgetPolicy::per(24, SignedDuration::from_secs(10)).with_day(20);
    let (free, until) = BudgetState::default().room(at(0), Lane::Interactive, &policy, 1);
    assert_eq!((free, until), (20, None));
}

proptest! {
    #[test]
    fn invariant_6_within_budget_in_every_window(
        wishes in prop::collection::vec((0_i64..3_000, lane()), 1..400),
        requests in 1_u32..30, second in 1_u32..60,
    ) {
        let mut policy = BudgetPolicy::per(requests, SignedDuration::from_secs(10));
        policy.windows.push(http::Window::new(second, SignedDuration::from_secs(60)));
        let mut state = BudgetState::default();
        let (mut now, mut sent) = (0, Vec::new());
        for (step, lane) in wishes {
            now += step;
            match state.reserve(at(now), lane, &policy) {
                Grant::Now => sent.push(now),
                Grant::Wait { until, .. } => {
                    prop_assert!(until > at(now));
                    // The promised instant is kept if nobody else comes in between.
                    let mut alone = state.clone();
                    prop_assert_eq!(alone.reserve(until, lane, &policy), Grant::Now);
                }
                Grant::Blocked { .. } => prop_assert!(false, "nothing blocks here"),
            }
        }
        prop_assert!(busiest(&sent, 10_000) <= requests as usize);
        prop_assert!(busiest(&sent, 60_000) <= second as usize);
    }

    /// What needs several requests is begun only where all of them fit: the budget grants as many as it said, and
    /// at the instant that it named.
    #[test]
    fn the_room_that_is_promised_is_granted(
        wishes in prop::collection::vec((0_i64..3_000, lane()), 0..120),
        requests in 2_u32..30, per_day in 20_u32..200, wanted in 1_u32..4, asks in lane(),
    ) {
        let mut policy = BudgetPolicy::per(requests, SignedDuration::from_secs(10)).with_day(per_day);
        policy.windows[0].kept_for_interactive = 0;
        policy.windows[0].kept_for_live = 1;
        let mut state = BudgetState::default();
        let mut now = 0;
        for (step, lane) in wishes {
            now += step;
            state.reserve(at(now), lane, &policy);
        }
        let grants = |from: Timestamp| {
            let mut alone = state.clone();
            let granted = std::iter::from_fn(|| {
                (alone.reserve(from, asks, &policy) == Grant::Now).then_some(())
            });
            u32::try_from(granted.take(500).count()).unwrap()
        };
        let (free, until) = state.room(at(now), asks, &policy, wanted);
        prop_assert_eq!(grants(at(now)), free);
        let most = policy.windows[0].requests - u32::from(asks == Lane::Background);
        match until {
            _ if wanted > most => {}
            None => prop_assert!(free >= wanted),
            Some(until) => {
                prop_assert!(free < wanted);
                prop_assert!(grants(until) >= wanted, "{free} {until}");
                prop_assert!(grants(until - SignedDuration::from_millis(1)) < wanted);
            }
        }
    }

    #[test]
    fn invariant_6_within_budget_when_the_clock_is_set_back(
        wishes in prop::collection::vec((0_i64..2_000, prop_oneof![9 => Just(0_i64), 1 => 0_i64..90_000]), 1..300),
    ) {
        let policy = BudgetPolicy::per(10, SignedDuration::from_secs(10));
        let mut state = BudgetState::default();
        let (mut real, mut behind, mut sent) = (0, 0, Vec::new());
        for (step, back) in wishes {
            real += step;
            behind += back;
            if state.reserve(at(real - behind), Lane::Interactive, &policy) == Grant::Now {
                sent.push(real);
            }
        }
        prop_assert!(busiest(&sent, 10_000) <= 10);
    }

    #[test]
    fn invariant_6_within_budget_over_restarts(
        wishes in prop::collection::vec((0_i64..500, lane(), any::<bool>(), 0_u32..100), 1..200),
    ) {
        let policy = highlevel();
        let (mut kept, mut stored) = (BudgetState::default(), BudgetState::default());
        let mut now = 0;
        for (step, lane, answered, remaining) in wishes {
            now += step;
            prop_assert_eq!(kept.reserve(at(now), lane, &policy), stored.reserve(at(now), lane, &policy));
            if answered {
                let limits = VendorLimits { remaining: Some(remaining), ..VendorLimits::default() };
                let seen = Seen { limits: Some(limits), ..Seen::status(200) };
                kept.observe(at(now), &seen, &policy);
                stored.observe(at(now), &seen, &policy);
            }
            stored = serde_json::from_str(&serde_json::to_string(&stored).unwrap()).unwrap();
            prop_assert_eq!(&kept, &stored);
        }
    }

    #[test]
    fn invariant_6_within_budget_people_are_not_starved(
        others in prop::collection::vec((0_i64..200, any::<bool>()), 200..400),
    ) {
        let policy = highlevel();
        let mut state = BudgetState::default();
        let mut now = 0;
        for (step, live) in others {
            now += step;
            let lane = if live { Lane::Live } else { Lane::Background };
            let _ = state.reserve(at(now), lane, &policy);
            let mut person = state.clone();
            prop_assert_eq!(person.reserve(at(now), Lane::Interactive, &policy), Grant::Now);
        }
    }

    #[test]
    fn invariant_6_within_budget_lock_out_is_never_reached(
        answers in prop::collection::vec(prop_oneof![Just(200_u16), Just(401), Just(429), Just(500)], 1..400),
        bad in any::<bool>(),
    ) {
        let policy = counter();
        let mut state = BudgetState::default();
        state.observe(at(0), &Seen::status(200), &policy);
        let (mut now, mut violations) = (0_i64, Vec::new());
        for status in answers {
            loop {
                match state.reserve(at(now), Lane::Interactive, &policy) {
                    Grant::Now => break,
                    Grant::Wait { until, .. } | Grant::Blocked { until, .. } => {
                        now = until.duration_since(start()).as_millis() as i64;
                    }
                }
            }
            let status = if bad && status == 200 { 429 } else { status };
            if matches!(status, 401 | 429) {
                violations.push(now);
            }
            state.observe(at(now), &Seen::status(status), &policy);
        }
        prop_assert!(busiest(&violations, 24 * 3_600_000) < 10);
    }
}

#[test]
fn background_leaves_room_for_live_and_live_for_people() {
    let policy = highlevel();
    let mut state = BudgetState::default();
    let mut taken = |lane| {
        let mut count = 0;
        while state.reserve(at(0), lane, &policy) == Grant::Now {
            count += 1;
        }
        count
    };
    assert_eq!(taken(Lane::Background), 64);
    assert_eq!(taken(Lane::Live), 8);
    assert_eq!(taken(Lane::Interactive), 8);
}

#[test]
fn the_day_is_counted_from_its_first_request() {
    let policy = BudgetPolicy::per(1000, SignedDuration::from_secs(1)).with_day(20);
    let mut state = BudgetState::default();
    let hour = 3_600_000;
    for _ in 0..20 {
        assert_eq!(
            state.reserve(at(hour), Lane::Interactive, &policy),
            Grant::Now
        );
    }
    let spent = Grant::Wait {
        until: at(25 * hour),
        reason: Reason::Day,
    };
    assert_eq!(
        state.reserve(at(10 * hour), Lane::Interactive, &policy),
        spent
    );
    assert_eq!(
        state.reserve(at(25 * hour), Lane::Interactive, &policy),
        Grant::Now
    );
}

#[test]
fn the_vendors_lower_count_is_followed_and_its_higher_one_is_not() {
    let policy = highlevel();
    let mut state = BudgetState::default();
    let seen = |remaining| Seen {
        limits: Some(VendorLimits {
            remaining: Some(remaining),
            interval_ms: Some(10_000),
            ..VendorLimits::default()
        }),
        ..Seen::status(200)
    };
    state.observe(at(0), &seen(97), &policy);
    let mut plenty = state.clone();
    let count =
        (0..200).filter(|_| plenty.reserve(at(0), Lane::Interactive, &policy) == Grant::Now);
    assert_eq!(count.count(), 80);

    state.observe(at(0), &seen(2), &policy);
    assert_eq!(state.reserve(at(0), Lane::Interactive, &policy), Grant::Now);
    assert_eq!(state.reserve(at(0), Lane::Interactive, &policy), Grant::Now);
    let wait = Grant::Wait {
        until: at(10_000),
        reason: Reason::Window,
    };
    assert_eq!(state.reserve(at(5_000), Lane::Interactive, &policy), wait);
    assert_eq!(
        state.reserve(at(10_000), Lane::Interactive, &policy),
        Grant::Now
    );
}

#[test]
fn the_vendors_day_is_followed_downwards_in_milliseconds() {
    let policy = highlevel();
    let mut state = BudgetState::default();
    assert_eq!(state.reserve(at(0), Lane::Background, &policy), Grant::Now);
    let limits = VendorLimits {
        daily_remaining: Some(0),
        daily_reset_ms: Some(7_200_000),
        ..VendorLimits::default()
    };
    state.observe(
        at(0),
        &Seen {
            limits: Some(limits),
            ..Seen::status(200)
        },
        &policy,
    );
    let Grant::Wait {
        until,
        reason: Reason::Day,
    } = state.reserve(at(1), Lane::Interactive, &policy)
    else {
        panic!("the day is spent");
    };
    assert!(until >= at(7_200_000));
}

#[test]
fn a_key_that_worked_is_doubted_twice_before_it_counts_as_refused() {
    let policy = counter();
    let mut state = BudgetState::default();
    let no = Seen::status(401);
    let minute = 60_000;
    assert_eq!(
        state.observe(at(0), &no, &policy),
        None,
        "never worked: wrong at once"
    );
    state.observe(at(0), &Seen::status(200), &policy);
    let first = state.observe(at(0), &no, &policy).unwrap();
    assert_eq!(
        (first.until, first.reason),
        (at(30 * minute), Reason::PerhapsThrottled)
    );
    // A late answer to a request that was under way changes nothing.
    assert_eq!(state.observe(at(minute), &no, &policy), Some(first));
    let second = state.observe(at(30 * minute), &no, &policy).unwrap();
    assert_eq!(second.until, at(90 * minute));
    assert_eq!(
        state.observe(at(90 * minute), &no, &policy),
        None,
        "now it is refused"
    );
    let Grant::Blocked { reason, .. } = state.reserve(at(90 * minute), Lane::Interactive, &policy)
    else {
        panic!("blocked");
    };
    assert_eq!(reason, Reason::KeyRefused);
    state.key_replaced();
    assert_eq!(
        state.reserve(at(91 * minute), Lane::Interactive, &policy),
        Grant::Now
    );
}

#[test]
fn success_restores_trust_in_the_key() {
    let policy = counter();
    let mut state = BudgetState::default();
    state.observe(at(0), &Seen::status(200), &policy);
    state.observe(at(0), &Seen::status(401), &policy);
    let hours = 3_600_000;
    state.observe(at(30 * hours), &Seen::status(200), &policy);
    let again = state
        .observe(at(30 * hours), &Seen::status(401), &policy)
        .unwrap();
    assert_eq!(again.until, at(30 * hours + hours / 2));
}

#[test]
fn pauses_grow_with_every_violation_and_are_forgotten_in_time() {
    let policy = highlevel();
    let mut state = BudgetState::default();
    let limited = Seen::status(429);
    assert_eq!(
        state.observe(at(0), &limited, &policy).unwrap().until,
        at(10_000)
    );
    assert_eq!(
        state.observe(at(10_000), &limited, &policy).unwrap().until,
        at(30_000)
    );
    assert_eq!(
        state.observe(at(30_000), &limited, &policy).unwrap().until,
        at(70_000)
    );
    assert_eq!(state.violations(at(70_000), &policy), 3);
    let later = 2 * 3_600_000;
    assert_eq!(
        state.observe(at(later), &limited, &policy).unwrap().until,
        at(later + 10_000)
    );
}

#[test]
fn an_older_stored_state_can_still_be_read() {
    let state: BudgetState = serde_json::from_str("{}").unwrap();
    assert_eq!(state, BudgetState::default());
    assert!(matches!(
        counter().unauthorized,
        Unauthorized::PerhapsThrottled { .. }
    ));
}
