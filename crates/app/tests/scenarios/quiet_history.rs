//! Loading history starts no messages; and where an automation of the shop answers to what is written, writing stops.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

use app::{AppConfig, ProgressBoard, SyncOptions, Tally};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use testkit::{Bench, SHOP, assert_exactly_once};
use twin::Drain;
use twin::highlevel::{AutomationTexts, WebhookPolicy};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_8_quiet_history_of_a_first_run() {
    let bench = Bench::new(31, 120, 40).await;
    assert!(bench.sync().await.finished);
    let woken = triggers(&bench);
    // New contacts cannot be made without being new; the preview says so. Nothing else is woken.
    assert_eq!(woken, BTreeSet::from(["contact_created".to_owned()]));
    let made = bench.twins.highlevel().automations(0).len();
    // A bulk later on, of edits: nothing at all is woken.
    let customers: Vec<String> = bench.truth().await.customers.keys().cloned().collect();
    for id in customers.iter().take(60) {
        let edit = json!({"action": "edit_customer", "id": id, "fields": {"city": "Ulverston"}});
        bench.at_counter(&edit).await;
    }
    assert!(bench.sync().await.updated.total() > 0);
    assert_eq!(bench.twins.highlevel().automations(0).len(), made);
}

fn triggers(bench: &Bench) -> BTreeSet<String> {
    let automations = bench.twins.highlevel().automations(0);
    let word = |one: &Json| one["trigger"].as_str().unwrap().to_owned();
    automations.iter().map(word).collect()
}

/// A shop whose automation texts every new contact, 50 customers who are not in the CRM yet.
async fn chatty_shop() -> Bench {
    let mut options = Bench::options(32, 0, 0);
    options.highlevel.automation_texts = AutomationTexts {
        on_contact_created: true,
        ..AutomationTexts::default()
    };
    let bench = Bench::tuned(options, listening).await;
    let pulled = WebhookPolicy {
        drain: Drain::Pulled,
        ..WebhookPolicy::default()
    };
    bench.twins.highlevel().set_webhooks(pulled).unwrap();
    for number in 0..50 {
        let fields = json!({"name": format!("Person Number{number}"), "email": format!("p{number}@example.test"),
            "mobile": format!("074001{number:05}")});
        bench
            .at_counter(&json!({"action": "create_customer", "fields": fields}))
            .await;
    }
    bench
}

fn listening(config: &mut AppConfig) {
    config.listen_seconds = 2;
}

/// A pass, while the CRM's webhooks come in.
async fn sync_with_webhooks(bench: &Bench, approve: bool) -> Tally {
    let options = SyncOptions {
        approve,
        ..SyncOptions::default()
    };
    let board = ProgressBoard::default();
    let pass = bench.app.sync(SHOP, options, &board);
    tokio::select! {
        tally = pass => tally.unwrap(),
        () = deliver(bench) => unreachable!("deliveries have no end"),
    }
}

async fn deliver(bench: &Bench) {
    loop {
        deliver_due(bench).await;
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

async fn deliver_due(bench: &Bench) {
    for due in bench.twins.highlevel().take_due_webhooks() {
        let header = |name: &str| {
            let found = due
                .headers
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.as_str())
        };
        let taken = bench.app.take_crm_webhook(header, &due.body).await;
        let status = if taken.is_ok() { 200 } else { 429 };
        bench
            .twins
            .highlevel()
            .webhook_answered(due.number, Some(status));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_8_quiet_history_a_run_that_texts_people_stops() {
    let mut bench = chatty_shop().await;
    let tally = sync_with_webhooks(&bench, true).await;
    assert!(!tally.finished);
    let said = tally.reasons.join(" ");
    assert!(
        said.contains("sent messages to") && said.contains("sync main --approve"),
        "{said}"
    );
    let texted = bench.truth().await.contacts.len();
    assert!((5..=10).contains(&texted), "{texted} people were texted");
    let status = bench.app.status(SHOP).await.unwrap();
    assert!(
        status.reasons.iter().any(|one| one.contains("automation")),
        "{:?}",
        status.reasons
    );
    assert_eq!(status.held, 50 - texted as u64);

    // It stays stopped, over a restart, for old work and for new; the counter's side goes on.
    bench.restart().await;
    let fields = json!({"firstName": "Carla", "lastName": "New", "email": "carla@example.test"});
    bench.in_crm(&json!({"action": "create_contact", "fields": fields}));
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let tally = sync_with_webhooks(&bench, false).await;
    assert_eq!(tally.created.highlevel["contact"], 0, "{tally:?}");
    assert_eq!(tally.created.mygadgetrepairs["customer"], 1);
    assert_eq!(bench.truth().await.contacts.len(), texted + 1);

    // A person says that it is all right: everything goes out, once.
    let tally = sync_with_webhooks(&bench, true).await;
    assert!(tally.finished, "{:?}", tally.reasons);
    assert_exactly_once(&bench).await;
    assert_eq!(bench.truth().await.contacts.len(), 51);
    // What comes in late of that work stops nothing.
    deliver_due(&bench).await;
    let tally = sync_with_webhooks(&bench, false).await;
    assert!(tally.finished && !tally.wrote(), "{:?}", tally.reasons);
    assert_eq!(bench.app.status(SHOP).await.unwrap().held, 0);
    assert_eq!(bench.twins.highlevel().violations(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_that_staff_write_stop_nothing() {
    let bench = Bench::new(33, 0, 0).await;
    let mut contacts = Vec::new();
    for number in 0..8 {
        let fields = json!({"name": format!("Person Number{number}"), "email": format!("p{number}@example.test")});
        bench
            .at_counter(&json!({"action": "create_customer", "fields": fields}))
            .await;
    }
    bench.sync().await;
    contacts.extend(bench.truth().await.contacts.keys().cloned());
    for (source, user, stops) in [("app", "u1", false), ("workflow", "", true)] {
        for id in &contacts {
            let message = json!({"contactId": id, "messageId": format!("{source}-{id}"), "messageType": "SMS",
                "direction": "outbound", "source": source, "userId": user});
            bench.tell("OutboundMessage", &message).await;
        }
        let tally = bench.refresh().await;
        let stopped = tally.reasons.iter().any(|one| one.contains("messages"));
        assert_eq!(stopped, stops, "{source}: {:?}", tally.reasons);
    }
}
