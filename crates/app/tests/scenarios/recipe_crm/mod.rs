//! A shop in recorded time, with a person on either side, and the recipes that are tried on it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests fail loudly, in helpers too"
)]

use domain::{Clock, Kind};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use store::{RunFilter, RunMode};
use testkit::{Bench, CounterPerson, CrmPerson, RecordedClock, SHOP};
use twin::highlevel::WebhookPolicy;
use twin::{Drain, TwinOptions};

/// A shop with nobody in it at first.
pub struct Crm {
    pub bench: Bench,
    pub clock: RecordedClock,
}

/// Somebody on both sides.
#[derive(Clone, Debug)]
pub struct Both {
    pub customer: String,
    pub contact: String,
}

impl Crm {
    /// The shop before its first pass: what is made now is history.
    pub async fn before_its_first_pass() -> Self {
        Self::with(|_| {}).await
    }

    /// The same, on accounts that are as told.
    pub async fn with(tune: fn(&mut TwinOptions)) -> Self {
        let mut options = Bench::options(17, 0, 0);
        tune(&mut options);
        let (bench, clock) = Box::pin(Bench::recorded(options, |_| {})).await;
        let crm = Self { bench, clock };
        let pulled = WebhookPolicy {
            drain: Drain::Pulled,
            ..WebhookPolicy::default()
        };
        crm.bench.twins.highlevel().set_webhooks(pulled).unwrap();
        crm
    }

