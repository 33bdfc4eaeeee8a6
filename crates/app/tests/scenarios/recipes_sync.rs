//! Recipes that set the rules of the sync, on the twins in recorded time: installed, the sync does what they promise and
//! what their guard says; removed, it is as it was before.

#![allow(clippy::unwrap_used, reason = "tests fail loudly")]

use crate::recipe_counter::{RecipeShop, days, hours, minutes};
use domain::Kind;
use serde_json::json;
use twin::mygadgetrepairs::Comments;

/// Nothing is made or carried over.
const OFF: &str = r#"
[create]
highlevel = "none"
mygadgetrepairs = "none"
[guard]
first_run = false
[fields.contact]
name = { direction = "off" }
email = { direction = "off" }
phone = { direction = "off" }
company = { direction = "off" }
[fields.task]
title = { direction = "off" }
body = { direction = "off" }
completed = { direction = "off" }
[notes]
to = "off"
[appointments]
to = "off"
"#;

/// Connection 1.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn contacts_and_tasks_go_both_ways_after_a_look_for_the_person_and_a_first_run_that_waits() {
    let mut shop = RecipeShop::new().await;
    shop.set_rules(OFF).await;
    let (counter, crm) = (shop.counter(), shop.crm());
    let zoe = shop.customer("Zoe Known");
    let ann = shop.customer("Ann New");
    let ticket = counter.ticket(&zoe, "iPhone 13 screen");
    let known = crm.contact(
        json!({"firstName": "Zoe", "lastName": "Known", "email": "zoe.known@example.test"}),
    );
    // A family's number: who it is cannot be told.
    for name in ["Anna Miller", "Annabel Miller"] {
        let _ = counter.customer(name, json!({"mobile": "07400999888"}));
    }
    let _mother =
        crm.contact(json!({"firstName": "A", "lastName": "Miller", "phone": "+447400999888"}));
    let only_crm =
        crm.contact(json!({"firstName": "Carl", "lastName": "Crm", "email": "carl@example.test"}));
    let before = shop.everything().await;
    shop.install("contacts-and-tasks", json!({})).await;
    shop.pass(minutes(1)).await;
    let (finished, reasons) = shop.unapproved().await;
    assert!(!finished && reasons.contains("first run"), "{reasons}");
    assert_eq!(shop.everything().await, before, "the first run waits");

    shop.turn().await;
    assert_eq!(shop.known(&zoe).await.contact, known, "found, not made");
    let ann = shop.known(&ann).await;
    let truth = shop.bench.truth().await;
    // Zoe, a Miller, Carl, and Ann; four customers and Carl.
    assert_eq!((truth.contacts.len(), truth.customers.len()), (4, 5));
    assert_eq!(
        shop.bench.app.reviews(testkit::SHOP).await.unwrap().len(),
        2
    );
    assert!(
        truth
            .customers
            .values()
            .any(|one| one["email"] == "carl@example.test")
    );
    let task = shop.bench.counterpart(Kind::Task, &ticket).await;
    assert_eq!(truth.tasks[&task]["contactId"], json!(known));
    assert_eq!(
        shop.woken(0)
            .iter()
            .filter(|(by, _)| by != "task_added")
            .count(),
        0
    );

    // Both ways; but a due date comes from the counter alone.
    crm.edit_contact(&ann.contact, json!({"email": "ann@example.test"}));
    counter.edit_customer(&zoe, json!({"email": "zoe@example.test"}));
    crm.edit_task(&task, json!({"title": "Screen and battery"}));
    shop.turn().await;
    shop.turn().await;
    let truth = shop.bench.truth().await;
    assert_eq!(truth.customers[&ann.customer]["email"], "ann@example.test");
    assert_eq!(truth.contacts[&known]["email"], "zoe@example.test");
    assert!(
        truth.tickets[&ticket]["short_info"]
            .to_string()
            .contains("Screen and battery")
    );
    let due = truth.tasks[&task]["dueDate"].clone();
    crm.edit_task(&task, json!({"dueDate": "2027-01-01T09:00:00Z"}));
    shop.turn().await;
    shop.turn().await;
    counter.hand_out(&ticket);
    shop.turn().await;
    let truth = shop.bench.truth().await;
    assert_eq!(truth.tasks[&task]["completed"], true);
    assert_ne!(due, "2027-01-01T09:00:00Z");
    Box::pin(shop.nothing_more()).await;

    shop.remove("contacts-and-tasks").await;
    let late = shop.customer("Nora Late");
    shop.crm()
        .edit_contact(&only_crm, json!({"email": "another@example.test"}));
    shop.later(days(1)).await;
    let truth = shop.bench.truth().await;
    assert_eq!(truth.contacts.len(), 4, "{late} is made nowhere");
    assert!(
        !truth
            .customers
            .values()
            .any(|one| one["email"] == "another@example.test")
    );

    // Told to make no customers, it makes none.
    shop.install("contacts-and-tasks", json!({"at_counter": "none"}))
        .await;
    let _stays = shop
        .crm()
        .contact(json!({"firstName": "Stays", "lastName": "Here", "email": "stays@example.test"}));
    shop.turn().await;
    shop.turn().await;
    let truth = shop.bench.truth().await;
    assert_eq!((truth.contacts.len(), truth.customers.len()), (6, 6));
}

