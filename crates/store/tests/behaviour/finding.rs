//! Records found by what hangs on them, by their numbers, by their times, and whatever letters are in them.

use super::bench::*;
use domain::{Field, Kind, Value};
use serde_json::json;
use store::{Change, Key, LET_GO};

pub async fn children_and_pages_come_in_the_order_of_their_ids(bench: &Bench) {
    let (store, shop) = (&bench.store, bench.shop);
    // Byte by byte: capitals before small letters, and both before letters beyond ASCII.
    for name in ["b", "é", "B", "a", "Z"] {
        let mut task = record(HighLevel, Kind::Task, name, name);
        task.parent = Some(id("h1"));
        bench.saw(1, 0, vec![(task, vec![])]).await;
    }
    let mut walked = Vec::new();
    let mut after = None;
    loop {
        let page = store
            .records_after(shop, HighLevel, Kind::Task, after.as_ref(), 2)
            .await
            .unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.record.id.clone());
        walked.extend(page.iter().map(|row| row.record.id.as_str().to_owned()));
    }
    assert_eq!(walked, ["B", "Z", "a", "b", "é"]);
    let children = store
        .children(shop, HighLevel, Kind::Task, [&id("h1"), &id("h2")])
        .await
        .unwrap();
    assert_eq!(children.len(), 5);
    let live = store
        .live_records_after(shop, HighLevel, Kind::Task, "a", 10)
        .await
        .unwrap();
    assert_eq!(live.len(), 2);
}

pub async fn a_page_may_hold_a_record_twice(bench: &Bench) {
    let saw = |first: &str, second: &str, stale_after: Option<i64>| Change::Saw {
        records: vec![
            (
                record(HighLevel, Kind::Contact, "h1", first),
                vec![email("a@x")],
            ),
            (contact(HighLevel, "h2"), vec![]),
            (
                record(HighLevel, Kind::Contact, "h1", second),
                vec![email("b@x")],
            ),
        ],
        sweep: 3,
        asked_at: at(10),
        stale_after: stale_after.map(at),
    };
    bench.commit(10, vec![saw("Old", "New", None)]).await;
    let row = bench.record(HighLevel, Kind::Contact, "h1").await;
    assert_eq!(
        row.record.text(Field::Name),
        Some("New"),
        "the last one holds"
    );
    let counts = bench.store.count_records(bench.shop).await.unwrap();
    assert_eq!(counts, [(HighLevel, Kind::Contact, 2)]);
}

pub async fn appointments_that_a_walk_has_not_seen_are_found_by_their_beginning(bench: &Bench) {
    for (name, start, booking) in [
        ("a1", 100, "confirmed"),
        ("a2", 200, "deleted"),
        ("a3", 900, "confirmed"),
    ] {
        let mut row = record(HighLevel, Kind::Appointment, name, name);
        row.set(Field::Start, Some(Value::Moment { at: at(start) }));
        row.set(Field::Booking, Value::text(booking));
        bench.saw(1, 1, vec![(row, vec![])]).await;
    }
    let store = &bench.store;
    let unseen = |sweep, from, to| async move {
        let found = store
            .unseen_appointments(bench.shop, HighLevel, sweep, (at(from), at(to)), None, 10)
            .await;
        found.unwrap()
    };
    assert_eq!(unseen(2, 100, 500).await, [id("a1")]);
    assert_eq!(unseen(2, 0, 1000).await, [id("a1"), id("a3")]);
    assert!(unseen(1, 0, 1000).await.is_empty());
}

pub async fn records_are_known_by_the_counters_number_whatever_letters_are_in_them(bench: &Bench) {
    let (store, shop) = (&bench.store, bench.shop);
    let mut odd = record(
        MyGadgetRepairs,
        Kind::Contact,
        "m1",
        "Zo\u{0}ë 🔧 \\u0000 '\"",
    );
    odd.reference = Some("C-317".to_owned());
    bench.saw(1, 0, vec![(odd, vec![email("a\u{0}b@x")])]).await;
    let found = store
        .by_reference(shop, Kind::Contact, "C-317")
        .await
        .unwrap();
    assert_eq!(found, Some(id("m1")));
    let none = store
        .by_reference(shop, Kind::Contact, "c-317")
        .await
        .unwrap();
    assert_eq!(none, None);
    let named = store.records_named(shop, "c-317").await.unwrap();
    assert_eq!(named.len(), 1);
    let row = bench.record(MyGadgetRepairs, Kind::Contact, "m1").await;
    let name = row.record.text(Field::Name).unwrap();
    assert!(name.contains("ë 🔧 \\u0000 '\""), "{name}");
    bench
        .commit(2, vec![Change::Fact("odd", json!({"a": "x\u{0}y"}))])
        .await;
    let fact = store.fact(shop, "odd").await.unwrap().unwrap();
    assert_eq!(fact.value["a"].as_str().unwrap().chars().count(), 3);
    let nobody = store
        .records(shop, HighLevel, Kind::Contact, [&id("h\u{0}")])
        .await
        .unwrap();
    assert!(nobody.is_empty());
}

