//! Recipes about bookings: from a booking to a ticket (P11), who did not come (P12), one diary in two places (P13).

mod recipe_crm;

use domain::Kind;
use recipe_crm::{Both, Crm, proposed};
use serde_json::{Value as Json, json};
use testkit::SHOP;

async fn tickets_of(shop: &Crm, customer: &str) -> Vec<Json> {
    let truth = shop.bench.truth().await;
    let own = |ticket: &&Json| ticket["customer"]["id"] == customer;
    truth.tickets.values().filter(own).cloned().collect()
}

fn status(shop: &Crm, booking: &str, status: &str) {
    let fields = json!({ "appointmentStatus": status });
    shop.bench
        .in_crm(&json!({"action": "edit_appointment", "id": booking, "fields": fields}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn showed_to_ticket_p11_opens_one_ticket_when_the_customer_comes_and_none_before() {
    let mut shop = Crm::before_its_first_pass().await;
    let known = shop.new_customer("Kay Known", json!({}));
    let hand = shop.new_customer("Hal Handmade", json!({}));
    shop.pass().await;
    let (known, hand) = (shop.both(&known).await, shop.both(&hand).await);
    shop.on_a_monday().await;
    let early = shop
        .crm()
        .book(&known.contact, "Early", &shop.in_minutes(30));
    shop.pass().await;
    shop.crm().mark_showed(&early);
    shop.pass().await;

    shop.install("showed-to-ticket", proposed()).await;
    let lead = shop.crm().contact(json!({
        "firstName": "Lena", "lastName": "Lead", "email": "lena@example.test", "phone": "+447400555111",
    }));
    shop.settle().await;
    let customers = shop.bench.truth().await.customers.len();
    let booked = shop
        .crm()
        .book(&lead, "iPhone screen", &shop.in_minutes(60));
    shop.settle().await;
    status(&shop, &booked, "confirmed");
    shop.settle().await;
    assert_eq!(
        shop.bench.truth().await.customers.len(),
        customers,
        "nobody came yet"
    );
    assert!(shop.runs("showed-to-ticket").await.is_empty());

    // The history of the booking that was there before is none of its business, even when it is edited.
    shop.crm().move_appointment(&early, &shop.in_minutes(90));
    shop.settle().await;
    assert!(tickets_of(&shop, &known.customer).await.is_empty());

    shop.crm().mark_showed(&booked);
    shop.settle().await;
    let truth = shop.bench.truth().await;
    assert_eq!(
        truth.customers.len(),
        customers + 1,
        "{:?}",
        shop.runs("showed-to-ticket").await
    );
    let lenas = truth
        .customers
        .values()
        .find(|one| one["name"] == "Lena Lead");
    let lenas = lenas.unwrap()["id"].as_str().unwrap().to_owned();
    let tickets = tickets_of(&shop, &lenas).await;
    assert_eq!(tickets.len(), 1);
    assert_eq!(tickets[0]["short_info"], "iPhone screen");
    // The new customer is known to be the contact, and no second contact was made of it.
    assert_eq!(shop.bench.counterpart(Kind::Contact, &lenas).await, lead);

    // Who is known gets a ticket on the customer that there is; whoever has one of that day, none.
    let again = shop
        .crm()
        .book(&known.contact, "Battery", &shop.in_minutes(45));
    let handled = shop
        .crm()
        .book(&hand.contact, "Camera", &shop.in_minutes(50));
    let _by_hand = shop.counter().ticket(&hand.customer, "Camera");
    shop.settle().await;
    shop.crm().mark_showed(&again);
    shop.crm().mark_showed(&handled);
    shop.settle().await;
    assert_eq!(tickets_of(&shop, &known.customer).await.len(), 1);
    assert_eq!(tickets_of(&shop, &hand.customer).await.len(), 1);
    assert_eq!(shop.bench.truth().await.customers.len(), customers + 1);
    // A booking that is set back and forth, the day after: still one ticket.
    shop.days_later(1).await;
    status(&shop, &again, "confirmed");
    shop.settle().await;
    shop.crm().mark_showed(&again);
    shop.settle().await;
    assert_eq!(
        tickets_of(&shop, &known.customer).await.len(),
        1,
        "one for a booking"
    );

    // A won opportunity is told to the counter, and is no ticket.
    let won = shop.crm().opportunity(&lead, "Laptop repair", 90.0);
    let busy = shop
        .crm()
        .opportunity(&known.contact, "Tablet repair", 90.0);
    shop.minutes_later(7).await;
    shop.counter()
        .walk_through(tickets[0]["id"].as_str().unwrap(), &["ready", "done"]);
    shop.settle().await;
    shop.crm().close_opportunity(&won, "won");
    shop.crm().close_opportunity(&busy, "won");
    shop.minutes_later(7).await;
    let tasks = shop.tasks(&lead).await;
    assert_eq!(
        tasks,
        ["Won: Laptop repair. Open the ticket when the customer comes"],
        "{:?}",
        shop.runs("won-to-counter").await
    );
    assert!(
        shop.tasks(&known.contact).await.is_empty(),
        "the ticket is open already"
    );
    assert_eq!(tickets_of(&shop, &lenas).await.len(), 1);
    shop.assert_at_rest().await;
    assert_eq!(shop.bench.twins.highlevel().counts().messages, 0);

    shop.remove("showed-to-ticket").await;
    shop.days_later(1).await;
    let late = shop
        .crm()
        .book(&known.contact, "Late", &shop.in_minutes(30));
    shop.settle().await;
    shop.crm().mark_showed(&late);
    shop.settle().await;
    assert_eq!(
        tickets_of(&shop, &known.customer).await.len(),
        1,
        "the recipe is gone"
    );
}

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
    // Marked on the next morning: the ticket of the day of the booking counts.
    shop.days_later(1).await;
    shop.crm().mark_no_show(&booked[3]);
    shop.settle().await;
    shop.minutes_later(120).await;
    assert_eq!(reproach(&shop, &people[3]).await, (false, 0));
    // Marked once more, it is the same booking.
    shop.crm().mark_showed(&booked[0]);
    shop.settle().await;
    shop.crm().mark_no_show(&booked[0]);
    shop.settle().await;
    shop.minutes_later(120).await;
    assert_eq!(reproach(&shop, &people[0]).await, (true, 1));
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
