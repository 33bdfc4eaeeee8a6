//! Contacts that share keys.

use super::bench::*;
use domain::{Kind, Side};
use store::{Change, Key};

async fn has(bench: &Bench, side: Side, name: &str, keys: Vec<Key>) {
    bench.saw(1, 0, vec![(contact(side, name), keys)]).await;
}

async fn around(bench: &Bench, side: Side, name: &str) -> Vec<String> {
    let found = bench
        .store
        .neighbourhood(bench.shop, side, [&id(name)])
        .await;
    found
        .unwrap()
        .into_iter()
        .map(|found| found.record.id.to_string())
        .collect()
}

pub async fn candidates_and_rivals_but_not_strangers(bench: &Bench) {
    has(bench, HighLevel, "h1", vec![email("ann@x")]).await;
    has(
        bench,
        MyGadgetRepairs,
        "m1",
        vec![email("ann@x"), phone("+1")],
    )
    .await;
    // A rival: shares a key with the candidate, not with the subject.
    has(bench, HighLevel, "h2", vec![phone("+1"), email("bob@x")]).await;
    // Too far, unlike, without keys, and the same text under another sort of key.
    has(bench, MyGadgetRepairs, "m2", vec![email("bob@x")]).await;
    has(bench, HighLevel, "h3", vec![email("eve@x")]).await;
    has(bench, MyGadgetRepairs, "m3", vec![]).await;
    has(bench, MyGadgetRepairs, "m4", vec![phone("ann@x")]).await;
    assert_eq!(around(bench, HighLevel, "h1").await, ["h1", "h2", "m1"]);
    assert_eq!(around(bench, MyGadgetRepairs, "m3").await, ["m3"]);
    assert!(around(bench, HighLevel, "unknown").await.is_empty());

    let other = bench.again().await;
    let shop = other
        .add_shop("other", "l", None, None, &serde_json::json!({}), at(0))
        .await
        .unwrap()
        .id;
    let same = Change::Saw {
        records: vec![(contact(MyGadgetRepairs, "x"), vec![email("ann@x")])],
        sweep: 0,
        asked_at: at(1),
        stale_after: None,
    };
    other.commit(shop, at(1), vec![same]).await.unwrap();
    assert_eq!(around(bench, HighLevel, "h1").await, ["h1", "h2", "m1"]);
}

pub async fn a_key_shared_by_more_than_50_says_nothing(bench: &Bench) {
    has(bench, HighLevel, "h", vec![phone("+1")]).await;
    for number in 1..50 {
        has(
            bench,
            MyGadgetRepairs,
            &format!("m{number:02}"),
            vec![phone("+1")],
        )
        .await;
    }
    assert_eq!(around(bench, HighLevel, "h").await.len(), 50);
    has(bench, MyGadgetRepairs, "m50", vec![phone("+1")]).await;
    assert_eq!(around(bench, HighLevel, "h").await, ["h"]);
    // Another key of the same contacts still counts.
    has(bench, HighLevel, "h", vec![phone("+1"), email("a@x")]).await;
    has(
        bench,
        MyGadgetRepairs,
        "m50",
        vec![phone("+1"), email("a@x")],
    )
    .await;
    assert_eq!(around(bench, HighLevel, "h").await, ["h", "m50"]);
}

pub async fn keys_are_replaced_with_the_record(bench: &Bench) {
    has(bench, HighLevel, "h1", vec![email("old@x"), email("old@x")]).await;
    has(bench, MyGadgetRepairs, "m1", vec![email("old@x")]).await;
    has(bench, MyGadgetRepairs, "m2", vec![email("new@x")]).await;
    has(bench, HighLevel, "h1", vec![email("new@x")]).await;
    assert_eq!(around(bench, HighLevel, "h1").await, ["h1", "m2"]);
    let wrote = Change::Wrote(Box::new(contact(HighLevel, "h1")), vec![email("old@x")]);
    bench.commit(2, vec![wrote]).await;
    assert_eq!(around(bench, HighLevel, "h1").await, ["h1", "m1"]);
}

pub async fn a_stale_row_leaves_the_keys_of_our_write(bench: &Bench) {
    has(bench, MyGadgetRepairs, "m1", vec![email("new@x")]).await;
    let wrote = Change::Wrote(Box::new(contact(HighLevel, "h1")), vec![email("new@x")]);
    let stale = Change::Saw {
        records: vec![
            (contact(HighLevel, "h1"), vec![email("old@x")]),
            (contact(HighLevel, "h2"), vec![email("new@x")]),
        ],
        sweep: 0,
        asked_at: at(99),
        stale_after: Some(at(90)),
    };
    bench.commit(100, vec![wrote, stale]).await;
    assert_eq!(around(bench, HighLevel, "h1").await, ["h1", "h2", "m1"]);
}

pub async fn a_task_with_the_id_of_a_contact_leaves_its_keys(bench: &Bench) {
    has(bench, HighLevel, "h1", vec![email("a@x")]).await;
    has(bench, MyGadgetRepairs, "5", vec![email("a@x")]).await;
    let ticket = record(MyGadgetRepairs, Kind::Task, "5", "Broken screen");
    bench.saw(2, 0, vec![(ticket.clone(), vec![])]).await;
    bench
        .commit(
            3,
            vec![
                Change::Wrote(Box::new(ticket), vec![]),
                Change::Gone(MyGadgetRepairs, Kind::Task, id("5")),
            ],
        )
        .await;
    assert_eq!(around(bench, HighLevel, "h1").await, ["h1", "5"]);
}

pub async fn gone_contacts_are_no_neighbours(bench: &Bench) {
    has(bench, HighLevel, "h1", vec![email("a@x")]).await;
    has(
        bench,
        MyGadgetRepairs,
        "m1",
        vec![email("a@x"), phone("+1")],
    )
    .await;
    has(bench, HighLevel, "h2", vec![phone("+1")]).await;
    bench
        .commit(
            2,
            vec![Change::Gone(MyGadgetRepairs, Kind::Contact, id("m1"))],
        )
        .await;
    assert_eq!(around(bench, HighLevel, "h1").await, ["h1"]);
    let back = (contact(MyGadgetRepairs, "m1"), vec![email("a@x")]);
    bench.saw(3, 0, vec![back]).await;
    assert_eq!(around(bench, HighLevel, "h1").await, ["h1", "m1"]);
}
