//! What waits for a person: approval, review, deletes in numbers; and what a preview leaves alone.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

use crate::desk::Desk;
use app::{Answer, ProgressBoard, SyncOptions};
use domain::{Kind, RecordId, Side};
use serde_json::json;
use testkit::{Bench, SHOP};
use twin::Vendor;

async fn sync_unapproved(bench: &Bench) -> app::Tally {
    bench
        .app
        .sync(SHOP, SyncOptions::default(), &ProgressBoard::default())
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_run_waits_for_approval_and_then_runs_to_its_end() {
    let bench = Bench::new(11, 60, 20).await;
    let before = bench.truth().await;
    let waiting = sync_unapproved(&bench).await;
    assert!(!waiting.finished);
    assert!(
        waiting.reasons[0].contains("first run"),
        "{:?}",
        waiting.reasons
    );
    assert!(!waiting.wrote());
    let after = bench.truth().await;
    assert_eq!(
        (before.contacts, before.customers),
        (after.contacts, after.customers)
    );
    assert!(bench.sync().await.finished);
    // Approved once, it goes on without.
    let later = sync_unapproved(&bench).await;
    assert!(later.finished, "{:?}", later.reasons);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_14_preview_is_pure_and_tells_what_the_sync_then_does() {
    let bench = Bench::new(12, 120, 40).await;
    let before = bench.truth().await;
    let preview = bench
        .app
        .preview(SHOP, &ProgressBoard::default())
        .await
        .unwrap();
    let after = bench.truth().await;
    assert_eq!(
        (&before.contacts, &before.tasks),
        (&after.contacts, &after.tasks)
    );
    assert_eq!(
        (&before.customers, &before.tickets),
        (&after.customers, &after.tickets)
    );
    let shop = bench.app.shop(SHOP).await.unwrap();
    assert!(
        bench
            .app
            .store()
            .count_records(shop.id)
            .await
            .unwrap()
            .is_empty(),
        "nothing is stored"
    );
    let left_over = std::fs::read_dir(bench.folder.path())
        .unwrap()
        .filter(|entry| {
            entry
                .as_ref()
                .unwrap()
                .file_name()
                .to_string_lossy()
                .contains("preview")
        })
        .count();
    assert_eq!(left_over, 0, "the copy is gone");
    assert!(preview.tally.created.total() > 0);
    let tally = bench.sync().await;
    assert_eq!(preview.tally.created, tally.created);
    assert_eq!(preview.tally.review, tally.review);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_to_questions_about_people_are_remembered() {
    let bench = Bench::new(5, 0, 0).await;
    // A family's number: the mother in the CRM, mother and child at the counter, names alike.
    for name in ["Anna Miller", "Annabel Miller"] {
        bench
            .at_counter(&json!({"action": "create_customer", "fields": {"name": name, "mobile": "07400123456"}}))
            .await;
    }
    bench.in_crm(&json!({"action": "create_contact", "fields": {
        "firstName": "A", "lastName": "Miller", "phone": "+447400123456"}}));
    let tally = bench.sync().await;
    assert!(
        tally.review >= 1,
        "a shared phone is evidence, not identity: {tally:?}"
    );
    let contacts = bench.truth().await.contacts.len();
    assert_eq!(
        contacts, 1,
        "nobody is created while it is not known who is who"
    );
    let questions = bench.app.reviews(SHOP).await.unwrap();
    let (first, second) = (&questions[0], &questions[1]);
    bench
        .app
        .answer(
            SHOP,
            first.id,
            Answer::Accept {
                candidate: None,
                side: None,
            },
        )
        .await
        .unwrap();
    bench
        .app
        .answer(SHOP, second.id, Answer::Apart)
        .await
        .unwrap();
    bench.sync().await;
    let tally = bench.sync().await;
    assert!(
        bench.app.reviews(SHOP).await.unwrap().is_empty(),
        "{tally:?}"
    );
    let truth = bench.truth().await;
    assert_eq!(
        truth.contacts.len(),
        2,
        "the other one has a contact of her own"
    );
    assert_eq!(truth.customers.len(), 2);
    assert!(!bench.sync().await.wrote());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_record_ends_its_link_and_is_not_made_again() {
    let bench = Bench::new(13, 30, 0).await;
    bench.sync().await;
    let truth = bench.truth().await;
    let customer = truth.customers.keys().next().unwrap().clone();
    bench
        .at_counter(&json!({"action": "delete_customer", "id": customer}))
        .await;
    let shop = bench.app.shop(SHOP).await.unwrap();
    let link = bench
        .app
        .store()
        .link_of(
            shop.id,
            Side::MyGadgetRepairs,
            Kind::Contact,
            &RecordId::new(&customer),
        )
        .await
        .unwrap()
        .unwrap();
    let tally = bench
        .app
        .sweep(SHOP, &ProgressBoard::default())
        .await
        .unwrap();
    assert!(tally.finished, "{:?}", tally.reasons);
    // Unlinked and told; the contact stays, and an edit of it does not bring the customer back.
    let contact = link.left.as_str();
    bench.in_crm(&json!({"action": "edit_contact", "id": contact, "fields": {"city": "York"}}));
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    bench.sync().await;
    let truth = bench.truth().await;
    assert!(truth.contacts.contains_key(contact));
    assert_eq!(truth.customers.len(), 29);
    let log = bench.app.log(SHOP, Some(&customer), 20).await.unwrap();
    assert!(log.iter().any(|row| row.event == "unlinked"), "{log:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_deletes_wait_for_a_person() {
    let bench = Bench::new(14, 60, 0).await;
    bench.sync().await;
    let customers: Vec<String> = bench
        .truth()
        .await
        .customers
        .keys()
        .take(30)
        .cloned()
        .collect();
    for customer in &customers {
        bench
            .at_counter(&json!({"action": "delete_customer", "id": customer}))
            .await;
    }
    let tally = bench
        .app
        .sweep(SHOP, &ProgressBoard::default())
        .await
        .unwrap();
    assert!(!tally.finished);
    assert!(
        tally
            .reasons
            .iter()
            .any(|reason| reason.contains("deleted or unlinked")),
        "{:?}",
        tally.reasons
    );
    let approved = bench.sync().await;
    assert!(approved.finished, "{:?}", approved.reasons);
    assert_eq!(bench.truth().await.contacts.len(), 60, "the contacts stay");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_read_only_credentials_writes_are_held_and_named() {
    let bench = Bench::new(15, 20, 6).await;
    let token = bench
        .twins
        .highlevel()
        .credentials()
        .read_only
        .secret
        .clone();
    bench
        .app
        .connect(SHOP, Side::HighLevel, &token.into())
        .await
        .unwrap();
    let tally = bench.sync().await;
    assert!(tally.held > 0, "{tally:?}");
    assert!(
        tally.reasons.iter().any(|reason| reason.contains("scope")),
        "{:?}",
        tally.reasons
    );
    assert_eq!(tally.created.highlevel["contact"], 0);
    // With the right token the held writes go through by themselves.
    let token = bench.twins.token().to_owned();
    bench
        .app
        .connect(SHOP, Side::HighLevel, &token.into())
        .await
        .unwrap();
    let tally = bench.sync().await;
    assert!(tally.finished, "{:?}", tally.reasons);
    assert!(tally.created.highlevel["contact"] > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_network_is_said_and_survived() {
    let bench = Bench::new(16, 30, 10).await;
    bench.sync().await;
    bench.twins.set_offline(Vendor::HighLevel, true);
    let error = bench
        .app
        .sync(
            SHOP,
            SyncOptions {
                approve: true,
                ..SyncOptions::default()
            },
            &ProgressBoard::default(),
        )
        .await
        .unwrap_err();
    assert!(error.to_string().contains("HighLevel"), "{error}");
    let shop = bench.app.shop(SHOP).await.unwrap();
    let customers: Vec<RecordId> = bench
        .truth()
        .await
        .customers
        .keys()
        .map(RecordId::new)
        .collect();
    let links = bench
        .app
        .store()
        .links_of(shop.id, Side::MyGadgetRepairs, Kind::Contact, &customers)
        .await
        .unwrap();
    let customer = customers
        .iter()
        .find(|id| links.contains_key(*id))
        .unwrap()
        .as_str();
    bench
        .at_counter(
            &json!({"action": "edit_customer", "id": customer, "fields": {"city": "Ulverston"}}),
        )
        .await;
    bench.twins.set_offline(Vendor::HighLevel, false);
    let tally = bench.sync().await;
    assert!(tally.finished, "{:?}", tally.reasons);
    assert_eq!(tally.updated.highlevel["contact"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rules_that_cannot_be_carried_out_are_refused() {
    let bench = Bench::new(17, 0, 0).await;
    let cancelled = mapping::Rules::from_toml("[appointments]\ncancelled = \"delete\"\n").unwrap();
    let mut archive = mapping::Rules::default();
    archive.delete.contact = mapping::DeleteRule::both(mapping::DeletePolicy::Archive);
    for (rules, words) in [
        (cancelled, "this version does not"),
        (archive, "HighLevel has no archive for contacts"),
    ] {
        let error = bench.app.set_rules(SHOP, &rules).await.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
}

/// A candidate that a person takes from another record: the journal tells whom it left.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_12_explainable_a_counterpart_that_a_person_gives_away_is_told() {
    let bench = Bench::new(6, 0, 0).await;
    let fields = json!({"firstName": "Anna", "lastName": "Miller", "email": "anna@example.test"});
    bench.in_crm(&json!({"action": "create_contact", "fields": fields}));
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    bench.sync().await;
    let truth = bench.truth().await;
    let first = truth.contacts.keys().next().unwrap().clone();
    let customer = truth.customers.keys().next().unwrap().clone();
    // The address is hers now, so that a second Anna is asked about.
    let moved = json!({"email": "a.miller@example.test"});
    bench.in_crm(&json!({"action": "edit_contact", "id": first, "fields": moved}));
    let fields = json!({"firstName": "Anna", "lastName": "Miller", "email": "anna@example.test"});
    bench.in_crm(&json!({"action": "create_contact", "fields": fields}));
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    bench.sync().await;
    let open = bench.app.reviews(SHOP).await.unwrap();
    let asked = open
        .iter()
        .find(|line| line.detail.to_string().contains(&customer));
    let asked = asked.unwrap_or_else(|| panic!("{open:?}"));
    let take = Answer::Accept {
        candidate: Some(customer.clone()),
        side: None,
    };
    bench.app.answer(SHOP, asked.id, take).await.unwrap();
    let told = bench.app.log(SHOP, Some(&first), 100).await.unwrap();
    let left = told.iter().find(|row| row.event == "unlinked");
    let left = left.unwrap_or_else(|| panic!("{told:?}"));
    assert_eq!(
        left.counterpart.as_ref().map(RecordId::as_str),
        Some(customer.as_str())
    );
    assert_eq!(left.detail["why"], "a person chose another counterpart");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_are_taken_back_and_what_stays_is_told() {
    let bench = Bench::new(5, 0, 0).await;
    let mut customers = Vec::new();
    for name in ["Anna Miller", "Annabel Miller"] {
        let fields = json!({"name": name, "mobile": "07400123456", "city": "Leeds"});
        let act = json!({"action": "create_customer", "fields": fields});
        let made = bench.at_counter(&act).await;
        customers.push(made["id"].as_str().unwrap().to_owned());
    }
    bench.in_crm(&json!({"action": "create_contact", "fields": {
        "firstName": "A", "lastName": "Miller", "phone": "+447400123456"}}));
    bench.sync().await;
    let shop = bench.app.shop(SHOP).await.unwrap();
    let linked = async |customer: &str| {
        let id = RecordId::new(customer);
        let store = bench.app.store();
        let link = store.link_of(shop.id, Side::MyGadgetRepairs, Kind::Contact, &id);
        link.await.unwrap().is_some()
    };
    let questions = async || -> Vec<i64> {
        let open = bench.app.reviews(SHOP).await.unwrap();
        open.iter().map(|line| line.id).collect()
    };
    let accept = || Answer::Accept {
        candidate: None,
        side: None,
    };
    let asked = questions().await;
    assert_eq!(asked.len(), 2);
    let (first, subject) = {
        let open = bench.app.reviews(SHOP).await.unwrap();
        (open[0].id, open[0].record.as_str().to_owned())
    };
    let refused = bench.app.take_back_answer(SHOP, first).await.unwrap_err();
    assert!(refused.to_string().contains("no answer"), "{refused}");

    // At once: nothing had been written.
    bench.app.answer(SHOP, first, accept()).await.unwrap();
    assert!(linked(&subject).await);
    let answered = bench.app.answered(SHOP).await.unwrap();
    assert_eq!(answered[0].id, first);
    let taken = bench.app.take_back_answer(SHOP, first).await.unwrap();
    assert!(taken.cannot.is_empty(), "{taken:?}");
    assert!(!linked(&subject).await);
    assert_eq!(questions().await, asked);
    bench.sync().await;
    assert_eq!(questions().await, asked, "the sync leaves it to a person");
    assert_eq!(bench.truth().await.contacts.len(), 1);

    // After a sync: the values that were written stay, and are named.
    bench.app.answer(SHOP, first, accept()).await.unwrap();
    bench.sync().await;
    let taken = bench.app.take_back_answer(SHOP, first).await.unwrap();
    let cannot = taken.cannot.join("\n");
    assert!(cannot.contains("city"), "{cannot}");
    assert!(questions().await.contains(&first));

    // Apart and back; and apart for good: she gets a contact of her own, since the link was as if it had never been.
    bench.app.answer(SHOP, first, Answer::Apart).await.unwrap();
    bench.app.take_back_answer(SHOP, first).await.unwrap();
    assert!(questions().await.contains(&first));
    bench.sync().await;
    assert_eq!(bench.truth().await.contacts.len(), 1);
    bench.app.answer(SHOP, first, Answer::Apart).await.unwrap();
    bench.sync().await;
    assert!(linked(&subject).await);
    assert_eq!(bench.truth().await.contacts.len(), 2);
    let refused = bench.app.take_back_answer(SHOP, first).await.unwrap_err();
    assert!(
        refused.to_string().contains("--delete-created"),
        "{refused}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_2_no_duplicates_when_a_person_changes_what_was_made_before_it_is_looked_for() {
    for (edit, is_linked) in [
        (json!({"email": "rosa.lind@work.test"}), true),
        (json!({"name": "Rosa Lind-Kerr"}), false),
    ] {
        let desk = Desk::with_one_ticket().await;
        desk.rest().await;
        let (contact, customer) = made_unheard(&desk).await.unwrap();
        let customers = desk.bench.truth().await.customers.len();
        let change = json!({"action": "edit_customer", "id": customer, "fields": edit});
        desk.bench.at_counter(&change).await;
        desk.rest().await;
        let now = desk.bench.truth().await.customers.len();
        assert_eq!(now, customers, "{edit}: none is made again");
        let across = desk.across(Side::HighLevel, Kind::Contact, &contact).await;
        assert_eq!(across, is_linked.then_some(customer), "{edit}");
        // Who it is, or which e-mail address holds.
        let asked = desk.bench.app.reviews(SHOP).await.unwrap();
        assert_eq!(asked.len(), 1, "{edit}: {asked:?}");
    }
}

/// A contact whose customer was made, but nobody heard of it: the answer was lost, and the look was cut off there.
async fn made_unheard(desk: &Desk) -> Option<(String, String)> {
    for number in 0..20 {
        let before = desk.bench.truth().await.customers;
        let contact = desk
            .new_contact(json!({
                "firstName": "Rosa", "lastName": "Lind", "email": format!("rosa{number}@example.test"),
                "phone": format!("+4474007654{number:02}"),
            }))
            .await;
        desk.lose_answers_at_the_counter(true);
        desk.bench
            .tell("ContactCreate", &json!({"id": contact}))
            .await;
        desk.cut_off(async || desk.bench.truth().await.customers.len() > before.len())
            .await;
        desk.lose_answers_at_the_counter(false);
        let now = desk.bench.truth().await.customers;
        let made = now.keys().find(|id| !before.contains_key(*id));
        let across = desk.across(Side::HighLevel, Kind::Contact, &contact).await;
        if let (Some(made), None) = (made, across) {
            return Some((contact, made.clone()));
        }
        desk.rest().await;
        let gone = json!({"action": "delete_contact", "id": contact});
        desk.bench.in_crm(&gone);
        desk.rest().await;
    }
    None
}