/// Connection 2.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn notes_and_appointments_are_shown_internally_not_when_old_and_nothing_goes_back() {
    let mut shop = RecipeShop::new().await;
    shop.set_rules("[notes]\nto = \"off\"\n[appointments]\nto = \"off\"")
        .await;
    let counter = shop.counter();
    let maria = shop.customer("Maria Soto");
    let ticket = counter.ticket(&maria, "iPhone 13 screen");
    shop.turn().await;
    let maria = shop.known(&maria).await;
    let crm = shop.crm();
    let _old = crm.note(&maria.contact, "Older than thirty days");
    shop.later(days(40)).await;
    let _some = crm.note(&maria.contact, "Prefers to be called after six");
    let visit = crm.book(&maria.contact, "Collect", "2026-08-20T10:00:00Z");
    let far = crm.book(&maria.contact, "Next year", "2027-06-01T10:00:00Z");
    let over = crm.book(&maria.contact, "Was before", "2026-07-10T10:00:00Z");
    shop.turn().await;
    assert!(shop.internal_comments(&ticket).await.is_empty());
    let woken = shop.automations();
    shop.install("notes-and-appointments", json!({})).await;
    let _more = crm.note(&maria.contact, "Has a second phone");
    shop.turn().await;
    let told = shop.internal_comments(&ticket).await;
    assert_eq!(told.len(), 1, "one comment: {told:?}");
    assert!(
        told[0].contains("after six") && told[0].contains("second phone"),
        "{told:?}"
    );
    assert!(!told[0].contains("Older than"), "{told:?}");
    let truth = shop.bench.truth().await;
    assert_eq!(truth.appointments_of(&visit).len(), 1);
    assert!(truth.appointments_of(&far).is_empty());
    assert!(truth.appointments_of(&over).is_empty());

    // Nothing goes back.
    let _comment = counter.comment(&ticket, "Waits for the display");
    let _entered = counter.book(&maria.customer, "Walks in", "2026-08-21T10:00:00Z");
    shop.turn().await;
    shop.later(hours(1)).await;
    let truth = shop.bench.truth().await;
    assert_eq!((truth.notes.len(), truth.bookings.len()), (3, 3));
    assert!(shop.woken(woken).is_empty(), "nobody is messaged");
    crm.move_appointment(&visit, "2026-08-20T14:00:00Z");
    shop.turn().await;
    let moved = shop.bench.truth().await;
    let start = moved.appointments_of(&visit)[0]["start_date"].to_string();
    assert!(start.contains("2026-08-20T15:00:00"), "{start}");
    Box::pin(shop.nothing_more()).await;

    shop.remove("notes-and-appointments").await;
    let rest = shop.bench.truth().await;
    let _late = shop.crm().note(&maria.contact, "After it was removed");
    let _late = shop
        .crm()
        .book(&maria.contact, "After", "2026-09-20T10:00:00Z");
    shop.turn().await;
    shop.later(hours(1)).await;
    let truth = shop.bench.truth().await;
    assert_eq!(truth.comments, rest.comments);
    assert_eq!(truth.appointments, rest.appointments);

    // Asked for, comments go back, but not those from before.
    shop.install("notes-and-appointments", json!({"back": true}))
        .await;
    shop.turn().await;
    let _back = shop.counter().comment(&ticket, "Screen ordered, two days");
    shop.turn().await;
    shop.turn().await;
    let truth = shop.bench.truth().await;
    let written = |words: &str| {
        truth
            .notes
            .values()
            .filter(|one| one["body"].to_string().contains(words))
            .count()
    };
    assert_eq!(
        (written("Screen ordered"), written("Waits for the display")),
        (1, 0)
    );
}

