//! What the account holds: the shelves of records and the shop's vocabularies.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Map, Value};

use super::id::Id;
use super::records::{Asset, Estimate, Invoice, Lead, Line, Reminder};
use super::resources::Sale;
use super::shelf::Shelf;
use super::{Counts, Settings};

/// Values of custom fields by the field's number.
pub(super) type Custom = BTreeMap<u32, String>;

#[derive(Debug, Clone, Default)]
pub(super) struct Customer {
    pub reference: String,
    pub first: String,
    pub middle: String,
    pub last: String,
    pub email: String,
    pub invoice_email: String,
    pub mobile: String,
    pub phone: String,
    pub company: String,
    pub vat: String,
    pub address: String,
    pub city: String,
    pub post_code: String,
    pub country: String,
    pub group: Option<u32>,
    pub no_sms: bool,
    pub no_email: bool,
    pub custom: Custom,
}

impl Customer {
    /// The whole name.
    pub(super) fn name(&self) -> String {
        let parts = [&self.first, &self.middle, &self.last];
        parts
            .into_iter()
            .filter(|part| !part.is_empty())
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Splits a whole name: the last word is the last name, what is between is the middle (mygadgetrepairs-api.md 12.3).
    pub(super) fn rename(&mut self, name: &str) {
        let words: Vec<&str> = name.split_whitespace().collect();
        let (first, middle, last) = match words.as_slice() {
            [] => ("", String::new(), ""),
            [only] => (*only, String::new(), ""),
            [first, middle @ .., last] => (*first, middle.join(" "), *last),
        };
        (self.first, self.middle, self.last) = (first.to_owned(), middle, last.to_owned());
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct Ticket {
    pub number: u32,
    pub customer: Option<Id>,
    pub short_info: String,
    pub description: String,
    pub issue_detail: String,
    pub device: String,
    pub status: u32,
    pub issue_type: Option<u32>,
    pub technician: Option<Id>,
    pub created_from: &'static str,
    pub invoice: Option<Id>,
    pub custom: Custom,
}

#[derive(Debug, Clone)]
pub(super) struct Comment {
    pub ticket: Id,
    pub text: String,
    pub public: bool,
    pub author: Option<Id>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Appointment {
    pub subject: String,
    pub description: String,
    pub kind: String,
    pub color: String,
    pub location: String,
    pub latitude: String,
    pub longitude: String,
    pub start: Timestamp,
    pub end: Option<Timestamp>,
    pub customer: Option<Id>,
    pub staff: Option<Id>,
    pub ticket: Option<Id>,
}

/// A word of the shop with a number: status, issue type, group, custom field.
#[derive(Debug, Clone)]
pub(super) struct Word {
    pub id: u32,
    pub label: String,
    /// Whether it is still offered; tickets keep a status that was taken away.
    pub offered: bool,
}

#[derive(Debug, Clone)]
pub(super) struct User {
    pub id: Id,
    pub first: Cow<'static, str>,
    pub last: Cow<'static, str>,
    pub email: Cow<'static, str>,
    pub role: Cow<'static, str>,
    pub created: Timestamp,
}

/// Which customer is which contact of the made-up shop.
#[derive(Debug, Clone, Copy)]
pub(super) struct Truth {
    pub customer: Id,
    pub contact: usize,
}

/// Everything the account holds.
#[derive(Debug, Clone)]
pub(super) struct Book {
    pub zone: TimeZone,
    shop_zone: TimeZone,
    ids: StdRng,
    pub customers: Shelf<Customer>,
    pub tickets: Shelf<Ticket>,
    pub comments: Shelf<Comment>,
    /// Comments of a ticket, oldest first.
    pub comments_of: BTreeMap<Id, Vec<Id>>,
    pub appointments: Shelf<Appointment>,
    /// Ids of what stands below, apart, so that customers, tickets and their like keep theirs.
    paper_ids: StdRng,
    pub reminders: Shelf<Reminder>,
    pub invoices: Shelf<Invoice>,
    /// Invoice and place in it of every payment, oldest first.
    pub payments: Vec<(Id, usize)>,
    /// Sales at the till, oldest first.
    pub sales: Vec<Sale>,
    /// Lines of a ticket, oldest first.
    pub lines_of: BTreeMap<Id, Vec<Line>>,
    pub estimates: Shelf<Estimate>,
    pub leads: Shelf<Lead>,
    pub assets: Shelf<Asset>,
    /// Records of which nothing is known, by the path of their list.
    pub documents: BTreeMap<&'static str, Shelf<Map<String, Value>>>,
    /// The status of a device that was handed out.
    pub handed_out: u32,
    pub statuses: Vec<Word>,
    pub issue_types: Vec<Word>,
    pub groups: Vec<Word>,
    pub customer_fields: Vec<Word>,
    pub ticket_fields: Vec<Word>,
    pub lead_fields: Vec<Word>,
    pub product_fields: Vec<Word>,
    pub asset_types: Vec<Word>,
    pub users: Vec<User>,
    pub brands: Vec<Word>,
    /// Models with the number of their brand.
    pub models: Vec<(Word, u32)>,
    pub products: Vec<Map<String, Value>>,
    pub next_product: u32,
    /// Bodies that came to `/webhook/…`, with the name of the path.
    pub inbound: Vec<(&'static str, Value)>,
    /// Announced and sent files: upload id, ticket, bytes once they came.
    pub uploads: BTreeMap<Id, (Id, Option<usize>)>,
    pub truth: Vec<Truth>,
    pub next_customer: u32,
    pub next_ticket: u32,
    pub next_invoice: u32,
    pub next_payment: u32,
    pub next_sale: u32,
    pub next_estimate: u32,
    pub next_lead: u32,
}

impl Book {
    /// No customers, and the words that a new account comes with.
    pub(super) fn new(settings: &Settings) -> Self {
        let mut book = Self {
            zone: TimeZone::UTC,
            shop_zone: TimeZone::UTC,
            ids: StdRng::seed_from_u64(settings.seed ^ 0x004D_4752),
            customers: Shelf::default(),
            tickets: Shelf::default(),
            comments: Shelf::default(),
            comments_of: BTreeMap::new(),
            appointments: Shelf::default(),
            paper_ids: StdRng::seed_from_u64(settings.seed ^ 0x7061_7065_7273),
            reminders: Shelf::default(),
            invoices: Shelf::default(),
            payments: Vec::new(),
            sales: Vec::new(),
            lines_of: BTreeMap::new(),
            estimates: Shelf::default(),
            leads: Shelf::default(),
            assets: Shelf::default(),
            documents: BTreeMap::new(),
            handed_out: 15,
            statuses: words(
                11,
                &[
                    "New",
                    "In progress",
                    "Waiting for parts",
                    "Repaired",
                    "Collected",
                    "Cancelled",
                ],
            ),
            issue_types: words(5_603, &["Screen", "Battery", "Other"]),
            groups: words(301, &["Retail", "Trade", "Students"]),
            customer_fields: words(34_977, &["CRM id", "Tags", "CRM notes"]),
            ticket_fields: words(35_020, &["Passcode", "Promised for"]),
            lead_fields: words(35_060, &["How they found us"]),
            product_fields: words(35_080, &["Shelf"]),
            asset_types: words(601, &["Phone", "Tablet", "Laptop", "Console"]),
            users: Vec::new(),
            brands: words(41, &["Apple", "Samsung", "Google", "Sony"]),
            models: words(901, &["iPhone 13", "iPad Air 4"])
                .into_iter()
                .map(|model| (model, 41))
                .collect(),
            products: Vec::new(),
            next_product: 5_001,
            inbound: Vec::new(),
            uploads: BTreeMap::new(),
            truth: Vec::new(),
            next_customer: 1,
            next_ticket: 1_001,
            next_invoice: 40_001,
            next_payment: 900_001,
            next_sale: 90_001,
            next_estimate: 501,
            next_lead: 201,
        };
        book.set_time_zone(settings.time_zone.as_deref());
        let owner = User {
            id: book.new_id(),
            first: "Olive".into(),
            last: "Owner".into(),
            email: "owner@shop.example".into(),
            role: "Manager".into(),
            created: Timestamp::UNIX_EPOCH,
        };
        book.users.push(owner);
        book
    }

    pub(super) fn new_id(&mut self) -> Id {
        Id(self.ids.random())
    }

    pub(super) fn new_paper_id(&mut self) -> Id {
        Id(self.paper_ids.random())
    }

    /// The zone by its name; without a name, or with an unknown one, the shop's own.
    pub(super) fn set_time_zone(&mut self, name: Option<&str>) {
        self.zone = name
            .and_then(|name| TimeZone::get(name).ok())
            .unwrap_or_else(|| self.shop_zone.clone());
    }

    pub(super) fn set_shop_zone(&mut self, name: &str) {
        self.shop_zone = TimeZone::get(name).unwrap_or(TimeZone::UTC);
    }

    pub(super) fn counts(&self) -> Counts {
        Counts {
            customers: self.customers.len(),
            tickets: self.tickets.len(),
            comments: self.comments.len(),
            appointments: self.appointments.len(),
        }
    }

    pub(super) fn user(&self, id: Id) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }
}

/// A vocabulary numbered from `first`.
pub(super) fn words(first: u32, labels: &[&str]) -> Vec<Word> {
    (first..)
        .zip(labels)
        .map(|(id, label)| Word {
            id,
            label: (*label).to_owned(),
            offered: true,
        })
        .collect()
}

/// The label of a word, whether it is still offered or not.
pub(super) fn label(words: &[Word], id: u32) -> Option<&str> {
    words
        .iter()
        .find(|word| word.id == id)
        .map(|word| word.label.as_str())
}
