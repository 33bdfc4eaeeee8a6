//! The same shop on every form that a MyGadgetRepairs account is known or suspected to take.

use serde_json::json;
use testkit::{Bench, assert_exactly_once};
use twin::mygadgetrepairs::{Feeds, Granularity, Paging, Settings, TicketOrder};

async fn comes_into_step(form: impl FnOnce(&mut Settings)) {
    let mut options = Bench::options(21, 130, 30);
    form(&mut options.mygadgetrepairs);
    let bench = Bench::with(options).await;
    let tally = bench.sync().await;
    assert!(tally.finished, "{:?}", tally.reasons);
    assert_exactly_once(&bench).await;
    // An edit of the newest ticket and a new customer are found by the next polls.
    let ticket = bench
        .truth()
        .await
        .tickets
        .keys()
        .next()
        .cloned()
        .unwrap_or_default();
    bench
        .at_counter(&json!({"action": "edit_ticket", "id": ticket, "fields": {"shortInfo": "Something else"}}))
        .await;
    bench
        .at_counter(&json!({"action": "create_customer", "fields": {"name": "New Person", "email": "new@example.test"}}))
        .await;
    bench.sync().await;
    bench.sweep().await;
    assert_exactly_once(&bench).await;
    let truth = bench.truth().await;
    assert!(
        truth
            .contacts
            .values()
            .any(|contact| contact["email"] == "new@example.test")
    );
    let edited = truth.tasks.values().filter(|task| {
        task["title"]
            .as_str()
            .is_some_and(|title| title.ends_with("Something else"))
    });
    assert_eq!(edited.count(), 1);
    let quiet = bench.sync().await;
    assert!(!quiet.wrote(), "{quiet:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_usual_account() {
    comes_into_step(|_| {}).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_pages_by_number_only() {
    comes_into_step(|settings| settings.paging = Paging::PageOnly).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_pages_both_ways_and_answers_200_to_posts() {
    comes_into_step(|settings| {
        settings.paging = Paging::Both;
        settings.post_status = 200;
        settings.clear_on_empty = true;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_without_update_feeds_and_with_shuffled_pages() {
    comes_into_step(|settings| {
        settings.updated_feeds = Feeds::Missing;
        settings.ticket_order = TicketOrder::Shuffled;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_with_timestamps_numbers_for_phones_and_empty_texts_for_objects() {
    comes_into_step(|settings| {
        settings.timestamps = true;
        settings.granularity = Granularity::Second;
        settings.number_phones = true;
        settings.empty_text_objects = true;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_with_shorter_pages() {
    for (size, paging) in [(25, Paging::OffsetOnly), (20, Paging::PageOnly)] {
        comes_into_step(|settings| {
            settings.page_size = size;
            settings.paging = paging;
        })
        .await;
    }
}
