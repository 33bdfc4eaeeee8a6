//! The vendors' real limits, in recorded time.

use app::{ProgressBoard, SyncOptions};
use testkit::{Bench, SHOP, assert_exactly_once};
use twin::TwinOptions;

/// A first run of a shop at the vendors' real limits and our planned ceilings: the twins have nothing to refuse.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_6_within_budget_over_a_whole_first_run() {
    let mut options = TwinOptions::new(51, 150);
    options.contacts = Some(120);
    let (bench, clock) = Bench::recorded(options, |config| {
        config.highlevel_per_10s = 80;
        config.mygadgetrepairs_per_minute = 24;
        config.index_lag_seconds = 90;
    })
    .await;
    let approve = SyncOptions {
        approve: true,
        ..SyncOptions::default()
    };
    let tally = bench
        .app
        .sync(SHOP, approve, &ProgressBoard::default())
        .await;
    let tally = tally.unwrap_or_else(|error| panic!("{error}"));
    assert!(tally.finished, "{:?}", tally.reasons);
    assert!(clock.jumps() > 10, "the budget was the bottleneck");
    assert_eq!(bench.twins.highlevel().violations(), 0);
    let limits = bench.twins.mygadgetrepairs().limits();
    assert_eq!(limits.violations, 0, "{limits:?}");
    assert_exactly_once(&bench).await;
}
