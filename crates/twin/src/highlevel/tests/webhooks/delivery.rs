//! How well events arrive (highlevel-webhooks.md 3, 4).

use std::collections::BTreeMap;

use serde_json::json;

use super::{body, pulled, verifies, wanted};
use crate::highlevel::{DueWebhook, HighLevelTwin, Settings, WebhookPolicyError, WebhookState};
use crate::{TwinClock, highlevel::WebhookPolicy};

#[tokio::test]
async fn the_signature_is_over_the_raw_bytes() {
    let bench = pulled(json!({})).await;
    bench.contact(json!({"firstName": "Ada"})).await;
    let twin = bench.twins.highlevel();
    let due = twin.take_due_webhooks();
    assert!(verifies(twin, &due[0], &due[0].body));
    let longer = [&due[0].body[..], b" "].concat();
    assert!(!verifies(twin, &due[0], &longer));
    let key = twin.webhooks().public_key;
    assert!(key.spki.starts_with("MCowBQYDK2VwAyEA"), "{}", key.spki);
    assert_eq!(key.hex.len(), 64);
}

/// Four hundred contacts at a clock that stands still, and everything that is due within a minute.
fn run(seed: u64, policy: &WebhookPolicy) -> (HighLevelTwin, Vec<DueWebhook>) {
    let millis = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(super::super::MONDAY));
    let seen = std::sync::Arc::clone(&millis);
    let clock = TwinClock::recorded(std::sync::Arc::new(move || {
        seen.load(std::sync::atomic::Ordering::SeqCst)
    }));
    let twin = HighLevelTwin::new(seed, Settings::unhindered(), clock);
    twin.set_webhooks(policy.clone()).unwrap();
    for number in 0..400 {
        twin.act(
            &json!({"action": "create_contact", "fields": {"firstName": format!("N{number}")}}),
        )
        .unwrap();
    }
    let at_once = twin.take_due_webhooks().len();
    assert!(policy.shuffle_ms == 0 || at_once < 50, "{at_once}");
    millis.fetch_add(60_000, std::sync::atomic::Ordering::SeqCst);
    let mut due = twin.take_due_webhooks();
    if policy.shuffle_ms == 0 {
        due.clear();
    }
    (twin, due)
}

#[test]
fn faults_are_drawn_from_the_seed() {
    let policy = wanted(json!({"drop": 0.2, "double": 0.2, "forge": 0.1, "shuffle_ms": 30_000}));
    let (twin, first) = run(5, &policy);
    let (_, second) = run(5, &policy);
    let (_, other) = run(6, &policy);
    assert_eq!(first, second);
    assert_ne!(first, other);

    let counters = twin.webhooks().counters;
    assert_eq!(counters.noted, 400);
    for (count, least, most) in [
        (counters.dropped, 50, 110),
        (counters.doubled, 40, 110),
        (counters.forged, 20, 65),
    ] {
        assert!((least..=most).contains(&count), "{counters:?}");
    }
    let expected = counters.noted - counters.dropped + counters.doubled + counters.forged;
    assert_eq!(counters.sent, expected);

    let mut times: BTreeMap<&str, u64> = BTreeMap::new();
    for webhook in &first {
        assert_eq!(verifies(&twin, webhook, &webhook.body), !webhook.forged);
        assert_eq!(body(webhook)["webhookId"], webhook.webhook_id);
        *times.entry(&webhook.webhook_id).or_default() += 1;
    }
    assert!(times.values().any(|times| *times == 2));
    let names: Vec<String> = first
        .iter()
        .filter(|webhook| !webhook.forged)
        .map(|webhook| body(webhook)["firstName"].to_string())
        .collect();
    let by_making = |name: &String| name[2..name.len() - 1].parse::<u32>().unwrap();
    assert!(!names.is_sorted_by_key(by_making), "mixed order");
}

#[tokio::test]
async fn under_only_429_nothing_else_is_tried_again() {
    let bench = pulled(
        json!({"retry_on": "only_429", "retries": 2, "retry_ms": 1_000, "retry_jitter_ms": 100}),
    )
    .await;
    let twin = bench.twins.highlevel();
    bench.contact(json!({"firstName": "Ada"})).await;
    let first = twin.take_due_webhooks();
    twin.webhook_answered(first[0].number, Some(500));
    bench.contact(json!({"firstName": "Bob"})).await;
    let second = twin.take_due_webhooks();
    twin.webhook_answered(second[0].number, Some(429));
    bench.pass(999);
    assert!(twin.take_due_webhooks().is_empty());
    for tries in 2..=3 {
        bench.pass(1_200);
        let again = twin.take_due_webhooks();
        assert_eq!(again.len(), 1, "try {tries}");
        assert_eq!(
            (&again[0].body, &again[0].headers),
            (&second[0].body, &second[0].headers)
        );
        twin.webhook_answered(again[0].number, Some(429));
    }
    bench.pass(100_000);
    assert!(twin.take_due_webhooks().is_empty());
    let seen: Vec<_> = twin
        .webhook_deliveries(0)
        .iter()
        .map(|delivery| (delivery.status, delivery.tries, delivery.state))
        .collect();
    let given_up = WebhookState::GivenUp;
    assert_eq!(seen, [(Some(500), 1, given_up), (Some(429), 3, given_up)]);
    assert_eq!(
        (
            twin.webhooks().counters.refused,
            twin.webhooks().counters.given_up
        ),
        (4, 2)
    );
}

