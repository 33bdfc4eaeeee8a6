//! Both sides as they are, read past all faults.

use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use twin::highlevel::Kind;
use twin::{RunningTwins, Vendor};

/// Everything on both sides.
#[derive(Debug, Default, PartialEq)]
pub struct Truth {
    /// CRM contacts by id.
    pub contacts: BTreeMap<String, Json>,
    /// CRM tasks by id.
    pub tasks: BTreeMap<String, Json>,
    /// CRM notes by id.
    pub notes: BTreeMap<String, Json>,
    /// Customers by id.
    pub customers: BTreeMap<String, Json>,
    /// Tickets by id.
    pub tickets: BTreeMap<String, Json>,
    /// Ticket comments by id.
    pub comments: BTreeMap<String, Json>,
    /// CRM appointments by id, those that were deleted too.
    pub bookings: BTreeMap<String, Json>,
    /// The counter's appointments by id.
    pub appointments: BTreeMap<String, Json>,
}

impl Truth {
    /// Reads both twins.
    pub async fn read(twins: &RunningTwins) -> Self {
        let mut truth = Self::default();
        for (kind, into) in [
            (Kind::Contacts, &mut truth.contacts),
            (Kind::Tasks, &mut truth.tasks),
            (Kind::Notes, &mut truth.notes),
            (Kind::Appointments, &mut truth.bookings),
        ] {
            let mut after: Option<String> = None;
            loop {
                let page = twins.highlevel().records(kind, after.as_deref(), 5_000);
                let Some(last) = page.last() else { break };
                after = last["id"].as_str().map(str::to_owned);
                into.extend(page.into_iter().map(by_id));
            }
        }
        truth.customers = counter(twins, "customers").await;
        truth.tickets = counter(twins, "tickets").await;
        truth.comments = counter(twins, "comments").await;
        truth.appointments = counter(twins, "appointments").await;
        truth
    }

    /// What people are called and reached by, on both sides: what must not stand where nobody is to be named.
    #[must_use]
    pub fn people(&self) -> BTreeSet<String> {
        const FIELDS: [&str; 8] = [
            "firstName",
            "lastName",
            "email",
            "phone",
            "mobile",
            "telephone",
            "name",
            "address1",
        ];
        let records = self.contacts.values().chain(self.customers.values());
        let told = records.flat_map(|record| FIELDS.map(|field| record[field].as_str()));
        told.flatten()
            .filter(|text| text.chars().count() >= 4)
            .map(str::to_owned)
            .collect()
    }

    /// The contacts whose `source` says that they were made for the customer with this reference.
    #[must_use]
    pub fn marked(&self, reference: &str) -> Vec<&Json> {
        let source = format!("MyGadgetRepairs {reference}");
        self.contacts
            .values()
            .filter(|contact| contact["source"] == source.as_str())
            .collect()
    }

    /// The comments of a ticket, oldest first.
    #[must_use]
    pub fn comments_of(&self, ticket: &str) -> Vec<&Json> {
        let mut comments: Vec<&Json> = self
            .comments
            .values()
            .filter(|comment| comment["ticket"]["id"] == ticket)
            .collect();
        comments.sort_by_key(|comment| comment["created_date"].to_string());
        comments
    }

    /// The counter's appointments whose last line names the CRM's.
    #[must_use]
    pub fn appointments_of(&self, booking: &str) -> Vec<&Json> {
        let mark = format!("HighLevel appointment {booking}");
        named_last(&self.appointments, &mark)
    }

    /// The CRM's appointments whose last line names the counter's.
    #[must_use]
    pub fn bookings_of(&self, appointment: &str) -> Vec<&Json> {
        let mark = format!("MyGadgetRepairs appointment {appointment}");
        named_last(&self.bookings, &mark)
    }

    /// The notes of a contact.
    #[must_use]
    pub fn notes_of(&self, contact: &str) -> Vec<&Json> {
        self.notes
            .values()
            .filter(|note| note["contactId"] == contact)
            .collect()
    }

    /// The tasks whose body's last line names the ticket with this reference.
    #[must_use]
    pub fn tasks_of(&self, reference: &str) -> Vec<&Json> {
        let mark = format!("MyGadgetRepairs ticket {reference}");
        self.tasks
            .values()
            .filter(|task| {
                task["body"].as_str().and_then(|body| body.lines().last()) == Some(&mark)
            })
            .collect()
    }
}

fn named_last<'a>(records: &'a BTreeMap<String, Json>, mark: &str) -> Vec<&'a Json> {
    let last = |record: &Json| {
        let text = record["description"].as_str().unwrap_or_default();
        text.lines().last() == Some(mark)
    };
    records.values().filter(|record| last(record)).collect()
}

async fn counter(twins: &RunningTwins, kind: &str) -> BTreeMap<String, Json> {
    let address = twins.address(Vendor::MyGadgetRepairs);
    let client = reqwest::Client::builder().build().expect("a client");
    let mut records = BTreeMap::new();
    let mut after: Option<String> = None;
    loop {
        let mut url = format!("http://{address}/_twin/state?kind={kind}&limit=5000");
        if let Some(after) = &after {
            url = format!("{url}&after={after}");
        }
        let answer = client.get(&url).send().await.expect("an answer");
        let next = answer
            .headers()
            .get("x-next-after")
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let text = answer.text().await.expect("a body");
        records.extend(
            text.lines()
                .filter_map(|line| serde_json::from_str(line).ok())
                .map(by_id),
        );
        match next {
            Some(next) => after = Some(next),
            None => return records,
        }
    }
}

fn by_id(record: Json) -> (String, Json) {
    (record["id"].as_str().unwrap_or_default().to_owned(), record)
}

/// A field of every record as text, for messages.
#[must_use]
pub fn texts(records: &BTreeMap<String, Json>, field: &str) -> Vec<String> {
    records
        .values()
        .map(|record| record[field].to_string())
        .collect()
}
