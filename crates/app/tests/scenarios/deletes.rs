//! Deletes: found however they come to light, carried over as the shop's rules say, never many without a person, and
//! never what somebody is still working with.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

use crate::desk::Desk;
use app::{ProgressBoard, SyncOptions, Tally, UndoOf, UndoScope};
use domain::{Kind, Side};
use serde_json::json;
use testkit::{Bench, SHOP};
use twin::{FaultProfile, Vendor};

const CRM: Side = Side::HighLevel;
const COUNTER: Side = Side::MyGadgetRepairs;

async fn unapproved(bench: &Bench) -> Tally {
    let board = ProgressBoard::default();
    let pass = bench.app.sync(SHOP, SyncOptions::default(), &board);
    pass.await.unwrap()
}

async fn delete_ticket(desk: &Desk) {
    desk.bench
        .at_counter(&json!({"action": "delete_ticket", "id": desk.ticket}))
        .await;
}

async fn delete_customer(desk: &Desk) {
    desk.bench
        .at_counter(&json!({"action": "delete_customer", "id": desk.customer}))
        .await;
}

/// Customers beside the desk's, in step. Answers them with their contacts.
async fn with_customers(desk: &Desk, count: usize) -> Vec<(String, String)> {
    let mut customers = Vec::new();
    for number in 0..count {
        let fields = json!({"name": format!("Person Number{number}"), "email": format!("p{number}@example.test")});
        customers.push(desk.new_customer(fields).await);
    }
    desk.bench.sync().await;
    let mut both = Vec::new();
    for customer in customers {
        let contact = desk.across(COUNTER, Kind::Contact, &customer).await;
        both.push((customer, contact.unwrap()));
    }
    both
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_that_a_notification_shows_to_be_gone_is_told_in_the_journal() {
    let desk = Desk::with_one_ticket().await;
    let number = desk.number_of(&desk.ticket).await;
    delete_ticket(&desk).await;
    desk.told_by_counter("ticket.deleted", &number).await;
    let tally = desk.bench.refresh().await;
    assert!(tally.reasons.is_empty(), "{tally:?}");
    assert!(desk.journal_tells("vanished", &desk.ticket).await);
    assert!(desk.journal_tells("unlinked", &desk.ticket).await);
    let truth = desk.bench.truth().await;
    assert_eq!(truth.tasks.len(), 1, "by default the task stays");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_rule_the_task_of_a_deleted_ticket_is_completed_or_deleted() {
    for policy in ["archive", "delete"] {
        let desk = Desk::with_one_ticket().await;
        desk.set_rules(&format!(
            "[delete]\ntask = {{ highlevel = \"{policy}\" }}\n"
        ))
        .await;
        desk.rest().await;
        delete_ticket(&desk).await;
        let preview = desk
            .bench
            .app
            .preview(SHOP, &ProgressBoard::default())
            .await
            .unwrap();
        let tally = desk.sweep().await;
        assert!(tally.finished && tally.failed == 0, "{tally:?}");
        let truth = desk.bench.truth().await;
        if policy == "archive" {
            assert_eq!(truth.tasks[&desk.task]["completed"], true);
            assert!(desk.journal_tells("archived", &desk.task).await);
        } else {
            assert!(truth.tasks.is_empty());
            assert_eq!(tally.deleted.highlevel["task"], 1);
            assert!(desk.journal_tells("deleted", &desk.task).await);
        }
        // A preview reads what changed only, and so knows of no deletion yet; it deletes nothing in any case.
        assert_eq!(preview.tally.deleted.total(), 0);
        assert_eq!((truth.contacts.len(), truth.tickets.len()), (1, 0));
        desk.rest().await;
        // What was deleted or put away is not given back by an undo, which says so.
        let scope = UndoScope {
            of: UndoOf::Run(tally.run),
            field: None,
            delete_created: false,
        };
        let undone = desk.bench.app.undo(SHOP, &scope, false).await.unwrap();
        assert!(undone.taken_back.is_empty(), "{undone:?}");
        let words = undone.cannot[0].text();
        assert!(words.contains("by hand"), "{words}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_rule_a_customer_and_the_work_go_with_the_contact() {
    let desk = Desk::with_one_ticket().await;
    desk.set_rules("[delete]\ncontact = \"delete\"\ntask = \"delete\"\n")
        .await;
    desk.rest().await;
    desk.bench
        .in_crm(&json!({"action": "delete_contact", "id": desk.contact}));
    desk.bench
        .tell("ContactDelete", &json!({"id": desk.contact}))
        .await;
    let tally = desk.bench.refresh().await;
    assert!(tally.failed == 0 && tally.held == 0, "{tally:?}");
    let truth = desk.bench.truth().await;
    assert_eq!((truth.customers.len(), truth.tickets.len()), (0, 0));
    assert_eq!(tally.deleted.total(), 2);
    desk.rest().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_for_one_side_leaves_the_other_alone() {
    let desk = Desk::with_one_ticket().await;
    desk.set_rules("[delete]\ntask = { highlevel = \"delete\" }\n")
        .await;
    desk.rest().await;
    desk.bench
        .in_crm(&json!({"action": "delete_task", "id": desk.task}));
    let tally = desk.sweep().await;
    assert!(tally.finished, "{tally:?}");
    assert_eq!(desk.bench.truth().await.tickets.len(), 1);
    assert_eq!(tally.deleted.total(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_3_no_lost_edit_when_a_counterpart_is_to_be_deleted() {
    let desk = Desk::with_one_ticket().await;
    desk.set_rules("[delete]\ncontact = \"delete\"\ntask = \"delete\"\n")
        .await;
    desk.rest().await;
    // Somebody edits the task while somebody else deletes the ticket: the edit has nowhere to go, and stays.
    let edit = json!({"title": "Ring her first"});
    desk.bench
        .in_crm(&json!({"action": "edit_task", "id": desk.task, "fields": edit}));
    delete_ticket(&desk).await;
    let tally = desk.sweep().await;
    assert!(tally.failed == 0, "{tally:?}");
    let truth = desk.bench.truth().await;
    assert_eq!(truth.tasks[&desk.task]["title"], "Ring her first");

    // Her contact has a note and that task: it is kept, and why is told where what is held is listed.
    desk.bench.in_crm(
        &json!({"action": "create_note", "contact": desk.contact, "fields": {"body": "Pays cash"}}),
    );
    delete_customer(&desk).await;
    let tally = desk.sweep().await;
    assert_eq!(tally.held, 1, "{tally:?}");
    assert_eq!(desk.bench.truth().await.contacts.len(), 1);
    assert!(desk.journal_tells("kept", &desk.contact).await);
    let held = desk.bench.app.unfinished(SHOP).await.unwrap().held;
    let words = held[0].lines().join(" ");
    for part in [
        "delete the HighLevel contact",
        desk.reference.as_str(),
        "by hand",
    ] {
        assert!(words.contains(part), "no `{part}` in {words}");
    }
    // It is not looked at again and again.
    let before = desk.bench.twins.requests(Vendor::HighLevel);
    desk.bench.refresh().await;
    assert_eq!(desk.bench.twins.requests(Vendor::HighLevel), before);
    // Once the rule is gone, so is the wish.
    desk.set_rules("").await;
    let held = desk.bench.app.unfinished(SHOP).await.unwrap().held;
    assert!(held.is_empty(), "{held:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_kept_goes_once_it_is_cleared_and_approved() {
    let desk = Desk::with_one_ticket().await;
    let customers = with_customers(&desk, 1).await;
    let (customer, contact) = &customers[0];
    desk.set_rules("[delete]\ncontact = \"delete\"\n").await;
    desk.rest().await;
    let made = desk.bench.in_crm(
        &json!({"action": "create_note", "contact": contact, "fields": {"body": "Pays cash"}}),
    );
    desk.bench
        .at_counter(&json!({"action": "delete_customer", "id": customer}))
        .await;
    assert_eq!(desk.sweep().await.held, 1);
    let note = made["note"]["id"].as_str().unwrap();
    desk.bench
        .in_crm(&json!({"action": "delete_note", "id": note}));
    let tally = desk.bench.sync().await;
    assert_eq!(tally.held, 0, "{tally:?}");
    assert!(!desk.bench.truth().await.contacts.contains_key(contact));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_8_mass_vanishing_waits_for_a_person_whatever_the_rule() {
    let desk = Desk::with_one_ticket().await;
    let customers = with_customers(&desk, 30).await;
    desk.set_rules("[delete]\ncontact = \"delete\"\n").await;
    desk.rest().await;
    for (customer, _) in &customers {
        desk.bench
            .at_counter(&json!({"action": "delete_customer", "id": customer}))
            .await;
    }
    let tally = desk.sweep().await;
    assert!(!tally.finished);
    let reason = &tally.reasons[0];
    assert!(reason.contains("30 of "), "{reason}");
    assert_eq!(desk.bench.truth().await.contacts.len(), 31, "nothing went");
    let still = unapproved(&desk.bench).await;
    assert!(!still.finished && !still.wrote(), "{still:?}");
    // What would happen is told before anybody approves: the deletions are known by now.
    let preview = desk
        .bench
        .app
        .preview(SHOP, &ProgressBoard::default())
        .await
        .unwrap();
    assert_eq!(preview.tally.deleted.highlevel["contact"], 30);
    let words = preview.lines().join("\n");
    assert!(
        words.contains("would delete 30 contacts in HighLevel"),
        "{words}"
    );
    assert_eq!(desk.bench.truth().await.contacts.len(), 31);
    let approved = desk.bench.sync().await;
    assert!(approved.finished, "{:?}", approved.reasons);
    assert_eq!(approved.deleted.highlevel["contact"], 30);
    assert_eq!(desk.bench.truth().await.contacts.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_8_mass_vanishing_told_one_by_one_waits_as_well() {
    let desk = Desk::with_one_ticket().await;
    let customers = with_customers(&desk, 30).await;
    desk.rest().await;
    let mut stopped = None;
    for (number, (customer, contact)) in customers.iter().enumerate() {
        desk.bench
            .in_crm(&json!({"action": "delete_contact", "id": contact}));
        desk.bench
            .tell("ContactDelete", &json!({"id": contact}))
            .await;
        let tally = desk.bench.refresh().await;
        let linked = desk.across(COUNTER, Kind::Contact, customer).await;
        if let Some(reason) = tally.reasons.first() {
            assert!(linked.is_some(), "it is not let go");
            assert!(reason.contains("within the last hour"), "{reason}");
            stopped.get_or_insert(number);
        } else {
            assert!(linked.is_none());
        }
    }
    assert_eq!(stopped, Some(20), "twenty pass, the next one waits");
    // Approved, they go; and what comes after is counted anew.
    let approved = desk.bench.sync().await;
    assert!(approved.finished, "{:?}", approved.reasons);
    let fields = json!({"name": "One More", "email": "more@example.test"});
    let customer = desk.new_customer(fields).await;
    desk.bench.sync().await;
    let contact = desk.across(COUNTER, Kind::Contact, &customer).await;
    let contact = contact.unwrap();
    desk.bench
        .in_crm(&json!({"action": "delete_contact", "id": contact}));
    desk.bench
        .tell("ContactDelete", &json!({"id": contact}))
        .await;
    let tally = desk.bench.refresh().await;
    assert!(tally.reasons.is_empty(), "{tally:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_2_what_was_made_of_a_record_that_is_gone_by_now_is_not_taken_for_news() {
    for policy in ["unlink", "delete"] {
        let desk = Desk::with_one_ticket().await;
        let delete = format!("[delete]\ntask = {{ highlevel = \"{policy}\" }}\n");
        desk.set_rules(&format!("[notes]\nto = \"off\"\n{delete}"))
            .await;
        desk.rest().await;
        // The ticket is deleted before anybody can look.
        let ticket = desk.ticket_of_an_unheard_task().await;
        let number = desk.number_of(&ticket).await;
        desk.bench
            .at_counter(&json!({"action": "delete_ticket", "id": ticket}))
            .await;
        desk.told_by_counter("ticket.deleted", &number).await;
        desk.cut_off(async || desk.journal_tells("vanished", &ticket).await)
            .await;
        assert!(desk.journal_tells("vanished", &ticket).await);
        desk.bench
            .twins
            .set_faults(Vendor::HighLevel, FaultProfile::none());
        desk.rest().await;
        desk.rest().await;
        let truth = desk.bench.truth().await;
        assert_eq!(
            truth.tickets.len(),
            1,
            "the deleted ticket is not made again"
        );
        let left = if policy == "unlink" { 2 } else { 1 };
        assert_eq!(truth.tasks.len(), left, "{policy}");
        assert!(desk.journal_tells("created", &ticket).await);
        assert!(desk.journal_tells("unlinked", &ticket).await);
        assert!(desk.across(CRM, Kind::Task, &desk.task).await.is_some());
    }
}