/// Connection 3.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tasks_stand_for_tickets_and_a_completed_one_sets_only_a_chosen_status() {
    let mut shop = RecipeShop::new().await;
    shop.set_rules(OFF).await;
    let (counter, crm) = (shop.counter(), shop.crm());
    let maria = shop.customer("Maria Soto");
    shop.turn().await;
    shop.install("tasks", json!({"open_days": 5})).await;
    let tickets = ["Screen", "Battery"].map(|what| counter.ticket(&maria, what));
    shop.turn().await;
    let mut tasks = Vec::new();
    for ticket in &tickets {
        tasks.push(shop.bench.counterpart(Kind::Task, ticket).await);
    }
    let truth = shop.bench.truth().await;
    assert_eq!(truth.tasks.len(), 2);
    // Monday to Monday, at five in the afternoon in London.
    let due = truth.tasks[&tasks[0]]["dueDate"].as_str().unwrap();
    assert!(due.starts_with("2026-07-13T16:00:00"), "{due}");
    counter.edit_ticket(&tickets[0], json!({"description": "Cracked glass"}));
    crm.edit_task(&tasks[0], json!({"title": "Screen and frame"}));
    shop.turn().await;
    shop.turn().await;
    let truth = shop.bench.truth().await;
    assert!(
        truth.tasks[&tasks[0]]["body"]
            .to_string()
            .contains("Cracked glass")
    );
    assert!(
        truth.tickets[&tickets[0]]["short_info"]
            .to_string()
            .contains("Screen and frame")
    );

    // No status is chosen: the ticket stays as it is, and somebody is told.
    let status =
        |truth: &testkit::Truth, of: usize| truth.tickets[&tickets[of]]["status"]["label"].clone();
    let open = status(&truth, 0);
    crm.complete_task(&tasks[0], true);
    shop.turn().await;
    shop.turn().await;
    assert_eq!(status(&shop.bench.truth().await, 0), open);
    let held = shop.bench.app.status(testkit::SHOP).await.unwrap().held;
    assert_eq!(held, 1, "a person can see it");
    // It is chosen, and holds for what is completed.
    let done = counter.status_in("done");
    shop.install("tasks", json!({"open_days": 5, "done_status": done}))
        .await;
    crm.complete_task(&tasks[1], true);
    shop.turn().await;
    shop.turn().await;
    assert_eq!(status(&shop.bench.truth().await, 1), done);
    shop.turn().await;
    Box::pin(shop.nothing_more()).await;

    shop.remove("tasks").await;
    let late = shop.counter().ticket(&maria, "After it was removed");
    shop.counter()
        .edit_ticket(&tickets[0], json!({"description": "Not carried over"}));
    shop.turn().await;
    shop.later(hours(1)).await;
    let truth = shop.bench.truth().await;
    assert_eq!(truth.tasks.len(), 2, "{late}");
    assert!(
        !truth.tasks[&tasks[0]]["body"]
            .to_string()
            .contains("Not carried")
    );
}

