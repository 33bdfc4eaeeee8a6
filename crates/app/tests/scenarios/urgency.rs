//! What just happened overtakes history at the vendors' real limits, in recorded time.

#![allow(clippy::unwrap_used, reason = "tests fail loudly")]

use app::{ProgressBoard, SyncOptions};
use domain::{Clock, Timestamp};
use jiff::SignedDuration;
use serde_json::{Value as Json, json};
use testkit::{Bench, RecordedClock, SHOP};
use twin::{TwinOptions, Vendor};

async fn shop() -> (Bench, RecordedClock) {
    let mut options = TwinOptions::new(61, 0);
    options.contacts = Some(0);
    Bench::recorded(options, |config| {
        config.highlevel_per_10s = 80;
        config.mygadgetrepairs_per_minute = 24;
        config.index_lag_seconds = 90;
    })
    .await
}

async fn pass(clock: &RecordedClock, seconds: i64) {
    let then = clock.now() + SignedDuration::from_secs(seconds);
    clock.sleep_until(then).await;
}

/// Requests to the counter after an instant that write: when, and to which path.
fn writes(bench: &Bench, after: Timestamp) -> Vec<(Timestamp, String)> {
    let log = bench.twins.log(Vendor::MyGadgetRepairs, 0, 100_000);
    log.iter()
        .map(|entry| serde_json::to_value(entry).unwrap())
        .filter(|entry| entry["method"] != "GET")
        .map(|entry: Json| {
            let at: Timestamp = entry["time"].as_str().unwrap().parse().unwrap();
            (at, entry["path"].as_str().unwrap().to_owned())
        })
        .filter(|(at, _)| *at > after)
        .collect()
}

/// Somebody at the desk changes a contact while hundreds of customers are being made: the counter has it before any
/// more of history, with the next request that may be sent.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_6_within_budget_a_live_change_overtakes_history() {
    let (bench, clock) = shop().await;
    let known =
        json!({"name": "Maria Soto", "email": "maria@example.test", "mobile": "07400123456"});
    let known = bench
        .at_counter(&json!({"action": "create_customer", "fields": known}))
        .await;
    let customer = known["id"].as_str().unwrap().to_owned();
    assert!(bench.sync().await.finished);
    let contact = bench.counterpart(domain::Kind::Contact, &customer).await;
    for number in 0..300 {
        let fields = json!({"firstName": "Person", "lastName": format!("Number{number}"),
            "email": format!("p{number}@example.test")});
        bench.in_crm(&json!({"action": "create_contact", "fields": fields}));
    }
    pass(&clock, 200).await;

    let board = ProgressBoard::default();
    let approved = SyncOptions {
        approve: true,
        ..SyncOptions::default()
    };
    let someone = async {
        pass(&clock, 150).await;
        let edit =
            json!({"action": "edit_contact", "id": contact, "fields": {"city": "Ulverston"}});
        bench.in_crm(&edit);
        let told = clock.now();
        bench
            .tell(
                "ContactUpdate",
                &json!({"id": contact, "city": "Ulverston"}),
            )
            .await;
        pass(&clock, 90).await;
        told
    };
    let told = tokio::select! {
        passed = bench.app.sync(SHOP, approved, &board) => panic!("it is over too soon: {passed:?}"),
        told = someone => told,
    };
    let writes = writes(&bench, told);
    let place = writes.iter().position(|(_, path)| path.contains(&customer));
    let (at, _) = &writes[place.expect("the change arrived")];
    assert_eq!(
        place,
        Some(0),
        "nothing of history went before it: {writes:?}"
    );
    let waited = at.duration_since(told).as_secs();
    assert!(waited <= 61, "one minute's window at most: {waited} s");
    let waiting = bench.app.status(SHOP).await.unwrap().backlog;
    assert!(waiting > 150, "{waiting} still wait");
    let limits = bench.twins.mygadgetrepairs().limits();
    assert_eq!(limits.violations, 0, "{limits:?}");
}

/// The counter's minute is used up before the last of some edits is read back: the look at the next one does not wait
/// for that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_does_not_wait_until_others_are_read_back() {
    let (bench, clock) = shop().await;
    let mut people = Vec::new();
    for number in 0..9 {
        let fields = json!({"name": format!("Person Number{number}"), "email": format!("p{number}@example.test")});
        let made = bench
            .at_counter(&json!({"action": "create_customer", "fields": fields}))
            .await;
        people.push(made["id"].as_str().unwrap().to_owned());
    }
    assert!(bench.sync().await.finished);
    let mut contacts = Vec::new();
    for customer in &people {
        contacts.push(bench.counterpart(domain::Kind::Contact, customer).await);
    }
    pass(&clock, 200).await;
    let edit = async |contact: &str| {
        let edit =
            json!({"action": "edit_contact", "id": contact, "fields": {"city": "Ulverston"}});
        bench.in_crm(&edit);
        let fields = json!({"id": contact, "city": "Ulverston"});
        bench.tell("ContactUpdate", &fields).await;
    };
    let serving = async {
        loop {
            bench.refresh().await;
            pass(&clock, 1).await;
        }
    };
    let someone = async {
        for contact in &contacts[..8] {
            edit(contact).await;
            pass(&clock, 2).await;
        }
        let told = clock.now();
        edit(&contacts[8]).await;
        pass(&clock, 30).await;
        told
    };
    let told = tokio::select! {
        () = serving => unreachable!("it goes on"),
        told = someone => told,
    };
    let look = format!("/contacts/{}", contacts[8]);
    let log = bench.twins.log(Vendor::HighLevel, 0, 100_000);
    let looks = log.iter().map(|entry| serde_json::to_value(entry).unwrap());
    let looked = looks
        .filter(|entry| entry["method"] == "GET" && entry["path"] == look)
        .map(|entry| {
            entry["time"]
                .as_str()
                .unwrap()
                .parse::<Timestamp>()
                .unwrap()
        })
        .next_back();
    let waited = looked.expect("it was looked at").duration_since(told);
    assert!((0..=3).contains(&waited.as_secs()), "{waited:?}");
}
