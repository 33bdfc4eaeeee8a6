//! The planner tells the truth: what a preview foretells before a run, and what the status foretells while it runs, is
//! right within 5 % at the vendors' real limits, in recorded time.

#![allow(clippy::unwrap_used, reason = "tests fail loudly")]

use crate::watched;
use crate::watched::Watched;
use app::AppConfig;
use domain::Clock;
use jiff::SignedDuration;
use serde_json::json;
use testkit::{Bench, RecordedClock, SHOP, assert_exactly_once};
use twin::TwinOptions;

fn real_limits(config: &mut AppConfig) {
    config.highlevel_per_10s = 80;
    config.highlevel_per_day = 180_000;
    config.mygadgetrepairs_per_minute = 24;
    config.index_lag_seconds = 90;
    config.listen_seconds = 10;
}

fn shop(seed: u64, customers: usize, contacts: usize) -> TwinOptions {
    let mut options = TwinOptions::new(seed, customers);
    options.contacts = Some(contacts);
    options
}

fn is_within_limits(bench: &Bench) {
    assert_eq!(bench.twins.highlevel().violations(), 0);
    let limits = bench.twins.mygadgetrepairs().limits();
    assert_eq!(limits.violations, 0, "{limits:?}");
}

/// The CRM's index shows what a person just entered.
async fn index_settles(clock: &RecordedClock) {
    let settled = clock.now() + SignedDuration::from_secs(120);
    clock.sleep_until(settled).await;
}

/// As many on either side, most of them known on both: the counter's minute is the bottleneck.
async fn held_up_by_the_counter(name: &'static str, people: usize) {
    let (bench, clock) = Bench::recorded(shop(51, people, people), real_limits).await;
    let run = Watched::run(name, &bench, &clock, 60).await;
    run.holds_before();
    run.holds_while_it_runs();
    is_within_limits(&bench);
    assert_exactly_once(&bench).await;
}

/// A small shop as shops are: done within some of the counter's minutes, of which one more or less counts, and half of
/// what may be asked in one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forecast_of_a_first_run_of_a_small_shop() {
    let (bench, clock) = Bench::recorded(TwinOptions::new(5, 400), real_limits).await;
    let run = Watched::run("small", &bench, &clock, 10).await;
    run.holds_before_but_for(60.0, 12.0);
    is_within_limits(&bench);
    assert_exactly_once(&bench).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forecast_of_a_first_run_that_the_counter_holds_up() {
    held_up_by_the_counter("600 + 600", 600).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: cargo test -p app --test scenarios -- --ignored forecast"]
async fn forecast_of_a_first_run_of_thousands() {
    held_up_by_the_counter("2,000 + 2,000", 2_000).await;
}

/// A counter full of customers and a CRM that allows few requests a day: the run takes days.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forecast_of_a_first_run_that_takes_days() {
    let (bench, clock) = Bench::recorded(shop(52, 160, 40), |config| {
        real_limits(config);
        config.highlevel_per_day = 120;
        config.poll_seconds = watched::POLL_SECONDS;
    })
    .await;
    let run = Watched::run("days", &bench, &clock, 7_200).await;
    assert!(run.before.words.contains("day"), "{}", run.before.words);
    run.holds_before();
    run.holds_while_it_runs();
    is_within_limits(&bench);
}

/// Most customers have a ticket that is being worked on, and notes in the CRM.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forecast_of_a_run_with_many_notes() {
    let (bench, clock) = Bench::recorded(shop(53, 0, 0), real_limits).await;
    for number in 0..220 {
        let email = format!("p{number}@example.test");
        let fields = json!({"name": format!("Person Number{number}"), "email": email,
            "mobile": format!("074001{number:05}")});
        let made = bench
            .at_counter(&json!({"action": "create_customer", "fields": fields}))
            .await;
        let ticket =
            json!({"customer": made["id"], "shortInfo": "Broken screen", "description": "Cracked"});
        bench
            .at_counter(&json!({"action": "create_ticket", "fields": ticket}))
            .await;
        let fields = json!({"firstName": "Person", "lastName": format!("Number{number}"), "email": email,
            "phone": format!("+4474001{number:05}")});
        let contact = bench.in_crm(&json!({"action": "create_contact", "fields": fields}));
        let contact = contact["contact"]["id"].as_str().or(contact["id"].as_str());
        let note = json!({"body": format!("Rang about the screen, call {number}")});
        bench
            .in_crm(&json!({"action": "create_note", "contact": contact.unwrap(), "fields": note}));
    }
    index_settles(&clock).await;
    let run = Watched::run("notes", &bench, &clock, 20).await;
    run.holds_before();
    run.holds_while_it_runs();
    is_within_limits(&bench);
}

