//! Shops and their secrets.

use super::bench::*;
use domain::Kind;
use serde_json::json;
use store::{Change, StoreError};

pub async fn a_name_is_taken_once(bench: &Bench) {
    let again = bench
        .store
        .add_shop("first", "loc9", None, None, &json!({}), at(1))
        .await;
    let error = again.unwrap_err();
    assert!(matches!(error, StoreError::Exists { .. }));
    assert_eq!(error.to_string(), "the shop `first` exists already");
    let other = bench
        .store
        .add_shop(
            "another",
            "loc2",
            Some("Europe/Berlin"),
            Some("DE"),
            &json!({"a": 1}),
            at(2),
        )
        .await
        .unwrap();
    assert_eq!(
        (other.zone.as_deref(), other.country.as_deref()),
        (Some("Europe/Berlin"), Some("DE"))
    );
    assert_eq!(
        (other.created_at, other.paused, other.approved_at),
        (at(2), false, None)
    );
    let names: Vec<String> = bench
        .store
        .shops()
        .await
        .unwrap()
        .into_iter()
        .map(|shop| shop.name)
        .collect();
    assert_eq!(names, ["another", "first"]);
    assert!(bench.store.shop("missing").await.unwrap().is_none());
}

pub async fn a_shop_is_paused_approved_and_given_rules(bench: &Bench) {
    bench.store.pause_shop(bench.shop, true).await.unwrap();
    bench
        .commit(
            5,
            vec![Change::Approved, Change::Rules(json!({"names": "left"}))],
        )
        .await;
    bench.commit(6, vec![Change::Approved]).await;
    let shop = bench.store.shop("first").await.unwrap().unwrap();
    assert!(shop.paused);
    assert_eq!(shop.approved_at, Some(at(5)), "the first approval counts");
    assert_eq!(shop.rules, json!({"names": "left"}));
    bench.store.pause_shop(bench.shop, false).await.unwrap();
    assert!(!bench.store.shop("first").await.unwrap().unwrap().paused);
}

pub async fn a_removed_shop_leaves_nothing(bench: &Bench) {
    let other = bench
        .store
        .add_shop("other", "l", None, None, &json!({}), at(0))
        .await
        .unwrap()
        .id;
    let fill = || {
        vec![
            Change::Saw {
                records: vec![(contact(HighLevel, "h1"), vec![email("a@x")])],
                sweep: 1,
                asked_at: at(0),
                stale_after: None,
            },
            Change::Fact("zone", json!(1)),
            Change::Apart(id("h1"), id("m1")),
        ]
    };
    bench.commit(1, fill()).await;
    bench
        .commit(
            1,
            vec![
                Change::Link(link(1, "h1", "m1")),
                intend(intent(1, MyGadgetRepairs, Kind::Contact, "h1")),
            ],
        )
        .await;
    bench.store.commit(other, at(1), fill()).await.unwrap();
    bench.store.add_data_key(1, "key", at(1)).await.unwrap();
    bench
        .store
        .save_secret(bench.shop, "token", "v1.1.x", at(1))
        .await
        .unwrap();
    bench.store.remove_shop(bench.shop).await.unwrap();

    let (store, gone) = (&bench.store, bench.shop);
    assert!(store.shop("first").await.unwrap().is_none());
    assert!(store.count_records(gone).await.unwrap().is_empty());
    assert!(
        store
            .neighbourhood(gone, HighLevel, [&id("h1")])
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        store
            .link_of(gone, HighLevel, Kind::Contact, &id("h1"))
            .await
            .unwrap()
            .is_none()
    );
    assert!(store.count_intents(gone).await.unwrap().is_empty());
    assert!(store.apart(gone, [&id("h1")]).await.unwrap().is_empty());
    assert!(store.secret(gone, "token").await.unwrap().is_none());
    assert!(store.fact(gone, "zone").await.unwrap().is_none());
    assert_eq!(
        store
            .neighbourhood(other, HighLevel, [&id("h1")])
            .await
            .unwrap()
            .len(),
        1
    );
    assert_eq!(store.apart(other, [&id("h1")]).await.unwrap().len(), 1);
}

pub async fn secrets_and_data_keys_are_kept(bench: &Bench) {
    let store = &bench.store;
    assert!(store.secret(bench.shop, "token").await.unwrap().is_none());
    for (version, sealed) in [(2, "second"), (1, "first"), (1, "late")] {
        store.add_data_key(version, sealed, at(1)).await.unwrap();
    }
    for sealed in ["v1.1.a", "v1.1.b"] {
        store
            .save_secret(bench.shop, "token", sealed, at(1))
            .await
            .unwrap();
    }
    assert_eq!(
        store.secret(bench.shop, "token").await.unwrap().as_deref(),
        Some("v1.1.b")
    );
    let keys = store.data_keys().await.unwrap();
    assert_eq!(keys, [(1, "first".to_owned()), (2, "second".to_owned())]);
}
