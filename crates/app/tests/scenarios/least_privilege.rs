//! A token needs the scopes that the rules need, each of them, and none besides; with fewer, what reads works.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

use app::{NeededScope, Tally, Verdict};
use domain::Side;
use mapping::Rules;
use serde_json::json;
use testkit::{Bench, SHOP, assert_exactly_once};
use twin::Vendor;
use twin::highlevel::{Reach, Token};

/// Notes are told at the counter, and one of them opens a workflow, sets a field, a tag and a task.
const EVERYTHING: &str = r#"
    [[note_rules]]
    name = "welcome"
    when = { words = ["welcome"] }
    then = { tag = "welcomed", workflow = "Welcome", task = { title = "Call" }, set_field = { field = "Loyalty number", value = "7" } }
"#;

async fn needed(bench: &Bench) -> Vec<NeededScope> {
    let shop = bench.app.shop(SHOP).await.unwrap();
    bench.app.needed_scopes(&shop).await.unwrap()
}

/// Connects the shop with a token that has exactly these scopes.
async fn allow(bench: &Bench, scopes: &[&str]) {
    let secret = format!("pit-{}", scopes.join("-").replace(['/', '.'], "-"));
    bench.twins.highlevel().add_token(Token {
        secret: secret.clone(),
        reach: Reach::Location(bench.twins.location_id().to_owned()),
        scopes: Some(scopes.iter().map(|scope| (*scope).to_owned()).collect()),
    });
    connect(bench, secret).await;
}

async fn connect(bench: &Bench, token: String) {
    let token = token.into();
    let connected = bench.app.connect(SHOP, Side::HighLevel, &token);
    connected.await.unwrap();
}

fn names(needed: &[NeededScope]) -> Vec<&str> {
    needed.iter().map(|needed| &*needed.scope).collect()
}

/// The requests that HighLevel refused.
fn refused(bench: &Bench) -> Vec<String> {
    let log = bench.twins.log(Vendor::HighLevel, 0, usize::MAX);
    let refused = log
        .into_iter()
        .filter(|one| matches!(one.status, Some(401 | 403)));
    refused
        .map(|one| format!("{} {}", one.method, one.path))
        .collect()
}

async fn rules(bench: &Bench, document: &str) {
    make_custom_field(bench).await;
    let rules = Rules::from_toml(document).unwrap();
    bench.app.set_rules(SHOP, &rules).await.unwrap();
}

/// The custom field that the note rule sets.
async fn make_custom_field(bench: &Bench) {
    let location = bench.twins.location_id();
    let address = format!(
        "{}/locations/{location}/customFields",
        bench.twins.highlevel_url()
    );
    let client = reqwest::Client::builder().build().unwrap();
    let made = client
        .post(address.replace("//locations", "/locations"))
        .bearer_auth(bench.twins.token())
        .header("Version", "2021-07-28")
        .json(&json!({"name": "Loyalty number", "dataType": "TEXT", "model": "contact"}))
        .send();
    let made = made.await.unwrap();
    assert!(made.status().is_success(), "{:?}", made.text().await);
}