/// Both diaries are full: bookings of the CRM go to the counter, many with the customer that is made for them, and the
/// counter's own into a calendar.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forecast_of_a_run_with_appointments() {
    let (bench, clock) = Bench::recorded(shop(56, 0, 0), real_limits).await;
    let rules = "[appointments]\nback = \"Repair while you wait\"\n";
    let rules = mapping::Rules::from_toml(rules).unwrap();
    bench.app.set_rules(SHOP, &rules).await.unwrap();
    let calendar = bench.twins.highlevel().calendars()[0].0.clone();
    for number in 0..160_i64 {
        let start = (clock.now() + SignedDuration::from_hours(48 + number)).to_string();
        let email = format!("p{number}@example.test");
        if number < 120 {
            let fields = json!({"firstName": "Person", "lastName": format!("Number{number}"), "email": email});
            let contact = bench.in_crm(&json!({"action": "create_contact", "fields": fields}));
            let contact = contact["contact"]["id"].as_str().or(contact["id"].as_str());
            let fields = json!({"calendarId": calendar, "title": "Screen", "startTime": start});
            let action = json!({"action": "create_appointment", "contact": contact.unwrap(), "fields": fields});
            bench.in_crm(&action);
        }
        if number >= 80 {
            let fields = json!({"name": format!("Person Number{number}"), "email": email});
            let made = bench
                .at_counter(&json!({"action": "create_customer", "fields": fields}))
                .await;
            let fields = json!({"customer": made["id"], "subject": "Battery", "startDate": start});
            bench
                .at_counter(&json!({"action": "create_appointment", "fields": fields}))
                .await;
        }
    }
    index_settles(&clock).await;
    let run = Watched::run("appointments", &bench, &clock, 20).await;
    run.holds_before();
    run.holds_while_it_runs();
    is_within_limits(&bench);
    let truth = bench.truth().await;
    // 40 stood in both diaries already.
    assert_eq!((truth.appointments.len(), truth.bookings.len()), (160, 160));
}

/// The CRM tells of messages, so that the run stops to listen between batches of new contacts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forecast_of_a_run_that_listens() {
    let (bench, clock) = Bench::recorded(shop(54, 700, 0), |config| {
        real_limits(config);
        config.listen_seconds = 30;
    })
    .await;
    bench
        .tell("LocationUpdate", &json!({"id": "somewhere"}))
        .await;
    let run = Watched::run("listening", &bench, &clock, 5).await;
    run.holds_before();
    run.holds_while_it_runs();
    is_within_limits(&bench);
}

/// A day's work in a shop that is in step.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forecast_of_a_days_changes() {
    let (bench, clock) = Bench::recorded(shop(55, 150, 100), real_limits).await;
    assert!(bench.sync().await.finished);
    let truth = bench.truth().await;
    for id in truth.customers.keys().take(25) {
        let edit = json!({"action": "edit_customer", "id": id, "fields": {"city": "Ulverston"}});
        bench.at_counter(&edit).await;
    }
    for number in 0..30 {
        let fields = json!({"name": format!("New Person{number}"), "email": format!("n{number}@example.test"),
            "mobile": format!("074002{number:05}")});
        bench
            .at_counter(&json!({"action": "create_customer", "fields": fields}))
            .await;
        let fields = json!({"firstName": "Other", "lastName": format!("Person{number}"),
            "email": format!("o{number}@example.test")});
        bench.in_crm(&json!({"action": "create_contact", "fields": fields}));
    }
    index_settles(&clock).await;
    let run = Watched::run("a day's changes", &bench, &clock, 10).await;
    run.holds_before_but_for(60.0, 6.0);
    is_within_limits(&bench);
}
