//! A shop with one customer and one ticket, in step, and a person at either desk.

#![allow(clippy::unwrap_used, reason = "tests fail loudly")]
#![allow(dead_code, reason = "every test file uses its part")]

use domain::{Kind, RunId};
use serde_json::{Value as Json, json};
use std::time::Duration;
use testkit::Bench;
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
