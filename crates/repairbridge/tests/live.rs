//! The service, live: edits arrive by webhook, without webhooks by poll, and on the worst of lines all the same.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]
#![allow(clippy::disallowed_methods, reason = "it kills in real time")]

mod service;

use serde_json::{Value as Json, json};
use service::{Service, free_address, tell, until};
use std::time::Duration;
use testkit::{Bench, SHOP, Truth, assert_exactly_once};
use twin::highlevel::WebhookPolicy;

/// So long that no poll comes by during a test.
const NEVER: u32 = 100_000;

async fn in_step(seed: u64, customers: usize) -> Bench {
    let bench = Bench::new(seed, customers, customers / 3).await;
    let tally = bench.sync().await;
    assert!(tally.finished, "{:?}", tally.reasons);
    bench
}

/// Somebody who is on both sides.
async fn linked(bench: &Bench) -> Vec<(String, String)> {
    let shop = bench.app.shop(SHOP).await.unwrap();
    let truth = bench.truth().await;
    let ids: Vec<domain::RecordId> = truth.contacts.keys().map(domain::RecordId::new).collect();
    let links = bench
        .app
        .store()
        .links_of(
            shop.id,
            domain::Side::HighLevel,
            domain::Kind::Contact,
            &ids,
        )
        .await
        .unwrap();
    let mut pairs: Vec<(String, String)> = links
        .into_values()
        .map(|link| {
            (
                link.left.as_str().to_owned(),
                link.right.as_str().to_owned(),
            )
        })
        .collect();
    pairs.sort();
    pairs
}

