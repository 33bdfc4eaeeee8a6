//! Taking back: what we wrote and nobody touched since goes back, and stays back.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

use crate::desk::Desk;
use app::{UndoOf, UndoReport, UndoScope};
use domain::{Kind, RunId, Side};
use serde_json::json;
use std::collections::BTreeSet;
use testkit::SHOP;
use twin::{FaultProfile, Vendor};

fn run(run: RunId) -> UndoScope {
    UndoScope {
        of: UndoOf::Run(run),
        field: None,
        delete_created: false,
    }
}

async fn undo(desk: &Desk, scope: &UndoScope) -> UndoReport {
    desk.bench.app.undo(SHOP, scope, false).await.unwrap()
}

fn fields(lines: &[app::UndoLine]) -> BTreeSet<&'static str> {
    lines.iter().filter_map(|line| line.field).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_13_undoable_a_run_goes_back_where_our_value_stands() {
    let desk = Desk::with_one_ticket().await;
    desk.in_crm(json!({"city": "York", "address1": "2 Low Street", "email": "new@example.test"}))
        .await;
    desk.at_counter(json!({"postCode": "YO1 2BB"})).await;
    let written = desk.sync_edits().await;
    assert_eq!(desk.customer().await["fulladdress"]["city"], "York");
    assert_eq!(desk.contact().await["postalCode"], "YO1 2BB");
    // A person edits one of the values since.
    desk.at_counter(json!({"address": "3 Third Street"})).await;

    let dry = desk
        .bench
        .app
        .undo(SHOP, &run(written), true)
        .await
        .unwrap();
    assert_eq!(
        fields(&dry.taken_back),
        BTreeSet::from(["city", "email", "postalCode"])
    );
    assert_eq!(fields(&dry.kept), BTreeSet::from(["address"]), "{dry:?}");
    assert_eq!(
        desk.customer().await["fulladdress"]["city"],
        "York",
        "a dry run writes nothing"
    );

    let done = undo(&desk, &run(written)).await;
    assert!(done.finished && done.cannot.is_empty(), "{done:?}");
    assert_eq!(fields(&done.taken_back), fields(&dry.taken_back));
    assert_eq!(fields(&done.kept), fields(&dry.kept));
    let customer = desk.customer().await;
    assert_eq!(customer["fulladdress"]["city"], "Leeds");
    assert_eq!(customer["email"], "maria@example.test");
    assert_eq!(
        customer["fulladdress"]["address"], "3 Third Street",
        "the later edit is kept"
    );
    let contact = desk.contact().await;
    assert_eq!(contact["postalCode"], "LS1 1AA");
    assert_eq!(contact["city"], "York", "the person's own value stays");

    // What was put back is meant: the later edit flows, nothing else is written.
    desk.rest().await;
    assert_eq!(desk.contact().await["address1"], "3 Third Street");
    assert_eq!(desk.customer().await["fulladdress"]["city"], "Leeds");
    assert_eq!(desk.contact().await["city"], "York");
    assert_eq!(desk.contact().await["postalCode"], "LS1 1AA");

    // A second undo finds nothing left to take back.
    let before = (desk.contact().await, desk.customer().await);
    let again = undo(&desk, &run(written)).await;
    assert!(again.taken_back.is_empty(), "{again:?}");
    assert_eq!((desk.contact().await, desk.customer().await), before);

    // A new edit of a field that was taken back flows again.
    desk.in_crm(json!({"city": "Hull"})).await;
    desk.rest().await;
    assert_eq!(desk.customer().await["fulladdress"]["city"], "Hull");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_13_undoable_a_record_goes_back_over_several_runs_field_by_field() {
    let desk = Desk::with_one_ticket().await;
    for city in ["York", "Hull"] {
        desk.in_crm(json!({"city": city, "address1": format!("{city} Street")}))
            .await;
        desk.sync_edits().await;
    }
    let scope = |field: &str| UndoScope {
        of: UndoOf::Record(desk.reference.clone()),
        field: Some(field.to_owned()),
        delete_created: false,
    };
    let done = undo(&desk, &scope("city")).await;
    assert_eq!(fields(&done.taken_back), BTreeSet::from(["city"]));
    let customer = desk.customer().await;
    assert_eq!(customer["fulladdress"]["city"], "Leeds", "the first value");
    assert_eq!(customer["fulladdress"]["address"], "Hull Street");
    desk.rest().await;
    let again = undo(&desk, &scope("city")).await;
    assert!(
        again.taken_back.is_empty(),
        "an undo is not undone: {again:?}"
    );
    // By the vendor's own name.
    let done = undo(&desk, &scope("address1")).await;
    assert_eq!(fields(&done.taken_back), BTreeSet::from(["address"]));
    assert_eq!(
        desk.customer().await["fulladdress"]["address"],
        "1 High Street"
    );
    desk.rest().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_13_undoable_made_records_are_deleted_only_when_told_and_unused() {
    let desk = Desk::with_one_ticket().await;
    let first = desk.first_run;
    let scope = |delete_created| UndoScope {
        delete_created,
        ..run(first)
    };
    let listed = undo(&desk, &scope(false)).await;
    assert!(listed.taken_back.is_empty());
    assert_eq!(listed.kept.len(), 2, "the contact and its task: {listed:?}");
    assert_eq!(desk.bench.truth().await.contacts.len(), 1);

    // Somebody wrote a note on the contact: it stays, and only the task goes.
    let note = desk.bench.in_crm(
        &json!({"action": "create_note", "contact": desk.contact, "fields": {"body": "call back"}}),
    );
    let done = undo(&desk, &scope(true)).await;
    assert_eq!(done.taken_back.len(), 1, "{done:?}");
    assert_eq!(done.taken_back[0].kind, Kind::Task);
    assert_eq!(done.kept.len(), 1);
    let truth = desk.bench.truth().await;
    assert_eq!((truth.contacts.len(), truth.tasks.len()), (1, 0));

    let note = note["note"]["id"].as_str().unwrap().to_owned();
    desk.bench
        .in_crm(&json!({"action": "delete_note", "id": note}));
    let done = undo(&desk, &scope(true)).await;
    assert_eq!(done.taken_back.len(), 1, "{done:?}");
    assert!(desk.bench.truth().await.contacts.is_empty());
    // Nothing is made anew.
    desk.rest().await;
    assert!(desk.bench.truth().await.contacts.is_empty());
    let again = undo(&desk, &scope(true)).await;
    assert!(again.taken_back.is_empty(), "{again:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_13_undoable_a_lost_answer_leaves_nothing_half_done() {
    let mut desk = Desk::with_one_ticket().await;
    desk.in_crm(json!({"city": "York", "postalCode": "YO1 2BB"}))
        .await;
    let written = desk.sync_edits().await;
    desk.lose_answers_at_the_counter(true);
    let cut = desk.bench.app.undo(SHOP, &run(written), false).await;
    desk.lose_answers_at_the_counter(false);
    drop(cut);
    desk.bench.restart().await;
    desk.rest().await;
    let customer = desk.customer().await;
    assert_eq!(customer["fulladdress"]["city"], "Leeds");
    assert_eq!(customer["fulladdress"]["post_code"], "LS1 1AA");
    assert_eq!(desk.contact().await["city"], "York");
    let again = undo(&desk, &run(written)).await;
    assert!(again.taken_back.is_empty(), "{again:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_vendor_does_not_put_back_is_told() {
    let desk = Desk::with_one_ticket().await;
    // The counter had no town; by its interface this account cannot empty a field again.
    desk.at_counter(json!({"city": ""})).await;
    desk.rest().await;
    desk.in_crm(json!({"city": "York"})).await;
    let written = desk.sync_edits().await;
    assert_eq!(desk.customer().await["fulladdress"]["city"], "York");
    let done = undo(&desk, &run(written)).await;
    assert_eq!(fields(&done.cannot), BTreeSet::from(["city"]), "{done:?}");
    assert_eq!(desk.customer().await["fulladdress"]["city"], "York");
    desk.rest().await;
}

/// Both sides of a pair were filled in by one run, and with the town HighLevel's own country came to count. Nothing of
/// that, and nothing of what is put back, may pass for a person's edit.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_13_undoable_both_sides_of_a_pair_go_back_and_nobody_edited() {
    let desk = Desk::with_one_ticket().await;
    let customer = desk
        .new_customer(json!({
            "name": "Ada Okoro", "email": "ada@example.test", "mobile": "07400555666",
            "city": "Hull",
        }))
        .await;
    let contact = desk
        .new_contact(json!({
            "firstName": "Ada", "lastName": "Okoro", "email": "ada@example.test", "phone": "+447400555666",
            "companyName": "Okoro Ltd",
        }))
        .await;
    let tally = desk.bench.sync().await;
    assert!(tally.finished, "{:?}", tally.reasons);
    let linked = desk
        .across(Side::MyGadgetRepairs, Kind::Contact, &customer)
        .await;
    assert_eq!(linked.as_deref(), Some(contact.as_str()));
    assert!(!desk.journal_tells("edited", &contact).await);
    let filled = desk.bench.truth().await.contacts[&contact].clone();
    assert_eq!(filled["city"], "Hull", "{filled}");

    let app = &desk.bench.app;
    let dry = app.undo(SHOP, &run(tally.run), true).await.unwrap();
    let doubtful = dry.taken_back.iter().filter(|line| line.reason.is_some());
    let doubtful: Vec<_> = doubtful.map(|line| (line.side, line.field)).collect();
    assert_eq!(doubtful, [(Side::MyGadgetRepairs, Some("company"))]);

    // The counter answers so late that HighLevel's write would be over before.
    let late = FaultProfile {
        slow: 1.0,
        slow_ms: 400,
        ..FaultProfile::none()
    };
    let counter = Vendor::MyGadgetRepairs;
    desk.bench.twins.set_faults(counter, late);
    let done = undo(&desk, &run(tally.run)).await;
    desk.bench.twins.set_faults(counter, FaultProfile::none());
    assert!(fields(&done.taken_back).contains("city"), "{done:?}");
    let named =
        |line: &app::UndoLine| line.name.as_deref() == Some("Ada Okoro") && line.reason.is_none();
    assert!(done.taken_back.iter().all(named), "{done:?}");
    assert_eq!(done.cannot[0].name.as_deref(), Some("Ada Okoro"));
    assert_eq!(
        fields(&done.cannot),
        BTreeSet::from(["company"]),
        "{done:?}"
    );
    assert!(done.finished, "nothing is left to do: {done:?}");
    for _ in 0..2 {
        desk.sweep().await;
    }
    desk.rest().await;
    assert!(!desk.journal_tells("edited", &contact).await);
    let truth = desk.bench.truth().await;
    assert_eq!(truth.customers[&customer]["fulladdress"]["city"], "Hull");
    assert_eq!(truth.customers[&customer]["fulladdress"]["country"], "");
    assert!(
        truth.contacts[&contact]["city"]
            .as_str()
            .unwrap_or_default()
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_left_alone_is_not_taken_back_either() {
    let desk = Desk::with_one_ticket().await;
    let app = &desk.bench.app;
    app.leave_person_alone(SHOP, &desk.reference).await.unwrap();
    let scope = UndoScope {
        delete_created: true,
        ..run(desk.first_run)
    };
    let done = undo(&desk, &scope).await;
    assert!(done.taken_back.is_empty(), "{done:?}");
    assert_eq!(done.kept.len(), 2, "the contact and its task: {done:?}");
    assert_eq!(desk.bench.truth().await.contacts.len(), 1);
    app.take_person_up(SHOP, &desk.reference).await.unwrap();
    let done = undo(&desk, &scope).await;
    assert_eq!(done.taken_back.len(), 2, "{done:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_undo_deleted_is_made_again_when_a_person_says_so() {
    let desk = Desk::with_one_ticket().await;
    let app = &desk.bench.app;
    let scope = UndoScope {
        delete_created: true,
        ..run(desk.first_run)
    };
    let done = undo(&desk, &scope).await;
    assert_eq!(done.taken_back.len(), 2, "{done:?}");
    desk.rest().await;
    assert!(desk.bench.truth().await.contacts.is_empty());
    let person = app.person(SHOP, &desk.reference).await.unwrap();
    assert!(person.can_be_made_again && !person.parted);
    let joined = app.join_person_again(SHOP, &desk.reference).await;
    assert!(joined.is_err(), "there is nobody to be joined with");

    assert_eq!(app.make_run_again(SHOP, done.run).await.unwrap(), 2);
    assert!(app.make_run_again(SHOP, done.run).await.is_err(), "once");
    let anew = desk.bench.sync().await;
    desk.rest().await;
    let truth = desk.bench.truth().await;
    assert_eq!((truth.contacts.len(), truth.tasks.len()), (1, 1));
    let person = app.person(SHOP, &desk.reference).await.unwrap();
    assert!(!person.can_be_made_again);

    // The same for one person with what hangs on it.
    let scope = UndoScope {
        delete_created: true,
        ..run(anew.run)
    };
    undo(&desk, &scope).await;
    desk.rest().await;
    assert!(desk.bench.truth().await.contacts.is_empty());
    app.make_person_again(SHOP, &desk.reference).await.unwrap();
    desk.rest().await;
    let truth = desk.bench.truth().await;
    assert_eq!((truth.contacts.len(), truth.tasks.len()), (1, 1));
    let again = app.make_person_again(SHOP, &desk.reference).await;
    assert!(again.is_err(), "it has a counterpart");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_run_record_or_field_is_refused_with_the_way_on() {
    let desk = Desk::with_one_ticket().await;
    let refused = |scope: UndoScope| {
        let app = desk.bench.app.clone();
        async move { app.undo(SHOP, &scope, true).await.unwrap_err().to_string() }
    };
    let unknown = run("00000000-0000-7000-8000-000000000000".parse().unwrap());
    assert!(refused(unknown).await.contains("repairbridge runs main"));
    let record = |text: &str, field: Option<&str>| UndoScope {
        of: UndoOf::Record(text.to_owned()),
        field: field.map(str::to_owned),
        delete_created: false,
    };
    assert!(refused(record("C-999999", None)).await.contains("C-999999"));
    let field = refused(record(&desk.reference, Some("colour"))).await;
    assert!(field.contains("`colour` is not a field"), "{field}");
}
