//! A preview decides everything and does nothing: no vendor is written to, and the shop's own store stays as it is.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

use crate::desk::Desk;
use app::{Preview, ProgressBoard};
use mapping::Rules;
use serde_json::{Value as Json, json};
use testkit::{Bench, SHOP};
use twin::Vendor;

/// All that the twins hold, as text.
async fn twins(bench: &Bench) -> String {
    let truth = bench.truth().await;
    let started = bench.twins.highlevel().automations(0);
    format!("{truth:?} {started:?}")
}

/// All that the store says of the shop, budgets left out: those count real requests.
async fn store(bench: &Bench) -> Json {
    let store = bench.app.store();
    let shop = bench.app.shop(SHOP).await.unwrap();
    let of = shop.id;
    let mut status = serde_json::to_value(bench.app.status(SHOP).await.unwrap()).unwrap();
    for moves in ["budget", "lag_seconds"] {
        status.as_object_mut().unwrap().remove(moves);
    }
    let mut ids = bench.truth().await.contacts.into_keys().collect::<Vec<_>>();
    ids.push("preview".to_owned());
    let unfinished = bench.app.unfinished(SHOP).await.unwrap();
    json!([
        status,
        format!("{shop:?}"),
        format!("{:?}", store.journal_tail(of, None, 10_000).await.unwrap()),
        format!("{:?}", store.count_records(of).await.unwrap()),
        format!("{:?}", store.count_intents(of).await.unwrap()),
        format!("{:?}", store.count_unsettled(of).await.unwrap()),
        format!("{:?}", store.waiting_signals(of, 1_000).await.unwrap()),
        format!("{:?}", store.note_totals(of).await.unwrap()),
        format!("{:?}", store.runs(of, 1_000).await.unwrap()),
        format!("{unfinished:?}"),
        std::fs::read_dir(bench.folder.path()).unwrap().count(),
    ])
}

/// Requests that change something. HighLevel's searches are asked with `POST` (highlevel-api.md 7.2, 9.4).
fn writes(bench: &Bench, vendor: Vendor, after: u64) -> Vec<String> {
    let log = bench.twins.log(vendor, after, usize::MAX);
    let writes = log
        .into_iter()
        .filter(|one| one.method != "GET" && !one.path.ends_with("/search"));
    writes
        .map(|one| format!("{} {}", one.method, one.path))
        .collect()
}

fn newest(bench: &Bench, vendor: Vendor) -> u64 {
    let log = bench.twins.log(vendor, 0, usize::MAX);
    log.last().map_or(0, |one| one.number)
}

async fn preview(bench: &Bench) -> Preview {
    let board = ProgressBoard::default();
    bench.app.preview(SHOP, &board).await.unwrap()
}

const RULES: &str = r#"
    [[note_rules]]
    name = "welcome"
    when = { words = ["welcome"] }
    then = { tag = "welcomed", workflow = "Welcome", task = { title = "Call and say hello" } }
"#;

/// Work of every sort is due: people, tickets and tasks to be made on either side, edits both ways, a record that
/// vanished, notes to be told, and a note on which a rule acts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_14_preview_is_pure_with_work_of_every_sort_due() {
    let desk = Desk::with_one_ticket().await;
    let bench = &desk.bench;
    let rules = Rules::from_toml(RULES).unwrap();
    bench.app.set_rules(SHOP, &rules).await.unwrap();
    bench.sync().await;
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    let new = json!({"action": "create_customer", "fields": {"name": "Ben Ode", "email": "ben@example.test"}});
    bench.at_counter(&new).await;
    bench
        .at_counter(&json!({"action": "create_ticket", "fields": {
            "customer": desk.customer, "shortInfo": "Battery", "description": "Swollen"}}))
        .await;
    bench.in_crm(&json!({"action": "create_contact", "fields": {
        "firstName": "Carla", "lastName": "Crm", "email": "carla@example.test"}}));
    bench.in_crm(&json!({"action": "create_task", "contact": desk.contact, "fields": {
        "title": "Call about the case", "dueDate": "2030-01-01T10:00:00.000Z", "completed": false}}));
    bench.in_crm(
        &json!({"action": "create_note", "contact": desk.contact, "fields": {
        "body": "welcome, prefers the afternoon"}}),
    );
    desk.at_counter(json!({"company": "Soto and Sons"})).await;
    desk.in_crm(json!({"city": "York", "email": "crm@example.test"}))
        .await;
    bench
        .tell(
            "NoteCreate",
            &json!({"id": "n1", "contactId": desk.contact}),
        )
        .await;

    let (held, known) = (twins(bench).await, store(bench).await);
    let newest =
        [Vendor::HighLevel, Vendor::MyGadgetRepairs].map(|vendor| (vendor, newest(bench, vendor)));
    let first = preview(bench).await;
    let again = preview(bench).await;
    for (vendor, newest) in newest {
        assert!(bench.twins.log(vendor, newest, 1).len() == 1, "it was read");
        assert_eq!(writes(bench, vendor, newest), [""; 0]);
    }
    assert_eq!(twins(bench).await, held, "a preview writes to no vendor");
    assert_eq!(
        store(bench).await,
        known,
        "a preview leaves the store alone"
    );
    assert_eq!(
        first.tally.created, again.tally.created,
        "and tells the same twice"
    );

    // It did find all of that work, and the sync then does it.
    let created = &first.tally.created;
    assert!(created.highlevel["contact"] > 0 && created.highlevel["task"] > 0);
    assert!(created.mygadgetrepairs["customer"] > 0 && created.mygadgetrepairs["ticket"] > 0);
    assert!(created.mygadgetrepairs["comment"] > 0, "{created:?}");
    assert!(first.tally.updated.highlevel["contact"] > 0);
    assert!(first.tally.updated.mygadgetrepairs["customer"] > 0);
    assert!(!first.tally.note_rules.is_empty());
    let tally = bench.sync().await;
    assert_eq!(*created, tally.created);
}
