//! Recipes that think in months: warranties and service (P15), customers who have not been back (P16).

use crate::recipe_crm::{Both, Crm, proposed};
use jiff::ToSpan;
use serde_json::json;

/// Repairs that end together, one for each customer.
async fn repair_all(shop: &Crm, people: &[Both], device: Option<&str>) -> Vec<String> {
    let open = |person: &Both| {
        let ticket = shop.counter().ticket(&person.customer, "Screen");
        if let Some(device) = device {
            shop.counter()
                .edit_ticket(&ticket, json!({ "device": device }));
        }
        ticket
    };
    let tickets: Vec<String> = people.iter().map(open).collect();
    shop.pass().await;
    for group in ["ready", "done"] {
        for ticket in &tickets {
            shop.counter().walk_through(ticket, &[group]);
        }
        shop.pass().await;
    }
    tickets
}

async fn people(shop: &Crm, names: &[&str]) -> Vec<Both> {
    let customers: Vec<String> = names
        .iter()
        .map(|name| shop.new_customer(name, json!({})))
        .collect();
    shop.pass().await;
    let mut both = Vec::new();
    for customer in &customers {
        both.push(shop.both(customer).await);
    }
    both
}

async fn tagged(shop: &Crm, people: &[Both], tag: &str) -> Vec<bool> {
    let mut found = Vec::new();
    for person in people {
        found.push(shop.is_tagged(&person.contact, tag).await);
    }
    found
}

const ENDS: &str = "warranty ends";
const DUE: &str = "service due";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn warranty_and_service_p15_tell_once_in_time_and_not_who_was_back() {
    let mut shop = Crm::before_its_first_pass().await;
    let old = shop.new_customer("Olga Old", json!({}));
    let long_ago = shop.counter().ticket(&old, "Long ago");
    shop.counter().walk_through(&long_ago, &["ready", "done"]);
    shop.on_a_monday().await;
    shop.repaired(&old, "Before the recipe").await;
    shop.install("warranty-and-service", json!({"service_days": 180}))
        .await;

    let plain = people(&shop, &["Ann Plain", "Ben Back", "Cy Quiet", "Di Reopened"]).await;
    let owners = people(&shop, &["Ed Sixty", "Fi Expired", "Gus Two"]).await;
    let today = jiff::tz::TimeZone::UTC.to_datetime(shop.now()).date();
    let in_days = |days: i64| today.checked_add(days.days()).unwrap().to_string();
    for (person, ends) in [(0, 60), (1, -100), (2, 60), (2, 200)] {
        let fields =
            json!({"brand": "Apple", "imei": "356938035643809", "warrantyEnd": in_days(ends)});
        let _device = shop
            .counter()
            .device(&owners[person].customer, "iPhone 13", fields);
    }
    let tickets = repair_all(&shop, &plain, None).await;
    repair_all(&shop, &owners, Some("Apple iPhone 13")).await;
    shop.minutes_later(15).await;

    shop.days_later(30).await;
    let back = shop.counter().ticket(&plain[1].customer, "Camera");
    shop.crm()
        .edit_contact(&plain[2].contact, json!({"dnd": true}));
    shop.counter().walk_through(&tickets[3], &["open"]);
    shop.settle().await;
    shop.days_later(14).await;
    assert_eq!(
        tagged(&shop, &owners, ENDS).await,
        [false; 3],
        "{:?}",
        shop.runs("warranty-ends").await
    );
    let before = shop.automations_so_far();
    // Two weeks before the device's own date, at the latest on the next day on which the shop is open.
    shop.days_later(6).await;
    assert_eq!(tagged(&shop, &owners, ENDS).await, [true, false, false]);
    assert_eq!(tagged(&shop, &plain, ENDS).await, [false; 4]);
    shop.days_later(35).await;
    assert_eq!(
        tagged(&shop, &plain, ENDS).await,
        [true, false, false, false]
    );
    // Of two phones by one name none is guessed: eighty days after collection, as without a date.
    assert_eq!(tagged(&shop, &owners, ENDS).await, [true, false, true]);
    assert_eq!(
        shop.automations(before),
        vec![format!("tag_added {ENDS}"); 3]
    );
    shop.assert_at_rest().await;

    shop.counter().delete_ticket(&back);
    shop.days_later(105).await;
    assert_eq!(tagged(&shop, &plain, DUE).await, [true, true, false, true]);
    assert_eq!(tagged(&shop, &owners, DUE).await, [true; 3]);
    let olga = shop.both(&old).await;
    assert!(shop.tags(&olga.contact).await.is_empty(), "history");
    shop.assert_at_rest().await;

    shop.repaired(&old, "Button").await;
    shop.remove("warranty-and-service").await;
    shop.days_later(200).await;
    assert!(
        shop.tags(&olga.contact).await.is_empty(),
        "the recipe is gone"
    );
    assert!(shop.live_runs().await.is_empty());
}

const AGAIN: &str = "win back";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn win_back_p16_greets_who_stayed_away_once_and_only_with_consent() {
    let mut shop = Crm::before_its_first_pass().await;
    let old = shop.new_customer("Olga Old", json!({}));
    shop.on_a_monday().await;
    shop.repaired(&old, "Before the recipe").await;
    shop.install("win-back", proposed()).await;

    let away = people(
        &shop,
        &[
            "Ann Away",
            "Ben Back",
            "Cy Quiet",
            "Di Silent",
            "Ed Open",
            "Fi Texts",
        ],
    )
    .await;
    let _unfinished = shop.counter().ticket(&away[4].customer, "Waits for a part");
    shop.pass().await;
    let tablet = shop.counter().ticket(&away[0].customer, "Tablet");
    shop.pass().await;
    repair_all(&shop, &away, None).await;
    // A second device that is collected a little later is no second greeting.
    shop.counter().walk_through(&tablet, &["ready", "done"]);
    shop.pass().await;
    shop.days_later(100).await;
    shop.repaired(&away[1].customer, "Camera").await;
    let crm = shop.crm();
    crm.edit_contact(&away[2].contact, json!({"dnd": true}));
    let blocked = json!({"status": "active"});
    crm.edit_contact(
        &away[3].contact,
        json!({"dndSettings": {"SMS": blocked, "Email": blocked}}),
    );
    crm.edit_contact(&away[5].contact, json!({"dndSettings": {"SMS": blocked}}));
    shop.settle().await;
    let before = shop.automations_so_far();
    shop.days_later(168).await;
    assert_eq!(tagged(&shop, &away, AGAIN).await, [false; 6]);
    shop.days_later(8).await;
    // Whoever takes e-mails may be asked by e-mail.
    let greeted = [true, false, false, false, false, true];
    assert_eq!(
        tagged(&shop, &away, AGAIN).await,
        greeted,
        "{:?}",
        shop.runs("win-back").await
    );
    let mut runs = shop.runs("win-back").await;
    runs.retain(|run| run == "done");
    assert_eq!(runs.len(), 2, "once for everybody");
    assert_eq!(
        shop.automations(before),
        vec![format!("tag_added {AGAIN}"); 2]
    );
    shop.assert_at_rest().await;
    // Ben's time runs from his last visit.
    shop.days_later(100).await;
    shop.on_a_monday().await;
    assert!(shop.is_tagged(&away[1].contact, AGAIN).await);
    let olga = shop.both(&old).await;
    assert!(shop.tags(&olga.contact).await.is_empty(), "history");

    shop.repaired(&old, "Button").await;
    shop.remove("win-back").await;
    shop.days_later(280).await;
    assert!(
        shop.tags(&olga.contact).await.is_empty(),
        "the recipe is gone"
    );
}
