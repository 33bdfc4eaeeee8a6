//! Every value that we wrote is traced to its cause, and what differs says why.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

use crate::desk::Desk;
use app::{Answer, Explanation, FieldStory, Origin, Why, WrittenStory};
use domain::{Side, Value};
use mapping::{Direction, Policy};
use serde_json::json;
use store::{Change, IntentState};
use sync::Ground;
use testkit::SHOP;

async fn explain(desk: &Desk, record: &str) -> Explanation {
    desk.bench.app.explain(SHOP, record, None).await.unwrap()
}

fn field<'a>(explanation: &'a Explanation, name: &str) -> &'a FieldStory {
    let mut fields = explanation.fields.iter();
    fields.find(|field| field.field == name).unwrap()
}

#[track_caller]
fn ours<'a>(explanation: &'a Explanation, side: Side, name: &str) -> &'a WrittenStory {
    match field(explanation, name).set_by.on(side) {
        Some(Origin::Repairbridge(written)) => written,
        other => unreachable!("{name} on {side} is told to be {other:?}"),
    }
}

#[track_caller]
fn a_persons(explanation: &Explanation, side: Side, name: &str) {
    let origin = field(explanation, name).set_by.on(side);
    assert!(matches!(origin, Some(Origin::Person { .. })), "{origin:?}");
}

