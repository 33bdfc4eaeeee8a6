//! Recipes about tickets on the twins, in recorded time: each fires when it should and once, not on history and not on
//! replay, and keeps what its guard promises.

#![allow(clippy::unwrap_used, reason = "tests fail loudly")]

use crate::recipe_counter::{RecipeShop, days, hours, minutes};
use serde_json::json;

/// P5.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ready_not_collected_calls_after_days_tags_later_and_stops_on_collection_or_payment() {
    let mut shop = RecipeShop::new().await;
    let counter = shop.counter();
    let names = [
        "Ann Lie",
        "Bo Collect",
        "Cy Pays",
        "Di Later",
        "Ed Optout",
        "Flo Removed",
        "Gil History",
    ];
    let customers = names.map(|name| shop.customer(name));
    let before = counter.ticket(&customers[6], "Was ready before");
    counter.walk_through(&before, &["open", "ready"]);
    let unseen = counter.ticket(&customers[6], "Became ready unseen");
    shop.turn().await;
    counter.walk_through(&unseen, &["ready"]);
    shop.pass(minutes(1)).await;
    shop.install("ready-not-collected", json!({})).await;
    shop.turn().await;
    assert!(shop.runs().await.is_empty(), "history starts nothing");
    let woken = shop.automations();

    let mut tickets = Vec::new();
    for customer in &customers[..5] {
        tickets.push(counter.ticket(customer, "iPhone 13 screen"));
    }
    shop.turn().await;
    for ticket in &tickets {
        counter.walk_through(ticket, &["ready"]);
    }
    let invoices: Vec<_> = tickets
        .iter()
        .map(|ticket| counter.invoice(ticket, 80.0, None))
        .collect();
    shop.turn().await;
    let [lies, collected, paid, paid_later, opted_out] = tickets.try_into().unwrap();
    for ticket in [&lies, &collected, &paid, &paid_later, &opted_out] {
        assert_eq!(shop.about(ticket).await, ["waiting"]);
    }
    let mut people = Vec::new();
    for customer in &customers[..6] {
        people.push(shop.known(customer).await);
    }
    shop.later(days(1)).await;
    counter.hand_out(&collected);
    shop.later(days(1)).await;
    for person in &people {
        assert!(shop.tasks(&person.contact).await.is_empty(), "not yet");
    }
    // Paid a moment before the task would come, and just after the invoices were listed.
    let due = shop.goes_on(&paid).await;
    shop.until(due, minutes(-2)).await;
    counter.pay(&invoices[2], None);
    shop.until(due, minutes(1)).await;
    let called = format!("{}: ready, not collected", shop.number(&lies).await);
    assert_eq!(shop.tasks(&people[0].contact).await[0].0, called);
    let count = async |of: usize| shop.tasks(&people[of].contact).await.len();
    assert_eq!(
        [
            count(0).await,
            count(1).await,
            count(2).await,
            count(3).await
        ],
        [1, 0, 0, 1]
    );
    assert_eq!(shop.about(&collected).await, ["not_needed"]);
    assert_eq!(shop.about(&paid).await, ["not_needed"]);
    assert!(shop.tags(&people[0].contact).await.is_empty());

    // Paid after the call, and an opt-out.
    shop.later(days(3)).await;
    counter.pay(&invoices[3], None);
    let block = json!({"dnd": true});
    shop.crm().edit_contact(&people[4].contact, block);
    shop.later(days(4)).await;
    assert_eq!(shop.tags(&people[0].contact).await, ["not collected"]);
    for other in &people[1..] {
        assert!(shop.tags(&other.contact).await.is_empty());
    }
    assert_eq!(shop.about(&lies).await, ["done"]);
    assert_eq!(shop.about(&paid_later).await, ["not_needed"]);
    assert_eq!(shop.about(&opted_out).await, ["not_needed"]);
    assert_eq!(
        shop.woken(woken),
        [("tag_added".to_owned(), "not collected".to_owned())]
    );
    Box::pin(shop.nothing_more()).await;

    // Removed while it waits: nothing more happens.
    let counter = shop.counter();
    let late = counter.ticket(&customers[5], "Removed meanwhile");
    shop.turn().await;
    counter.walk_through(&late, &["ready"]);
    shop.turn().await;
    assert_eq!(shop.about(&late).await, ["waiting"]);
    shop.remove("ready-not-collected").await;
    let rest = shop.everything().await;
    shop.later(days(20)).await;
    assert_eq!(shop.everything().await, rest);
    assert!(shop.runs().await.is_empty());
}