pub async fn whoever_cannot_be_reached_is_counted_and_an_endless_key_says_nothing(bench: &Bench) {
    let endless = Key {
        what: "name",
        value: "x".repeat(10_000),
    };
    bench
        .saw(
            1,
            0,
            vec![
                (
                    contact(HighLevel, "h1"),
                    vec![email("a@x"), endless.clone()],
                ),
                (contact(HighLevel, "h2"), vec![endless]),
            ],
        )
        .await;
    let store = &bench.store;
    assert_eq!(store.count_unreachable(bench.shop).await.unwrap(), 1);
    let near = store
        .neighbourhood(bench.shop, HighLevel, [&id("h1")])
        .await
        .unwrap();
    assert_eq!(near.len(), 1);
}

pub async fn links_are_shown_a_few_at_a_time_and_ended_ones_by_their_reason(bench: &Bench) {
    let (store, shop) = (&bench.store, bench.shop);
    let changes = vec![
        Change::Link(link(1, "h2", "m2")),
        Change::Link(link(2, "h1", "m1")),
    ];
    bench.commit(1, changes).await;
    let some = store.some_links(shop, Kind::Contact, 1).await.unwrap();
    assert_eq!(some[0].left, id("h1"));
    let why = format!("{LET_GO}HighLevel");
    bench
        .commit(5, vec![Change::Unlink(link(2, "", "").id, why.clone())])
        .await;
    for (side, record) in [(HighLevel, "h1"), (MyGadgetRepairs, "m1")] {
        let ended = store
            .ended_links(shop, side, Kind::Contact, [&id(record)], &why)
            .await
            .unwrap();
        assert_eq!((ended.len(), ended[0].1), (1, at(5)));
    }
    assert_eq!(store.let_go_since(shop, at(4)).await.unwrap(), 1);
}

pub async fn a_removed_shop_keeps_its_history_under_another_name(bench: &Bench) {
    let (store, shop) = (&bench.store, bench.shop);
    store
        .set_place_of_shop(shop, Some("Europe/Paris"), None)
        .await
        .unwrap();
    bench
        .saw(1, 0, vec![(contact(HighLevel, "h1"), vec![email("a@x")])])
        .await;
    bench
        .commit(
            2,
            vec![intend(intent(1, MyGadgetRepairs, Kind::Contact, "h1"))],
        )
        .await;
    store
        .save_run(shop, run(1), (at(3), Some(at(3))), "finished", &json!({}))
        .await
        .unwrap();
    let name = store
        .remove_shop_keeping_history(shop, at(4))
        .await
        .unwrap();
    assert_eq!(name, format!("first@{}", shop.0));
    assert!(store.shops().await.unwrap().is_empty());
    let removed = store.removed_shops().await.unwrap();
    assert_eq!((removed.len(), removed[0].removed_at), (1, Some(at(4))));
    assert_eq!(removed[0].zone.as_deref(), Some("Europe/Paris"));
    assert_eq!(store.runs(shop, 10).await.unwrap().len(), 1);
    assert!(store.count_records(shop).await.unwrap().is_empty());
    assert!(store.count_intents(shop).await.unwrap().is_empty());
    assert!(
        store
            .remove_shop_keeping_history(shop, at(5))
            .await
            .is_err()
    );
}

pub async fn installations_are_listed_and_found_by_their_account(bench: &Bench) {
    use store::{Class, NewInstallation};
    let store = &bench.store;
    let new = |class, account| NewInstallation {
        class,
        account,
        company: None,
        name: Some("A shop"),
        client_id: "client",
        via: None,
        scopes: &[],
        pair: None,
    };
    for (class, account) in [(Class::Location, "l1"), (Class::Company, "c1")] {
        store.install(&new(class, account), at(1)).await.unwrap();
    }
    let all = store.installations().await.unwrap();
    let accounts: Vec<_> = all.iter().map(|one| one.account.as_str()).collect();
    assert_eq!(accounts, ["c1", "l1"], "agencies first");
    let found = store.installation_in(Class::Location, "l1").await.unwrap();
    assert_eq!(found.unwrap().name.as_deref(), Some("A shop"));
    let none = store.installation_in(Class::Location, "c1").await.unwrap();
    assert!(none.is_none());
}
