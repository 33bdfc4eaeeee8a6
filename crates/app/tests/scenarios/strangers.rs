//! Who shares a key, or has none, is not taken for somebody else.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

use domain::{Kind, RecordId, Side};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use testkit::{Bench, SHOP};

/// Names by id, of the side whose records are given.
fn named(records: &BTreeMap<String, Json>) -> BTreeMap<String, String> {
    let name = |record: &Json| {
        let text = |key: &str| record[key].as_str().unwrap_or_default().trim().to_owned();
        let parts = format!("{} {}", text("firstName"), text("lastName"));
        if record["name"].is_string() {
            text("name")
        } else {
            parts.trim().to_owned()
        }
    };
    let records = records.iter();
    records
        .map(|(id, record)| (id.clone(), name(record)))
        .collect()
}

/// The linked pairs by name, contact before customer.
async fn pairs(bench: &Bench) -> Vec<(String, String)> {
    let truth = bench.truth().await;
    let (left, right) = (named(&truth.contacts), named(&truth.customers));
    let shop = bench.app.shop(SHOP).await.unwrap();
    let ids: Vec<RecordId> = left.keys().map(RecordId::new).collect();
    let links = bench
        .app
        .store()
        .links_of(shop.id, Side::HighLevel, Kind::Contact, &ids)
        .await
        .unwrap();
    let mut pairs: Vec<_> = links
        .values()
        .map(|link| {
            (
                left[link.left.as_str()].clone(),
                right[link.right.as_str()].clone(),
            )
        })
        .collect();
    pairs.sort();
    pairs
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_9_never_merge_strangers_who_share_a_phone_an_address_or_nothing() {
    let mut options = Bench::options(61, 0, 0);
    // Contacts of one family could not be made otherwise.
    options.highlevel.allow_duplicate_contact = true;
    let bench = Bench::with(options).await;
    for (name, email, phone) in [
        ("Anna Miller", "", "07400123456"),
        ("Tom Miller", "", "07400123456"),
        ("Grace Park", "park.moss@example.test", ""),
        ("Stone", "", "07400999888"),
        ("Walk In", "", ""),
        ("Ben Ode", "ben@example.test", "07400111222"),
    ] {
        let fields = json!({"name": name, "email": email, "mobile": phone});
        bench
            .at_counter(&json!({"action": "create_customer", "fields": fields}))
            .await;
    }
    for (given, family, email, phone) in [
        ("Paula", "Miller", "", "+447400123456"),
        ("Henry", "Moss", "park.moss@example.test", ""),
        ("Paula", "Stone", "", "+447400999888"),
        ("Walk", "In", "", ""),
        ("Ben", "Ode", "ben@example.test", "+447400111222"),
    ] {
        let mut fields = json!({"firstName": given, "lastName": family});
        for (key, value) in [("email", email), ("phone", phone)] {
            if !value.is_empty() {
                fields[key] = value.into();
            }
        }
        bench.in_crm(&json!({"action": "create_contact", "fields": fields}));
    }
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    bench.sync().await;
    for (left, right) in pairs(&bench).await {
        assert_eq!(left, right, "strangers were linked");
    }
    let before = pairs(&bench).await;
    assert!(
        before.contains(&("Ben Ode".into(), "Ben Ode".into())),
        "who is the same is found: {before:?}"
    );
    // Nobody who shares a name alone, with no key at all, was linked without being asked about.
    assert!(
        !before.contains(&("Walk In".into(), "Walk In".into())),
        "{before:?}"
    );
    let questions = bench.app.reviews(SHOP).await.unwrap();
    assert!(
        questions.len() >= 2,
        "what is ambiguous is asked: {questions:?}"
    );
    // Nor by later passes.
    bench.sync().await;
    bench.sweep().await;
    for (left, right) in pairs(&bench).await {
        assert_eq!(left, right, "strangers were linked later");
    }
}
