//! The breaker stops when messages follow our writes to several people, and only then.

use domain::{RecordId, Timestamp};
use proptest::prelude::*;
use std::collections::BTreeSet;
use sync::messages::{Followed, Pace, WINDOW_SECONDS, outbreak};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn followed(contact: u8, wrote: i64, message: i64) -> Followed {
    Followed {
        contact: RecordId::new(format!("c{contact}")),
        wrote_at: at(wrote),
        message_at: at(message),
    }
}

fn history() -> impl Strategy<Value = Vec<Followed>> {
    let one = (0_u8..12, 0_i64..4_000, 0_i64..900)
        .prop_map(|(contact, wrote, after)| followed(contact, wrote, wrote + after));
    prop::collection::vec(one, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2000, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn invariant_8_quiet_history_breaker(
        history in history(), more in history(), limit in 1_u64..8, accepted in 0_i64..4_000,
    ) {
        // The definition, counted the slow way.
        let blamed: Vec<&Followed> = history.iter().filter(|one| {
            one.message_at.as_second() - one.wrote_at.as_second() < WINDOW_SECONDS
        }).collect();
        let most = blamed.iter().map(|last| {
            let near: BTreeSet<_> = blamed.iter().filter(|one| {
                let before = last.message_at.as_second() - one.message_at.as_second();
                (0..WINDOW_SECONDS).contains(&before)
            }).map(|one| &one.contact).collect();
            near.len() as u64
        }).max().unwrap_or(0);
        let stop = outbreak(&history, limit, None);
        prop_assert_eq!(stop, (most >= limit).then_some(most));

        // The order in which they are found does not matter, and what was accepted never stops.
        let mut turned = history.clone();
        turned.reverse();
        prop_assert_eq!(outbreak(&turned, limit, None), stop);
        prop_assert!(outbreak(&history, limit, Some(at(accepted))).is_none_or(|_| stop.is_some()));
        prop_assert_eq!(outbreak(&history, limit, Some(at(4_000))), None);
        prop_assert_eq!(outbreak(&history, 0, None), None);

        // Once it stops, nothing that comes to light later takes it back.
        let all: Vec<Followed> = history.iter().chain(&more).cloned().collect();
        prop_assert!(stop.is_none() || outbreak(&all, limit, None) >= stop);
    }

    #[test]
    fn a_run_never_makes_more_than_it_may_before_it_listens(batches in prop::collection::vec(1_u32..60, 1..30)) {
        let mut pace = Pace::default();
        let mut since_quiet = 0_u64;
        let mut allowed = u64::from(Pace::FIRST);
        for wanted in batches {
            if pace.left() == 0 {
                prop_assert_eq!(since_quiet, allowed);
                pace.quiet();
                allowed *= 2;
                since_quiet = 0;
            }
            let made = wanted.min(pace.left());
            pace.made(made);
            since_quiet += u64::from(made);
            prop_assert!(since_quiet <= allowed);
        }
    }
}

#[test]
fn one_person_who_is_texted_often_is_no_outbreak() {
    let often: Vec<Followed> = (0..20).map(|n| followed(1, n * 10, n * 10 + 5)).collect();
    assert_eq!(outbreak(&often, 2, None), None);
    let five: Vec<Followed> = (0..5).map(|n| followed(n, 0, 30)).collect();
    assert_eq!(outbreak(&five, 5, None), Some(5));
    assert_eq!(outbreak(&five[..4], 5, None), None);
}