/// Some work of every sort: both sides' people, tickets and tasks, edits, and a note that a rule acts on.
async fn a_days_work(bench: &Bench) -> Tally {
    bench.sync().await;
    let truth = bench.truth().await;
    if let Some(contact) = truth.contacts.keys().next() {
        bench.in_crm(&json!({"action": "edit_contact", "id": contact, "fields": {"city": "York"}}));
        bench.in_crm(
            &json!({"action": "create_note", "contact": contact, "fields": {"body": "welcome back"}}),
        );
        bench
            .tell("NoteCreate", &json!({"id": "n1", "contactId": contact}))
            .await;
    }
    if let Some(customer) = truth.customers.keys().next() {
        bench
            .at_counter(&json!({"action": "edit_customer", "id": customer, "fields": {"company": "Soto Ltd"}}))
            .await;
    }
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    bench.refresh().await;
    bench.sync().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_11_least_privilege_the_named_scopes_are_enough() {
    for document in ["", EVERYTHING, "[notes]\nto = \"off\"\n"] {
        let bench = Bench::new(41, 12, 6).await;
        rules(&bench, document).await;
        let needed = needed(&bench).await;
        let scopes = names(&needed);
        allow(&bench, &scopes).await;
        let tally = a_days_work(&bench).await;
        assert!(tally.finished, "{document}: {:?}", tally.reasons);
        assert_eq!(tally.failed, 0, "{document}: {tally:?}");
        assert_eq!(refused(&bench), [""; 0], "{document}");
        assert_exactly_once(&bench).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_11_least_privilege_every_named_scope_is_needed() {
    let bench = Bench::new(42, 12, 6).await;
    rules(&bench, EVERYTHING).await;
    let needed = needed(&bench).await;
    let scopes = names(&needed);
    assert_eq!(scopes.len(), 9, "{scopes:?}");
    for left_out in &scopes {
        let bench = Bench::new(42, 12, 6).await;
        rules(&bench, EVERYTHING).await;
        let fewer: Vec<&str> = scopes
            .iter()
            .copied()
            .filter(|scope| scope != left_out)
            .collect();
        allow(&bench, &fewer).await;
        let options = app::SyncOptions {
            approve: true,
            ..app::SyncOptions::default()
        };
        // Some are needed before anything can be read; then the pass says so.
        let board = app::ProgressBoard::default();
        match bench.app.sync(SHOP, options, &board).await {
            Ok(_) => drop(a_days_work(&bench).await),
            Err(error) => assert!(error.to_string().contains(left_out), "{error}"),
        }
        assert!(!refused(&bench).is_empty(), "{left_out} was not missed");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_11_least_privilege_rules_that_only_read_highlevel_ask_for_no_writing() {
    let one_way = one_way_to_the_counter();
    let bench = Bench::new(43, 0, 8).await;
    bench.app.set_rules(SHOP, &one_way).await.unwrap();
    let needed = needed(&bench).await;
    assert!(needed.iter().all(|needed| !needed.writes), "{needed:?}");
    allow(&bench, &names(&needed)).await;
    let tally = bench.sync().await;
    assert_eq!(refused(&bench), [""; 0], "{tally:?}");
    assert!(tally.finished, "{:?}", tally.reasons);
    assert!(tally.created.mygadgetrepairs["customer"] > 0);
}

fn one_way_to_the_counter() -> Rules {
    let mut rules = Rules::from_toml("[create]\nhighlevel = \"none\"\n").unwrap();
    for kind in [domain::Kind::Contact, domain::Kind::Task] {
        let of_kind = rules.fields.of_mut(kind).unwrap();
        for (field, rule) in of_kind.clone().iter() {
            let direction = match rule.direction {
                mapping::Direction::ToHighlevel => mapping::Direction::Off,
                _ => mapping::Direction::ToMygadgetrepairs,
            };
            of_kind.set(field, mapping::FieldRule { direction, ..rule });
        }
    }
    rules
}

/// With nothing but `contacts.readonly`, people are read, matched and made at the counter; tasks rest and writes wait,
/// both named with the scope that they lack. With the scopes, everything goes through by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_11_least_privilege_people_are_kept_in_step_with_contacts_readonly_alone() {
    let bench = Bench::in_country(45, 12, 8, "GB").await;
    allow(&bench, &["contacts.readonly"]).await;
    let before = bench.truth().await;
    let tally = bench.sync().await;
    assert!(!tally.finished && tally.failed == 0, "{tally:?}");
    assert!(tally.linked["contact"] > 0 && tally.created.mygadgetrepairs["customer"] > 0);
    let named = |scope: &str| tally.reasons.iter().any(|reason| reason.contains(scope));
    assert!(named("locations/tasks.readonly"), "{:?}", tally.reasons);
    assert!(named("contacts.write"), "{:?}", tally.reasons);
    assert!(tally.held > 0);
    let after = bench.truth().await;
    assert_eq!(
        (&before.contacts, &before.tasks),
        (&after.contacts, &after.tasks)
    );
    assert_eq!(
        before.tickets, after.tickets,
        "nothing is decided about tickets"
    );
    let status = bench.app.status(SHOP).await.unwrap();
    let told = |scope: &str| status.reasons.iter().any(|reason| reason.contains(scope));
    assert!(told("locations/tasks.readonly"), "{:?}", status.reasons);

    connect(&bench, bench.twins.token().to_owned()).await;
    let tally = bench.sync().await;
    assert!(tally.finished, "{:?}", tally.reasons);
    assert_exactly_once(&bench).await;
    let status = bench.app.status(SHOP).await.unwrap();
    assert!(
        !status.reasons.iter().any(|reason| reason.contains("scope")),
        "{:?}",
        status.reasons
    );
}

/// With a token that may only read, everything is read, the other side is written, and each write that has to wait
/// is counted and named with the scope that it lacks. With the right token it goes through by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_11_least_privilege_what_only_reads_works_with_read_only_scopes() {
    let bench = Bench::new(44, 20, 6).await;
    let needed = needed(&bench).await;
    let reading: Vec<&str> = needed
        .iter()
        .filter(|needed| !needed.writes)
        .map(|needed| &*needed.scope)
        .collect();
    allow(&bench, &reading).await;
    let before = bench.truth().await;
    let tally = bench.sync().await;
    assert!(tally.held > 0 && tally.failed == 0, "{tally:?}");
    assert!(
        tally
            .reasons
            .iter()
            .any(|one| one.contains("contacts.write")),
        "{:?}",
        tally.reasons
    );
    let after = bench.truth().await;
    assert_eq!(
        (&before.contacts, &before.tasks),
        (&after.contacts, &after.tasks),
        "nothing was written to HighLevel"
    );
    assert!(tally.linked["contact"] > 0, "what was read was matched");
    let status = bench.app.status(SHOP).await.unwrap();
    assert_eq!(status.held, tally.held);
    let unfinished = bench.app.unfinished(SHOP).await.unwrap();
    assert_eq!(unfinished.held.len() as u64, tally.held);
    let (verdict, says) = checked_scopes(&bench).await;
    assert_eq!(verdict, Verdict::Warned, "{says}");
    let refused = format!("{} writes were refused", tally.held);
    assert!(
        says.contains(&refused) && says.contains("contacts.write"),
        "{says}"
    );
    bench
        .app
        .preview(SHOP, &app::ProgressBoard::default())
        .await
        .unwrap();

    connect(&bench, bench.twins.token().to_owned()).await;
    let tally = bench.sync().await;
    assert!(tally.finished, "{:?}", tally.reasons);
    assert!(bench.app.unfinished(SHOP).await.unwrap().held.is_empty());
    assert_eq!(checked_scopes(&bench).await.0, Verdict::Passed);
    assert_exactly_once(&bench).await;
}

/// What the check says of the token's scopes.
async fn checked_scopes(bench: &Bench) -> (Verdict, String) {
    let lines = bench.app.check(SHOP).await.unwrap().lines;
    let line = lines
        .into_iter()
        .find(|line| line.what == "HighLevel scopes");
    line.map(|line| (line.verdict, line.says)).unwrap()
}
