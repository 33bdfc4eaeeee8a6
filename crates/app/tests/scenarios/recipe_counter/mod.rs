//! A shop in recorded time, with people at both desks, a recipe that is installed, and everything that either side
//! holds to compare with.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests fail loudly, in the shared part too"
)]

use domain::{Clock, Kind, Timestamp};
use jiff::SignedDuration;
use serde_json::{Map, Value as Json, json};
use store::{RunFilter, RunMode};
use testkit::{Bench, CounterPerson, CrmPerson, RecordedClock, SHOP};
use twin::highlevel::Kind as CrmKind;

/// A Monday, eight o'clock in the morning in London.
const MONDAY: &str = "2026-07-06T07:00:00Z";

/// A shop in step, on a Monday morning.
pub struct RecipeShop {
    pub bench: Bench,
    pub clock: RecordedClock,
}

/// Somebody who is known on both sides.
#[derive(Clone, Debug)]
pub struct Person {
    pub customer: String,
    pub contact: String,
}

impl RecipeShop {
    /// An empty shop that was never in step.
    pub async fn new() -> Self {
        Self::at_a_counter(|_| {}).await
    }

    /// The same, with a counter of this form.
    pub async fn at_a_counter(form: impl FnOnce(&mut twin::mygadgetrepairs::Settings)) -> Self {
        let began: Timestamp = MONDAY.parse().unwrap();
        let mut options = Bench::options(7, 0, 0);
        form(&mut options.mygadgetrepairs);
        let (bench, clock) = Box::pin(Bench::recorded_from(began, options, |_| {})).await;
        Self { bench, clock }
    }