#[tokio::test]
async fn under_non_2xx_silence_is_tried_again_at_growing_distances() {
    let bench = pulled(json!({"retry_ms": 1_000, "retry_jitter_ms": 0})).await;
    let twin = bench.twins.highlevel();
    bench.contact(json!({"firstName": "Ada"})).await;
    for distance in [1_000, 2_000, 4_000] {
        let due = twin.take_due_webhooks();
        twin.webhook_answered(due[0].number, None);
        bench.pass(distance - 1);
        assert!(twin.take_due_webhooks().is_empty());
        bench.pass(1);
    }
    let due = twin.take_due_webhooks();
    twin.webhook_answered(due[0].number, Some(204));
    assert_eq!(twin.webhooks().counters.accepted, 1);
    assert_eq!(twin.next_webhook_due(), None);
}

#[tokio::test]
async fn the_breaker_pauses_everything_and_forgeries_do_not_count() {
    let policy = json!({"retries": 0, "breaker_after": 2, "breaker_ms": 5_000, "forge": 1.0});
    let bench = pulled(policy).await;
    let twin = bench.twins.highlevel();
    let fail = |forged: bool| {
        let mut due = twin.take_due_webhooks();
        due.sort_by_key(|webhook| !webhook.forged);
        for webhook in due {
            let status = if webhook.forged == forged { 401 } else { 200 };
            twin.webhook_answered(webhook.number, Some(status));
        }
    };
    for _ in 0..3 {
        bench.contact(json!({"firstName": "Ada"})).await;
    }
    fail(true);
    assert_eq!(twin.webhooks().paused_until, None);
    for _ in 0..2 {
        bench.contact(json!({"firstName": "Ada"})).await;
    }
    fail(false);
    assert!(twin.webhooks().paused_until.is_some());
    bench.contact(json!({"firstName": "Ada"})).await;
    bench.pass(4_999);
    assert!(twin.take_due_webhooks().is_empty());
    bench.pass(1);
    assert_eq!(twin.take_due_webhooks().len(), 2);
    assert_eq!(twin.webhooks().counters.paused, 1);
}

#[tokio::test]
async fn a_lost_event_can_be_replayed_with_its_own_id() {
    let bench = pulled(json!({"drop": 1.0})).await;
    let twin = bench.twins.highlevel();
    bench.contact(json!({"firstName": "Ada"})).await;
    assert!(twin.take_due_webhooks().is_empty());
    let lost = twin.webhook_deliveries(0).remove(0);
    assert_eq!(lost.state, WebhookState::Dropped);
    let url = format!("{}/_twin/webhooks/replay", bench.twins.highlevel_url());
    let replay = |id: &str| {
        bench
            .client
            .post(&url)
            .json(&json!({"webhookId": id}))
            .send()
    };
    assert_eq!(replay(&lost.webhook_id).await.unwrap().status(), 202);
    assert_eq!(replay("unknown").await.unwrap().status(), 404);
    let due = twin.take_due_webhooks();
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].webhook_id, lost.webhook_id);
    assert!(verifies(twin, &due[0], &due[0].body));
}

#[tokio::test]
async fn old_deliveries_are_forgotten() {
    let bench = pulled(json!({})).await;
    let twin = bench.twins.highlevel();
    let id = bench.contact(json!({"firstName": "Ada"})).await;
    for number in 0..10_500 {
        let edit =
            json!({"action": "edit_contact", "id": id, "fields": {"city": number.to_string()}});
        twin.act(&edit).unwrap();
        if number % 500 == 499 {
            super::told(twin);
        }
    }
    let kept = twin.webhook_deliveries(0);
    assert_eq!(kept.len(), 10_000);
    assert_eq!(kept[0].number, 502);
}

#[test]
fn a_policy_that_cannot_work_is_refused() {
    let clock = TwinClock::system();
    let twin = HighLevelTwin::new(1, Settings::default(), clock);
    for url in ["https://example.com/hooks", "somewhere", ""] {
        let refused = twin.set_webhooks(WebhookPolicy::to(url));
        assert_eq!(refused, Err(WebhookPolicyError::Url), "{url}");
    }
    let refused = twin.set_webhooks(wanted(json!({"drop": 1.5})));
    assert_eq!(refused, Err(WebhookPolicyError::Share("drop")));
}
