//! A shop with one customer and one ticket, in step, and a person at either desk.

#![allow(clippy::unwrap_used, reason = "tests fail loudly")]

use domain::{Kind, RunId};
use serde_json::{Value as Json, json};
use std::time::Duration;
use testkit::{Bench, SHOP};
use twin::{FaultProfile, Vendor};

/// The shop, with the ids of its four records.
pub struct Desk {
    pub bench: Bench,
    pub contact: String,
    pub customer: String,
    pub task: String,
    pub ticket: String,
    /// The customer's number.
    pub reference: String,
    /// The run that made the contact and the task.
    pub first_run: RunId,
}

impl Desk {
    pub async fn with_one_ticket() -> Self {
        let bench = Bench::new(3, 0, 0).await;
        let made = bench
            .at_counter(&json!({"action": "create_customer", "fields": {
                "name": "Maria Soto", "email": "maria@example.test", "mobile": "07400123456", "company": "Soto Ltd",
                "address": "1 High Street", "city": "Leeds", "postCode": "LS1 1AA", "country": "United Kingdom",
            }}))
            .await;
        let customer = made["id"].as_str().unwrap().to_owned();
        let made = bench
            .at_counter(&json!({"action": "create_ticket", "fields": {
                "customer": customer, "shortInfo": "iPhone 13 screen", "description": "Cracked glass",
            }}))
            .await;
        let ticket = made["id"].as_str().unwrap().to_owned();
        let tally = bench.sync().await;
        assert!(tally.finished, "{:?}", tally.reasons);
        let contact = bench.counterpart(Kind::Contact, &customer).await;
        let task = bench.counterpart(Kind::Task, &ticket).await;
        let reference = bench.truth().await.customers[&customer]["ref"]
            .as_str()
            .unwrap()
            .to_owned();
        Self {
            bench,
            contact,
            customer,
            task,
            ticket,
            reference,
            first_run: tally.run,
        }
    }

    /// A person edits the contact, and the index shows it.
    pub async fn in_crm(&self, fields: Json) {
        self.bench
            .in_crm(&json!({"action": "edit_contact", "id": self.contact, "fields": fields}));
        tokio::time::sleep(Duration::from_millis(400)).await;
    }

    /// A person edits the customer.
    pub async fn at_counter(&self, fields: Json) {
        self.bench
            .at_counter(&json!({"action": "edit_customer", "id": self.customer, "fields": fields}))
            .await;
    }

    /// Whether the counter's answers get lost on the way, many of them after it did what was asked.
    pub fn lose_answers_at_the_counter(&self, on: bool) {
        let faults = FaultProfile {
            lost: if on { 0.4 } else { 0.0 },
            ..FaultProfile::none()
        };
        self.bench.twins.set_faults(Vendor::MyGadgetRepairs, faults);
    }

    /// A notification of the counter about a ticket, taken.
    pub async fn told_by_counter(&self, event: &str, reference: &str) {
        let shop = self.bench.app.shop(SHOP).await.unwrap();
        let paste = self.bench.app.counter_webhook(&shop).await.unwrap();
        let secret = paste.url.rsplit('/').next().unwrap().to_owned();
        let token = paste.headers["X-Sync-Token"].as_str().unwrap().to_owned();
        let header = |name: &str| (name == "x-sync-token").then_some(token.as_str());
        let body = json!({"event": event, "ticket_ref": reference}).to_string();
        let taken = self
            .bench
            .app
            .take_counter_webhook(&secret, header, body.as_bytes())
            .await;
        taken.unwrap();
    }

    /// The number by which people know a ticket.
    pub async fn number_of(&self, ticket: &str) -> String {
        let truth = self.bench.truth().await;
        let number = truth.tickets[ticket]["ticket_ref"].as_str();
        number.unwrap().to_owned()
    }