    pub fn counter(&self) -> CounterPerson<'_> {
        self.bench.counter_person()
    }

    pub fn crm(&self) -> CrmPerson<'_> {
        self.bench.crm_person()
    }

    /// A customer of this name, each with a number of their own.
    pub fn customer(&self, name: &str) -> String {
        let digits: u32 = name.bytes().map(u32::from).sum();
        let mobile = format!("07400{:06}", 100_000 + digits);
        let email = format!("{}@example.test", name.to_lowercase().replace(' ', "."));
        self.counter()
            .customer(name, json!({"mobile": mobile, "email": email}))
    }

    /// The people of these customers, once both sides know them.
    pub async fn known(&self, customer: &str) -> Person {
        Person {
            customer: customer.to_owned(),
            contact: self.bench.counterpart(Kind::Contact, customer).await,
        }
    }

    /// Lets time pass: days, hours or minutes.
    pub async fn pass(&self, length: SignedDuration) {
        self.clock.sleep_until(self.clock.now() + length).await;
    }

    /// What happened is seen, and the flows go to work.
    pub async fn turn(&self) {
        // The CRM's index shows what happened a moment later.
        self.pass(SignedDuration::from_secs(3)).await;
        // In boxes: the futures of a whole pass are large.
        let tally = Box::pin(self.bench.sync()).await;
        assert!(tally.finished, "{:?}", tally.reasons);
        self.work().await;
    }

    pub async fn work(&self) {
        Box::pin(self.bench.app.work_flows(SHOP)).await.unwrap();
    }

    /// Time passes, and then what happened is seen.
    pub async fn later(&self, length: SignedDuration) {
        self.pass(length).await;
        self.turn().await;
    }

    /// What happened is seen at an instant, so much later or earlier.
    pub async fn until(&self, at: Timestamp, by: SignedDuration) {
        self.clock.sleep_until(at + by).await;
        self.turn().await;
    }

    /// An estimate that nobody was sent.
    pub async fn draft_estimate(&self, ticket: &str) -> String {
        let fields = json!({"ticketId": ticket, "amount": 80});
        let act = json!({"action": "create_estimate", "fields": fields});
        let made = self.bench.at_counter(&act).await;
        made["id"].as_str().unwrap().to_owned()
    }

    pub async fn send_estimate(&self, estimate: &str) {
        let act = json!({"action": "send_estimate", "id": estimate, "fields": {}});
        self.bench.at_counter(&act).await;
    }

    pub async fn install(&self, recipe: &str, answers: Json) {
        let answers: Map<String, Json> = serde_json::from_value(answers).unwrap();
        let installed = Box::pin(self.bench.app.install_recipe(SHOP, recipe, &answers)).await;
        installed.unwrap_or_else(|error| panic!("{recipe}: {error}"));
    }

    pub async fn remove(&self, recipe: &str) {
        let removed = self.bench.app.remove_recipe(SHOP, recipe).await;
        let removed = removed.unwrap_or_else(|error| panic!("{recipe}: {error}"));
        assert!(removed.kept.is_empty(), "{removed:?}");
    }

    /// The rules of the shop, as one document.
    pub async fn set_rules(&self, document: &str) {
        let rules = mapping::Rules::from_toml(document).unwrap();
        self.bench.app.set_rules(SHOP, &rules).await.unwrap();
    }

    /// A pass that nobody approved. Answers whether it came to its end, with the reasons if it did not.
    pub async fn unapproved(&self) -> (bool, String) {
        let board = app::ProgressBoard::default();
        let options = app::SyncOptions::default();
        let pass = self.bench.app.sync(SHOP, options, &board);
        let tally = Box::pin(pass).await.unwrap();
        (tally.finished, tally.reasons.join(" "))
    }

    /// The texts of a ticket's comments, oldest first; all of them are for the team.
    pub async fn internal_comments(&self, ticket: &str) -> Vec<String> {
        let truth = self.bench.truth().await;
        let comments = truth.comments_of(ticket);
        assert!(comments.iter().all(|comment| comment["public"] == false));
        let text = |comment: &&Json| comment["comment"].as_str().unwrap().to_owned();
        comments.iter().map(text).collect()
    }

    /// The runs that write, oldest first.
    pub async fn runs(&self) -> Vec<app::RunLine> {
        let filter = RunFilter {
            mode: Some(RunMode::Live),
            limit: 1_000,
            ..RunFilter::default()
        };
        let mut runs = self.bench.app.flow_runs(SHOP, &filter).await.unwrap();
        runs.reverse();
        runs
    }

    /// How the runs about a record stand, oldest first.
    pub async fn about(&self, record: &str) -> Vec<&'static str> {
        let runs = self.runs().await;
        if let Some(run) = runs.iter().find(|run| run.state == "failed") {
            let story = self.bench.app.flow_run(SHOP, &run.id).await.unwrap();
            panic!("{:?}: {:#?}", run.why, story.steps);
        }
        runs.iter()
            .filter(|run| run.record == record)
            .map(|run| run.state)
            .collect()
    }

    /// The permissions that the shop needs.
    pub async fn scopes(&self) -> Vec<String> {
        let shop = self.bench.app.shop(SHOP).await.unwrap();
        let needed = self.bench.app.needed_scopes(&shop).await.unwrap();
        needed.iter().map(|one| one.scope.to_string()).collect()
    }

    /// When the run about a record goes on.
    pub async fn goes_on(&self, record: &str) -> Timestamp {
        let runs = self.runs().await;
        let run = runs.iter().find(|run| run.record == record);
        run.and_then(|run| run.goes_on_at).unwrap()
    }

    /// The tags of a contact, in the order of the alphabet.
    pub async fn tags(&self, contact: &str) -> Vec<String> {
        let truth = self.bench.truth().await;
        let tags = truth.contacts[contact]["tags"].clone();
        let mut tags: Vec<String> = serde_json::from_value(tags).unwrap_or_default();
        tags.sort();
        tags
    }

    /// The titles of a contact's tasks that no ticket of the counter stands for, with the time at which they are due.
    pub async fn tasks(&self, contact: &str) -> Vec<(String, String)> {
        let truth = self.bench.truth().await;
        let own = truth.tasks.values().filter(|task| {
            let body = task["body"].as_str().unwrap_or_default();
            task["contactId"] == contact && !body.contains("MyGadgetRepairs ticket")
        });
        let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
        let mut own: Vec<_> = own
            .map(|task| (text(&task["title"]), text(&task["dueDate"])))
            .collect();
        own.sort();
        own
    }

    /// What is written in the tasks of a contact that no ticket stands for.
    pub async fn body_of_task(&self, contact: &str) -> String {
        let truth = self.bench.truth().await;
        let own = truth
            .tasks
            .values()
            .filter(|task| task["contactId"] == contact);
        let body = |task: &Json| task["body"].as_str().unwrap_or_default().to_owned();
        own.map(body)
            .filter(|body| body.contains("Repairbridge flow"))
            .collect()
    }

    /// A new custom field of the CRM's contacts.
    pub async fn new_field(&self, name: &str) -> String {
        let call = app::operations::OperationCall {
            id: "highlevel.custom_field.create".to_owned(),
            input: json!({"name": name, "dataType": "TEXT", "model": "contact"}),
            lane: domain::Lane::Interactive,
            allow: app::operations::Allowed::ALL,
            show_values: true,
            cause: app::operations::CallCause::Person,
        };
        let report = Box::pin(self.bench.app.call_operation(SHOP, &call))
            .await
            .unwrap();
        let answer = report.answer.unwrap().body;
        answer["customField"]["id"].as_str().unwrap().to_owned()
    }

    /// The value of a contact's custom field.
    pub async fn field(&self, contact: &str, field: &str) -> Json {
        let truth = self.bench.truth().await;
        let fields = truth.contacts[contact]["customFields"].as_array().cloned();
        let found = fields.into_iter().flatten().find(|one| one["id"] == field);
        found.map_or(Json::Null, |one| one["value"].clone())
    }

    /// A ticket's number.
    pub async fn number(&self, ticket: &str) -> String {
        let truth = self.bench.truth().await;
        let number = truth.tickets[ticket]["ticket_ref"].as_str();
        number.unwrap().to_owned()
    }

    /// A record of a watched list of the CRM.
    pub fn opportunity(&self, id: &str) -> Json {
        let twin = self.bench.twins.highlevel();
        let all = twin.records(CrmKind::Opportunities, None, 1_000);
        let found = all.into_iter().find(|one| one["id"] == id);
        found.unwrap_or_else(|| panic!("no opportunity {id}"))
    }

    /// Everything that either side holds, and how often automations of the shop were woken.
    pub async fn everything(&self) -> Json {
        let truth = self.bench.truth().await;
        let twin = self.bench.twins.highlevel();
        json!({
            "contacts": truth.contacts, "tasks": truth.tasks, "notes": truth.notes,
            "customers": truth.customers, "tickets": truth.tickets, "comments": truth.comments,
            "bookings": truth.bookings, "appointments": truth.appointments,
            "opportunities": twin.records(CrmKind::Opportunities, None, 1_000),
            "messages": twin.records(CrmKind::Messages, None, 1_000),
            "automations": twin.automations(0).len(),
        })
    }

    /// What our own writes woke in the CRM since, but for contacts that came into being: trigger and detail.
    pub fn woken(&self, after: usize) -> Vec<(String, String)> {
        let all = self.bench.twins.highlevel().automations(after);
        let text = |one: &Json, key: &str| one[key].as_str().unwrap_or_default().to_owned();
        all.iter()
            .filter(|one| one["by"] == "INTEGRATION")
            .map(|one| (text(one, "trigger"), text(one, "detail")))
            .filter(|(trigger, _)| trigger != "contact_created")
            .collect()
    }

    /// How often automations were woken.
    pub fn automations(&self) -> usize {
        self.bench.twins.highlevel().automations(0).len()
    }

    /// Every run is played once more without meaning it, both sides are read completely, the application starts anew,
    /// and weeks pass: nothing is written any more, no run is begun.
    pub async fn nothing_more(&mut self) {
        let runs = self.runs().await;
        let before = self.everything().await;
        for run in &runs {
            let again = Box::pin(self.bench.app.replay_flow_run(SHOP, &run.id, false)).await;
            let again = again.unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(again.run.mode, "test");
        }
        self.same(&before, "played once more").await;
        Box::pin(self.bench.sweep()).await;
        self.work().await;
        self.same(&before, "both sides read completely").await;
        self.bench.restart().await;
        self.turn().await;
        self.same(&before, "after a restart").await;
        for _ in 0..3 {
            self.later(SignedDuration::from_hours(24 * 6)).await;
        }
        self.same(&before, "weeks later").await;
        // Runs that ended are forgotten in time.
        let known = |run: &app::RunLine| runs.iter().any(|one| one.id == run.id);
        assert!(self.runs().await.iter().all(known), "a run was begun");
    }

    async fn same(&self, before: &Json, when: &str) {
        let now = self.everything().await;
        for (kind, was) in before.as_object().unwrap() {
            assert_eq!(was, &now[kind], "{kind}, {when}");
        }
    }
}

pub const fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

pub const fn hours(count: i64) -> SignedDuration {
    SignedDuration::from_hours(count)
}

pub const fn days(count: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * count)
}
