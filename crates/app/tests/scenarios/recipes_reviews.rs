//! Recipes that ask collected customers for something: reviews (P10).

use crate::recipe_crm::{Crm, proposed};
use serde_json::json;

const TAG: &str = "review request";

/// What is observed of the vendor's invoices names the ticket by its number, and no customer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn review_request_p10_knows_a_refund_by_the_tickets_number_alone() {
    let shop = Crm::before_its_first_pass().await;
    let customers = ["Ann Refund", "Ben Paid"].map(|name| shop.new_customer(name, json!({})));
    shop.pass().await;
    shop.on_a_monday().await;
    shop.install("review-request", proposed()).await;
    for (customer, status) in customers.iter().zip(["Refunded", "Paid"]) {
        let ticket = shop.repaired(customer, "Screen").await;
        let number = shop.bench.truth().await.tickets[&ticket]["ticket_ref"].clone();
        let invoice = store::Watched {
            record: format!("I-{customer}"),
            created_at: None,
            body: json!({"id": format!("I-{customer}"), "ticket": {"ticket_ref": number}, "amount_total": 90.0, "status": status}),
        };
        let id = shop.bench.app.shop(testkit::SHOP).await.unwrap().id;
        let store = shop.bench.app.store();
        let kept = store.watch(
            id,
            shop.now(),
            "mygadgetrepairs.invoice",
            vec![invoice],
            true,
        );
        kept.await.unwrap();
    }
    shop.days_later(4).await;
    for (customer, asked) in customers.iter().zip([false, true]) {
        let contact = shop.both(customer).await.contact;
        assert_eq!(
            shop.is_tagged(&contact, TAG).await,
            asked,
            "{:?}",
            shop.runs("review-request").await
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn review_request_p10_asks_who_is_happy_once_and_nobody_else() {
    let mut shop = Crm::before_its_first_pass().await;
    let at_counter = |name: &str| shop.new_customer(name, json!({}));
    let old = at_counter("Olga Old");
    let finished = shop.counter().ticket(&old, "Long done");
    shop.counter().walk_through(&finished, &["ready", "done"]);
    let names = [
        "Ann Happy",
        "Cy Tagged",
        "Di Again",
        "Ed Refund",
        "Fi Angry",
        "Gus Open",
        "Hal Quiet",
        "Ira Back",
    ];
    let customers: Vec<String> = names.iter().map(|name| at_counter(name)).collect();
    let trade = shop.new_customer("Bob Trade", json!({"group": "Trade"}));
    // Di brought the same device a month ago.
    let _first = shop.counter().ticket(&customers[2], "Screen");
    shop.pass().await;
    shop.on_a_monday().await;
    let early = shop.repaired(&old, "Before the recipe").await;

    shop.install("review-request", proposed()).await;
    let mut tickets = Vec::new();
    for customer in customers.iter().chain([&trade]) {
        tickets.push(shop.counter().ticket(customer, "Battery"));
    }
    shop.pass().await;
    let (counter, crm) = (shop.counter(), shop.crm());
    counter.walk_through(&_first, &["ready", "done"]);
    for ticket in &tickets {
        counter.walk_through(ticket, &["ready"]);
    }
    let mut both = Vec::new();
    for customer in customers.iter().chain([&trade]) {
        both.push(shop.both(customer).await);
    }
    let refunded = counter.invoice(&tickets[3], 90.0, None);
    counter.pay(&refunded, None);
    crm.tag(&both[1].contact, "Trade");
    shop.pass().await;
    for ticket in &tickets {
        counter.walk_through(ticket, &["done"]);
    }
    shop.pass().await;

    // A day later: nobody is asked yet, and things happen.
    shop.days_later(1).await;
    for person in &both {
        assert!(!shop.is_tagged(&person.contact, TAG).await);
    }
    let (counter, crm) = (shop.counter(), shop.crm());
    counter.refund(&refunded, None);
    crm.tag(&both[4].contact, "Complaint");
    let _open = counter.ticket(&customers[5], "Another one");
    crm.edit_contact(&both[6].contact, json!({"dnd": true}));
    counter.walk_through(&tickets[7], &["open"]);
    shop.settle().await;
    let before = shop.automations_so_far();

    shop.days_later(3).await;
    assert!(
        shop.is_tagged(&both[0].contact, TAG).await,
        "{:?}",
        shop.runs("review-request").await
    );
    for (person, name) in both.iter().zip(names.iter().chain([&"Bob Trade"])).skip(1) {
        assert!(
            !shop.is_tagged(&person.contact, TAG).await,
            "{name} is asked"
        );
    }
    let olga = shop.both(&old).await;
    assert!(
        !shop.is_tagged(&olga.contact, TAG).await,
        "{early} is history"
    );
    assert_eq!(shop.automations(before), [format!("tag_added {TAG}")]);
    shop.assert_at_rest().await;

    // Back within the period: no second request, even where the tag was taken off again.
    shop.crm().untag(&both[0].contact, TAG);
    shop.on_a_monday().await;
    shop.days_later(70).await;
    shop.repaired(&customers[0], "Camera").await;
    shop.days_later(4).await;
    assert!(
        !shop.is_tagged(&both[0].contact, TAG).await,
        "twice within the period"
    );
    shop.on_a_monday().await;
    shop.days_later(119).await;
    shop.repaired(&customers[0], "Speaker").await;
    shop.days_later(4).await;
    assert!(
        shop.is_tagged(&both[0].contact, TAG).await,
        "the next period"
    );

    shop.repaired(&old, "Button").await;
    shop.remove("review-request").await;
    shop.on_a_monday().await;
    assert!(
        !shop.is_tagged(&olga.contact, TAG).await,
        "the recipe is gone"
    );
    assert!(shop.live_runs().await.is_empty());
}
