//! Half-written pages and invalid JSON: a clear message or another try, nothing lost, nothing half-taken.

use app::{ProgressBoard, SyncOptions};
use testkit::{Bench, SHOP, assert_exactly_once};
use twin::{FaultProfile, Vendor};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_written_pages_are_never_taken_for_the_whole() {
    let bench = Bench::new(41, 160, 50).await;
    let profile = FaultProfile::named("half_pages").unwrap();
    for vendor in [Vendor::HighLevel, Vendor::MyGadgetRepairs] {
        bench.twins.set_faults(vendor, profile);
    }
    let options = SyncOptions {
        approve: true,
        ..SyncOptions::default()
    };
    for _ in 0..4 {
        match bench
            .app
            .sync(SHOP, options, &ProgressBoard::default())
            .await
        {
            Ok(tally) if tally.finished => break,
            Ok(_) => {}
            Err(error) => {
                let words = error.to_string();
                assert!(
                    words.contains("HighLevel") || words.contains("MyGadgetRepairs"),
                    "{words}"
                );
            }
        }
    }
    for vendor in [Vendor::HighLevel, Vendor::MyGadgetRepairs] {
        bench.twins.set_faults(vendor, FaultProfile::none());
    }
    let tally = bench.sync().await;
    assert!(tally.finished, "{:?}", tally.reasons);
    assert_exactly_once(&bench).await;
    assert!(!bench.sync().await.wrote());
}
