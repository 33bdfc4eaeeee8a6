//! Recipes about estimates and invoices on the twins, in recorded time: each fires when it should and once, not on
//! history and not on replay, and keeps what its guard promises.

#![allow(clippy::unwrap_used, reason = "tests fail loudly")]

use crate::recipe_counter::{RecipeShop, days, hours, minutes};
use serde_json::json;

fn titles(tasks: &[(String, String)]) -> Vec<&str> {
    tasks.iter().map(|(title, _)| title.as_str()).collect()
}

/// P7.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn estimate_no_answer_asks_after_a_day_tags_later_and_stops_on_an_answer() {
    let mut shop = RecipeShop::new().await;
    let counter = shop.counter();
    let names = [
        "Ann Open",
        "Bo Answers",
        "Cy Draft",
        "Di Finished",
        "Ed Late",
        "Flo Outs",
        "Gil History",
    ];
    let customers = names.map(|name| shop.customer(name));
    let tickets = customers
        .each_ref()
        .map(|of| counter.ticket(of, "Board repair"));
    let _old = counter.estimate(&tickets[6], 80.0);
    shop.turn().await;
    let _unseen = counter.estimate(&tickets[6], 90.0);
    shop.pass(minutes(1)).await;
    shop.install("estimate-no-answer", json!({})).await;
    shop.turn().await;
    shop.later(hours(7)).await;
    assert!(shop.runs().await.is_empty(), "history starts nothing");
    let woken = shop.automations();
    let mut people = Vec::new();
    for customer in &customers {
        people.push(shop.known(customer).await.contact);
    }

    // Monday afternoon.
    let of = |at: usize| counter.estimate(&tickets[at], 80.0);
    let [open, answered, finished, late, outs] = [of(0), of(1), of(3), of(4), of(5)];
    let draft = shop.draft_estimate(&tickets[2]).await;
    shop.later(minutes(6)).await;
    for estimate in [&open, &answered, &finished, &late, &outs] {
        assert_eq!(shop.about(estimate).await, ["waiting"]);
    }
    counter.hand_out(&tickets[3]);
    shop.later(hours(22)).await;
    for person in &people {
        assert!(shop.tasks(person).await.is_empty(), "not yet");
    }
    // Answered a moment before somebody would be told to ask, and just after the estimates were listed.
    let due = shop.goes_on(&answered).await;
    shop.until(due, minutes(-2)).await;
    counter.answer_estimate(&answered, true);
    shop.until(due, minutes(1)).await;
    let number = shop.number(&tickets[0]).await;
    let asked = shop.tasks(&people[0]).await;
    assert_eq!(asked.len(), 1);
    assert!(
        asked[0].0.starts_with(&format!("{number}: estimate ")),
        "{asked:?}"
    );
    assert!(asked[0].0.ends_with(" is not answered"), "{asked:?}");
    for at in [1, 2, 3] {
        assert!(shop.tasks(&people[at]).await.is_empty(), "{at}");
    }
    assert_eq!(shop.tasks(&people[4]).await.len(), 1);
    // One answers now, another wants no messages; a draft is sent at last.
    shop.later(days(1)).await;
    counter.answer_estimate(&late, false);
    shop.crm().edit_contact(&people[5], json!({"dnd": true}));
    shop.send_estimate(&draft).await;
    shop.later(minutes(6)).await;
    shop.later(days(1) + hours(1)).await;
    assert_eq!(shop.tags(&people[0]).await, ["estimate open"]);
    for person in &people[1..] {
        assert!(shop.tags(person).await.is_empty());
    }
    assert_eq!(
        titles(&shop.tasks(&people[2]).await).len(),
        1,
        "a day after it was sent"
    );
    counter.answer_estimate(&draft, true);
    shop.later(days(3)).await;
    assert!(shop.tags(&people[2]).await.is_empty());
    let tags: Vec<_> = shop
        .woken(woken)
        .into_iter()
        .filter(|(by, _)| by == "tag_added")
        .collect();
    assert_eq!(tags, [("tag_added".to_owned(), "estimate open".to_owned())]);
    // The next word about the same estimate is no new one.
    counter.edit_estimate(&open, json!({"description": "With the battery"}));
    shop.later(days(4)).await;
    assert_eq!(shop.tasks(&people[0]).await.len(), 1);
    Box::pin(shop.nothing_more()).await;

    let late = shop.counter().estimate(&tickets[6], 70.0);
    shop.later(minutes(6)).await;
    assert_eq!(shop.about(&late).await, ["waiting"]);
    shop.remove("estimate-no-answer").await;
    let rest = shop.everything().await;
    shop.later(days(5)).await;
    assert_eq!(shop.everything().await, rest);
}

