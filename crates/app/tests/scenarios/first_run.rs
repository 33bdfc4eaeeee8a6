//! The first run of a shop: everybody exactly once, and nothing written the second time.

use testkit::{Bench, assert_exactly_once};
use twin::{FaultProfile, Vendor};

/// 1,000 customers and 300 contacts, 200 of them the same people.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_run_links_everybody_once_and_a_second_writes_nothing() {
    let bench = Bench::new(7, 1_000, 300).await;
    let tally = bench.sync().await;
    assert!(tally.finished, "{:?}", tally.reasons);
    assert_exactly_once(&bench).await;
    let again = bench.sync().await;
    assert!(!again.wrote(), "the second run writes nothing: {again:?}");
    assert_eq!(again.linked.values().sum::<u64>(), 0);
    assert_eq!(again.failed, 0);
}

/// The same on a bad line: 10 % errors, 5 % answers lost after the write, 5 % resets.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_2_no_duplicates_on_a_bad_line() {
    let bench = Bench::new(8, 400, 120).await;
    for vendor in [Vendor::HighLevel, Vendor::MyGadgetRepairs] {
        bench.twins.set_faults(vendor, FaultProfile::rough());
    }
    let mut tally = bench.sync().await;
    for _ in 0..5 {
        if tally.finished {
            break;
        }
        tally = bench.sync().await;
    }
    assert!(tally.finished, "{:?}", tally.reasons);
    assert_exactly_once(&bench).await;
    for vendor in [Vendor::HighLevel, Vendor::MyGadgetRepairs] {
        bench.twins.set_faults(vendor, FaultProfile::none());
    }
    let again = bench.sync().await;
    assert!(!again.wrote(), "nothing is left to write: {again:?}");
}
