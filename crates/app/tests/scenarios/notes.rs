//! CRM notes at the counter: one internal comment per open ticket, never one per note, never twice.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

use app::{ProgressBoard, SyncOptions, Tally};
use domain::{Clock, Kind, RecordId, Side};
use http::SystemClock;
use mapping::Rules;
use serde_json::{Value as Json, json};
use testkit::{Bench, SHOP};
use twin::mygadgetrepairs::{Comments, Settings};
use twin::{FaultProfile, Vendor};

/// Maria with an open and a collected ticket, in step, and no notes yet.
struct Shop {
    bench: Bench,
    contact: String,
    open: String,
    closed: String,
}

async fn shop() -> Shop {
    shop_on(|_| {}).await
}

async fn shop_on(form: impl FnOnce(&mut Settings)) -> Shop {
    let mut options = Bench::options(3, 0, 0);
    form(&mut options.mygadgetrepairs);
    let bench = Bench::with(options).await;
    let customer = made(
        &bench,
        json!({"action": "create_customer", "fields": {
            "name": "Maria Soto", "email": "maria@example.test", "mobile": "07400123456"}}),
    )
    .await;
    let open = ticket(&bench, &customer, "iPhone 13 screen").await;
    let closed = ticket(&bench, &customer, "Old repair").await;
    bench
        .at_counter(
            &json!({"action": "edit_ticket", "id": closed, "fields": {"status": "Collected"}}),
        )
        .await;
    let tally = bench.sync().await;
    assert!(tally.finished, "{:?}", tally.reasons);
    let id = bench.app.shop(SHOP).await.unwrap().id;
    let link = bench
        .app
        .store()
        .link_of(
            id,
            Side::MyGadgetRepairs,
            Kind::Contact,
            &RecordId::new(&customer),
        )
        .await
        .unwrap()
        .unwrap();
    Shop {
        bench,
        contact: link.left.as_str().to_owned(),
        open,
        closed,
    }
}

async fn made(bench: &Bench, action: Json) -> String {
    let made = bench.at_counter(&action).await;
    made["id"].as_str().unwrap().to_owned()
}

async fn ticket(bench: &Bench, customer: &str, about: &str) -> String {
    made(
        bench,
        json!({"action": "create_ticket", "fields": {"customer": customer, "shortInfo": about}}),
    )
    .await
}

impl Shop {
    fn note(&self, text: &str) -> String {
        note(&self.bench, &self.contact, text)
    }

    async fn comments(&self, ticket: &str) -> Vec<String> {
        let truth = self.bench.truth().await;
        let comments = truth.comments_of(ticket);
        comments
            .iter()
            .map(|comment| comment["comment"].as_str().unwrap().to_owned())
            .collect()
    }

    async fn rules(&self, document: &str) {
        let rules = Rules::from_toml(document).unwrap();
        self.bench.app.set_rules(SHOP, &rules).await.unwrap();
    }
}

fn note(bench: &Bench, contact: &str, text: &str) -> String {
    let made = bench
        .in_crm(&json!({"action": "create_note", "contact": contact, "fields": {"body": text}}));
    made["note"]["id"].as_str().unwrap().to_owned()
}