/// P4. It is there before the first run.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn status_messages_tag_real_transitions_once_and_nobody_who_wants_no_messages() {
    let mut shop = RecipeShop::new().await;
    let counter = shop.counter();
    let [maria, slip, bounce, quiet, opts_out] = [
        "Maria Soto",
        "Al Slip",
        "Bea Bounce",
        "Cora Quiet",
        "Dan Outs",
    ]
    .map(|name| shop.customer(name));
    let before = counter.ticket(&maria, "Was ready before");
    counter.walk_through(&before, &["open", "ready"]);
    let field = shop.new_field("Repair status").await;
    shop.install("status-messages", json!({"field": field}))
        .await;
    shop.turn().await;
    shop.later(minutes(5)).await;
    assert!(shop.runs().await.is_empty(), "history starts nothing");
    let woken = shop.automations();

    let tickets =
        [&maria, &slip, &bounce, &quiet, &opts_out].map(|of| counter.ticket(of, "Screen"));
    shop.turn().await;
    let mut people = Vec::new();
    for customer in [&maria, &slip, &bounce, &quiet, &opts_out] {
        people.push(shop.known(customer).await.contact);
    }
    shop.crm().edit_contact(&people[3], json!({"dnd": true}));
    shop.turn().await;
    let ready = |of: usize| counter.walk_through(&tickets[of], &["ready"]);
    counter.walk_through(&tickets[0], &["waiting"]);
    for of in 1..5 {
        ready(of);
    }
    shop.turn().await;
    assert!(shop.tags(&people[0]).await.is_empty(), "a moment is waited");
    counter.walk_through(&tickets[1], &["open"]);
    counter.walk_through(&tickets[2], &["open"]);
    shop.later(minutes(1)).await;
    ready(2);
    shop.crm().edit_contact(&people[4], json!({"dnd": true}));
    shop.turn().await;
    shop.later(minutes(1)).await;
    shop.later(minutes(2)).await;
    assert_eq!(shop.tags(&people[0]).await, ["repair waiting"]);
    assert_eq!(
        shop.field(&people[0], &field).await,
        json!(counter.status_in("waiting"))
    );
    assert_eq!(shop.tags(&people[2]).await, ["repair ready"]);
    for of in [1, 3, 4] {
        assert!(shop.tags(&people[of]).await.is_empty(), "{of}");
    }
    // Another status of the same group says nothing; the next group does, and takes the tag away.
    counter.set_status(&tickets[0], "Waiting for customer");
    shop.turn().await;
    shop.later(minutes(3)).await;
    ready(0);
    shop.turn().await;
    shop.later(minutes(3)).await;
    assert_eq!(shop.tags(&people[0]).await, ["repair ready"]);
    counter.hand_out(&tickets[0]);
    shop.turn().await;
    shop.later(minutes(3)).await;
    assert_eq!(shop.tags(&people[0]).await, ["repair collected"]);
    let added: Vec<_> = shop
        .woken(woken)
        .into_iter()
        .filter(|(by, _)| by == "tag_added")
        .collect();
    let mut added: Vec<_> = added.iter().map(|(_, tag)| tag.as_str()).collect();
    added.sort_unstable();
    // Each message once: a bounce of the status within two minutes is one.
    let wanted = [
        "repair collected",
        "repair ready",
        "repair ready",
        "repair waiting",
    ];
    assert_eq!(added, wanted);
    Box::pin(shop.nothing_more()).await;

    // Removed before the moment has passed.
    shop.counter().walk_through(&tickets[1], &["ready"]);
    shop.turn().await;
    shop.remove("status-messages").await;
    shop.later(minutes(5)).await;
    assert!(shop.tags(&people[1]).await.is_empty());
}

