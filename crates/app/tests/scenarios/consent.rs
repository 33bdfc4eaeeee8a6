//! Opt-outs of people: carried both ways to the stricter value, loosened by nobody but a person.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

use app::{Answer, Verdict};
use domain::{Kind, RecordId, Side};
use serde_json::{Value as Json, json};
use testkit::{Bench, SHOP};
use twin::mygadgetrepairs::OptOuts;

async fn bench(opt_outs: OptOuts) -> Bench {
    let mut options = Bench::options(21, 0, 0);
    options.mygadgetrepairs.opt_outs = opt_outs;
    Bench::with(options).await
}

async fn customer(bench: &Bench, name: &str, fields: Json) -> String {
    let mut all = json!({"name": name, "email": format!("{}@example.test", name.to_lowercase().replace(' ', "."))});
    for (key, value) in fields.as_object().unwrap() {
        all[key] = value.clone();
    }
    let made = bench
        .at_counter(&json!({"action": "create_customer", "fields": all}))
        .await;
    made["id"].as_str().unwrap().to_owned()
}

async fn edit(bench: &Bench, customer: &str, fields: Json) {
    bench
        .at_counter(&json!({"action": "edit_customer", "id": customer, "fields": fields}))
        .await;
}

async fn edit_contact(bench: &Bench, contact: &str, fields: Json) {
    bench.in_crm(&json!({"action": "edit_contact", "id": contact, "fields": fields}));
    indexed().await;
}

/// The index lags behind.
async fn indexed() {
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
}

async fn contact_of(bench: &Bench, customer: &str) -> String {
    let shop = bench.app.shop(SHOP).await.unwrap();
    let id = RecordId::new(customer);
    let store = bench.app.store();
    let link = store
        .link_of(shop.id, Side::MyGadgetRepairs, Kind::Contact, &id)
        .await;
    link.unwrap().unwrap().left.as_str().to_owned()
}

/// The status of the contact's block of a channel.
async fn block(bench: &Bench, contact: &str, channel: &str) -> String {
    let truth = bench.truth().await;
    let status = &truth.contacts[contact]["dndSettings"][channel]["status"];
    status.as_str().unwrap_or("inactive").to_owned()
}

