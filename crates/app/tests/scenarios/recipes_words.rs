//! Recipes about messages: who wants none (P17), and which ticket one is about (P19).

use crate::recipe_crm::{Both, Crm, proposed};
use serde_json::{Value as Json, json};
use testkit::SHOP;
use twin::mygadgetrepairs::OptOuts;

/// Whether each side blocks texts and e-mails: the CRM's, then the counter's.
async fn blocks(shop: &Crm, person: &Both) -> [[bool; 2]; 2] {
    let truth = shop.bench.truth().await;
    let contact = &truth.contacts[&person.contact];
    let customer = &truth.customers[&person.customer];
    let in_crm = |channel: &str| {
        contact["dndSettings"][channel]["status"] == "active" || contact["dnd"] == true
    };
    let at_counter = |field: &str| customer[field] == true;
    [
        [in_crm("SMS"), in_crm("Email")],
        [at_counter("sms_opt_out"), at_counter("email_opt_out")],
    ]
}

fn block(channel: &str, status: &str) -> Json {
    json!({"dndSettings": {channel: {"status": status}}})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn opt_outs_p17_hold_on_both_sides_and_are_lifted_by_nobody_else() {
    let mut shop = Crm::with(|options| options.mygadgetrepairs.opt_outs = OptOuts::OptedOut).await;
    // A shop that keeps opt-outs to itself so far.
    let rules = "[fields.contact]\nno_sms = { direction = \"off\" }\nno_email = { direction = \"off\" }\n\
                 no_contact = { direction = \"off\" }";
    let rules = mapping::Rules::from_toml(rules).unwrap();
    shop.bench.app.set_rules(SHOP, &rules).await.unwrap();
    let names = ["Ann Texts", "Ben Mails", "Cy All", "Di Before"];
    let customers: Vec<String> = names
        .iter()
        .map(|name| shop.new_customer(name, json!({})))
        .collect();
    shop.settle().await;
    let mut people = Vec::new();
    for customer in &customers {
        people.push(shop.both(customer).await);
    }
    shop.crm()
        .edit_contact(&people[3].contact, block("SMS", "active"));
    shop.settle().await;
    assert_eq!(
        blocks(&shop, &people[3]).await,
        [[true, false], [false, false]],
        "kept apart"
    );
    let before = shop
        .bench
        .app
        .shop_document(SHOP)
        .await
        .unwrap()
        .to_toml()
        .unwrap();

    shop.install("opt-outs", proposed()).await;
    shop.settle().await;
    shop.crm()
        .edit_contact(&people[0].contact, block("SMS", "active"));
    shop.counter()
        .edit_customer(&people[1].customer, json!({"emailOptOut": true}));
    shop.crm()
        .edit_contact(&people[2].contact, json!({"dnd": true}));
    let began = shop.automations_so_far();
    shop.settle().await;
    assert_eq!(blocks(&shop, &people[0]).await, [[true, false]; 2]);
    assert_eq!(blocks(&shop, &people[1]).await, [[false, true]; 2]);
    assert_eq!(blocks(&shop, &people[2]).await, [[true, true]; 2]);
    shop.bench.sweep().await;
    shop.settle().await;
    assert_eq!(
        blocks(&shop, &people[3]).await,
        [[true, false]; 2],
        "the stricter side holds, whenever it was said"
    );
    // Lifted on one side: it stays until a person lifts it where they see it.
    shop.crm()
        .edit_contact(&people[0].contact, block("SMS", "inactive"));
    shop.settle().await;
    assert!(
        blocks(&shop, &people[0]).await[1][0],
        "not loosened at the counter"
    );
    assert!(shop.automations(began).is_empty());
    assert_eq!(shop.bench.twins.highlevel().counts().messages, 0);
    shop.assert_at_rest().await;

    shop.remove("opt-outs").await;
    let after = shop
        .bench
        .app
        .shop_document(SHOP)
        .await
        .unwrap()
        .to_toml()
        .unwrap();
    assert_eq!(before, after);
    shop.crm()
        .edit_contact(&people[1].contact, block("SMS", "active"));
    shop.settle().await;
    assert_eq!(
        blocks(&shop, &people[1]).await,
        [[true, true], [false, true]],
        "the recipe is gone"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn which_ticket_p19_asks_once_a_day_who_has_several_and_guesses_nothing() {
    let mut shop = Crm::before_its_first_pass().await;
    let names = ["Ann Several", "Ben Single", "Cy Finished"];
    let customers: Vec<String> = names
        .iter()
        .map(|name| shop.new_customer(name, json!({})))
        .collect();
    let mut tickets = Vec::new();
    for (customer, titles) in
        customers
            .iter()
            .zip([["Phone", "Tablet"], ["Laptop", ""], ["Watch", "Camera"]])
    {
        for title in titles.iter().filter(|title| !title.is_empty()) {
            tickets.push(shop.counter().ticket(customer, title));
        }
    }
    shop.pass().await;
    shop.on_a_monday().await;
    shop.counter().walk_through(&tickets[4], &["ready", "done"]);
    shop.pass().await;
    let mut people = Vec::new();
    for customer in &customers {
        people.push(shop.both(customer).await);
    }
    shop.crm()
        .receive_message(&people[0].contact, "Before the recipe");
    shop.hear().await;
    shop.install("which-ticket", proposed()).await;
    shop.settle().await;

    let comments = shop.bench.truth().await.comments.len();
    for person in &people {
        shop.crm().receive_message(&person.contact, "Is it ready?");
    }
    shop.hear().await;
    shop.settle().await;
    shop.crm().receive_message(&people[0].contact, "Hello?");
    shop.hear().await;
    shop.settle().await;
    let truth = shop.bench.truth().await;
    let asked = |contact: &str| -> Vec<Json> {
        let about = |task: &&Json| {
            task["contactId"] == contact && task["title"] == "A message: about which ticket?"
        };
        truth.tasks.values().filter(about).cloned().collect()
    };
    let tasks = asked(&people[0].contact);
    assert_eq!(tasks.len(), 1, "{:?}", shop.runs("which-ticket").await);
    let body = tasks[0]["body"].as_str().unwrap();
    for ticket in &tickets[..2] {
        let number = truth.tickets[ticket]["ticket_ref"].as_str().unwrap();
        assert!(body.contains(number), "{body}");
        // The titles of the tickets' own tasks carry the number as well.
        let task = truth.tasks_of(number);
        assert!(
            task[0]["title"].as_str().unwrap().contains(number),
            "{task:?}"
        );
    }
    assert!(body.contains("Is it ready?"), "{body}");
    for person in &people[1..] {
        assert!(asked(&person.contact).is_empty(), "nothing to ask");
    }
    assert_eq!(truth.comments.len(), comments, "nothing is posted by guess");
    // What is said on a ticket is read in the CRM with its number.
    let _said = shop.counter().comment(&tickets[1], "Glass is ordered");
    shop.settle().await;
    let truth = shop.bench.truth().await;
    let notes = truth.notes_of(&people[0].contact);
    let number = truth.tickets[&tickets[1]]["ticket_ref"].as_str().unwrap();
    let text = notes
        .iter()
        .map(|note| note["body"].to_string())
        .collect::<String>();
    assert!(
        text.contains("Glass is ordered") && text.contains(number),
        "{text}"
    );
    // A day later one may be asked again.
    shop.days_later(1).await;
    shop.crm()
        .receive_message(&people[0].contact, "Still there?");
    shop.hear().await;
    shop.settle().await;
    assert_eq!(shop.tasks(&people[0].contact).await.len(), 2);
    shop.assert_at_rest().await;

    shop.remove("which-ticket").await;
    shop.days_later(2).await;
    shop.crm().receive_message(&people[0].contact, "Anybody?");
    shop.hear().await;
    let _said = shop.counter().comment(&tickets[1], "Glass came");
    shop.settle().await;
    assert_eq!(
        shop.tasks(&people[0].contact).await.len(),
        2,
        "the recipe is gone"
    );
    let notes = shop.bench.truth().await.notes.len();
    assert_eq!(
        notes,
        truth.notes.len(),
        "comments stay at the counter again"
    );
}