/// P1.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn customers_are_contacts_found_before_made_quietly_and_stopped_by_messages() {
    let mut shop = RecipeShop::new().await;
    shop.set_rules(OFF).await;
    let counter = shop.counter();
    let zoe = shop.customer("Zoe Known");
    let mut others = Vec::new();
    for name in ["Al One", "Bo Two", "Cy Three", "Di Four"] {
        others.push(shop.customer(name));
    }
    let known = shop.crm().contact(
        json!({"firstName": "Zoe", "lastName": "Known", "email": "zoe.known@example.test"}),
    );
    shop.install("customers-are-contacts", json!({"messages": 2}))
        .await;
    shop.pass(minutes(1)).await;
    let (finished, _) = shop.unapproved().await;
    assert!(!finished, "the first run waits");
    shop.turn().await;
    assert_eq!(shop.known(&zoe).await.contact, known);
    assert_eq!(shop.bench.truth().await.contacts.len(), 5);
    assert!(shop.woken(0).is_empty(), "quietly: {:?}", shop.woken(0));
    counter.edit_customer(&others[0], json!({"email": "one@example.test"}));
    let late = shop.customer("Ed New");
    shop.turn().await;
    shop.turn().await;
    let one = shop.known(&others[0]).await.contact;
    let truth = shop.bench.truth().await;
    assert_eq!(truth.contacts[&one]["email"], "one@example.test");
    assert_eq!(truth.contacts.len(), 6);
    let _linked = shop.known(&late).await;
    Box::pin(shop.nothing_more()).await;

    // The CRM begins to send messages because of it: after so many, writing stops.
    let late: Vec<_> = ["Flo Six", "Gil Seven", "Hal Eight"]
        .map(|name| shop.customer(name))
        .to_vec();
    shop.turn().await;
    for customer in &late {
        let contact = shop.known(customer).await.contact;
        let message = json!({"contactId": contact, "messageId": format!("m-{contact}"), "messageType": "SMS",
            "direction": "outbound", "source": "workflow", "userId": ""});
        shop.bench.tell("OutboundMessage", &message).await;
    }
    let tally = Box::pin(shop.bench.refresh()).await;
    assert!(
        tally.reasons.iter().any(|why| why.contains("messages")),
        "{:?}",
        tally.reasons
    );
    let _held = shop.customer("Ivy Held");
    shop.pass(minutes(1)).await;
    let (_, reasons) = shop.unapproved().await;
    assert!(reasons.contains("messages"), "{reasons}");
    assert_eq!(
        shop.bench.truth().await.contacts.len(),
        9,
        "nobody is written to"
    );
    shop.turn().await;
    assert_eq!(
        shop.bench.truth().await.contacts.len(),
        10,
        "a person said that it is all right"
    );

    shop.remove("customers-are-contacts").await;
    let _late = shop.customer("Jo Removed");
    shop.turn().await;
    shop.later(hours(1)).await;
    assert_eq!(shop.bench.truth().await.contacts.len(), 10);
}

/// P2.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn context_on_ticket_is_one_internal_comment_and_none_where_it_might_be_seen() {
    let mut shop = RecipeShop::new().await;
    shop.set_rules("[notes]\nto = \"off\"\n[appointments]\nto = \"off\"")
        .await;
    let counter = shop.counter();
    let maria = shop.customer("Maria Soto");
    let [open, closed] = ["Screen", "Old repair"].map(|what| counter.ticket(&maria, what));
    counter.hand_out(&closed);
    shop.turn().await;
    let maria = shop.known(&maria).await;
    shop.install("context-on-ticket", json!({})).await;
    let crm = shop.crm();
    for text in [
        "Prefers to be called after six",
        "Has a second phone",
        "Pays in cash",
    ] {
        let _note = crm.note(&maria.contact, text);
    }
    let visit = crm.book(&maria.contact, "Collect", "2026-07-08T10:00:00Z");
    shop.later(minutes(16)).await;
    let told = shop.internal_comments(&open).await;
    assert_eq!(told.len(), 1, "one comment for all: {told:?}");
    for words in ["after six", "second phone", "in cash"] {
        assert!(told[0].contains(words), "{words}: {told:?}");
    }
    assert!(shop.internal_comments(&closed).await.is_empty());
    assert_eq!(shop.bench.truth().await.appointments_of(&visit).len(), 1);
    let _another = crm.note(&maria.contact, "Comes on Wednesday");
    shop.later(minutes(16)).await;
    let told = shop.internal_comments(&open).await;
    assert_eq!(told.len(), 2);
    assert!(!told[1].contains("in cash"), "told once: {told:?}");
    assert!(
        shop.woken(0).iter().all(|(by, _)| by == "task_added"),
        "{:?}",
        shop.woken(0)
    );
    Box::pin(shop.nothing_more()).await;
    shop.remove("context-on-ticket").await;
    let _late = shop.crm().note(&maria.contact, "After it was removed");
    shop.later(minutes(16)).await;
    assert_eq!(shop.internal_comments(&open).await.len(), 2);

    // The account does not show whether customers see a comment.
    let shop = RecipeShop::at_a_counter(|settings| settings.comments = Comments::PostOnly).await;
    let maria = shop.customer("Maria Soto");
    let open = shop.counter().ticket(&maria, "Screen");
    shop.install("context-on-ticket", json!({})).await;
    shop.turn().await;
    let contact = shop.known(&maria).await.contact;
    let _note = shop.crm().note(&contact, "Prefers to be called after six");
    shop.later(minutes(16)).await;
    assert!(shop.internal_comments(&open).await.is_empty());
    let told = shop.bench.app.status(testkit::SHOP).await.unwrap();
    assert!(told.held > 0, "and it is told why: {:?}", told.reasons);
}