fn text(value: &str) -> Option<Value> {
    Value::text(value)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_12_explainable_every_written_value_names_its_cause() {
    let desk = Desk::with_one_ticket().await;
    let (left, right) = (Side::HighLevel, Side::MyGadgetRepairs);
    desk.at_counter(
        json!({"postCode": "YO1 2BB", "name": "Maria Counter", "email": "counter@example.test"}),
    )
    .await;
    desk.in_crm(json!({"city": "York", "lastName": "Crm", "email": "crm@example.test"}))
        .await;
    let run = desk.sync_edits().await;
    let told = explain(&desk, &desk.reference).await;
    assert_eq!(field(&told, "email").differs, Some(Why::Conflict));
    let question = field(&told, "email").question.unwrap();
    let answer = Answer::Accept {
        candidate: None,
        side: Some(left),
    };
    desk.bench.app.answer(SHOP, question, answer).await.unwrap();
    let chosen = desk.sync_edits().await;

    // By any name: the contact's id, the customer's id, the counter's number in either case.
    for name in [
        desk.contact.clone(),
        desk.customer.clone(),
        desk.reference.to_lowercase(),
    ] {
        assert_eq!(explain(&desk, &name).await.records.len(), 2, "{name}");
    }
    let told = explain(&desk, &desk.reference).await;
    let city = ours(&told, right, "city");
    let edit = |from| Ground::Edit {
        from,
        direction: Direction::Both,
    };
    assert_eq!(city.ground, Some(edit(left)));
    assert_eq!(
        (&city.replaced, &city.wrote, &city.read_back),
        (&text("Leeds"), &text("York"), &text("York"))
    );
    assert_eq!((city.run, city.attempts), (run, 1));
    assert!(city.sent_at.is_some() && city.confirmed_at >= city.sent_at);
    a_persons(&told, left, "city");

    let postal = ours(&told, left, "postalCode");
    assert_eq!(postal.ground, Some(edit(right)));
    assert_eq!(postal.replaced, text("LS1 1AA"));
    a_persons(&told, right, "postalCode");

    let name = ours(&told, left, "name");
    let winner = right;
    let policy = Policy::Mygadgetrepairs;
    assert_eq!(name.ground, Some(Ground::Rule { winner, policy }));
    assert_eq!(
        name.replaced,
        text("Maria Crm"),
        "the overruled value is kept"
    );

    let email = ours(&told, right, "email");
    assert_eq!(email.ground, Some(Ground::Choice { winner: left }));
    assert_eq!(email.replaced, text("counter@example.test"));
    assert_eq!(email.run, chosen);

    let company = ours(&told, left, "company");
    assert_eq!(company.ground, Some(Ground::Created { from: right }));
    assert_eq!(company.run, desk.first_run);
    a_persons(&told, right, "company");
    let linked = told.linked.as_ref().unwrap();
    assert_eq!(
        (linked.made_in, linked.run),
        (Some(left), Some(desk.first_run))
    );

    // Nothing that stands anywhere is without a cause.
    let task = explain(&desk, &desk.task).await;
    for story in told.fields.iter().chain(&task.fields) {
        for side in Side::BOTH {
            let both = (story.values.on(side).is_some(), story.set_by.on(side));
            assert!(!(both.0 && both.1.is_none()), "{}: {side}", story.field);
        }
    }
    assert_eq!(
        ours(&task, left, "title").ground,
        Some(Ground::Created { from: right })
    );
    let lines = told.lines().join("\n");
    for words in [
        "written by Repairbridge",
        "a person chose HighLevel's value",
        "not written by Repairbridge: entered in MyGadgetRepairs",
    ] {
        assert!(lines.contains(words), "{lines}");
    }
    // One field, by a vendor's own name.
    let one = desk
        .bench
        .app
        .explain(SHOP, &desk.contact, Some("firstName"));
    assert_eq!(one.await.unwrap().fields.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_12_explainable_a_write_that_a_crash_cut_off_is_still_told_as_ours() {
    let desk = Desk::with_one_ticket().await;
    let (app, right) = (&desk.bench.app, Side::MyGadgetRepairs);
    let shop = app.shop(SHOP).await.unwrap();
    // Every change waits for a person, so that a decided write can be caught before it is sent.
    let mut rules = app.rules_of(&shop).unwrap();
    (rules.guard.changes, rules.guard.changes_percent) = (0, 0);
    app.set_rules(SHOP, &rules).await.unwrap();
    desk.in_crm(json!({"city": "York"})).await;
    let board = app::ProgressBoard::default();
    let options = app::SyncOptions::default();
    assert!(!app.sync(SHOP, options, &board).await.unwrap().finished);
    let held = app.unfinished(SHOP).await.unwrap().held;
    assert_eq!(held.len(), 1, "it is listed with what it waits for");
    assert_eq!(held[0].code.as_deref(), Some("GUARD-APPROVAL"));

    // The process died just after it was sent, and the counter took it.
    let sent = Change::Progress {
        intent: held[0].write.id,
        state: IntentState::Sent,
        target: None,
        not_before: None,
        counts: false,
        failure: None,
    };
    let now = domain::Clock::now(&http::SystemClock);
    app.store().commit(shop.id, now, vec![sent]).await.unwrap();
    desk.at_counter(json!({"city": "York"})).await;
    desk.rest().await;
    let told = explain(&desk, &desk.reference).await;
    let written = ours(&told, right, "city");
    assert_eq!(
        (&written.replaced, &written.wrote),
        (&text("Leeds"), &text("York"))
    );
    assert_eq!(written.write, held[0].write.id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn differences_are_listed_with_their_reason() {
    let desk = Desk::with_one_ticket().await;
    assert!(
        desk.bench
            .app
            .differences(SHOP, 10)
            .await
            .unwrap()
            .is_empty()
    );
    // A completed task has no ticket status until the shop chooses one: held.
    desk.bench.in_crm(
        &json!({"action": "edit_task", "id": desk.task, "contact": desk.contact, "fields": {
        "completed": true, "dueDate": "2031-01-02T10:00:00Z"}}),
    );
    // Both changed the e-mail address: a person is asked.
    desk.at_counter(json!({"email": "counter@example.test"}))
        .await;
    desk.in_crm(json!({"email": "crm@example.test"})).await;
    desk.rest().await;
    let found = desk.bench.app.differences(SHOP, 10).await.unwrap();
    let of = |name: &str| {
        let mut fields = found.iter().flat_map(|pair| &pair.fields);
        fields.find(|one| one.field == name).map(|one| &one.why)
    };
    assert_eq!(of("email"), Some(&Why::Conflict));
    assert_eq!(of("dueDate"), Some(&Why::Rule));
    assert!(matches!(of("status"), Some(Why::Held { .. })), "{found:?}");
    let count: usize = found.iter().map(|pair| pair.fields.len()).sum();
    assert_eq!(count, 3, "{found:?}");
    let agreement = desk.bench.app.status(SHOP).await.unwrap().agreement;
    assert_eq!(agreement.fields - agreement.agree, 3, "as counted");
}
