//! Merges at either vendor: an id vanishes, the work stays. Whoever was merged is matched anew; nothing is doubled, and
//! where it is not sure who is who now, a person is asked.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

use crate::desk::Desk;
use app::{Answer, ReviewLine};
use domain::{Kind, Side};
use serde_json::{Value as Json, json};
use testkit::SHOP;

const CRM: Side = Side::HighLevel;
const COUNTER: Side = Side::MyGadgetRepairs;

/// Maria, who has a second contact in the CRM that no customer belongs to.
async fn maria_twice() -> (Desk, String) {
    let desk = Desk::with_one_ticket().await;
    desk.set_rules("[create]\nmygadgetrepairs = \"none\"\n")
        .await;
    let second = json!({"firstName": "Maria", "lastName": "Soto", "phone": "+447400999888"});
    let second = desk.new_contact(second).await;
    desk.rest().await;
    let alone = desk.across(CRM, Kind::Contact, &second).await;
    assert!(alone.is_none(), "nobody is sure that she is the same");
    (desk, second)
}

/// Maria and Bob, both customers with their contacts, Maria with a ticket.
async fn maria_and_bob() -> (Desk, String, String) {
    let desk = Desk::with_one_ticket().await;
    let bob = json!({"name": "Bob Jones", "email": "bob@example.test", "mobile": "07400555666"});
    let bob = desk.new_customer(bob).await;
    desk.rest().await;
    let contact = desk.across(COUNTER, Kind::Contact, &bob).await.unwrap();
    (desk, bob, contact)
}

fn merge_contacts(desk: &Desk, keep: &str, gone: &str) {
    desk.bench
        .in_crm(&json!({"action": "merge_contacts", "keep": keep, "gone": gone}));
}

/// The ticket's task follows an edit, wherever it is now.
async fn the_task_follows(desk: &Desk, title: &str) {
    desk.bench
        .at_counter(
            &json!({"action": "edit_ticket", "id": desk.ticket, "fields": {"shortInfo": title}}),
        )
        .await;
    desk.bench.sync().await;
    let truth = desk.bench.truth().await;
    let shown = truth.tasks[&desk.task]["title"].as_str().unwrap();
    assert!(shown.ends_with(title), "{shown}");
    assert_eq!((truth.tasks.len(), truth.tickets.len()), (1, 1));
}

