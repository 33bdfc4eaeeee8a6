//! What an agency asks all day long: how all of its shops are.

#![expect(clippy::expect_used, reason = "tests fail loudly")]

use app::{NewShop, Status};
use serde_json::Value;
use std::collections::BTreeMap;
use testkit::{Bench, Statements};

async fn add(bench: &Bench, name: &str) {
    let new = NewShop {
        name: name.into(),
        location: format!("at-{name}"),
        zone: None,
        country: Some("GB".into()),
    };
    bench.app.add_shop(&new).await.expect("a shop");
}

/// But for the time that goes by meanwhile.
fn told(status: &Status) -> Value {
    let mut told = serde_json::to_value(status).expect("a document");
    told["lag_seconds"] = Value::Null;
    told
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_shops_are_told_of_in_as_many_statements_as_one_and_each_as_by_itself() {
    let statements = Statements::counted();
    let bench = Bench::with(Bench::options(7, 12, 12)).await;
    bench.sync().await;
    drop(statements.take());
    bench.app.status_all().await.expect("it is read");
    let of_one = statements.take();

    for name in ["another", "paused", "third"] {
        add(&bench, name).await;
    }
    bench.app.pause_shop("paused", true).await.expect("paused");
    drop(statements.take());
    let all = bench.app.status_all().await.expect("they are read");
    let of_many = statements.take();
    assert_eq!(of_many, of_one);
    let total: u64 = of_one.values().sum();
    assert!((5..=25).contains(&total), "{total}: {of_one:#?}");

    let all: BTreeMap<String, Value> = all
        .iter()
        .map(|status| (status.shop.clone(), told(status)))
        .collect();
    assert_eq!(all.len(), 4);
    for (name, of_all) in &all {
        let alone = bench.app.status(name).await.expect("a status");
        assert_eq!(*of_all, told(&alone));
    }
    assert_ne!(all[&bench.name]["agreement"], all["third"]["agreement"]);
}
