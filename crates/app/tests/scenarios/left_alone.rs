//! What a person decides about somebody as a whole: left alone, taken up again, parted, looked at now.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

use crate::desk::Desk;
use app::{PeopleWish, PersonState};
use domain::Side;
use serde_json::{Value as Json, json};
use store::IntentState;
use testkit::SHOP;

async fn truth(desk: &Desk) -> String {
    format!("{:?}", desk.bench.truth().await)
}

/// The tasks of the contact.
async fn tasks(desk: &Desk) -> usize {
    let truth = desk.bench.truth().await;
    let of_contact = |task: &&Json| task["contactId"] == desk.contact.as_str();
    truth.tasks.values().filter(of_contact).count()
}

async fn state(desk: &Desk) -> PersonState {
    let wish = PeopleWish {
        search: Some(desk.reference.clone()),
        limit: 5,
        ..PeopleWish::default()
    };
    let page = desk.bench.app.people(SHOP, &wish).await.unwrap();
    page.people[0].state
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_left_alone_is_written_on_neither_side_until_taken_up_again() {
    let desk = Desk::with_one_ticket().await;
    let app = &desk.bench.app;
    let done = app.leave_person_alone(SHOP, &desk.reference).await.unwrap();
    assert_eq!(done.highlevel.unwrap().as_str(), desk.contact);
    assert_eq!(state(&desk).await, PersonState::LeftAlone);

    desk.in_crm(json!({"city": "York"})).await;
    desk.at_counter(json!({"address": "2 Low Street"})).await;
    desk.bench
        .at_counter(&json!({"action": "edit_ticket", "id": desk.ticket, "fields": {"shortInfo": "iPhone 13 battery"}}))
        .await;
    desk.new_ticket(&desk.customer, "Second phone").await;
    let edited = truth(&desk).await;
    desk.bench.sync().await;
    desk.sweep().await;
    assert_eq!(
        truth(&desk).await,
        edited,
        "nothing is written, here or there"
    );
    assert_eq!(tasks(&desk).await, 1);
    // What was seen is kept, and nothing of it waits to be written.
    let unfinished = app.unfinished(SHOP).await.unwrap();
    assert!(unfinished.failed.is_empty() && unfinished.held.is_empty());
    assert_eq!(app.status(SHOP).await.unwrap().backlog, 0);

    app.take_person_up(SHOP, &desk.contact).await.unwrap();
    desk.bench.sync().await;
    assert_eq!(desk.contact().await["address1"], "2 Low Street");
    assert_eq!(desk.customer().await["fulladdress"]["city"], "York");
    assert_eq!(tasks(&desk).await, 2);
    assert_eq!(state(&desk).await, PersonState::InStep);
    assert!(app.take_person_up(SHOP, &desk.contact).await.is_err());
    assert!(desk.journal_tells("left_alone", &desk.contact).await);
    assert!(desk.journal_tells("taken_up", &desk.contact).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_decided_and_not_sent_of_somebody_left_alone_is_not_sent() {
    let desk = Desk::with_one_ticket().await;
    let app = &desk.bench.app;
    // Decided, and held back since the counter cannot be written at the moment.
    desk.in_crm(json!({"city": "York"})).await;
    let counter = twin::Vendor::MyGadgetRepairs;
    desk.bench.twins.set_offline(counter, true);
    desk.bench
        .tell("ContactUpdate", &json!({"id": desk.contact}))
        .await;
    let shop = app.shop(SHOP).await.unwrap();
    let is_decided = async || {
        let counts = app.store().count_intents(shop.id).await.unwrap();
        counts.iter().any(|one| one.state == IntentState::Ready)
    };
    desk.cut_off(&is_decided).await;
    assert!(is_decided().await);
    app.leave_person_alone(SHOP, &desk.contact).await.unwrap();
    assert!(!is_decided().await);
    desk.bench.twins.set_offline(counter, false);
    let before = truth(&desk).await;
    desk.bench.sync().await;
    assert_eq!(truth(&desk).await, before);
    app.take_person_up(SHOP, &desk.contact).await.unwrap();
    desk.bench.sync().await;
    assert_eq!(desk.customer().await["fulladdress"]["city"], "York");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_who_is_left_alone_gets_no_counterpart() {
    let desk = Desk::with_one_ticket().await;
    let app = &desk.bench.app;
    let customer = desk
        .new_customer(json!({"name": "Nora Quill", "email": "nora@example.test"}))
        .await;
    // Seen and not created yet: a person has to approve so much.
    desk.set_rules("[create]\nhighlevel = \"none\"\n").await;
    desk.bench.sync().await;
    app.leave_person_alone(SHOP, &customer).await.unwrap();
    desk.set_rules("[create]\nhighlevel = \"all\"\n").await;
    let before = desk.bench.truth().await.contacts.len();
    desk.bench.sync().await;
    assert_eq!(desk.bench.truth().await.contacts.len(), before);
    app.take_person_up(SHOP, &customer).await.unwrap();
    desk.bench.sync().await;
    assert_eq!(desk.bench.truth().await.contacts.len(), before + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_unlinked_stays_apart_and_is_made_nowhere_again() {
    let desk = Desk::with_one_ticket().await;
    let app = &desk.bench.app;
    app.unlink_person(SHOP, &desk.reference).await.unwrap();
    let before = truth(&desk).await;
    desk.bench.sync().await;
    desk.sweep().await;
    assert_eq!(truth(&desk).await, before, "both sides stay as they are");
    desk.in_crm(json!({"city": "York"})).await;
    desk.bench
        .at_counter(&json!({"action": "edit_ticket", "id": desk.ticket, "fields": {"shortInfo": "iPhone 13 battery"}}))
        .await;
    let edited = truth(&desk).await;
    desk.bench.sync().await;
    desk.sweep().await;
    assert_eq!(truth(&desk).await, edited, "neither follows the other");
    let shown = app.person(SHOP, &desk.reference).await.unwrap();
    assert_eq!(shown.line.state, PersonState::AloneMygadgetrepairs);
    assert!(shown.explanation.alone.is_some());
    assert!(app.unlink_person(SHOP, &desk.reference).await.is_err());
    assert!(desk.journal_tells("unlinked", &desk.contact).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn invariant_3_no_lost_edit_who_was_unlinked_by_mistake_is_joined_again_with_what_changed_meanwhile()
 {
    let desk = Desk::with_one_ticket().await;
    let app = &desk.bench.app;
    assert!(app.join_person_again(SHOP, &desk.reference).await.is_err());
    app.unlink_person(SHOP, &desk.reference).await.unwrap();
    desk.in_crm(json!({"city": "York"})).await;
    desk.bench
        .at_counter(&json!({"action": "edit_customer", "id": desk.customer, "fields": {"address": "1 New Road"}}))
        .await;
    desk.bench
        .at_counter(&json!({"action": "edit_ticket", "id": desk.ticket, "fields": {"shortInfo": "iPhone 13 battery"}}))
        .await;
    desk.bench.sync().await;
    let people = async || {
        let truth = desk.bench.truth().await;
        (
            truth.contacts.len(),
            truth.customers.len(),
            truth.tasks.len(),
        )
    };
    let before = people().await;
    assert!(app.person(SHOP, &desk.contact).await.unwrap().parted);
    app.join_person_again(SHOP, &desk.contact).await.unwrap();
    assert!(app.join_person_again(SHOP, &desk.contact).await.is_err());
    desk.bench.sync().await;
    assert_eq!(people().await, before, "nobody and nothing is made anew");
    assert_eq!(desk.customer().await["fulladdress"]["city"], "York");
    assert_eq!(desk.contact().await["address1"], "1 New Road");
    assert!(truth(&desk).await.matches("iPhone 13 battery").count() >= 2);
    assert_eq!(state(&desk).await, PersonState::InStep);
    assert!(!app.person(SHOP, &desk.contact).await.unwrap().parted);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_a_person_asks_for_finds_what_nobody_told_of() {
    let desk = Desk::with_one_ticket().await;
    let app = &desk.bench.app;
    for (side, edit) in [("crm", "York"), ("counter", "Bath")] {
        match side {
            "crm" => desk.in_crm(json!({"city": edit})).await,
            _ => {
                desk.bench
                    .at_counter(&json!({"action": "edit_customer", "id": desk.customer, "fields": {"city": edit}}))
                    .await;
            }
        }
        app.look_at_person(SHOP, &desk.reference).await.unwrap();
        // A quick pass looks at hints and at nothing else.
        desk.bench.refresh().await;
        assert_eq!(desk.contact().await["city"], edit, "{side}");
        assert_eq!(desk.customer().await["fulladdress"]["city"], edit, "{side}");
    }
    // A look that a person asked for is no webhook that came.
    let shop = app.shop(SHOP).await.unwrap();
    for side in Side::BOTH {
        let heard = app.store().counts_of_webhooks(shop.id, side).await.unwrap();
        assert_eq!((heard.received, heard.told), (0, 0), "{side:?}");
        assert_eq!(heard.last_at, None);
    }
}