async fn questions(desk: &Desk) -> Vec<ReviewLine> {
    desk.bench.app.reviews(SHOP).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_2_no_duplicates_when_a_contact_is_merged_in_the_crm() {
    // However it is noticed: by a webhook, by a complete walk, or by an edit that cannot be written.
    for noticed in ["webhook", "sweep", "edit"] {
        let (desk, second) = maria_twice().await;
        merge_contacts(&desk, &second, &desk.contact);
        let tally = match noticed {
            "webhook" => {
                let gone = json!({"id": desk.contact});
                desk.bench.tell("ContactDelete", &gone).await;
                desk.bench.refresh().await
            }
            "sweep" => desk.sweep().await,
            _ => {
                desk.at_counter(json!({"city": "York"})).await;
                desk.bench.sync().await
            }
        };
        assert!(tally.reasons.is_empty() && tally.failed == 0, "{tally:?}");
        let now = desk.across(COUNTER, Kind::Contact, &desk.customer).await;
        assert_eq!(now.as_ref(), Some(&second), "{noticed}");
        assert!(desk.journal_tells("vanished", &desk.contact).await);
        let task = desk.across(COUNTER, Kind::Task, &desk.ticket).await;
        assert_eq!(task.as_ref(), Some(&desk.task), "the task is the same one");
        if noticed == "edit" {
            let city = &desk.bench.truth().await.contacts[&second]["city"];
            assert_eq!(city, "York", "the edit went to the one that is left");
        }
        the_task_follows(&desk, "iPhone 13 battery").await;
        let truth = desk.bench.truth().await;
        assert_eq!((truth.contacts.len(), truth.customers.len()), (1, 1));
        for question in questions(&desk).await {
            // The two had different numbers: that is for a person.
            assert_eq!(question.field, "phone", "{noticed}: {question:?}");
        }
        desk.rest().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_customers_and_one_contact_are_a_question() {
    let (desk, bob, kept) = maria_and_bob().await;
    merge_contacts(&desk, &kept, &desk.contact);
    desk.bench
        .tell("ContactDelete", &json!({"id": desk.contact}))
        .await;
    let tally = desk.bench.refresh().await;
    assert_eq!((tally.created.total(), tally.review), (0, 1), "{tally:?}");
    let question = questions(&desk).await.remove(0);
    assert_eq!(question.record.as_str(), desk.customer);
    let words = question.lines().join("\n");
    for part in ["merged into another one", &kept, "already belongs to"] {
        assert!(words.contains(part), "no `{part}` in {words}");
    }
    // Nobody is made anew, however often the sync runs; the work goes on.
    desk.sweep().await;
    the_task_follows(&desk, "iPhone 13 battery").await;
    desk.at_counter(json!({"city": "York"})).await;
    desk.rest().await;
    let truth = desk.bench.truth().await;
    assert_eq!((truth.contacts.len(), truth.customers.len()), (1, 2));
    assert_eq!(questions(&desk).await.len(), 1);

    // Just `accept` takes nobody's contact away.
    let answer = |candidate: Option<&str>| Answer::Accept {
        candidate: candidate.map(str::to_owned),
        side: None,
    };
    let app = &desk.bench.app;
    let refused = app.answer(SHOP, question.id, answer(None)).await;
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("--candidate"), "{refused}");

    // One more of the same person: everything stays, and nobody is asked again.
    let merge = Answer::Merge { candidate: None };
    app.answer(SHOP, question.id, merge).await.unwrap();
    desk.at_counter(json!({"city": "Hull"})).await;
    desk.rest().await;
    assert!(questions(&desk).await.is_empty());
    let of_bob = desk.across(COUNTER, Kind::Contact, &bob).await;
    assert_eq!(of_bob.as_ref(), Some(&kept));

    // Taken back, the question is there again; with the candidate named, the contact changes hands.
    app.take_back_answer(SHOP, question.id).await.unwrap();
    assert_eq!(questions(&desk).await[0].id, question.id);
    app.answer(SHOP, question.id, answer(Some(&kept)))
        .await
        .unwrap();
    let mine = desk.across(COUNTER, Kind::Contact, &desk.customer).await;
    assert_eq!(mine.as_ref(), Some(&kept));
    let taken = app.take_back_answer(SHOP, question.id).await.unwrap();
    assert!(taken.done.contains("open again"), "{taken:?}");
    let of_bob = desk.across(COUNTER, Kind::Contact, &bob).await;
    assert_eq!(of_bob.as_ref(), Some(&kept), "Bob has his contact back");
    assert_eq!(questions(&desk).await[0].id, question.id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_has_the_work_now_is_asked_about_although_no_key_tells() {
    let desk = Desk::with_one_ticket().await;
    // Nothing but the ticket's task leads from one to the other.
    desk.at_counter(json!({"email": ""})).await;
    let bob = json!({"name": "Bob Jones", "email": "bob@example.test", "mobile": "07400555666"});
    let bob = desk.new_customer(bob).await;
    desk.rest().await;
    let kept = desk.across(COUNTER, Kind::Contact, &bob).await.unwrap();
    merge_contacts(&desk, &kept, &desk.contact);
    desk.sweep().await;
    let question = questions(&desk).await.remove(0);
    let candidate = &question.detail["candidates"][0];
    assert_eq!(candidate["id"], kept.as_str());
    let reasons = candidate["reasons"].to_string();
    assert!(reasons.contains("work"), "{reasons}");
    // Different people after all: remembered, and nobody is asked again.
    desk.bench
        .app
        .answer(SHOP, question.id, Answer::Apart)
        .await
        .unwrap();
    desk.rest().await;
    assert!(questions(&desk).await.is_empty());
    assert_eq!(desk.bench.truth().await.contacts.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn customers_merged_at_the_counter_leave_no_double_either() {
    let (desk, bob, of_bob) = maria_and_bob().await;
    desk.bench
        .at_counter(&json!({"action": "merge_customers", "keep": bob, "gone": desk.customer}))
        .await;
    let tally = desk.sweep().await;
    assert!(tally.finished && tally.failed == 0, "{tally:?}");
    assert!(desk.journal_tells("vanished", &desk.customer).await);
    // Maria's contact is left over, and may be Bob's: the ticket is with him now.
    let question = questions(&desk).await.remove(0);
    assert_eq!(question.record.as_str(), desk.contact);
    assert_eq!(question.detail["candidates"][0]["id"], bob.as_str());
    the_task_follows(&desk, "iPhone 13 battery").await;
    desk.rest().await;
    let truth = desk.bench.truth().await;
    assert_eq!((truth.contacts.len(), truth.customers.len()), (2, 1));
    let now = desk.across(COUNTER, Kind::Contact, &bob).await;
    assert_eq!(now.as_ref(), Some(&of_bob));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_merged_into_one_without_a_contact_takes_the_contact_along() {
    let desk = Desk::with_one_ticket().await;
    desk.set_rules("[create]\nhighlevel = \"none\"\n").await;
    let second = json!({"name": "Maria Soto", "mobile": "07400777888"});
    let second = desk.new_customer(second).await;
    desk.rest().await;
    desk.bench
        .at_counter(&json!({"action": "merge_customers", "keep": second, "gone": desk.customer}))
        .await;
    let tally = desk.sweep().await;
    assert!(tally.finished && tally.failed == 0, "{tally:?}");
    let now = desk.across(CRM, Kind::Contact, &desk.contact).await;
    assert_eq!(now.as_ref(), Some(&second), "{:?}", questions(&desk).await);
    the_task_follows(&desk, "iPhone 13 battery").await;
    let truth = desk.bench.truth().await;
    assert_eq!((truth.contacts.len(), truth.customers.len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_of_a_task_from_before_the_merge_finds_it_where_it_is_now() {
    let (desk, second) = maria_twice().await;
    let done = json!({"completed": true, "title": "iPhone 13 screen"});
    desk.bench
        .in_crm(&json!({"action": "edit_task", "id": desk.task, "fields": done}));
    merge_contacts(&desk, &second, &desk.contact);
    // The event of the task comes first, and names the contact that is gone.
    let event: Json = json!({"id": desk.task, "contactId": desk.contact, "title": "x"});
    desk.bench.tell("TaskComplete", &event).await;
    let tally = desk.bench.refresh().await;
    assert!(tally.failed == 0 && tally.reasons.is_empty(), "{tally:?}");
    let task = desk.across(COUNTER, Kind::Task, &desk.ticket).await;
    assert_eq!(task.as_ref(), Some(&desk.task), "it has not vanished");
    assert!(!desk.journal_tells("vanished", &desk.task).await);
    let now = desk.across(COUNTER, Kind::Contact, &desk.customer).await;
    assert_eq!(now.as_ref(), Some(&second));
    // And once more, after the merge is known.
    desk.bench.tell("TaskComplete", &event).await;
    desk.bench.refresh().await;
    assert!(!desk.journal_tells("vanished", &desk.task).await);
    let truth = desk.bench.truth().await;
    assert_eq!((truth.tasks.len(), truth.tickets.len()), (1, 1));
}
