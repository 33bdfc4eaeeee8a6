//! What a shop costs in which nothing happens: most of an agency's shops, most of the time.

use app::{ProgressBoard, SyncOptions};
use std::collections::BTreeMap;
use std::time::Duration;
use testkit::{Bench, Statements};
use tokio_util::sync::CancellationToken;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_shop_asks_the_database_little_in_a_poll_and_nothing_between() {
    let statements = Statements::counted();
    // What an index shows late would be something to be found.
    let mut options = Bench::options(7, 12, 12);
    options.highlevel.index_lag_ms = 0;
    let bench = Bench::with(options).await;
    bench.sync().await;
    bench.sync().await;
    let poll = SyncOptions {
        live: true,
        ..SyncOptions::default()
    };
    let board = ProgressBoard::default();
    bench
        .app
        .sync(&bench.name, poll, &board)
        .await
        .expect("a pass");
    drop(statements.take());
    bench
        .app
        .sync(&bench.name, poll, &board)
        .await
        .expect("a pass");
    let counts = statements.take();
    let total: u64 = counts.values().sum();
    assert!(
        (12..=32).contains(&total),
        "{total} statements: {counts:#?}"
    );

    // Where no list tells what changed, everything is looked at, and nothing that is as it was is kept anew.
    bench.sync().await;
    let walked = statements.take();
    let shown = walked
        .keys()
        .any(|text| text.contains("sweep <") && text.starts_with("SELECT"));
    assert!(shown, "{walked:#?}");
    let kept: Vec<&String> = walked
        .keys()
        .filter(|text| text.contains("INTO record ") || text.starts_with("UPDATE record"))
        .collect();
    assert!(kept.is_empty(), "{kept:#?}");

    let cancel = CancellationToken::new();
    let serving = tokio::spawn({
        let (app, cancel) = (bench.app.clone(), cancel.clone());
        async move { app.serve_shops(cancel).await }
    });
    // Its first poll, and then that it is over; the next one comes in a minute.
    for asked in [true, false] {
        let mut looks = 0;
        while of_shops(&statements.take()).is_empty() == asked {
            looks += 1;
            assert!(looks < 25, "{asked}");
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
    }
    tokio::time::sleep(Duration::from_secs(12)).await;
    let between = statements.take();
    assert!(!between.is_empty(), "the service looks for new shops");
    assert!(of_shops(&between).is_empty(), "{between:#?}");
    cancel.cancel();
    serving.await.expect("no panic").expect("an orderly end");
}

/// Those that ask for something of one shop.
fn of_shops(statements: &BTreeMap<String, u64>) -> Vec<&String> {
    let asks = ["shop = $1", "(shop,", "shop IN ("];
    let of_one = |text: &&String| asks.iter().any(|ask| text.contains(ask));
    statements.keys().filter(of_one).collect()
}