/// P8.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invoice_paid_tags_sums_up_and_wins_and_a_refund_takes_it_back() {
    let mut shop = RecipeShop::new().await;
    let counter = shop.counter();
    let names = ["Ann Pays", "Bo Before", "Cy Part"];
    let customers = names.map(|name| shop.customer(name));
    let tickets = customers.each_ref().map(|of| counter.ticket(of, "Screen"));
    let before = counter.invoice(&tickets[0], 40.0, None);
    counter.pay(&before, None);
    let unseen = counter.invoice(&tickets[1], 50.0, None);
    shop.turn().await;
    let mut people = Vec::new();
    for customer in &customers {
        people.push(shop.known(customer).await.contact);
    }
    let deal = shop.crm().opportunity(&people[0], "Screen", 80.0);
    counter.pay(&unseen, None);
    shop.pass(minutes(1)).await;
    let (value, visit) = (
        shop.new_field("Paid in all").await,
        shop.new_field("Last visit").await,
    );
    shop.install(
        "invoice-paid",
        json!({"value_field": value, "visit_field": visit}),
    )
    .await;
    let asked = shop.scopes().await;
    for scope in [
        "opportunities.readonly",
        "opportunities.write",
        "locations/customFields.readonly",
    ] {
        assert!(asked.iter().any(|one| one == scope), "{scope}: {asked:?}");
    }
    shop.turn().await;
    shop.later(hours(7)).await;
    assert!(shop.runs().await.is_empty(), "history starts nothing");
    assert_eq!(shop.opportunity(&deal)["status"], "open");
    let woken = shop.automations();

    let invoice = counter.invoice(&tickets[0], 80.0, None);
    let partly = counter.invoice(&tickets[2], 100.0, None);
    shop.later(minutes(6)).await;
    counter.pay(&invoice, None);
    counter.pay(&partly, Some(30.0));
    shop.later(minutes(6)).await;
    assert_eq!(shop.about(&invoice).await, ["done"]);
    assert_eq!(shop.tags(&people[0]).await, ["paid"]);
    assert_eq!(shop.field(&people[0], &value).await, json!("120"));
    assert_eq!(shop.field(&people[0], &visit).await, json!("2026-07-06"));
    assert_eq!(shop.opportunity(&deal)["status"], "won");
    assert!(shop.tags(&people[2]).await.is_empty(), "a part is not all");
    shop.later(days(1)).await;
    counter.pay(&partly, None);
    shop.later(minutes(6)).await;
    assert_eq!(shop.tags(&people[2]).await, ["paid"]);
    assert_eq!(shop.field(&people[2], &value).await, json!("100"));
    assert!(shop.tags(&people[1]).await.is_empty());
    assert_eq!(shop.about(&invoice).await, ["done"]);
    // Nobody is messaged but by the tag that was asked for.
    let tags: Vec<_> = shop
        .woken(woken)
        .into_iter()
        .filter(|(by, _)| by == "tag_added")
        .collect();
    assert_eq!(
        tags,
        [
            ("tag_added".to_owned(), "paid".to_owned()),
            ("tag_added".to_owned(), "paid".to_owned())
        ]
    );

    // A part that is given back changes the sum and nothing else; all of it takes everything back.
    counter.refund(&partly, Some(10.0));
    shop.later(minutes(6)).await;
    assert_eq!(shop.tags(&people[2]).await, ["paid"]);
    assert_eq!(shop.field(&people[2], &value).await, json!("90"));
    counter.refund(&invoice, None);
    shop.later(minutes(6)).await;
    assert!(shop.tags(&people[0]).await.is_empty());
    assert_eq!(shop.field(&people[0], &value).await, json!("40"));
    assert_eq!(shop.opportunity(&deal)["status"], "open");
    assert_eq!(shop.about(&invoice).await, ["done", "done"]);
    Box::pin(shop.nothing_more()).await;

    // Removed, paid meanwhile, and installed again: that is history.
    shop.remove("invoice-paid").await;
    let counter = shop.counter();
    let late = counter.invoice(&tickets[1], 60.0, None);
    counter.pay(&late, None);
    shop.later(hours(7)).await;
    assert!(shop.tags(&people[1]).await.is_empty());
    shop.install("invoice-paid", json!({})).await;
    shop.turn().await;
    shop.later(hours(7)).await;
    assert!(shop.runs().await.is_empty());
    assert!(shop.tags(&people[1]).await.is_empty());
}