    pub fn counter(&self) -> CounterPerson<'_> {
        self.bench.counter_person()
    }

    pub fn crm(&self) -> CrmPerson<'_> {
        self.bench.crm_person()
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// An instant to come, as the vendors write it.
    pub fn in_minutes(&self, minutes: i64) -> String {
        self.at(SignedDuration::from_mins(minutes)).to_string()
    }

    /// Time passes, and nobody does anything.
    pub async fn sleep_minutes(&self, minutes: i64) {
        let until = self.at(SignedDuration::from_mins(minutes));
        self.clock.sleep_until(until).await;
    }

    fn at(&self, later: SignedDuration) -> Timestamp {
        self.now().checked_add(later).unwrap()
    }

    /// A pass over both sides, and the flows at work on what it saw.
    pub async fn pass(&self) {
        self.clock
            .sleep_until(self.at(SignedDuration::from_secs(3)))
            .await;
        let tally = Box::pin(self.bench.sync()).await;
        assert!(tally.finished, "{:?}", tally.reasons);
        self.work().await;
    }

    pub async fn work(&self) {
        // Boxed, here and elsewhere: what a test waits for lies on its stack, which is small.
        Box::pin(self.bench.app.work_flows(SHOP)).await.unwrap();
    }

    /// Passes until both sides and the flows rest.
    pub async fn settle(&self) {
        for _ in 0..3 {
            self.pass().await;
        }
    }

    pub async fn minutes_later(&self, minutes: i64) {
        self.later(SignedDuration::from_mins(minutes)).await;
    }

    pub async fn days_later(&self, days: i64) {
        self.later(SignedDuration::from_hours(24 * days)).await;
    }

    /// Time passes until ten o'clock of a Monday: from then on it is known on which days the shop is open.
    pub async fn on_a_monday(&self) {
        let zone = self.bench.twins.highlevel().settings().time_zone;
        let zone = jiff::tz::TimeZone::get(&zone).unwrap();
        let mut day = zone.to_datetime(self.now()).date();
        loop {
            day = day.tomorrow().unwrap();
            if day.weekday() == jiff::civil::Weekday::Monday {
                break;
            }
        }
        let morning = zone.to_timestamp(day.at(10, 0, 0, 0)).unwrap();
        self.clock.sleep_until(morning).await;
        self.pass().await;
    }

    /// Time passes, and what has become due meanwhile is done.
    async fn later(&self, length: SignedDuration) {
        self.clock.sleep_until(self.at(length)).await;
        self.settle().await;
    }

    /// What the CRM has to tell by webhook reaches the application, and each of it once more, as vendors do.
    pub async fn hear(&self) {
        let crm = self.bench.twins.highlevel();
        for due in crm.take_due_webhooks() {
            let header = |name: &str| {
                let mut headers = due.headers.iter();
                let found = headers.find(|(key, _)| key.eq_ignore_ascii_case(name));
                found.map(|(_, value)| value.as_str())
            };
            let app = &self.bench.app;
            let taken = app.take_crm_webhook(header, &due.body).await;
            app.take_crm_webhook(header, &due.body).await.unwrap();
            let status = if taken.is_ok() { 200 } else { 429 };
            crm.webhook_answered(due.number, Some(status));
        }
        Box::pin(self.bench.refresh()).await;
        self.work().await;
    }

    /// A customer whom the sync made a contact of.
    pub async fn customer(&self, name: &str, fields: Json) -> Both {
        let customer = self.new_customer(name, fields);
        self.pass().await;
        self.both(&customer).await
    }

    /// A customer with an address and a number of their own.
    pub fn new_customer(&self, name: &str, mut fields: Json) -> String {
        let word = name.to_lowercase().replace(' ', ".");
        let number = name
            .bytes()
            .fold(7_u32, |sum, byte| (sum * 31 + u32::from(byte)) % 1_000_000);
        let own =
            json!({"email": format!("{word}@example.test"), "mobile": format!("07400{number:06}")});
        for (key, value) in own.as_object().unwrap() {
            if fields.get(key).is_none() {
                fields[key] = value.clone();
            }
        }
        self.counter().customer(name, fields)
    }

    pub async fn both(&self, customer: &str) -> Both {
        Both {
            contact: self.bench.counterpart(Kind::Contact, customer).await,
            customer: customer.to_owned(),
        }
    }

    /// A ticket that went from being open to being collected, seen on the way.
    pub async fn repaired(&self, customer: &str, title: &str) -> String {
        let ticket = self.counter().ticket(customer, title);
        self.pass().await;
        self.counter().walk_through(&ticket, &["ready"]);
        self.pass().await;
        self.counter().walk_through(&ticket, &["done"]);
        self.pass().await;
        ticket
    }

    pub async fn install(&self, recipe: &str, answers: Json) {
        let Json::Object(answers) = answers else {
            panic!("answers are a table")
        };
        let installed = Box::pin(self.bench.app.install_recipe(SHOP, recipe, &answers)).await;
        installed.unwrap_or_else(|error| panic!("{recipe}: {error}"));
        self.work().await;
    }

    pub async fn remove(&self, recipe: &str) {
        let removed = Box::pin(self.bench.app.remove_recipe(SHOP, recipe))
            .await
            .unwrap();
        assert!(removed.kept.is_empty(), "{removed:?}");
    }

    /// How the runs of a flow stand, oldest first.
    pub async fn runs(&self, flow: &str) -> Vec<String> {
        let mut runs = self.live_runs().await;
        runs.retain(|run| run.flow == flow);
        let told = |run: app::RunLine| match run.state {
            "failed" | "held" | "stopped" => {
                format!("{}: {}", run.state, run.why.unwrap_or_default())
            }
            state => state.to_owned(),
        };
        runs.into_iter().rev().map(told).collect()
    }

    pub async fn live_runs(&self) -> Vec<app::RunLine> {
        let filter = RunFilter {
            mode: Some(RunMode::Live),
            limit: 10_000,
            ..RunFilter::default()
        };
        self.bench.app.flow_runs(SHOP, &filter).await.unwrap()
    }

    /// The tags of a contact.
    pub async fn tags(&self, contact: &str) -> Vec<String> {
        let truth = self.bench.truth().await;
        let tags = truth.contacts[contact]["tags"].as_array().cloned();
        let tags = tags.unwrap_or_default();
        let mut tags: Vec<_> = tags
            .iter()
            .map(|tag| tag.as_str().unwrap().to_owned())
            .collect();
        tags.sort();
        tags
    }

    pub async fn is_tagged(&self, contact: &str, tag: &str) -> bool {
        self.tags(contact).await.iter().any(|one| one == tag)
    }

    /// The titles of a contact's tasks that no ticket made.
    pub async fn tasks(&self, contact: &str) -> Vec<String> {
        let truth = self.bench.truth().await;
        let own = |task: &&Json| {
            let body = task["body"].as_str().unwrap_or_default();
            task["contactId"] == contact && !body.contains("MyGadgetRepairs ticket")
        };
        let mut titles: Vec<_> = truth
            .tasks
            .values()
            .filter(own)
            .map(|task| task["title"].as_str().unwrap_or_default().to_owned())
            .collect();
        titles.sort();
        titles
    }

    /// What automations of the CRM a write of ours would have started since, by trigger and what it is about.
    pub fn automations(&self, after: usize) -> Vec<String> {
        let ours = self.bench.twins.highlevel().automations(after);
        let told = |one: &Json| {
            format!(
                "{} {}",
                one["trigger"].as_str().unwrap(),
                one["detail"].as_str().unwrap()
            )
        };
        ours.iter()
            .filter(|one| one["by"] == "INTEGRATION")
            .map(told)
            .collect()
    }

    pub fn automations_so_far(&self) -> usize {
        self.bench.twins.highlevel().automations(0).len()
    }

    /// Everything that a recipe could have touched.
    pub async fn picture(&self) -> BTreeMap<String, Json> {
        let truth = self.bench.truth().await;
        let mut picture = BTreeMap::new();
        for (id, contact) in &truth.contacts {
            let shown = json!([
                contact["tags"],
                contact["customFields"],
                contact["dnd"],
                contact["dndSettings"]
            ]);
            picture.insert(format!("contact {id}"), shown);
        }
        for (id, task) in &truth.tasks {
            picture.insert(
                format!("task {id}"),
                json!([task["title"], task["completed"]]),
            );
        }
        for (id, ticket) in &truth.tickets {
            picture.insert(
                format!("ticket {id}"),
                json!([ticket["short_info"], ticket["status"]]),
            );
        }
        for id in truth.customers.keys().chain(truth.comments.keys()) {
            picture.insert(format!("at the counter {id}"), Json::Null);
        }
        for id in truth.appointments.keys().chain(truth.bookings.keys()) {
            picture.insert(format!("booked {id}"), Json::Null);
        }
        let counts = self.bench.twins.highlevel().counts();
        picture.insert("automations".to_owned(), json!(counts.automations));
        picture.insert("messages".to_owned(), json!(counts.messages));
        let reminders = self.bench.twins.mygadgetrepairs().reminders().len();
        picture.insert("reminders".to_owned(), json!(reminders));
        for run in self.live_runs().await {
            picture.insert(format!("run {}", run.id), json!([run.flow, run.state]));
        }
        picture
    }

    /// Looked at once more, swept, and restarted: nothing is done that was not done before.
    pub async fn assert_at_rest(&mut self) {
        let before = self.picture().await;
        for run in self.live_runs().await {
            let again = self.bench.app.replay_flow_run(SHOP, &run.id, false);
            Box::pin(again).await.unwrap();
        }
        Box::pin(self.bench.sweep()).await;
        self.work().await;
        Box::pin(self.bench.restart()).await;
        self.pass().await;
        Box::pin(self.bench.sweep()).await;
        self.work().await;
        let after = self.picture().await;
        let differs: Vec<_> = after
            .iter()
            .filter(|(key, value)| before.get(*key) != Some(*value))
            .collect();
        assert!(differs.is_empty(), "{differs:#?}");
        assert_eq!(before.len(), after.len());
    }
}

/// No answers: what a recipe proposes will do.
pub fn proposed() -> Json {
    Json::Object(Map::new())
}
