//! The recipe that makes tickets of bookings (P11).

use crate::recipe_crm::{Crm, proposed};
use domain::Kind;
use serde_json::{Value as Json, json};
use testkit::SHOP;
use twin::{FaultProfile, Vendor};

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

/// The counter does what it is asked and its answers get lost: it is looked for, not asked once more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_2_no_duplicates_showed_to_ticket_p11_when_answers_are_lost() {
    let shop = Crm::before_its_first_pass().await;
    shop.pass().await;
    shop.on_a_monday().await;
    shop.install("showed-to-ticket", proposed()).await;
    let mut booked = Vec::new();
    for number in 0..6 {
        let lead = shop.crm().contact(json!({
            "firstName": "Lena", "lastName": format!("Lead{number}"), "email": format!("lena{number}@example.test"),
            "phone": format!("+44740055511{number}"),
        }));
        booked.push(
            shop.crm()
                .book(&lead, "iPhone screen", &shop.in_minutes(60 + 30 * number)),
        );
    }
    shop.settle().await;
    for booking in &booked {
        shop.crm().mark_showed(booking);
    }
    Box::pin(shop.bench.sync()).await;
    let faults = FaultProfile {
        lost: 0.6,
        ..FaultProfile::none()
    };
    shop.bench.twins.set_faults(Vendor::MyGadgetRepairs, faults);
    for _ in 0..4 {
        // What cannot be heard now is heard later.
        let _unheard = Box::pin(shop.bench.app.work_flows(SHOP)).await;
        shop.sleep_minutes(1).await;
    }
    shop.bench
        .twins
        .set_faults(Vendor::MyGadgetRepairs, FaultProfile::none());
    for _ in 0..8 {
        shop.minutes_later(20).await;
    }
    assert_eq!(shop.runs("showed-to-ticket").await, ["done"; 6]);
    let truth = shop.bench.truth().await;
    assert_eq!((truth.customers.len(), truth.tickets.len()), (6, 6));
    assert_eq!(truth.contacts.len(), 6);
}
