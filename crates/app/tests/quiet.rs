//! What a shop costs in which nothing happens: most of an agency's shops, most of the time.

use app::{ProgressBoard, SyncOptions};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use testkit::Bench;
use tokio_util::sync::CancellationToken;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

/// Counts statements by the driver's own account of them.
#[derive(Clone, Default)]
struct Statements(Arc<Mutex<BTreeMap<String, u64>>>);

impl Statements {
    fn take(&self) -> BTreeMap<String, u64> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<S: Subscriber> Layer<S> for Statements {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() != "sqlx::query" {
            return;
        }
        let mut text = Text::default();
        event.record(&mut text);
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(text.0).or_default() += 1;
    }
}

/// The statement, or its first words where that is all of it.
#[derive(Default)]
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}

    fn record_str(&mut self, field: &Field, value: &str) {
        let wanted = match field.name() {
            "db.statement" => !value.is_empty(),
            "summary" => self.0.is_empty(),
            _ => false,
        };
        if wanted {
            self.0 = value.split_whitespace().collect::<Vec<_>>().join(" ");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_shop_asks_the_database_little_in_a_poll_and_nothing_between() {
    let statements = Statements::default();
    let heard = tracing_subscriber::registry().with(statements.clone());
    tracing::subscriber::set_global_default(heard).expect("the first subscriber");
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
    statements.take();
    bench
        .app
        .sync(&bench.name, poll, &board)
        .await
        .expect("a pass");
    let counts = statements.take();
    let total: u64 = counts.values().sum();
    assert!(
        (12..=33).contains(&total),
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
    let of_one = |text: &&String| text.contains("shop = $1") || text.contains("(shop,");
    statements.keys().filter(of_one).collect()
}
