//! Failed work is listed with its cause, and done once the cause is mended.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

use crate::desk::Desk;
use domain::IntentId;
use serde_json::json;
use store::Change;
use testkit::SHOP;

/// The issue type of new tickets, changed without the sync's notice, as if the vendor had changed its list.
async fn issue_type(desk: &Desk, label: Option<&str>) {
    let shop = desk.bench.app.shop(SHOP).await.unwrap();
    let mut rules = desk.bench.app.rules_of(&shop).unwrap();
    rules.tasks.issue_type = label.map(str::to_owned);
    let change = Change::Rules(serde_json::to_value(&rules).unwrap());
    let store = desk.bench.app.store();
    store
        .commit(
            shop.id,
            domain::Clock::now(&http::SystemClock),
            vec![change],
        )
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_write_is_done_once_its_cause_is_mended_and_it_is_tried_again() {
    let desk = Desk::with_one_ticket().await;
    issue_type(&desk, Some("no such issue")).await;
    for title in ["Battery", "Speaker"] {
        desk.bench.in_crm(
            &json!({"action": "create_task", "contact": desk.contact, "fields": {
            "title": title, "dueDate": "2031-01-02T10:00:00Z", "completed": false}}),
        );
    }
    let tally = desk.bench.sync().await;
    assert_eq!(tally.failed, 2, "{tally:?}");

    let listed = desk.bench.app.unfinished(SHOP).await.unwrap();
    assert_eq!((listed.failed.len(), listed.held.len()), (2, 0));
    let first = &listed.failed[0];
    assert!(first.code.is_some() && first.write.attempts >= 1);
    let reason = first.write.waits_for.as_deref().unwrap();
    assert!(reason.contains("issue type"), "{reason}");

    // Nothing changes by itself, and a retry of the same fails again.
    assert_eq!(desk.bench.sync().await.failed, 2);
    let one = first.write.id;
    assert_eq!(desk.bench.app.retry(SHOP, Some(one)).await.unwrap(), 1);
    assert_eq!(desk.bench.sync().await.failed, 2);

    issue_type(&desk, None).await;
    let one = desk.bench.app.unfinished(SHOP).await.unwrap().failed[0]
        .write
        .id;
    desk.bench.app.retry(SHOP, Some(one)).await.unwrap();
    assert_eq!(desk.bench.sync().await.failed, 1, "one was mended");
    assert_eq!(desk.bench.app.retry(SHOP, None).await.unwrap(), 1);
    assert_eq!(desk.bench.sync().await.failed, 0);
    let tickets = desk.bench.truth().await.tickets;
    assert_eq!(tickets.len(), 3, "each once");

    let none = desk.bench.app.retry(SHOP, Some(one)).await.unwrap_err();
    assert!(none.to_string().contains("did not fail"), "{none}");
    let unknown: IntentId = "00000000-0000-7000-8000-000000000000".parse().unwrap();
    let none = desk.bench.app.retry(SHOP, Some(unknown)).await.unwrap_err();
    assert!(
        none.to_string().contains("repairbridge retry main"),
        "{none}"
    );
}
