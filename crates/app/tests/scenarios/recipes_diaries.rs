//! Recipes about diaries: who did not come (P12), one diary in two places (P13).

use crate::recipe_crm::{Both, Crm, proposed};
use serde_json::{Value as Json, json};
use testkit::SHOP;

const MISSED: &str = "missed appointment";

/// What a contact has for not having come: the tag, and the number of tasks.
async fn reproach(shop: &Crm, person: &Both) -> (bool, usize) {
    let tasks = shop.tasks(&person.contact).await;
    let calls = tasks
        .iter()
        .filter(|title| title.starts_with("Did not come"));
    (shop.is_tagged(&person.contact, MISSED).await, calls.count())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn missed_appointment_p12_waits_its_grace_and_forgives_who_came_that_day() {
    let mut shop = Crm::before_its_first_pass().await;
    let names = [
        "Ann Missed",
        "Ben Late",
        "Cy Right",
        "Di Yesterday",
        "Ed Quiet",
        "Fi Diary",
        "Gus Ticket",
        "Hal History",
    ];
    let customers: Vec<String> = names
        .iter()
        .map(|name| shop.new_customer(name, json!({})))
        .collect();
    shop.pass().await;
    let mut people = Vec::new();
    for customer in &customers {
        people.push(shop.both(customer).await);
    }
    shop.on_a_monday().await;
    let start = shop.in_minutes(10);
    let history = shop.crm().book(&people[7].contact, "Drop-off", &start);
    let _old = shop.counter().book(&people[7].customer, "Collect", &start);
    shop.pass().await;
    shop.minutes_later(120).await;
    shop.crm().mark_no_show(&history);
    shop.pass().await;

    shop.install("missed-appointment", proposed()).await;
    shop.settle().await;
    let start = shop.in_minutes(10);
    let booked: Vec<String> = people[..5]
        .iter()
        .map(|person| shop.crm().book(&person.contact, "Drop-off", &start))
        .collect();
    for person in &people[5..7] {
        let _at_counter = shop.counter().book(&person.customer, "Collect", &start);
    }
    shop.settle().await;
    shop.minutes_later(30).await;
    for number in [0, 1, 2, 4] {
        shop.crm().mark_no_show(&booked[number]);
    }
    shop.crm()
        .edit_contact(&people[4].contact, json!({"dnd": true}));
    let _came = shop.counter().ticket(&customers[3], "Came after all");
    let _came = shop.counter().ticket(&customers[6], "Came after all");
    shop.settle().await;
    shop.minutes_later(20).await;
    for person in &people {
        assert_eq!(
            reproach(&shop, person).await,
            (false, 0),
            "within the time of grace"
        );
    }
    let _late = shop.counter().ticket(&customers[1], "Came late");
    shop.crm().mark_showed(&booked[2]);
    let before = shop.automations_so_far();
    shop.minutes_later(60).await;
    let told = [
        (true, 1),
        (false, 0),
        (false, 0),
        (false, 0),
        (false, 1),
        (true, 1),
        (false, 0),
        (false, 0),
    ];
    for ((person, told), name) in people.iter().zip(told).zip(names) {
        assert_eq!(
            reproach(&shop, person).await,
            told,
            "{name}: {:?} {:?}",
            shop.runs("missed-booking").await,
            shop.runs("missed-at-counter").await
        );
    }
    assert_eq!(
        shop.automations(before),
        vec![format!("tag_added {MISSED}"); 2]
    );
    // Marked once more, it is the same booking.
    shop.crm().mark_showed(&booked[0]);
    shop.settle().await;
    shop.crm().mark_no_show(&booked[0]);
    shop.settle().await;
    shop.minutes_later(120).await;
    assert_eq!(reproach(&shop, &people[0]).await, (true, 1));
    let runs = shop.runs("missed-booking").await.len();
    assert_eq!(runs, 5, "it was seen");
    // Marked on the next morning, which a webhook tells: the ticket of the day of the booking counts.
    shop.hear().await;
    shop.days_later(1).await;
    shop.crm().mark_no_show(&booked[3]);
    shop.hear().await;
    shop.minutes_later(120).await;
    assert_eq!(
        shop.runs("missed-booking").await.len(),
        runs + 1,
        "it was heard"
    );
    assert_eq!(reproach(&shop, &people[3]).await, (false, 0));
    shop.assert_at_rest().await;
    assert_eq!(shop.bench.twins.highlevel().counts().messages, 0);

    let last = shop
        .crm()
        .book(&people[7].contact, "Drop-off", &shop.in_minutes(10));
    shop.settle().await;
    shop.crm().mark_no_show(&last);
    shop.settle().await;
    shop.remove("missed-appointment").await;
    shop.minutes_later(120).await;
    assert_eq!(
        reproach(&shop, &people[7]).await,
        (false, 0),
        "the recipe is gone"
    );
}

/// Nothing else makes the sync read the counter's diary: no booking in the CRM, and no way back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn missed_appointment_p12_reads_the_counters_diary_by_itself() {
    let shop = Crm::before_its_first_pass().await;
    let person = shop.customer("Ann Diary", json!({})).await;
    shop.on_a_monday().await;
    let start = shop.in_minutes(10);
    let _history = shop.counter().book(&person.customer, "Before", &start);
    shop.settle().await;
    shop.install("missed-appointment", proposed()).await;
    let start = shop.in_minutes(20);
    shop.settle().await;
    let _missed = shop.counter().book(&person.customer, "Collect", &start);
    shop.settle().await;
    shop.minutes_later(60).await;
    assert_eq!(reproach(&shop, &person).await, (false, 0));
    shop.minutes_later(40).await;
    let tasks = shop.tasks(&person.contact).await;
    let collect = tasks.iter().filter(|title| title.contains("Collect"));
    assert_eq!(collect.count(), 1, "{tasks:?}");
    assert!(shop.is_tagged(&person.contact, MISSED).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn appointments_both_ways_p13_keep_one_diary_and_tell_of_a_clash_once() {
    let mut shop = Crm::before_its_first_pass().await;
    let names = ["Ann Booked", "Ben Diary", "Cy Clash", "Di History"];
    let customers: Vec<String> = names
        .iter()
        .map(|name| shop.new_customer(name, json!({})))
        .collect();
    shop.pass().await;
    let mut people = Vec::new();
    for customer in &customers {
        people.push(shop.both(customer).await);
    }
    shop.on_a_monday().await;
    let at = |minutes: i64| shop.in_minutes(24 * 60 + minutes);
    let (noon, one, two) = (at(0), at(60), at(120));
    // A clash that was there before the recipe.
    let _history = shop.crm().book(&people[3].contact, "Before", &two);
    let _history = shop.counter().book(&customers[3], "Before as well", &two);
    shop.settle().await;
    let calendar = shop.bench.twins.highlevel().calendars()[0].0.clone();
    shop.install("appointments-both-ways", json!({ "calendar": calendar }))
        .await;
    let before = shop.automations_so_far();
    shop.settle().await;

    let booked = shop.crm().book(&people[0].contact, "Screen", &noon);
    shop.settle().await;
    let entered = shop.counter().book(&customers[1], "Collect", &one);
    shop.settle().await;
    let truth = shop.bench.truth().await;
    assert_eq!(
        truth.appointments_of(&booked).len(),
        1,
        "shown at the counter"
    );
    assert_eq!(
        truth.bookings_of(&entered).len(),
        1,
        "blocks its time in the calendar"
    );
    // The same time once more.
    let clash = shop.counter().book(&customers[2], "Data rescue", &noon);
    shop.settle().await;
    shop.minutes_later(15).await;
    assert_eq!(shop.bench.truth().await.bookings_of(&clash).len(), 1);
    let tasks = shop.tasks(&people[2].contact).await;
    assert_eq!(tasks.len(), 1, "{:?}", shop.runs("double-booking").await);
    assert!(
        tasks[0].starts_with("Double booking: Data rescue"),
        "{tasks:?}"
    );
    for number in [0, 1, 3] {
        assert!(
            shop.tasks(&people[number].contact).await.is_empty(),
            "{}",
            names[number]
        );
    }
    assert!(
        shop.automations(before).is_empty(),
        "the customer is told nothing"
    );
    assert_eq!(shop.bench.twins.highlevel().counts().messages, 0);
    // Moved on either side, moved on the other.
    shop.crm().move_appointment(&booked, &at(300));
    shop.counter().move_appointment(&entered, &at(360));
    shop.settle().await;
    let moved = shop.bench.truth().await;
    let start = |text: &Json| text.as_str().unwrap()[..13].to_owned();
    let shown = moved.appointments_of(&booked)[0]["start_date"].clone();
    let before_it = truth.appointments_of(&booked)[0]["start_date"].clone();
    assert_ne!(start(&shown), start(&before_it));
    assert_ne!(
        moved.bookings_of(&entered)[0]["startTime"],
        truth.bookings_of(&entered)[0]["startTime"]
    );
    shop.assert_at_rest().await;

    shop.remove("appointments-both-ways").await;
    let app = &shop.bench.app;
    let rules = app.rules_of(&app.shop(SHOP).await.unwrap()).unwrap();
    assert_eq!(rules.appointments.back(), None);
    let later = shop
        .counter()
        .book(&customers[1], "Later", &shop.in_minutes(24 * 60 + 400));
    shop.settle().await;
    shop.minutes_later(15).await;
    assert!(
        shop.bench.truth().await.bookings_of(&later).is_empty(),
        "the recipe is gone"
    );
}
