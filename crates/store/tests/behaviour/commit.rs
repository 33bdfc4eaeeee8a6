//! A list of changes is carried out as a whole.

use super::bench::*;
use domain::Kind;
use serde_json::json;
use store::{Change, RecordState, StoreError};

pub async fn a_failing_change_takes_the_whole_list_back(bench: &Bench) {
    bench
        .saw(1, 0, vec![(contact(HighLevel, "h1"), vec![])])
        .await;
    bench
        .commit(1, vec![Change::Link(link(1, "h1", "m1"))])
        .await;
    let refused = bench
        .store
        .commit(
            bench.shop,
            at(2),
            vec![
                Change::Settle(HighLevel, Kind::Contact, id("h1"), RecordState::Settled),
                Change::Cursor("contacts".into(), json!(7)),
                intend(intent(1, MyGadgetRepairs, Kind::Contact, "h1")),
                Change::Link(link(2, "h1", "m2")),
                Change::Fact("zone", json!("UTC")),
            ],
        )
        .await;
    assert!(
        matches!(refused, Err(StoreError::Database(_))),
        "{refused:?}"
    );
    assert_eq!(
        bench.record(HighLevel, Kind::Contact, "h1").await.state,
        RecordState::Unsettled
    );
    assert!(
        bench
            .store
            .cursor(bench.shop, "contacts")
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        bench
            .store
            .fact(bench.shop, "zone")
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        bench
            .store
            .count_intents(bench.shop)
            .await
            .unwrap()
            .is_empty()
    );
    // The writer is free again.
    bench
        .commit(3, vec![Change::Fact("zone", json!("UTC"))])
        .await;
}

pub async fn nothing_is_a_valid_list(bench: &Bench) {
    bench.commit(1, vec![]).await;
    bench.saw(1, 1, vec![]).await;
    assert!(
        bench
            .store
            .count_records(bench.shop)
            .await
            .unwrap()
            .is_empty()
    );
}

pub async fn cursors_and_facts_keep_their_last_value(bench: &Bench) {
    for (now, value) in [(1, json!({"page": 1})), (2, json!({"page": 2}))] {
        bench
            .commit(
                now,
                vec![
                    Change::Cursor("contacts".into(), value.clone()),
                    Change::Fact("statuses", value),
                ],
            )
            .await;
    }
    let cursor = bench
        .store
        .cursor(bench.shop, "contacts")
        .await
        .unwrap()
        .unwrap();
    assert_eq!((cursor.value, cursor.at), (json!({"page": 2}), at(2)));
    let fact = bench
        .store
        .fact(bench.shop, "statuses")
        .await
        .unwrap()
        .unwrap();
    assert_eq!((fact.value, fact.at), (json!({"page": 2}), at(2)));
    assert!(
        bench
            .store
            .cursor(bench.shop, "tasks")
            .await
            .unwrap()
            .is_none()
    );
}
