//! Several processes on one database.

use super::bench::*;
use domain::Kind;
use serde_json::json;
use store::Change;

pub async fn a_budget_is_counted_exactly_by_concurrent_users(bench: &Bench) {
    let handles = [bench.again().await, bench.again().await];
    let mut users = Vec::new();
    for user in 0..8 {
        let (store, shop) = (handles[user % 2].clone(), bench.shop);
        users.push(tokio::spawn(async move {
            let mut answers = Vec::new();
            for _ in 0..25 {
                let count = store.with_budget(shop, MyGadgetRepairs, |state| {
                    let count = state.and_then(|state| state.as_i64()).unwrap_or(0) + 1;
                    (json!(count), count)
                });
                answers.push(count.await.unwrap());
            }
            answers
        }));
    }
    let mut answers = Vec::new();
    for user in users {
        answers.extend(user.await.unwrap());
    }
    answers.sort_unstable();
    assert_eq!(
        answers,
        (1..=200).collect::<Vec<i64>>(),
        "each step is given out once"
    );
    let state = bench
        .store
        .budget(bench.shop, MyGadgetRepairs)
        .await
        .unwrap();
    assert_eq!(state, Some(json!(200)));
    assert!(
        bench
            .store
            .budget(bench.shop, HighLevel)
            .await
            .unwrap()
            .is_none()
    );
}

pub async fn eight_writers_never_find_it_busy(bench: &Bench) {
    let mut writers = Vec::new();
    for writer in 0..8 {
        let (store, shop) = (bench.again().await, bench.shop);
        writers.push(tokio::spawn(async move {
            for number in 0..20 {
                let name = format!("{writer}-{number}");
                let saw = Change::Saw {
                    records: vec![(contact(HighLevel, &name), vec![email(&name)])],
                    sweep: 0,
                    asked_at: at(1),
                    stale_after: None,
                };
                store
                    .commit(shop, at(1), vec![saw])
                    .await
                    .expect("a writer waits for its turn");
                store
                    .record(shop, HighLevel, Kind::Contact, &id(&name))
                    .await
                    .unwrap()
                    .expect("written");
            }
        }));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let counts = bench.store.count_records(bench.shop).await.unwrap();
    assert_eq!(counts, [(HighLevel, Kind::Contact, 160)]);
}

pub async fn a_second_handle_sees_what_the_first_wrote(bench: &Bench) {
    let other = bench.again().await;
    bench
        .commit(1, vec![Change::Fact("zone", json!("UTC"))])
        .await;
    assert_eq!(
        other.fact(bench.shop, "zone").await.unwrap().unwrap().value,
        json!("UTC")
    );
    other.close().await;
    bench
        .commit(2, vec![Change::Fact("zone", json!("Europe/Paris"))])
        .await;
}

pub async fn a_lock_excludes_and_is_released_on_drop(bench: &Bench) {
    let other = bench.again().await;
    let held = bench.store.lock("sync").await.unwrap().expect("free");
    assert!(other.lock("sync").await.unwrap().is_none());
    assert!(
        bench.store.lock("sync").await.unwrap().is_none(),
        "not even the same handle takes it twice"
    );
    assert!(
        other.lock("serve").await.unwrap().is_some(),
        "other names are other locks"
    );
    drop(held);
    assert!(other.lock("sync").await.unwrap().is_some());
}