/// P6. The shop is closed on a Wednesday.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stuck_ticket_counts_business_days_and_once_for_each_time_in_the_status() {
    let mut shop = RecipeShop::new().await;
    let counter = shop.counter();
    let [old, recent, stuck, moves] =
        ["Olga Old", "Rita Recent", "Stan Stuck", "Mo Moves"].map(|name| shop.customer(name));
    let waits = |of: &str| {
        let ticket = counter.ticket(of, "Battery");
        counter.walk_through(&ticket, &["waiting"]);
        ticket
    };
    // Stuck since long before the first run.
    let long = waits(&old);
    shop.pass(days(21)).await;
    shop.set_rules("[hours]\nholidays = [\"2026-08-05\"]").await;
    let some = waits(&recent);
    shop.turn().await;
    // A Wednesday: installed two business days later.
    shop.later(days(2)).await;
    shop.install("stuck-ticket", json!({})).await;
    shop.turn().await;
    let tickets = [
        counter.ticket(&stuck, "Screen"),
        counter.ticket(&moves, "Screen"),
    ];
    let staff = counter.staff();
    counter.assign(&tickets[0], &staff[0].0);
    shop.turn().await;
    for ticket in &tickets {
        counter.walk_through(ticket, &["waiting"]);
    }
    shop.turn().await;
    assert!(shop.runs().await.is_empty(), "history starts nothing");
    let [old, recent, stuck, moves] = [
        shop.known(&old).await.contact,
        shop.known(&recent).await.contact,
        shop.known(&stuck).await.contact,
        shop.known(&moves).await.contact,
    ];
    let waiting = counter.status_in("waiting");
    let title = async |ticket: &str| {
        format!(
            "{}: {waiting} for 5 business days",
            shop.number(ticket).await
        )
    };

    // Five business days of the one that waited before it was installed: from Monday to Monday.
    shop.later(days(4)).await;
    assert!(shop.tasks(&recent).await.is_empty(), "Sunday");
    shop.later(days(1) + hours(1)).await;
    assert_eq!(shop.tasks(&recent).await.len(), 1);
    assert_eq!(shop.tasks(&recent).await[0].0, title(&some).await);
    // What is changed of it beside its status begins nothing anew.
    counter.edit_ticket(&some, json!({"description": "Still no part"}));
    counter.edit_ticket(&long, json!({"description": "Still no part"}));
    // From Wednesday to Wednesday, but that is a holiday: Thursday.
    counter.walk_through(&tickets[1], &["ready"]);
    shop.later(days(2)).await;
    assert!(
        shop.tasks(&stuck).await.is_empty(),
        "a holiday does not count"
    );
    shop.later(days(1)).await;
    assert_eq!(shop.tasks(&stuck).await.len(), 1);
    assert_eq!(shop.tasks(&stuck).await[0].0, title(&tickets[0]).await);
    let body = shop.body_of_task(&stuck).await;
    assert!(body.contains(&staff[0].1), "{body}");
    for _ in 0..3 {
        shop.later(days(5)).await;
    }
    assert_eq!(shop.tasks(&recent).await.len(), 1, "once");
    assert_eq!(shop.tasks(&stuck).await.len(), 1, "once");
    assert!(shop.tasks(&old).await.is_empty());
    assert!(shop.tasks(&moves).await.is_empty());

    // Another time in the status is another task.
    let counter = shop.counter();
    counter.walk_through(&tickets[0], &["open"]);
    shop.turn().await;
    counter.walk_through(&tickets[0], &["waiting"]);
    shop.turn().await;
    shop.later(days(8)).await;
    assert_eq!(shop.tasks(&stuck).await.len(), 2);
    Box::pin(shop.nothing_more()).await;
    assert!(
        shop.woken(0).iter().all(|(by, _)| by == "task_added"),
        "{:?}",
        shop.woken(0)
    );

    shop.counter().walk_through(&tickets[1], &["waiting"]);
    shop.turn().await;
    shop.remove("stuck-ticket").await;
    shop.later(days(20)).await;
    assert!(shop.tasks(&moves).await.is_empty());

    // Nobody counted while it was away: what came into the status then has been there since then.
    shop.counter().walk_through(&tickets[0], &["open"]);
    shop.turn().await;
    shop.counter().walk_through(&tickets[0], &["waiting"]);
    shop.turn().await;
    shop.install("stuck-ticket", json!({})).await;
    shop.later(days(8)).await;
    assert_eq!(shop.tasks(&stuck).await.len(), 3);
    assert!(shop.tasks(&moves).await.is_empty(), "that was long ago");
}

