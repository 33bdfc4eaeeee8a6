//! What a shop has besides people and repairs: chances of work, devices on record, estimates, leads, reminders.
//!
//! Drawn from a stream of its own, so that people and repairs of a seed are what they are without it. There are few of
//! each: they are there to be looked at, not to be many.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use super::{Contact, Customer, ShopSettings, Ticket, work};

/// A chance of work in the CRM's first pipeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Opportunity {
    /// Index into `MadeUpShop::contacts`.
    pub contact: usize,
    /// Index into `MadeUpShop::users`.
    pub assigned_to: Option<usize>,
    /// Title.
    pub name: String,
    /// In the shop's currency.
    pub value: f64,
    /// How far it got, from 0 to 3.
    pub stage: usize,
    /// `open`, `won`, `lost` or `abandoned`.
    pub status: &'static str,
    /// When it was made.
    pub created: Timestamp,
}

/// A customer's device on record at the counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Index into `MadeUpShop::customers`.
    pub customer: usize,
    /// Make, as `Apple`.
    pub make: &'static str,
    /// Model, as `iPhone 13`.
    pub model: &'static str,
    /// Fifteen digits with a valid check digit.
    pub imei: String,
    /// Last day of the warranty, where there is one.
    pub warranty_end: Option<Date>,
    /// When it was entered.
    pub created: Timestamp,
}

/// An estimate for a repair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Estimate {
    /// Index into `MadeUpShop::tickets`.
    pub ticket: usize,
    /// Pence, cents.
    pub amount: u32,
    /// `Sent`, `Approved` or `Declined`.
    pub status: &'static str,
    /// When it was made.
    pub created: Timestamp,
}

/// Somebody who asked and is no customer yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    /// Whole name.
    pub name: String,
    /// Number, national form.
    pub mobile: String,
    /// What was asked for.
    pub subject: &'static str,
    /// When.
    pub created: Timestamp,
}

/// Something that staff at the counter wants to be reminded of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminder {
    /// Index into `MadeUpShop::customers`.
    pub customer: usize,
    /// Index into `MadeUpShop::users`.
    pub assigned_to: Option<usize>,
    /// Title.
    pub title: &'static str,
    /// When it is due.
    pub due: Timestamp,
    /// Whether it is done.
    pub completed: bool,
    /// When it was made.
    pub created: Timestamp,
}

/// All of it.
#[derive(Debug, Default)]
pub(super) struct Trade {
    pub opportunities: Vec<Opportunity>,
    pub devices: Vec<Device>,
    pub estimates: Vec<Estimate>,
    pub leads: Vec<Lead>,
    pub reminders: Vec<Reminder>,
}

const DEVICES: &[(&str, &str)] = &[
    ("Apple", "iPhone 13"),
    ("Apple", "iPad Air 4"),
    ("Samsung", "Galaxy S22"),
    ("Google", "Pixel 7"),
    ("Sony", "PlayStation 5"),
];
const WISHES: &[&str] = &["Screen repair", "Battery", "Water damage", "Data recovery"];
const REMINDERS: &[&str] = &[
    "Call about the part",
    "Chase the supplier",
    "Send the quote",
];

/// At most so many of each.
const MOST: usize = 200;

pub(super) fn trade(
    settings: &ShopSettings,
    customers: &[Customer],
    tickets: &[Ticket],
    contacts: &[Contact],
) -> Trade {
    let mut draw = Draw {
        random: StdRng::seed_from_u64(settings.seed ^ 0x7472_6164_6500),
        now: settings.now,
    };
    let few = |of: usize, share: usize| (of / share).min(MOST);
    Trade {
        opportunities: (0..few(contacts.len(), 10))
            .map(|number| draw.opportunity(number * 10))
            .collect(),
        devices: (0..few(customers.len(), 4))
            .map(|_| draw.device(customers.len()))
            .collect(),
        estimates: (0..few(tickets.len(), 8))
            .map(|number| draw.estimate(number * 8, tickets))
            .collect(),
        leads: (0..few(customers.len(), 20)).map(|_| draw.lead()).collect(),
        reminders: (0..few(customers.len(), 20))
            .map(|_| draw.reminder(customers.len()))
            .collect(),
    }
}

