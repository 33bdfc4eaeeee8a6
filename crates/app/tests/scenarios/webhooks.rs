//! Webhooks: kept before they are acknowledged, looked at once however many there are, and never believed.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

use crate::desk::Desk;
use app::{Accepted, NotTaken};
use domain::{Clock, Kind, RecordId, Side};
use jiff::SignedDuration;
use serde_json::{Value as Json, json};
use testkit::{Bench, SHOP, signed};
use twin::Vendor;

/// A shop of one customer with one ticket, in step. Answers contact, customer, task and ticket ids.
async fn small_shop() -> (Bench, [String; 4]) {
    let desk = Desk::with_one_ticket().await;
    let ids = [desk.contact, desk.customer, desk.task, desk.ticket];
    (desk.bench, ids)
}

fn requests(bench: &Bench) -> (u64, u64) {
    let of = |vendor| bench.twins.requests(vendor);
    (of(Vendor::HighLevel), of(Vendor::MyGadgetRepairs))
}

/// Webhooks that lead to a look.
async fn waiting(bench: &Bench) -> usize {
    let shop = bench.app.shop(SHOP).await.unwrap();
    let signals = bench.app.store().waiting_signals(shop.id, 10_000).await;
    let mut signals = signals.unwrap();
    signals.retain(|signal| !signal.is_known);
    signals.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_1_stored_before_acknowledged() {
    let mut bench = Bench::new(1, 0, 0).await;
    let event = json!({"type": "ContactUpdate", "locationId": bench.twins.location_id(), "id": "c1", "webhookId": "w1"});
    assert_eq!(
        signed::deliver(&bench.app, &event).await.unwrap(),
        Accepted::Kept
    );
    // Nothing was closed or finished in between: what is opened anew is what a killed process leaves.
    bench.restart().await;
    assert_eq!(waiting(&bench).await, 1);
    // The vendor comes again, before and after it was looked at: one look for all of them.
    let again = async || {
        let taken = signed::deliver(&bench.app, &event).await;
        assert_eq!(taken.unwrap(), Accepted::Kept);
    };
    again().await;
    bench.refresh().await;
    assert_eq!(waiting(&bench).await, 0);
    let asked = requests(&bench);
    again().await;
    assert_eq!(waiting(&bench).await, 0, "it is known");
    bench.refresh().await;
    assert_eq!(requests(&bench), asked);
    let shop = bench.app.shop(SHOP).await.unwrap();
    let store = bench.app.store();
    assert!(!store.has_signals(shop.id).await.unwrap());
    let counts = store.counts_of_webhooks(shop.id, Side::HighLevel).await;
    assert_eq!(counts.unwrap().received, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_that_was_looked_at_is_known_for_35_days_and_then_forgotten() {
    let (bench, clock) = Bench::recorded(Bench::options(1, 1, 0), |_| {}).await;
    let began = clock.now();
    let day = async |day: i64| {
        let at = began.checked_add(SignedDuration::from_hours(24 * day));
        clock.sleep_until(at.unwrap()).await;
        bench.sync().await;
    };
    let event = json!({"type": "ContactUpdate", "locationId": bench.twins.location_id(), "id": "c1", "webhookId": "w1"});
    let deliver = async || {
        let taken = signed::deliver(&bench.app, &event).await;
        assert_eq!(taken.unwrap(), Accepted::Kept);
        waiting(&bench).await
    };
    day(0).await;
    assert_eq!(deliver().await, 1);
    bench.refresh().await;
    assert_eq!(waiting(&bench).await, 0);
    for (at, counts) in [(1, 0), (34, 0), (36, 1)] {
        day(at).await;
        assert_eq!(deliver().await, counts, "after {at} days");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forged_webhooks_and_those_of_others_are_not_kept() {
    let bench = Bench::new(1, 0, 0).await;
    let location = bench.twins.location_id();
    let body = json!({"type": "ContactUpdate", "locationId": location, "id": "c1"}).to_string();
    let right = signed::signature(body.as_bytes());
    let take = async |signature: Option<&str>, body: &str| {
        let header = |name: &str| signature.filter(|_| name == "x-ghl-signature");
        bench.app.take_crm_webhook(header, body.as_bytes()).await
    };
    let longer = format!("{body} ");
    let other = signed::signature(b"{}");
    for (signature, body) in [
        (None, &body),
        (Some("N/A"), &body),
        (Some("AAAA"), &body),
        (Some(right.as_str()), &longer),
        (Some(other.as_str()), &body),
    ] {
        let refused = take(signature, body).await;
        assert!(matches!(refused, Err(NotTaken::Forged(_))), "{refused:?}");
    }
    for stranger in [
        json!({"type": "ContactUpdate", "locationId": "another", "id": "c1"}),
        json!({"type": "ContactUpdate", "id": "c1"}),
        json!([1]),
    ] {
        let ignored = signed::deliver(&bench.app, &stranger).await.unwrap();
        assert_eq!(ignored, Accepted::NotOurs);
    }
    assert_eq!(waiting(&bench).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_brings_an_edit_at_once_and_many_cost_one_look() {
    let (bench, [contact, customer, ..]) = small_shop().await;
    bench.in_crm(&json!({"action": "edit_contact", "id": contact, "fields": {"city": "York"}}));
    for _ in 0..50 {
        bench.tell("ContactUpdate", &json!({"id": contact})).await;
    }
    let before = requests(&bench);
    let tally = bench.refresh().await;
    assert_eq!(tally.updated.total(), 1, "{tally:?}");
    let truth = bench.truth().await;
    assert_eq!(
        truth.customers[&customer]
            .pointer("/fulladdress/city")
            .and_then(Json::as_str),
        Some("York")
    );
    // One look at the contact and one at its notes; at the customer a look, the write, and one to read it back.
    let after = requests(&bench);
    assert_eq!((after.0 - before.0, after.1 - before.1), (2, 3));
    assert_eq!(waiting(&bench).await, 0);
    let status = bench.app.status(SHOP).await.unwrap();
    assert_eq!(status.webhooks.received, 50);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_4_no_echo_of_our_own_write_as_a_webhook() {
    let (bench, [contact, customer, ..]) = small_shop().await;
    bench
        .at_counter(&json!({"action": "edit_customer", "id": customer, "fields": {"company": "Soto Ltd", "city": "York"}}))
        .await;
    assert!(bench.sync().await.wrote());
    for kind in ["ContactUpdate", "ContactCreate", "ContactTagUpdate"] {
        bench
            .tell(kind, &json!({"id": contact, "city": "Nowhere"}))
            .await;
    }
    let before = bench.truth().await;
    let tally = bench.refresh().await;
    assert!(!tally.wrote(), "{tally:?}");
    let after = bench.truth().await;
    assert_eq!(
        before.customers, after.customers,
        "what a webhook says is not believed"
    );
    assert_eq!(before.contacts, after.contacts);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_2_no_duplicates_when_somebody_is_entered_on_both_sides_at_once() {
    let (bench, _) = small_shop().await;
    bench
        .at_counter(&json!({"action": "create_customer", "fields": {"name": "Ben Ode", "email": "ben@example.test"}}))
        .await;
    let made = bench.in_crm(&json!({"action": "create_contact", "fields": {
        "firstName": "Ben", "lastName": "Ode", "email": "ben@example.test"}}));
    let id = made["contact"]["id"].as_str().or(made["id"].as_str());
    bench
        .tell("ContactCreate", &json!({"id": id.unwrap()}))
        .await;
    let tally = bench.refresh().await;
    assert_eq!(tally.created.total(), 0, "{tally:?}");
    assert_eq!(tally.linked["contact"], 1);
    let truth = bench.truth().await;
    assert_eq!((truth.contacts.len(), truth.customers.len()), (2, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thin_task_event_and_a_deleted_contact_are_looked_up() {
    let (bench, [contact, _, task, ticket]) = small_shop().await;
    bench.in_crm(&json!({"action": "edit_task", "id": task, "contact": contact, "fields": {"body": "Glass and speaker"}}));
    bench
        .tell("TaskCreate", &json!({"id": task, "title": "x"}))
        .await;
    assert!(bench.refresh().await.wrote());
    let now = &bench.truth().await.tickets[&ticket];
    assert!(
        now["description"]
            .as_str()
            .unwrap()
            .starts_with("Glass and speaker"),
        "{now}"
    );

    // A task that was never seen, and whose contact is not named.
    let made = bench.in_crm(
        &json!({"action": "create_task", "contact": contact, "fields": {
        "title": "Call back", "dueDate": "2031-01-02T10:00:00Z", "completed": false}}),
    );
    let id = made["task"]["id"]
        .as_str()
        .or(made["id"].as_str())
        .unwrap()
        .to_owned();
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    bench.tell("TaskCreate", &json!({"id": id})).await;
    assert_eq!(bench.refresh().await.created.mygadgetrepairs["ticket"], 1);

    bench.in_crm(&json!({"action": "delete_contact", "id": contact}));
    bench.tell("ContactDelete", &json!({"id": contact})).await;
    bench.refresh().await;
    let shop = bench.app.shop(SHOP).await.unwrap();
    let link = bench
        .app
        .store()
        .link_of(
            shop.id,
            Side::HighLevel,
            Kind::Contact,
            &RecordId::new(&contact),
        )
        .await
        .unwrap();
    assert!(link.is_none(), "the link ended");
}

/// A task that was never seen and whose contact is not named is found by a walk over all tasks. A service's pass
/// makes one for it even where none is due, and one for any number of such webhooks.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thin_task_event_is_looked_up_by_a_pass_whose_walk_is_not_due() {
    let (bench, [contact, ..]) = small_shop().await;
    for title in ["Call back", "Order the part"] {
        let fields = json!({"title": title, "dueDate": "2031-01-02T10:00:00Z", "completed": false});
        let made =
            bench.in_crm(&json!({"action": "create_task", "contact": contact, "fields": fields}));
        let id = made["task"]["id"].as_str().or(made["id"].as_str()).unwrap();
        bench.tell("TaskCreate", &json!({"id": id})).await;
    }
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    let walks = |bench: &Bench| {
        let log = bench.twins.log(Vendor::HighLevel, 0, usize::MAX);
        log.iter()
            .filter(|one| one.path.ends_with("/tasks/search"))
            .count()
    };
    let before = walks(&bench);
    let live = app::SyncOptions {
        live: true,
        ..app::SyncOptions::default()
    };
    let board = app::ProgressBoard::default();
    let tally = bench.app.sync(SHOP, live, &board).await.unwrap();
    assert_eq!(tally.created.mygadgetrepairs["ticket"], 2, "{tally:?}");
    assert_eq!(walks(&bench) - before, 1);
    assert_eq!(waiting(&bench).await, 0);

    // Tasks that cannot be read now are looked for later; what told of one is not forgotten.
    let fields =
        json!({"title": "Ask again", "dueDate": "2031-01-02T10:00:00Z", "completed": false});
    let made =
        bench.in_crm(&json!({"action": "create_task", "contact": contact, "fields": fields}));
    let id = made["task"]["id"].as_str().or(made["id"].as_str()).unwrap();
    bench.tell("TaskCreate", &json!({"id": id})).await;
    bench.twins.set_offline(Vendor::HighLevel, true);
    let failed = bench.app.sync(SHOP, live, &board).await;
    assert!(failed.is_err() || !failed.unwrap().finished);
    assert_eq!(waiting(&bench).await, 1, "it waits");
    bench.twins.set_offline(Vendor::HighLevel, false);
    let tally = bench.app.sync(SHOP, live, &board).await.unwrap();
    assert_eq!(tally.created.mygadgetrepairs["ticket"], 1, "{tally:?}");
    assert_eq!(waiting(&bench).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notification_of_the_counter_is_looked_at_with_one_request() {
    let (bench, [.., task, ticket]) = small_shop().await;
    let shop = bench.app.shop(SHOP).await.unwrap();
    let paste = bench.app.counter_webhook(&shop).await.unwrap();
    let secret = paste.url.rsplit('/').next().unwrap().to_owned();
    let token = paste.headers["X-Sync-Token"].as_str().unwrap().to_owned();
    let header = |name: &str| (name == "x-sync-token").then_some(token.as_str());
    bench
        .at_counter(&json!({"action": "edit_ticket", "id": ticket, "fields": {"shortInfo": "iPhone 13 battery"}}))
        .await;
    let reference = bench.truth().await.tickets[&ticket]["ticket_ref"]
        .as_str()
        .unwrap()
        .to_owned();
    // One of them is broken by a quote in a tag.
    let bodies = [
        json!({"event": "ticket.updated", "ticket_ref": reference}).to_string(),
        format!(r#"{{"event":"ticket.updated","model":"13" screen","ticket_ref":"{reference}"}}"#),
    ];
    for body in bodies {
        bench
            .app
            .take_counter_webhook(&secret, header, body.as_bytes())
            .await
            .unwrap();
    }
    for (path, header) in [
        ("wrong", Some(token.as_str())),
        (secret.as_str(), None),
        (secret.as_str(), Some("wrong")),
    ] {
        let refused = bench
            .app
            .take_counter_webhook(
                path,
                |name: &str| header.filter(|_| name == "x-sync-token"),
                b"{}",
            )
            .await;
        assert!(matches!(refused, Err(NotTaken::Forged(_))), "{refused:?}");
    }
    let before = requests(&bench);
    assert!(bench.refresh().await.wrote());
    assert_eq!(requests(&bench).1 - before.1, 1);
    let title = bench.truth().await.tasks[&task]["title"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(title.ends_with("iPhone 13 battery"), "{title}");
}