    /// The record on the other side of a linked one.
    pub async fn across(&self, side: domain::Side, kind: Kind, id: &str) -> Option<String> {
        let shop = self.bench.app.shop(SHOP).await.unwrap();
        let id = domain::RecordId::new(id);
        let link = self.bench.app.store().link_of(shop.id, side, kind, &id);
        let link = link.await.unwrap()?;
        Some(link.on(side.other()).as_str().to_owned())
    }

    /// The rules of the shop, as one document.
    pub async fn set_rules(&self, document: &str) {
        let rules = mapping::Rules::from_toml(document).unwrap();
        self.bench.app.set_rules(SHOP, &rules).await.unwrap();
    }

    /// Whether the journal tells of something that happened to a record.
    pub async fn journal_tells(&self, event: &str, record: &str) -> bool {
        let log = self.bench.app.log(SHOP, Some(record), 200).await;
        log.unwrap().iter().any(|row| row.event == event)
    }

    /// One pass that reads both sides completely, once the CRM's index shows what happened.
    pub async fn sweep(&self) -> app::Tally {
        tokio::time::sleep(Duration::from_millis(400)).await;
        self.bench.sweep().await
    }

    /// A contact that a person makes in the CRM, once the index shows it.
    pub async fn new_contact(&self, fields: Json) -> String {
        let made = self
            .bench
            .in_crm(&json!({"action": "create_contact", "fields": fields}));
        tokio::time::sleep(Duration::from_millis(400)).await;
        made["contact"]["id"].as_str().unwrap().to_owned()
    }

    pub async fn new_customer(&self, fields: Json) -> String {
        let made = self
            .bench
            .at_counter(&json!({"action": "create_customer", "fields": fields}))
            .await;
        made["id"].as_str().unwrap().to_owned()
    }

    pub async fn new_ticket(&self, customer: &str, title: &str) -> String {
        let fields = json!({"customer": customer, "shortInfo": title});
        let made = self
            .bench
            .at_counter(&json!({"action": "create_ticket", "fields": fields}))
            .await;
        made["id"].as_str().unwrap().to_owned()
    }

    /// A ticket of the customer's whose task is made, but nobody hears of it: HighLevel's answers are still being lost.
    pub async fn ticket_of_an_unheard_task(&self) -> String {
        let lost = FaultProfile {
            lost: 1.0,
            ..FaultProfile::none()
        };
        self.bench.twins.set_faults(Vendor::HighLevel, lost);
        let ticket = self.new_ticket(&self.customer, "iPad glass").await;
        let number = self.number_of(&ticket).await;
        self.told_by_counter("ticket.created", &number).await;
        self.cut_off(async || self.bench.truth().await.tasks.len() == 2)
            .await;
        assert_eq!(self.bench.truth().await.tasks.len(), 2, "it was made");
        ticket
    }

    /// A look at what webhooks told of, cut off once something is there: on a line that loses every answer it has
    /// no end.
    pub async fn cut_off(&self, is_there: impl AsyncFn() -> bool) {
        let board = app::ProgressBoard::default();
        let wait = async {
            while !is_there().await {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::select! {
            _ = self.bench.app.refresh(SHOP, &board) => {}
            () = wait => {}
        }
    }

    /// One pass that brings edits over. Answers its run.
    pub async fn sync_edits(&self) -> RunId {
        let tally = self.bench.sync().await;
        assert!(tally.finished && tally.wrote(), "{tally:?}");
        tally.run
    }

    /// Passes until nothing is written any more.
    pub async fn rest(&self) {
        self.bench.sync().await;
        tokio::time::sleep(Duration::from_millis(400)).await;
        self.bench.sync().await;
        let quiet = self.bench.sync().await;
        assert!(!quiet.wrote(), "both sides rest: {quiet:?}");
    }

    pub async fn contact(&self) -> Json {
        self.bench.truth().await.contacts[&self.contact].clone()
    }

    pub async fn customer(&self) -> Json {
        self.bench.truth().await.customers[&self.customer].clone()
    }
}
