//! Recipes about who somebody is: their device (P14), trade or private (P18), of which shop (P20).

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

use crate::recipe_crm::{Crm, proposed};
use app::operations::{Allowed, CallCause, OperationCall};
use domain::Lane;
use serde_json::{Value as Json, json};
use testkit::SHOP;

const IMEI: &str = "356938035643809";
const PASSCODE: &str = "482915";

/// A custom field of contacts that the shop's owner makes. Answers its id.
async fn custom_field(shop: &Crm, name: &str) -> String {
    let call = OperationCall {
        id: "highlevel.custom_field.create".to_owned(),
        input: json!({"name": name, "dataType": "TEXT", "model": "contact"}),
        lane: Lane::Interactive,
        allow: Allowed::ALL,
        show_values: true,
        cause: CallCause::Person,
    };
    let report = Box::pin(shop.bench.app.call_operation(SHOP, &call))
        .await
        .unwrap();
    let made = report.answer.unwrap().body;
    made["customField"]["id"].as_str().unwrap().to_owned()
}

async fn field(shop: &Crm, contact: &str, field: &str) -> Option<String> {
    let truth = shop.bench.truth().await;
    let fields = truth.contacts[contact]["customFields"].as_array().cloned();
    let found = fields
        .unwrap_or_default()
        .into_iter()
        .find(|one| one["id"] == field)?;
    Some(found["value"].as_str().unwrap_or_default().to_owned())
}