/// P9.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invoice_overdue_asks_once_and_not_when_it_was_paid_meanwhile() {
    let mut shop = RecipeShop::new().await;
    let counter = shop.counter();
    let names = ["Ann Owes", "Bo Pays", "Cy Long", "Di Removed"];
    let customers = names.map(|name| shop.customer(name));
    let tickets = customers.each_ref().map(|of| counter.ticket(of, "Screen"));
    // Overdue for long before it was installed.
    let _long = counter.invoice(&tickets[2], 80.0, Some("2026-06-01"));
    shop.turn().await;
    shop.install("invoice-overdue", json!({"days": 14})).await;
    shop.turn().await;
    shop.later(hours(7)).await;
    assert!(shop.runs().await.is_empty(), "history starts nothing");
    let mut people = Vec::new();
    for customer in &customers {
        people.push(shop.known(customer).await.contact);
    }
    let owes = counter.invoice(&tickets[0], 120.0, Some("2026-07-08"));
    let pays = counter.invoice(&tickets[1], 60.0, Some("2026-07-08"));
    counter.pay(&owes, Some(20.0));
    shop.later(minutes(6)).await;
    // To the evening of the thirteenth day: midnight in London is eleven o'clock in UTC.
    let due = "2026-07-21T23:00:00Z".parse().unwrap();
    shop.until(due, minutes(-10)).await;
    assert!(shop.runs().await.is_empty(), "not yet");
    counter.pay(&pays, None);
    shop.until(due, minutes(20)).await;
    let number = shop.number(&tickets[0]).await;
    let made = shop.tasks(&people[0]).await;
    assert_eq!(made.len(), 1);
    assert!(made[0].0.starts_with("Invoice "), "{made:?}");
    assert!(
        made[0].0.ends_with(&format!("({number}) is not paid")),
        "{made:?}"
    );
    // Due when the shop opens in the morning.
    assert!(made[0].1.starts_with("2026-07-22T08:00:00"), "{made:?}");
    assert!(shop.body_of_task(&people[0]).await.contains("Open: 100.00"));
    assert!(
        shop.tasks(&people[1]).await.is_empty(),
        "paid a moment before"
    );
    assert!(shop.tasks(&people[2]).await.is_empty());
    // Another day on which it is due is no second task.
    counter.edit_invoice(&owes, json!({"dueDate": "2026-07-20"}));
    for _ in 0..4 {
        shop.later(days(5)).await;
    }
    assert_eq!(
        shop.tasks(&people[0]).await.len(),
        1,
        "once for each invoice"
    );
    assert!(
        shop.woken(0).iter().all(|(by, _)| by == "task_added"),
        "{:?}",
        shop.woken(0)
    );
    Box::pin(shop.nothing_more()).await;

    let _late = shop.counter().invoice(&tickets[3], 70.0, None);
    shop.later(minutes(6)).await;
    shop.remove("invoice-overdue").await;
    shop.later(days(20)).await;
    assert!(shop.tasks(&people[3]).await.is_empty());
}