struct Draw {
    random: StdRng,
    now: Timestamp,
}

impl Draw {
    fn one<T: Copy>(&mut self, of: &[T], or: T) -> T {
        of.choose(&mut self.random).copied().unwrap_or(or)
    }

    fn ago(&mut self, days: i64) -> Timestamp {
        let seconds = self.random.random_range(3_600..days * 86_400);
        self.moved(-seconds)
    }

    fn moved(&self, seconds: i64) -> Timestamp {
        self.now
            .checked_add(SignedDuration::from_secs(seconds))
            .unwrap_or(self.now)
    }

    fn staff(&mut self) -> Option<usize> {
        let number = self.random.random_range(0..=work::USERS.len());
        (number < work::USERS.len()).then_some(number)
    }

    fn opportunity(&mut self, contact: usize) -> Opportunity {
        let (_, model) = self.one(DEVICES, ("", ""));
        let wish = self.one(WISHES, "");
        Opportunity {
            contact,
            assigned_to: self.staff(),
            name: format!("{wish}: {model}"),
            value: f64::from(self.random.random_range(3_u32..40) * 10),
            stage: self.random.random_range(0..4),
            status: self.one(
                &["open", "open", "open", "won", "lost", "abandoned"],
                "open",
            ),
            created: self.ago(90),
        }
    }

    fn device(&mut self, customers: usize) -> Device {
        let (make, model) = self.one(DEVICES, ("", ""));
        let days = self.random.random_range(-400_i64..400);
        let warranty = self.moved(days * 86_400);
        Device {
            customer: self.random.random_range(0..customers),
            make,
            model,
            imei: self.imei(),
            warranty_end: self
                .random
                .random_bool(0.7)
                .then(|| warranty.to_zoned_datetime(TimeZone::UTC).date()),
            created: self.ago(700),
        }
    }

    fn imei(&mut self) -> String {
        let mut digits: Vec<u32> = vec![3, 5];
        digits.extend((0..12).map(|_| self.random.random_range(0..10_u32)));
        let sum: u32 = digits
            .iter()
            .enumerate()
            .map(|(place, digit)| match (place % 2, digit * 2) {
                (0, _) => *digit,
                (_, twice) => twice / 10 + twice % 10,
            })
            .sum();
        digits.push((10 - sum % 10) % 10);
        digits.iter().map(u32::to_string).collect()
    }

    fn estimate(&mut self, ticket: usize, tickets: &[Ticket]) -> Estimate {
        Estimate {
            ticket,
            amount: self.random.random_range(20_u32..400) * 100,
            status: self.one(&["Sent", "Approved", "Approved", "Declined"], "Sent"),
            created: tickets.get(ticket).map_or(self.now, |of| of.created),
        }
    }

    fn lead(&mut self) -> Lead {
        let first = self.one(&["Robin", "Alex", "Sam", "Jo", "Kim"], "Robin");
        let last = self.one(&["Marsh", "Field", "Brook", "Hill", "Wood"], "Marsh");
        Lead {
            name: format!("{first} {last}"),
            // Numbers that are kept free for stories.
            mobile: format!("07700 900{:03}", self.random.random_range(0..1_000)),
            subject: self.one(WISHES, ""),
            created: self.ago(60),
        }
    }

    fn reminder(&mut self, customers: usize) -> Reminder {
        let created = self.ago(30);
        let hours = self.random.random_range(-200_i64..200);
        Reminder {
            customer: self.random.random_range(0..customers),
            assigned_to: self.staff(),
            title: self.one(REMINDERS, ""),
            due: self.moved(hours * 3_600),
            completed: hours < 0 && self.random.random_bool(0.7),
            created,
        }
    }
}