/// Everything that is kept of a run and of devices, as one text.
async fn kept(shop: &Crm) -> String {
    let app = &shop.bench.app;
    let mut all = String::new();
    for run in shop.live_runs().await {
        let story = Box::pin(app.flow_run(SHOP, &run.id)).await.unwrap();
        all.push_str(&serde_json::to_string(&story).unwrap());
    }
    let id = app.shop(SHOP).await.unwrap().id;
    let watched = app
        .store()
        .watched_after(id, "mygadgetrepairs.device", "", 100);
    all.push_str(&format!("{:?}", watched.await.unwrap()));
    let log = Box::pin(app.log(SHOP, None, 10_000)).await.unwrap();
    all.push_str(&format!("{log:?}"));
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn device_on_contact_p14_shows_the_end_of_the_number_and_never_a_passcode() {
    let mut shop = Crm::before_its_first_pass().await;
    let counter = |shop: &Crm, name: &str| shop.new_customer(name, json!({}));
    let old = counter(&shop, "Olga Old");
    let _history = shop.counter().ticket(&old, "Before the first pass");
    shop.pass().await;
    let early = shop.counter().ticket(&old, "Before the recipe");
    shop.counter()
        .edit_ticket(&early, json!({"device": "Apple iPhone 13"}));
    shop.pass().await;
    let device = custom_field(&shop, "Device").await;
    let number = custom_field(&shop, "Number").await;
    let warranty = custom_field(&shop, "Warranty").await;
    let answers =
        json!({"device_field": device, "number_field": number, "warranty_field": warranty});
    shop.install("device-on-contact", answers).await;

    // The owner of one phone; of two that are called alike; and a ticket that names what is on no record.
    let owner = counter(&shop, "Ann Owner");
    let two = counter(&shop, "Ben Two");
    let unknown = counter(&shop, "Cy Unknown");
    let nothing = counter(&shop, "Di Nothing");
    for (customer, copies) in [(&owner, 1), (&two, 2)] {
        for copy in 0..copies {
            let fields = json!({
                "brand": "Apple", "name": format!("iPhone 13 passcode: {PASSCODE}"), "imei": IMEI,
                "serial": format!("F2LXK{copy}99PLJM"), "warrantyEnd": "2031-05-01",
            });
            let _device = shop.counter().device(customer, "iPhone 13", fields);
        }
    }
    for customer in [&owner, &two, &unknown] {
        let ticket = shop
            .counter()
            .ticket(customer, &format!("Screen, passcode: {PASSCODE}"));
        shop.counter()
            .edit_ticket(&ticket, json!({"device": "Apple iPhone 13"}));
    }
    let _ticket = shop.counter().ticket(&nothing, "Screen");
    let before = shop.automations_so_far();
    shop.settle().await;
    shop.minutes_later(15).await;

    let owner = shop.both(&owner).await.contact;
    assert_eq!(
        field(&shop, &owner, &device).await.as_deref(),
        Some("Apple iPhone 13"),
        "{:?}",
        shop.runs("device-on-contact").await
    );
    let shown = field(&shop, &owner, &number).await.unwrap();
    assert_eq!(shown, "•••••••••••3809");
    assert_eq!(
        field(&shop, &owner, &warranty).await.as_deref(),
        Some("2031-05-01")
    );
    for customer in [&two, &unknown] {
        let contact = shop.both(customer).await.contact;
        assert_eq!(
            field(&shop, &contact, &device).await.as_deref(),
            Some("Apple iPhone 13")
        );
        let guessed = field(&shop, &contact, &number).await.unwrap_or_default();
        assert_eq!(guessed, "", "the number of another phone");
    }
    let nothing = shop.both(&nothing).await.contact;
    let olga = shop.both(&old).await.contact;
    for contact in [&nothing, &olga] {
        assert_eq!(field(&shop, contact, &device).await, None);
    }
    assert!(
        shop.automations(before)
            .iter()
            .all(|one| one.starts_with("contact_created")),
        "{:?}",
        shop.automations(before)
    );
    let truth = shop.bench.truth().await;
    let crm = serde_json::to_string(&truth.contacts).unwrap();
    let all = kept(&shop).await;
    for (secret, what) in [(IMEI, "the whole number"), (PASSCODE, "the passcode")] {
        assert!(!crm.contains(secret), "{what} is in the CRM");
        assert!(!all.contains(secret), "{what} is kept");
    }
    shop.assert_at_rest().await;

    // The next device takes the place of the last; a change of the ticket does not.
    let next = shop.counter().ticket(&old, "Tablet");
    shop.counter()
        .edit_ticket(&next, json!({"device": "Galaxy Tab"}));
    shop.settle().await;
    shop.counter().walk_through(&next, &["waiting"]);
    shop.minutes_later(15).await;
    assert_eq!(
        field(&shop, &olga, &device).await.as_deref(),
        Some("Galaxy Tab")
    );
    let mut runs = shop.runs("device-on-contact").await;
    runs.sort();
    assert_eq!(runs, ["done", "done", "done", "done", "not_needed"]);

    shop.remove("device-on-contact").await;
    let last = shop.counter().ticket(&old, "Watch");
    shop.counter()
        .edit_ticket(&last, json!({"device": "Watch 5"}));
    shop.settle().await;
    shop.minutes_later(15).await;
    assert_eq!(
        field(&shop, &olga, &device).await.as_deref(),
        Some("Galaxy Tab"),
        "the recipe is gone"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trade_or_private_p18_follows_the_group_and_touches_its_two_tags_only() {
    let mut shop = Crm::before_its_first_pass().await;
    let new = |shop: &Crm, name: &str, fields: Json| shop.new_customer(name, fields);
    let old = new(&shop, "Olga Old", json!({"group": "Trade"}));
    shop.pass().await;
    let early = new(&shop, "Ed Early", json!({"group": "Trade"}));
    shop.pass().await;
    shop.install("trade-or-private", proposed()).await;

    let trade = new(&shop, "Ann Trade", json!({"group": "Trade"}));
    let private = new(&shop, "Ben Private", json!({"group": "Retail"}));
    let none = new(&shop, "Cy Groupless", json!({}));
    let before = shop.automations_so_far();
    shop.settle().await;
    shop.minutes_later(12).await;
    let contact = async |customer: &str| shop.both(customer).await.contact;
    let (ann, ben, cy) = (
        contact(&trade).await,
        contact(&private).await,
        contact(&none).await,
    );
    let (olga, ed) = (contact(&old).await, contact(&early).await);
    assert_eq!(
        shop.tags(&ann).await,
        ["trade"],
        "{:?}",
        shop.runs("trade-new").await
    );
    assert_eq!(shop.tags(&ben).await, ["private"]);
    assert_eq!(shop.tags(&cy).await, ["private"]);
    assert!(
        shop.tags(&olga).await.is_empty() && shop.tags(&ed).await.is_empty(),
        "history"
    );
    let mut woken = shop.automations(before);
    woken.retain(|one| !one.starts_with("contact_created"));
    woken.sort();
    assert_eq!(
        woken,
        ["tag_added private", "tag_added private", "tag_added trade"]
    );

    // Another group, another tag; what else is on the contact stays. A new number is no new group.
    shop.crm().tag(&ann, "vip");
    shop.crm().tag(&olga, "vip");
    shop.settle().await;
    shop.counter().put_into_group(&trade, "Retail");
    shop.counter().put_into_group(&private, "Trade");
    shop.counter()
        .edit_customer(&old, json!({"mobile": "07400999111"}));
    shop.settle().await;
    shop.minutes_later(12).await;
    assert_eq!(
        shop.tags(&ann).await,
        ["private", "vip"],
        "{:?}",
        shop.runs("trade-changed").await
    );
    assert_eq!(shop.tags(&ben).await, ["trade"]);
    assert_eq!(shop.tags(&olga).await, ["vip"]);
    assert_eq!(shop.runs("trade-changed").await, ["done", "done"]);
    shop.assert_at_rest().await;
    // Whom the recipe met as history is told apart from the day on which the group changes.
    shop.counter().put_into_group(&early, "Students");
    shop.settle().await;
    assert_eq!(shop.tags(&ed).await, ["private"]);

    shop.remove("trade-or-private").await;
    shop.counter().put_into_group(&trade, "Trade");
    let _late = new(&shop, "Late Trade", json!({"group": "Trade"}));
    let before = shop.automations_so_far();
    shop.settle().await;
    shop.minutes_later(12).await;
    assert_eq!(
        shop.tags(&ann).await,
        ["private", "vip"],
        "the recipe is gone"
    );
    assert!(
        shop.automations(before)
            .iter()
            .all(|one| !one.starts_with("tag"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn which_shop_p20_tags_new_contacts_of_its_counter_and_no_one_of_the_first_load() {
    let mut shop = Crm::before_its_first_pass().await;
    let old = shop.new_customer("Olga Old", json!({}));
    // The rules make no customers of contacts, so that some belong to no shop.
    let rules = mapping::Rules::from_toml("[create]\nmygadgetrepairs = \"none\"").unwrap();
    shop.bench.app.set_rules(SHOP, &rules).await.unwrap();
    shop.install("which-shop", proposed()).await;
    shop.settle().await;
    let early = shop.customer("Ed Early", json!({})).await;
    shop.minutes_later(12).await;
    let olga = shop.both(&old).await;
    assert!(shop.tags(&olga.contact).await.is_empty(), "loaded first");
    let tag = format!("shop {SHOP}");
    assert_eq!(
        shop.tags(&early.contact).await,
        std::slice::from_ref(&tag),
        "{:?}",
        shop.runs("shop-tag").await
    );

    let stranger = shop
        .crm()
        .contact(json!({"firstName": "Sue", "lastName": "Stranger", "email": "sue@example.test"}));
    // Somebody of another shop, who comes to this one as well.
    let shared = shop.crm().contact(json!({
        "firstName": "Tom", "lastName": "Two", "email": "tom.two@example.test", "phone": "+447400777888", "tags": ["shop leeds"],
    }));
    let toms = shop.new_customer("Tom Two", json!({"mobile": "07400777888"}));
    shop.settle().await;
    shop.minutes_later(12).await;
    assert_eq!(shop.both(&toms).await.contact, shared);
    assert_eq!(
        shop.tags(&shared).await,
        ["shop leeds".to_owned(), tag.clone()]
    );
    assert!(shop.tags(&stranger).await.is_empty(), "of no shop");
    shop.crm()
        .edit_contact(&early.contact, json!({"city": "York"}));
    shop.crm().untag(&early.contact, &tag);
    shop.settle().await;
    shop.minutes_later(12).await;
    assert!(shop.tags(&early.contact).await.is_empty(), "once");
    shop.assert_at_rest().await;

    shop.remove("which-shop").await;
    let late = shop.customer("Late Comer", json!({})).await;
    shop.minutes_later(12).await;
    assert!(
        shop.tags(&late.contact).await.is_empty(),
        "the recipe is gone"
    );
}