fn comments_made(tally: &Tally) -> u64 {
    tally.created.mygadgetrepairs["comment"]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn notes_of_a_contact_become_one_internal_comment_on_each_open_ticket() {
    let shop = shop().await;
    shop.note("<p>Prefers to be called <b>after six</b></p>");
    shop.note("Has a second phone & a tablet");
    let tally = shop.bench.sync().await;
    assert!(tally.finished, "{:?}", tally.reasons);
    assert_eq!(comments_made(&tally), 1);
    let comments = shop.comments(&shop.open).await;
    assert_eq!(comments.len(), 1, "{comments:?}");
    let text = &comments[0];
    assert!(text.contains("Prefers to be called after six"), "{text}");
    assert!(text.contains("Has a second phone & a tablet"), "{text}");
    let place = |words: &str| text.find(words).unwrap();
    assert!(place("after six") < place("second phone"), "newest last");
    assert!(shop.comments(&shop.closed).await.is_empty());
    let truth = shop.bench.truth().await;
    assert_eq!(truth.comments_of(&shop.open)[0]["public"], false);

    // A second open ticket gets the notes too, as one text; the first one nothing.
    let customer = truth.customers.keys().next().unwrap().clone();
    let second = ticket(&shop.bench, &customer, "Tablet battery").await;
    let tally = shop.bench.sync().await;
    assert_eq!(comments_made(&tally), 1);
    assert_eq!(shop.comments(&second).await.len(), 1);
    assert_eq!(shop.comments(&shop.open).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_4_no_echo_notes_and_invariant_5_converges_notes() {
    let shop = shop().await;
    shop.note("Prefers to be called after six");
    shop.bench.sync().await;
    for _ in 0..3 {
        let quiet = shop.bench.sync().await;
        assert!(!quiet.wrote(), "{quiet:?}");
        assert!(quiet.finished, "{:?}", quiet.reasons);
    }
    let swept = shop.bench.sweep().await;
    assert!(!swept.wrote(), "{swept:?}");
    assert_eq!(shop.comments(&shop.open).await.len(), 1);
    let log = shop.bench.app.log(SHOP, None, 100).await.unwrap();
    let told = log.iter().find(|row| row.event == "told").unwrap();
    assert_eq!(told.detail["notes"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edited_note_is_told_again_and_a_deleted_one_not() {
    let shop = shop().await;
    let first = shop.note("Wants a new screen");
    let second = shop.note("Pays in cash");
    shop.bench.sync().await;
    shop.bench.in_crm(
        &json!({"action": "edit_note", "id": first, "fields": {"body": "Wants a used screen"}}),
    );
    shop.bench
        .in_crm(&json!({"action": "delete_note", "id": second}));
    let tally = shop.bench.sync().await;
    assert_eq!(comments_made(&tally), 1);
    let comments = shop.comments(&shop.open).await;
    assert_eq!(comments.len(), 2);
    let news = comments
        .iter()
        .find(|text| text.contains("used screen"))
        .unwrap();
    assert!(news.contains("(edited)"), "{news}");
    assert!(!news.contains("cash"), "{news}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_comments_notes_are_held_with_the_reason_and_its_mend() {
    let shop = shop_on(|settings| settings.comments = Comments::Missing).await;
    shop.note("Prefers to be called after six");
    let tally = shop.bench.sync().await;
    assert_eq!(comments_made(&tally), 0);
    assert_eq!(tally.held, 1);
    assert_eq!(tally.failed, 0);
    let status = shop.bench.app.status(SHOP).await.unwrap();
    assert_eq!(status.held, 1);
    let reasons = status.reasons.join("\n");
    assert!(reasons.contains("takes no ticket comments"), "{reasons}");
    assert!(reasons.contains("notes.to = \"off\""), "{reasons}");
    let check = shop.bench.app.check(SHOP).await.unwrap();
    assert!(
        check
            .lines
            .iter()
            .any(|line| line.what == "notes" && line.mend.is_some())
    );
    // A person chooses to go without.
    shop.rules("[notes]\nto = \"off\"").await;
    shop.bench.sync().await;
    let status = shop.bench.app.status(SHOP).await.unwrap();
    assert!(!status.reasons.join("\n").contains("CRM notes"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_comments_cannot_be_read_nothing_is_told_until_a_person_does_not_mind() {
    let shop = shop_on(|settings| settings.comments = Comments::PostOnly).await;
    shop.note("Prefers to be called after six");
    let tally = shop.bench.sync().await;
    assert_eq!((comments_made(&tally), tally.held), (0, 1));
    assert!(shop.comments(&shop.open).await.is_empty());

    shop.rules("[notes]\neven_if_visible = true").await;
    let tally = shop.bench.sync().await;
    assert_eq!((comments_made(&tally), tally.held), (1, 0));
    assert_eq!(shop.comments(&shop.open).await.len(), 1);
    let log = shop.bench.app.log(SHOP, None, 100).await.unwrap();
    assert!(log.iter().any(|row| row.event == "told_unread"));

    // A lost answer is not repeated, since nobody could look.
    shop.note("Pays in cash");
    lose_answers(&shop.bench, Vendor::MyGadgetRepairs).await;
    assert_eq!(shop.comments(&shop.open).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_2_no_duplicates_when_the_answer_to_a_comment_is_lost() {
    let shop = shop().await;
    let customer = shop.bench.truth().await.customers.keys().next().cloned();
    let mut tickets = vec![shop.open.clone()];
    for number in 0..15 {
        let about = format!("Repair {number}");
        tickets.push(ticket(&shop.bench, customer.as_deref().unwrap(), &about).await);
    }
    shop.bench.sync().await;
    shop.note("Prefers to be called after six");
    lose_answers(&shop.bench, Vendor::MyGadgetRepairs).await;
    let lost = lost(&shop.bench, Vendor::MyGadgetRepairs, "/ticketComments").await;
    assert!(lost > 2, "{lost} comments were added without an answer");
    for ticket in &tickets {
        let comments = shop.comments(ticket).await;
        assert_eq!(comments.len(), 1, "{comments:?}");
    }
    let quiet = shop.bench.sync().await;
    assert!(!quiet.wrote(), "{quiet:?}");
}

/// The dates of the notes in a digest.
fn dates(text: &str) -> Vec<jiff::civil::Date> {
    let heads = text.lines().filter_map(|line| line.strip_suffix(':'));
    heads
        .filter_map(|head| {
            let words: Vec<&str> = head.split(' ').take(3).collect();
            jiff::civil::Date::strptime("%d %b %Y", words.join(" ")).ok()
        })
        .collect()
}

/// Writes to a path that were carried out and got no answer.
async fn lost(bench: &Bench, vendor: Vendor, path: &str) -> usize {
    let address = bench.twins.address(vendor);
    let url = format!("http://{address}/_twin/log?limit=50000");
    let log: Json = reqwest::get(&url).await.unwrap().json().await.unwrap();
    let log = log["requests"].as_array().or(log.as_array()).unwrap();
    log.iter()
        .filter(|one| one["method"] == "POST" && one["fault"] == "lost")
        .filter(|one| one["path"].as_str().unwrap().ends_with(path))
        .count()
}

/// Passes on a line that loses many answers, then on a good one.
async fn lose_answers(bench: &Bench, vendor: Vendor) {
    let faults = FaultProfile {
        lost: 0.4,
        ..FaultProfile::none()
    };
    bench.twins.set_faults(vendor, faults);
    for _ in 0..3 {
        let _ = bench
            .app
            .sync(
                SHOP,
                SyncOptions {
                    approve: true,
                    live: false,
                    ..SyncOptions::default()
                },
                &ProgressBoard::default(),
            )
            .await;
    }
    bench.twins.set_faults(vendor, FaultProfile::none());
    let tally = bench.sync().await;
    assert!(tally.finished, "{:?}", tally.reasons);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_8_quiet_history_notes_and_the_preview_counts_comments() {
    let bench = Bench::new(11, 150, 120).await;
    for contact in bench.at_start.contacts.keys() {
        note(&bench, contact, "Just called about the repair");
    }
    let preview = bench
        .app
        .preview(SHOP, &ProgressBoard::default())
        .await
        .unwrap();
    assert!(bench.truth().await.comments.len() == bench.at_start.comments.len());
    let tally = bench.sync().await;
    assert!(tally.finished, "{:?}", tally.reasons);
    assert_eq!(
        comments_made(&tally),
        preview.tally.created.mygadgetrepairs["comment"]
    );
    let truth = bench.truth().await;
    let month = jiff::tz::TimeZone::UTC
        .to_datetime(SystemClock.now())
        .date()
        .saturating_sub(jiff::ToSpan::days(31));
    let ours: Vec<&Json> = truth
        .comments
        .iter()
        .filter(|(id, _)| !bench.at_start.comments.contains_key(*id))
        .map(|(_, comment)| comment)
        .collect();
    assert_eq!(ours.len() as u64, comments_made(&tally));
    assert!(!ours.is_empty());
    for comment in ours {
        let text = comment["comment"].as_str().unwrap();
        assert!(text.contains("Just called about the repair"), "{text}");
        let dates = dates(text);
        assert!(!dates.is_empty(), "{text}");
        assert!(
            dates.iter().all(|date| *date >= month),
            "history was told: {text}"
        );
        let ticket = comment["ticket"]["id"].as_str().unwrap();
        let status = truth.tickets[ticket]["status"]["label"].as_str().unwrap();
        assert!(
            mapping::guess(status).is_some_and(|group| !group.completed()),
            "a closed ticket was told: {status}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn comments_become_notes_once_where_the_rules_want_it_and_digests_do_not() {
    let shop = shop().await;
    comment(&shop, "Said before the rule was set").await;
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    shop.rules("[notes]\nback = true").await;
    shop.note("Prefers to be called after six");
    comment(&shop, "Screen ordered, two days").await;
    let tally = shop.bench.sync().await;
    assert!(tally.finished, "{:?}", tally.reasons);
    shop.bench.sync().await;
    shop.bench.sync().await;
    let truth = shop.bench.truth().await;
    let notes: Vec<&str> = truth
        .notes_of(&shop.contact)
        .iter()
        .map(|note| note["body"].as_str().unwrap())
        .collect();
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(notes.iter().any(|text| text.contains("Screen ordered")));
    assert!(!notes.iter().any(|text| text.contains("before the rule")));
    // The note that we wrote is not told to the ticket: two comments of people, one digest.
    assert_eq!(shop.comments(&shop.open).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn notes_are_shown_in_a_custom_field_where_the_rules_say_so() {
    let shop = shop_on(|settings| settings.comments = Comments::Missing).await;
    shop.rules("[notes]\nto = \"custom_field:CRM notes\"").await;
    shop.note("Prefers to be called after six");
    let tally = shop.bench.sync().await;
    assert!(tally.finished, "{:?}", tally.reasons);
    assert_eq!((comments_made(&tally), tally.held, tally.failed), (0, 0, 0));
    let shown = || async {
        let truth = shop.bench.truth().await;
        truth.customers.values().next().unwrap().to_string()
    };
    assert!(shown().await.contains("after six"), "{}", shown().await);
    let quiet = shop.bench.sync().await;
    assert!(!quiet.wrote(), "{quiet:?}");
    shop.note("Pays in cash");
    shop.bench.sync().await;
    let both = shown().await;
    assert!(
        both.contains("after six") && both.contains("Pays in cash"),
        "{both}"
    );
}

/// Automations of the customer's that our writes would have started: trigger and detail.
fn automations(bench: &Bench, after: usize) -> Vec<(String, String)> {
    let all = bench.twins.highlevel().automations(after);
    let ours = all.into_iter().filter(|one| one["by"] == "INTEGRATION");
    ours.map(|one| {
        let text = |key: &str| one[key].as_str().unwrap().to_owned();
        (text("trigger"), text("detail"))
    })
    .filter(|(trigger, _)| trigger != "contact_created")
    .collect()
}

const ONBOARDING: &str = r#"
    [notes]
    to = "off"
    [[note_rules]]
    name = "onboarding"
    when = { words = ["signed up", "vip"] }
    then = { tag = "Onboarding", workflow = "Welcome", task = { title = "Call and say hello", due_days = 2 } }
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_note_rule_acts_once_and_never_on_history_or_on_replay() {
    let shop = shop().await;
    let before = shop.bench.twins.highlevel().automations(0).len();
    shop.note("Signed up before the rule was there");
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    shop.rules(ONBOARDING).await;
    shop.bench.sync().await;
    assert_eq!(automations(&shop.bench, before), []);

    shop.note("A vip's friend, signed nothing: viper");
    let preview = shop
        .bench
        .app
        .preview(SHOP, &ProgressBoard::default())
        .await
        .unwrap();
    let lines = preview.lines().join("\n");
    assert!(
        lines.contains("would start the workflow “Welcome” for 1 person"),
        "{lines}"
    );
    assert_eq!(
        automations(&shop.bench, before),
        [],
        "a preview does nothing"
    );
    let tally = shop.bench.sync().await;
    assert!(tally.finished, "{:?}", tally.reasons);
    let mut started = automations(&shop.bench, before);
    // Several writes are under way at once.
    started.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(started.len(), 2, "{started:?}");
    assert_eq!(started[0].0, "tag_added");
    assert_eq!(started[1].0, "workflow_added");
    assert_eq!(hellos(&shop.bench).await, 1);
    // Not for the same note again: neither the next day, nor edited, nor with the rules set anew.
    shop.rules(ONBOARDING).await;
    shop.bench.sync().await;
    shop.bench.sweep().await;
    assert_eq!(automations(&shop.bench, before).len(), 2);
    assert_eq!(hellos(&shop.bench).await, 1);
}

/// Tasks that the rule opened.
async fn hellos(bench: &Bench) -> usize {
    let truth = bench.truth().await;
    let tasks = truth.tasks.values();
    tasks
        .filter(|task| task["title"].as_str().unwrap().contains("say hello"))
        .count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_8_a_note_rule_that_fires_too_often_waits_for_a_person() {
    let shop = shop().await;
    let before = shop.bench.twins.highlevel().automations(0).len();
    let document = ONBOARDING.replace("to = \"off\"", "to = \"off\"\nmost_per_pass = 3");
    shop.rules(&document).await;
    for number in 0..5 {
        shop.note(&format!("vip number {number}"));
    }
    let options = SyncOptions {
        approve: false,
        live: false,
        ..SyncOptions::default()
    };
    let board = ProgressBoard::default();
    let tally = shop.bench.app.sync(SHOP, options, &board).await.unwrap();
    assert!(!tally.finished);
    assert!(
        tally.reasons.join("").contains("`onboarding` fired for 5"),
        "{:?}",
        tally.reasons
    );
    assert_eq!(automations(&shop.bench, before), []);
    let again = shop.bench.app.sync(SHOP, options, &board).await.unwrap();
    assert!(again.held > 0);
    assert_eq!(automations(&shop.bench, before), []);
    shop.bench.sync().await;
    let started = automations(&shop.bench, before);
    assert!(
        started
            .iter()
            .any(|(trigger, _)| trigger == "workflow_added")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_2_a_note_rule_acts_once_when_answers_are_lost() {
    let shop = shop().await;
    let before = shop.bench.twins.highlevel().automations(0).len();
    shop.rules(ONBOARDING).await;
    shop.bench.sync().await;
    for number in 0..12 {
        shop.note(&format!("vip number {number}"));
    }
    lose_some_answers(&shop.bench).await;
    let started = automations(&shop.bench, before);
    let count = |wanted: &str| {
        started
            .iter()
            .filter(|(trigger, _)| trigger == wanted)
            .count()
    };
    assert_eq!(count("tag_added"), 1, "{started:?}");
    // Whoever is in a workflow, or may be, is not put into it again.
    assert!(count("workflow_added") <= 1, "{started:?}");
    assert!(lost(&shop.bench, Vendor::HighLevel, "/tasks").await > 0);
    assert_eq!(hellos(&shop.bench).await, 12);
}

async fn lose_some_answers(bench: &Bench) {
    let faults = FaultProfile {
        lost: 0.3,
        ..FaultProfile::none()
    };
    bench.twins.set_faults(Vendor::HighLevel, faults);
    let options = SyncOptions {
        approve: true,
        live: false,
        ..SyncOptions::default()
    };
    for _ in 0..4 {
        // A pass may end early on such a line.
        let _ = bench
            .app
            .sync(SHOP, options, &ProgressBoard::default())
            .await;
    }
    bench
        .twins
        .set_faults(Vendor::HighLevel, FaultProfile::none());
    for _ in 0..2 {
        bench.sync().await;
    }
}

async fn comment(shop: &Shop, text: &str) {
    shop.bench
        .at_counter(&json!({"action": "create_comment", "fields": {
            "ticket": shop.open, "comment": text}}))
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_of_a_note_brings_it_to_the_counter_at_once() {
    let shop = shop().await;
    shop.bench.sync().await;
    let note = shop.note("Comes at noon");
    let told = json!({"id": note, "contactId": shop.contact, "body": "not believed"});
    shop.bench.tell("NoteCreate", &told).await;
    let tally = shop.bench.refresh().await;
    assert_eq!(comments_made(&tally), 1, "{tally:?}");
    let comments = shop.comments(&shop.open).await;
    assert!(comments[0].contains("Comes at noon"), "{comments:?}");
    shop.bench.tell("NoteCreate", &told).await;
    assert_eq!(comments_made(&shop.bench.refresh().await), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_8_quiet_history_a_note_rule_waits_until_the_first_run_is_over() {
    let bench = Bench::new(35, 0, 0).await;
    let made = bench.in_crm(&json!({"action": "create_contact", "fields": {
        "firstName": "Ada", "lastName": "Byron", "email": "ada@example.test"}}));
    let contact = made["contact"]["id"].as_str().unwrap().to_owned();
    let rule = "[[note_rules]]\nname = \"greet\"\nwhen = { words = [\"new\"] }\nthen = { tag = \"greeted\" }\n";
    let rules = Rules::from_toml(rule).unwrap();
    bench.app.set_rules(SHOP, &rules).await.unwrap();
    let board = ProgressBoard::default();
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    let waiting = bench.app.sync(SHOP, SyncOptions::default(), &board).await;
    assert!(!waiting.unwrap().finished, "it waits for a person");
    // The first run is approved, and cut off.
    bench.twins.set_offline(Vendor::MyGadgetRepairs, true);
    let options = SyncOptions {
        approve: true,
        ..SyncOptions::default()
    };
    let cut_off = bench.app.sync(SHOP, options, &board).await;
    assert!(cut_off.is_err());
    bench.twins.set_offline(Vendor::MyGadgetRepairs, false);
    note(&bench, &contact, "A new customer");
    let tags = async || bench.truth().await.contacts[&contact]["tags"].to_string();
    let tally = bench.sync().await;
    assert!(tally.finished, "{:?}", tally.reasons);
    assert!(
        !tags().await.contains("greeted"),
        "history is still loading"
    );
    // Once it is over, what was written meanwhile is acted on, once.
    bench.sync().await;
    assert!(tags().await.contains("greeted"));
    assert!(!bench.sync().await.wrote());
}