fn town(truth: &Truth, customer: &str) -> Option<String> {
    let town = truth.customers[customer].pointer("/fulladdress/city");
    town.and_then(Json::as_str).map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edits_arrive_by_webhook_and_without_webhooks_by_poll() {
    let bench = in_step(61, 12).await;
    let (contact, customer) = linked(&bench).await.swap_remove(0);
    let address = free_address();
    tell(&bench, address, WebhookPolicy::default());
    for (poll_seconds, town_here, town_there) in [(NEVER, "York", "Hull"), (1, "Leeds", "Ripon")] {
        if poll_seconds == 1 {
            let lost = WebhookPolicy {
                drop: 1.0,
                ..WebhookPolicy::default()
            };
            tell(&bench, address, lost);
            bench.twins.mygadgetrepairs().set_notifications(Vec::new());
        }
        let service = Service::start(&bench, address, poll_seconds).await;
        bench.in_crm(
            &json!({"action": "edit_contact", "id": contact, "fields": {"city": town_here}}),
        );
        let took = until("the edit of the CRM at the counter", async || {
            town(&bench.truth().await, &customer).as_deref() == Some(town_here)
        })
        .await;
        println!("from the CRM to the counter in {took:?}");
        bench
            .at_counter(
                &json!({"action": "edit_customer", "id": customer, "fields": {"city": town_there}}),
            )
            .await;
        let took = until("the edit of the counter in the CRM", async || {
            bench.truth().await.contacts[&contact]["city"] == town_there
        })
        .await;
        println!("from the counter to the CRM in {took:?}");
        service.kill();
    }
}

/// Each step changes something on one of the sides, by the number of the step.
async fn somebody_works(bench: &Bench, pairs: &[(String, String)], step: usize) {
    let (contact, customer) = &pairs[step % pairs.len()];
    match step % 4 {
        0 => {
            bench.in_crm(&json!({"action": "edit_contact", "id": contact, "fields": {"city": format!("Town {step}")}}));
        }
        1 => {
            let fields = json!({"postCode": format!("P{step}")});
            bench
                .at_counter(&json!({"action": "edit_customer", "id": customer, "fields": fields}))
                .await;
        }
        2 => {
            let fields = json!({"name": format!("Newcomer {step}"), "email": format!("new{step}@example.test")});
            bench
                .at_counter(&json!({"action": "create_customer", "fields": fields}))
                .await;
        }
        _ => {
            let fields = json!({"customer": customer, "shortInfo": format!("Job {step}"), "description": "As told"});
            bench
                .at_counter(&json!({"action": "create_ticket", "fields": fields}))
                .await;
        }
    }
}

/// Everything that was done arrived once, and nothing is left to do.
async fn settles(bench: &Bench) {
    // Much that came while nobody ran waits for a person.
    bench.sync().await;
    for _ in 0..6 {
        let tally = bench.sweep().await;
        if !tally.wrote() && tally.finished {
            break;
        }
        // The search index lags.
        tokio::time::sleep(Duration::from_millis(2_500)).await;
    }
    let last = bench.sync().await;
    assert!(!last.wrote(), "{last:?}");
    assert_eq!(last.failed, 0);
    assert_exactly_once(bench).await;
}

/// The number of the journal's last line.
async fn told_up_to(bench: &Bench) -> i64 {
    let shop = bench.app.shop(SHOP).await.unwrap().id;
    let last = bench.app.store().journal_tail(shop, None, 1).await.unwrap();
    last.last().map_or(0, |line| line.id)
}

/// Invariant 3: what came late was not taken for news. Nobody changes a town at the counter, and both sides keep what
/// they are sent.
async fn nothing_is_made_up(bench: &Bench, after: i64) {
    let shop = bench.app.shop(SHOP).await.unwrap().id;
    let store = bench.app.store();
    for line in store.journal_after(shop, after, 100_000).await.unwrap() {
        let (event, detail) = (line.event.as_str(), line.detail.to_string());
        let of_nobody = event == "edited"
            && line.side == Some(domain::Side::MyGadgetRepairs)
            && detail.contains("city");
        let kept_differently = line.detail["kept_differently"].as_array();
        let refused = kept_differently.is_some_and(|fields| !fields.is_empty());
        let made_up = of_nobody || refused || event == "overruled";
        assert!(!made_up, "{event} {:?} {detail}", line.side);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn webhooks_lost_doubled_shuffled_and_forged_change_nothing_in_the_end() {
    let bench = in_step(62, 12).await;
    let pairs = linked(&bench).await;
    let address = free_address();
    let policy = WebhookPolicy {
        drop: 0.3,
        double: 0.2,
        shuffle_ms: 400,
        forge: 0.05,
        ..WebhookPolicy::default()
    };
    tell(&bench, address, policy);
    let told_before = told_up_to(&bench).await;
    let service = Service::start(&bench, address, 2).await;
    for step in 0..60 {
        somebody_works(&bench, &pairs, step).await;
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    until("every webhook is answered", async || {
        bench.twins.highlevel().webhooks().waiting == 0
    })
    .await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    service.kill();
    for one in bench.twins.highlevel().webhook_deliveries(0) {
        let taken = one.status == Some(200);
        assert!(!(one.forged && taken), "a forged webhook was taken");
    }
    settles(&bench).await;
    nothing_is_made_up(&bench, told_before).await;
    let truth = bench.truth().await;
    for step in (0..60).step_by(4) {
        let later =
            (step + 1..60).any(|other| other % 4 == 0 && other % pairs.len() == step % pairs.len());
        let customer = &pairs[step % pairs.len()].1;
        assert!(
            later || town(&truth, customer) == Some(format!("Town {step}")),
            "the edit of step {step} is lost"
        );
    }
}

/// In CI a few kills; `REPAIRBRIDGE_KILLS=200` for the long proof.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_1_stored_before_acknowledged_and_nothing_lost_when_killed() {
    let kills: usize = std::env::var("REPAIRBRIDGE_KILLS")
        .ok()
        .and_then(|kills| kills.parse().ok())
        .unwrap_or(12);
    let bench = in_step(63, 12).await;
    let pairs = linked(&bench).await;
    let address = free_address();
    let policy = WebhookPolicy {
        retry_on: twin::highlevel::RetryOn::Only429,
        ..WebhookPolicy::default()
    };
    tell(&bench, address, policy);
    let mut step = 0;
    let mut chance = 0x9E37_79B9_u64;
    for _ in 0..kills {
        let service = Service::start(&bench, address, 2).await;
        // Moments that have nothing to do with what is going on.
        chance = chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let moment = Duration::from_millis(30 + (chance >> 33) % 500);
        let begun = std::time::Instant::now();
        while begun.elapsed() < moment {
            somebody_works(&bench, &pairs, step).await;
            step += 1;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        service.kill();
    }
    let mut taken = 0;
    for one in bench.twins.highlevel().webhook_deliveries(0) {
        if one.status == Some(200) {
            taken += 1;
            let mut event = [0; 16];
            event.copy_from_slice(&blake3::hash(one.webhook_id.as_bytes()).as_bytes()[..16]);
            let kept = bench.app.store().knows_webhook(&event).await.unwrap();
            assert!(kept, "a webhook that got 200 is missing");
        }
    }
    println!("{kills} kills, {step} edits, {taken} webhooks taken");
    assert!(taken > 0, "webhooks came in");
    settles(&bench).await;
}
