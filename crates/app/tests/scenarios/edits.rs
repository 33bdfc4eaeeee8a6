//! Edits on either side arrive on the other; simultaneous edits both survive or become a question.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

use crate::desk::Desk;
use app::Answer;
use domain::{RecordId, Side};
use serde_json::{Value as Json, json};
use testkit::{Bench, SHOP};

/// A shop of one customer with one ticket, in step. Answers contact, customer, task and ticket ids.
async fn small_shop() -> (Bench, [String; 4]) {
    let desk = Desk::with_one_ticket().await;
    let ids = [desk.contact, desk.customer, desk.task, desk.ticket];
    (desk.bench, ids)
}

async fn sync_twice(bench: &Bench) {
    // The index lags: a person's edit may be found by the second pass only.
    bench.sync().await;
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    bench.sync().await;
    let quiet = bench.sync().await;
    assert!(!quiet.wrote(), "both sides rest: {quiet:?}");
}

async fn contact(bench: &Bench, id: &str) -> Json {
    bench.truth().await.contacts[id].clone()
}

async fn customer(bench: &Bench, id: &str) -> Json {
    bench.truth().await.customers[id].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_of_each_contact_field_in_the_crm_arrives_at_the_counter() {
    let (bench, [contact_id, customer_id, ..]) = small_shop().await;
    for (field, value, pointer, expected) in [
        ("lastName", "Diaz", "/name", "Maria Diaz"),
        ("firstName", "Mary", "/name", "Mary Diaz"),
        ("email", "mary@example.test", "/email", "mary@example.test"),
        ("phone", "+447400654321", "/mobile", "+447400654321"),
        ("companyName", "Diaz & Co", "/company", "Diaz & Co"),
        (
            "address1",
            "2 Low Street",
            "/fulladdress/address",
            "2 Low Street",
        ),
        ("city", "York", "/fulladdress/city", "York"),
        ("postalCode", "YO1 2BB", "/fulladdress/post_code", "YO1 2BB"),
        ("country", "IE", "/fulladdress/country", "Ireland"),
    ] {
        bench
            .in_crm(&json!({"action": "edit_contact", "id": contact_id, "fields": {field: value}}));
        sync_twice(&bench).await;
        let now = customer(&bench, &customer_id).await;
        assert_eq!(
            now.pointer(pointer).and_then(Json::as_str),
            Some(expected),
            "{field}: {now}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_of_each_customer_field_at_the_counter_arrives_in_the_crm() {
    let (bench, [contact_id, customer_id, ..]) = small_shop().await;
    // Whether updates take a company is a matter of the account (highlevel-quirks.md 2.12).
    let mut settings = bench.twins.highlevel().settings();
    settings.company_name_on_update = true;
    bench.twins.highlevel().set_settings(settings);
    for (field, value, key, expected) in [
        ("name", "Maria Diaz", "lastName", "Diaz"),
        ("email", "diaz@example.test", "email", "diaz@example.test"),
        ("mobile", "07400 654 321", "phone", "+447400654321"),
        ("company", "Diaz & Co", "companyName", "Diaz & Co"),
        ("address", "2 Low Street", "address1", "2 Low Street"),
        ("city", "York", "city", "York"),
        ("postCode", "YO1 2BB", "postalCode", "YO1 2BB"),
        ("country", "Ireland", "country", "IE"),
    ] {
        bench
            .at_counter(
                &json!({"action": "edit_customer", "id": customer_id, "fields": {field: value}}),
            )
            .await;
        sync_twice(&bench).await;
        let now = contact(&bench, &contact_id).await;
        assert_eq!(now[key], expected, "{field}: {now}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edits_of_tickets_and_tasks_arrive_on_the_other_side() {
    let (bench, [contact_id, _, task_id, ticket_id]) = small_shop().await;
    let task = |truth: &testkit::Truth| truth.tasks[&task_id].clone();
    let first = task(&bench.truth().await);
    assert_eq!(first["contactId"], contact_id.as_str());
    assert!(
        first["title"]
            .as_str()
            .unwrap()
            .ends_with(" iPhone 13 screen"),
        "{first}"
    );

    bench
        .at_counter(&json!({"action": "edit_ticket", "id": ticket_id, "fields": {
            "shortInfo": "iPhone 13 screen and battery", "description": "Cracked glass, old battery"}}))
        .await;
    sync_twice(&bench).await;
    let now = task(&bench.truth().await);
    assert!(
        now["title"]
            .as_str()
            .unwrap()
            .ends_with(" iPhone 13 screen and battery"),
        "{now}"
    );
    assert!(
        now["body"]
            .as_str()
            .unwrap()
            .starts_with("Cracked glass, old battery"),
        "{now}"
    );

    let title = now["title"].as_str().unwrap().replace("battery", "speaker");
    bench.in_crm(
        &json!({"action": "edit_task", "id": task_id, "contact": contact_id, "fields": {
        "title": title, "body": "Glass and speaker"}}),
    );
    sync_twice(&bench).await;
    let truth = bench.truth().await;
    let ticket = &truth.tickets[&ticket_id];
    assert_eq!(ticket["short_info"], "iPhone 13 screen and speaker");
    assert!(
        ticket["description"]
            .as_str()
            .unwrap()
            .starts_with("Glass and speaker"),
        "{ticket}"
    );

    // The due date belongs to the CRM: an edit there stays.
    bench.in_crm(
        &json!({"action": "edit_task", "id": task_id, "contact": contact_id,
        "fields": {"dueDate": "2031-01-02T10:00:00Z"}}),
    );
    sync_twice(&bench).await;
    assert!(
        task(&bench.truth().await)["dueDate"]
            .as_str()
            .unwrap()
            .starts_with("2031-01-02")
    );

    // A finished ticket completes the task.
    let done =
        bench.twins.shop().statuses.iter().find(|status| {
            mapping::guess(&status.label).is_some_and(mapping::StatusGroup::completed)
        });
    let done = done
        .expect("the shop has a closing status")
        .label
        .to_string();
    bench
        .at_counter(&json!({"action": "edit_ticket", "id": ticket_id, "fields": {"status": done}}))
        .await;
    sync_twice(&bench).await;
    assert_eq!(task(&bench.truth().await)["completed"], true);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn completing_a_task_sets_the_status_that_the_shop_chose_and_else_is_held() {
    let (bench, [contact_id, _, task_id, ticket_id]) = small_shop().await;
    let before = bench.truth().await.tickets[&ticket_id]["status"].clone();
    let complete = json!({"action": "edit_task", "id": task_id, "contact": contact_id, "fields": {"completed": true}});
    bench.in_crm(&complete);
    sync_twice(&bench).await;
    assert_eq!(bench.truth().await.tickets[&ticket_id]["status"], before);
    assert_eq!(
        bench.truth().await.tasks[&task_id]["completed"],
        true,
        "the person's edit stays"
    );
    assert!(bench.sync().await.held >= 1, "it is counted as held");

    let shop = bench.app.shop(SHOP).await.unwrap();
    let mut rules = bench.app.rules_of(&shop).unwrap();
    let done =
        bench.twins.shop().statuses.iter().find(|status| {
            mapping::guess(&status.label).is_some_and(mapping::StatusGroup::completed)
        });
    let done = done.unwrap().label.to_string();
    rules.tasks.done_status = Some(done.clone());
    bench.app.set_rules(SHOP, &rules).await.unwrap();
    sync_twice(&bench).await;
    assert_eq!(
        bench.truth().await.tickets[&ticket_id]["status"]["label"],
        json!(done)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_3_no_lost_edit_when_both_sides_change() {
    let (bench, [contact_id, customer_id, ..]) = small_shop().await;
    // Different fields: both survive.
    bench.in_crm(&json!({"action": "edit_contact", "id": contact_id, "fields": {"city": "York"}}));
    bench
        .at_counter(&json!({"action": "edit_customer", "id": customer_id, "fields": {"postCode": "YO1 2BB"}}))
        .await;
    sync_twice(&bench).await;
    let (left, right) = (
        contact(&bench, &contact_id).await,
        customer(&bench, &customer_id).await,
    );
    assert_eq!(
        (&left["city"], &left["postalCode"]),
        (&json!("York"), &json!("YO1 2BB"))
    );
    assert_eq!(right["fulladdress"]["city"], "York");
    assert_eq!(right["fulladdress"]["post_code"], "YO1 2BB");

    // The same field: the counter wins for a name.
    bench.in_crm(
        &json!({"action": "edit_contact", "id": contact_id, "fields": {"lastName": "Crm"}}),
    );
    bench
        .at_counter(&json!({"action": "edit_customer", "id": customer_id, "fields": {"name": "Maria Counter"}}))
        .await;
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    sync_twice(&bench).await;
    assert_eq!(contact(&bench, &contact_id).await["lastName"], "Counter");

    // The same field with the policy `ask`: neither is touched until a person chooses.
    bench.in_crm(&json!({"action": "edit_contact", "id": contact_id, "fields": {"email": "crm@example.test"}}));
    bench
        .at_counter(&json!({"action": "edit_customer", "id": customer_id, "fields": {"email": "counter@example.test"}}))
        .await;
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    sync_twice(&bench).await;
    assert_eq!(
        contact(&bench, &contact_id).await["email"],
        "crm@example.test"
    );
    assert_eq!(
        customer(&bench, &customer_id).await["email"],
        "counter@example.test"
    );
    let questions = bench.app.reviews(SHOP).await.unwrap();
    assert_eq!(questions.len(), 1, "{questions:?}");
    assert_eq!(questions[0].field, "email");
    let answer = Answer::Accept {
        candidate: None,
        side: Some(Side::HighLevel),
    };
    let id = questions[0].id;
    bench.app.answer(SHOP, id, answer.clone()).await.unwrap();
    // Taken back before anything was written, it is asked as before.
    bench.app.take_back_answer(SHOP, id).await.unwrap();
    sync_twice(&bench).await;
    assert_eq!(
        customer(&bench, &customer_id).await["email"],
        "counter@example.test"
    );
    let questions = bench.app.reviews(SHOP).await.unwrap();
    assert_eq!((questions.len(), questions[0].id), (1, id));
    bench.app.answer(SHOP, id, answer).await.unwrap();
    sync_twice(&bench).await;
    assert_eq!(
        customer(&bench, &customer_id).await["email"],
        "crm@example.test"
    );
    assert!(bench.app.reviews(SHOP).await.unwrap().is_empty());
    // Carried out, it is taken back at the vendor, and the two stay as people meant them.
    let taken = bench.app.take_back_answer(SHOP, id).await.unwrap();
    assert!(taken.cannot.is_empty(), "{taken:?}");
    for _ in 0..2 {
        assert_eq!(
            customer(&bench, &customer_id).await["email"],
            "counter@example.test"
        );
        assert_eq!(
            contact(&bench, &contact_id).await["email"],
            "crm@example.test"
        );
        sync_twice(&bench).await;
    }
    let again = bench.app.take_back_answer(SHOP, id).await.unwrap();
    assert!(again.cannot[0].ends_with("already taken back"), "{again:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_emptied_in_the_crm_is_emptied_or_told() {
    let (bench, [contact_id, customer_id, ..]) = small_shop().await;
    bench
        .in_crm(&json!({"action": "edit_contact", "id": contact_id, "fields": {"address1": null}}));
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    sync_twice(&bench).await;
    // This account cannot clear fields: the counter keeps its value, the CRM keeps the person's edit, and
    // the difference is counted instead of being written again and again.
    assert_eq!(
        customer(&bench, &customer_id).await["fulladdress"]["address"],
        "1 High Street"
    );
    assert!(
        contact(&bench, &contact_id).await["address1"]
            .as_str()
            .unwrap_or("")
            .is_empty()
    );
    assert!(bench.sync().await.held >= 1);
}

/// The fields that the newest update of a record is said to have been kept differently by the vendor.
async fn kept_differently(bench: &Bench, id: &str) -> Json {
    let shop = bench.app.shop(SHOP).await.unwrap();
    let rows = bench
        .app
        .store()
        .journal_tail(shop.id, Some(&RecordId::new(id)), 50)
        .await
        .unwrap();
    let updated = rows.iter().rev().find(|row| row.event == "updated");
    updated.unwrap().detail["kept_differently"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_12_what_was_seen_before_a_write_does_not_pass_for_its_reading_back() {
    let (bench, [contact_id, customer_id, ..]) = small_shop().await;
    bench.in_crm(&json!({"action": "edit_contact", "id": contact_id, "fields": {"city": "York"}}));
    sync_twice(&bench).await;
    let now = customer(&bench, &customer_id).await;
    assert_eq!(now["fulladdress"]["city"], "York");
    assert_eq!(kept_differently(&bench, &customer_id).await, json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_3_an_edit_overruled_at_the_moment_of_writing_is_kept_in_the_journal() {
    let (bench, [contact_id, customer_id, ..]) = small_shop().await;
    // Contact search does not show the edit before the write looks at the contact itself.
    let mut settings = bench.twins.highlevel().settings();
    settings.index_lag_ms = 60_000;
    bench.twins.highlevel().set_settings(settings);
    bench.in_crm(&json!({"action": "edit_contact", "id": contact_id, "fields": {"city": "York"}}));
    bench
        .at_counter(
            &json!({"action": "edit_customer", "id": customer_id, "fields": {"city": "Hull"}}),
        )
        .await;
    bench.sync().await;
    assert_eq!(contact(&bench, &contact_id).await["city"], "Hull");
    let shop = bench.app.shop(SHOP).await.unwrap();
    let rows = bench
        .app
        .store()
        .journal_tail(shop.id, Some(&RecordId::new(&contact_id)), 50)
        .await
        .unwrap();
    let kept: Vec<&Json> = rows
        .iter()
        .filter(|row| row.event == "overruled")
        .map(|row| &row.detail["values"])
        .collect();
    assert_eq!(
        kept,
        [&json!([{"field": "city", "side": "highlevel", "value": "York"}])]
    );
}