/// P3.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ticket_follow_up_makes_one_task_of_a_ticket_and_one_of_a_reminder() {
    let mut shop = RecipeShop::new().await;
    shop.set_rules(
        "[create]\nhighlevel = \"none\"\n[fields.task]\ntitle = { direction = \"off\" }\ncompleted = { direction = \"off\" }",
    )
    .await;
    let counter = shop.counter();
    let maria = shop.customer("Maria Soto");
    let before = counter.ticket(&maria, "Before");
    let old = counter.reminder("Old reminder", json!({"customer": maria}));
    shop.turn().await;
    assert!(shop.bench.truth().await.tasks.is_empty());
    let unseen = counter.reminder("Just before it was installed", json!({"customer": maria}));
    shop.pass(minutes(1)).await;
    shop.install("ticket-follow-up", json!({})).await;
    shop.turn().await;
    let contact = shop.known(&maria).await.contact;
    counter.edit_reminder(&old, json!({"description": "Edited"}));
    counter.edit_reminder(&unseen, json!({"description": "Edited"}));
    shop.later(minutes(6)).await;
    assert!(shop.runs().await.is_empty(), "history starts nothing");
    assert!(shop.tasks(&contact).await.is_empty());

    // A ticket is a task; edits and completion go both ways.
    let ticket = counter.ticket(&maria, "Before");
    shop.turn().await;
    let task = shop.bench.counterpart(domain::Kind::Task, &ticket).await;
    assert_ne!(
        task,
        shop.bench.counterpart(domain::Kind::Task, &before).await,
        "by its link, not by its title"
    );
    shop.crm()
        .edit_task(&task, json!({"title": "Screen and battery"}));
    shop.turn().await;
    shop.turn().await;
    let truth = shop.bench.truth().await;
    let title = truth.tickets[&ticket]["short_info"].as_str().unwrap();
    assert!(title.contains("Screen and battery"), "{title}");
    counter.hand_out(&ticket);
    shop.turn().await;
    assert_eq!(shop.bench.truth().await.tasks[&task]["completed"], true);

    // A reminder is one task, however often it is edited; one that is ticked off already is none.
    let order = counter.reminder(
        "Order display",
        json!({"ticket": before, "description": "Black", "dueDate": "2026-07-09T09:00:00Z"}),
    );
    let call = counter.reminder("Call back", json!({"customer": maria}));
    let done = counter.reminder(
        "Was done at once",
        json!({"customer": maria, "completed": true}),
    );
    shop.later(minutes(6)).await;
    let number = shop.number(&before).await;
    let made = shop.tasks(&contact).await;
    let titles: Vec<_> = made.iter().map(|(title, _)| title.clone()).collect();
    assert_eq!(
        titles,
        ["Call back".to_owned(), format!("{number}: Order display")]
    );
    assert!(made[1].1.starts_with("2026-07-09T09:00:00"), "{made:?}");
    counter.edit_reminder(&order, json!({"title": "Order two displays"}));
    counter.complete_reminder(&call);
    shop.later(minutes(6)).await;
    assert_eq!(shop.tasks(&contact).await, made);
    assert_eq!(shop.about(&order).await, ["done"]);
    assert_eq!(shop.about(&done).await, ["not_needed"]);
    assert_eq!(
        shop.bench.truth().await.tickets.len(),
        2,
        "no ticket comes of a flow's task"
    );
    Box::pin(shop.nothing_more()).await;
    assert_eq!(shop.bench.truth().await.tickets.len(), 2);

    shop.remove("ticket-follow-up").await;
    let rest = shop.bench.truth().await.tasks.len();
    let late = shop
        .counter()
        .reminder("After it was removed", json!({"customer": maria}));
    shop.crm()
        .edit_task(&task, json!({"title": "Nobody carries this over"}));
    let other = shop.customer("Nora New");
    let _ticket = shop.counter().ticket(&other, "Not in the CRM");
    shop.later(minutes(6)).await;
    shop.later(hours(7)).await;
    assert!(shop.about(&late).await.is_empty());
    let truth = shop.bench.truth().await;
    assert_eq!(truth.tasks.len(), rest);
    assert!(
        !truth.tickets[&ticket]["short_info"]
            .to_string()
            .contains("Nobody")
    );
}