async fn flag(bench: &Bench, customer: &str, name: &str) -> Option<bool> {
    bench.truth().await.customers[customer][name].as_bool()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_7_consent_only_tightens_on_both_sides() {
    let bench = bench(OptOuts::OptedOut).await;
    let quiet = customer(&bench, "Ada Quiet", json!({"smsOptOut": true})).await;
    bench.in_crm(&json!({"action": "create_contact", "fields": {
        "firstName": "Bob", "lastName": "Silent", "email": "bob@example.test",
        "dndSettings": {"Email": {"status": "active"}, "WhatsApp": {"status": "active"}}}}));
    indexed().await;
    assert!(bench.sync().await.finished);

    // Made with the block: there was no moment in which an automation could have texted.
    let contact = contact_of(&bench, &quiet).await;
    assert_eq!(block(&bench, &contact, "SMS").await, "active");
    assert_eq!(block(&bench, &contact, "Email").await, "inactive");
    let truth = bench.truth().await;
    let made = &truth.contacts[&contact];
    assert_eq!(made["dateAdded"], made["dateUpdated"], "one call");
    let silent = truth
        .customers
        .values()
        .find(|one| one["name"] == "Bob Silent");
    let silent = silent.unwrap()["id"].as_str().unwrap().to_owned();
    assert_eq!(flag(&bench, &silent, "email_opt_out").await, Some(true));
    assert_eq!(flag(&bench, &silent, "sms_opt_out").await, Some(false));

    // Tightened on either side: the other follows, and its other channels stay as they are.
    edit(&bench, &silent, json!({"smsOptOut": true})).await;
    edit_contact(&bench, &contact, json!({"dnd": true})).await;
    assert!(bench.sync().await.finished);
    let other = contact_of(&bench, &silent).await;
    for (channel, status) in [
        ("SMS", "active"),
        ("Email", "active"),
        ("WhatsApp", "active"),
    ] {
        assert_eq!(block(&bench, &other, channel).await, status, "{channel}");
    }
    assert_eq!(flag(&bench, &quiet, "email_opt_out").await, Some(true));
    assert!(!bench.sync().await.wrote(), "no echo");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_7_consent_only_tightens_until_a_person_answers() {
    let bench = bench(OptOuts::Allowed).await;
    let id = customer(&bench, "Ada Quiet", json!({"sms": false})).await;
    bench.sync().await;
    let contact = contact_of(&bench, &id).await;
    assert_eq!(block(&bench, &contact, "SMS").await, "active");
    for (side, allowed) in [(Side::HighLevel, false), (Side::MyGadgetRepairs, true)] {
        edit(&bench, &id, json!({"sms": true})).await;
        let tally = bench.sync().await;
        assert!(!tally.wrote() && tally.conflicts == 1, "{tally:?}");
        assert_eq!(block(&bench, &contact, "SMS").await, "active");
        let questions = bench.app.reviews(SHOP).await.unwrap();
        let words = questions[0].lines().join("\n");
        assert!(words.contains("text messages was lifted"), "{words}");
        let answer = Answer::Accept {
            candidate: None,
            side: Some(side),
        };
        bench
            .app
            .answer(SHOP, questions[0].id, answer)
            .await
            .unwrap();
        let tally = bench.sync().await;
        assert!(tally.finished && tally.conflicts == 0, "{tally:?}");
        assert_eq!(flag(&bench, &id, "sms").await, Some(allowed));
        let blocked = block(&bench, &contact, "SMS").await;
        assert_eq!(blocked == "inactive", allowed, "{blocked}");
        assert!(!bench.sync().await.wrote());
    }
    // An old answer does not count for a new opt-out.
    edit_contact(
        &bench,
        &contact,
        json!({"dndSettings": {"SMS": {"status": "active"}}}),
    )
    .await;
    bench.sync().await;
    assert_eq!(flag(&bench, &id, "sms").await, Some(false));
    edit(&bench, &id, json!({"sms": true})).await;
    let tally = bench.sync().await;
    assert_eq!(tally.conflicts, 1, "asked again: {tally:?}");
    assert_eq!(block(&bench, &contact, "SMS").await, "active");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_without_opt_outs_is_told_so_and_nothing_is_pretended() {
    let bench = bench(OptOuts::Hidden).await;
    let id = customer(&bench, "Ada Quiet", json!({})).await;
    bench.sync().await;
    let contact = contact_of(&bench, &id).await;
    edit_contact(&bench, &contact, json!({"dnd": true})).await;
    let tally = bench.sync().await;
    assert!(tally.finished && !tally.wrote(), "{tally:?}");
    assert_eq!((tally.held, tally.conflicts), (0, 0));
    assert_eq!(
        bench.truth().await.contacts[&contact]["dnd"],
        true,
        "it stays"
    );
    // An ordinary edit goes through beside it and leaves it alone.
    edit(&bench, &id, json!({"city": "Leeds"})).await;
    bench.sync().await;
    let truth = bench.truth().await;
    assert_eq!(truth.contacts[&contact]["city"], "Leeds");
    assert_eq!(truth.contacts[&contact]["dnd"], true);
    let report = bench.app.check(SHOP).await.unwrap();
    let line = report
        .lines
        .iter()
        .find(|line| line.what.contains("opt_outs"));
    let line = line.unwrap();
    assert_eq!(line.verdict, Verdict::Warned);
    assert!(line.says.contains("shows no opt-outs"), "{}", line.says);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_does_not_take_an_opt_out_is_found_out_by_reading_back() {
    let bench = bench(OptOuts::OptedOut).await;
    let id = customer(&bench, "Ada Quiet", json!({})).await;
    bench.sync().await;
    let mut settings = bench.twins.mygadgetrepairs().settings();
    settings.takes_opt_outs = false;
    bench.twins.mygadgetrepairs().set_settings(settings);
    let contact = contact_of(&bench, &id).await;
    edit_contact(
        &bench,
        &contact,
        json!({"dndSettings": {"SMS": {"status": "permanent"}}}),
    )
    .await;
    bench.sync().await;
    let tally = bench.sync().await;
    assert!(!tally.wrote(), "not tried again and again: {tally:?}");
    assert_eq!(tally.held, 1, "and not hidden");
    assert_eq!(flag(&bench, &id, "sms_opt_out").await, Some(false));
    assert_eq!(block(&bench, &contact, "SMS").await, "permanent");
}
