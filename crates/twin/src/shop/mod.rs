//! A made-up repair shop: the people, repairs and appointments that both twins are filled with.
//!
//! The same seed gives the same shop on every machine. Nothing here is shaped like a vendor's answer; each twin translates
//! for itself. [`MadeUpShop::same_people`] is the truth that a matching of customers with contacts can be judged by.

mod cases;
mod contacts;
mod customers;
mod locale;
mod name_lists;
mod names;
mod numbers;
mod trade;
mod work;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use rand::SeedableRng;
use rand::rngs::StdRng;

pub use self::trade::{Device, Estimate, Lead, Opportunity, Reminder};

/// What the made-up shop should look like.
#[derive(Debug, Clone)]
pub struct ShopSettings {
    /// Same seed, same shop.
    pub seed: u64,
    /// Customers at the counter (MyGadgetRepairs side).
    pub customers: usize,
    /// Contacts in the CRM; two thirds of them are customers too, as far as there are enough customers.
    pub contacts: usize,
    /// The end of the shop's history; nothing was created after it.
    pub now: Timestamp,
    /// Where the shop stands: ISO 3166 two letters. `GB`, `US`, `DE` and `ES` have their own addresses and numbers; any other is `GB`.
    pub country: String,
    /// Repair tickets for each customer.
    pub tickets_per_customer: f64,
    /// Ticket comments for each ticket.
    pub comments_per_ticket: f64,
    /// Counter appointments for each customer.
    pub appointments_per_customer: f64,
    /// CRM tasks for each contact.
    pub tasks_per_contact: f64,
    /// CRM notes for each contact.
    pub notes_per_contact: f64,
    /// CRM appointments for each contact.
    pub appointments_per_contact: f64,
}

impl ShopSettings {
    /// A British shop with half a ticket for each customer.
    pub fn new(seed: u64, customers: usize, contacts: usize, now: Timestamp) -> Self {
        Self {
            seed,
            customers,
            contacts,
            now,
            country: "GB".to_owned(),
            tickets_per_customer: 0.5,
            comments_per_ticket: 0.4,
            appointments_per_customer: 0.1,
            tasks_per_contact: 0.3,
            notes_per_contact: 0.3,
            appointments_per_contact: 0.1,
        }
    }
}

/// The shop with everything both sides know about it. Lists refer to each other by index.
#[derive(Debug, Clone)]
pub struct MadeUpShop {
    /// How it was asked for.
    pub settings: ShopSettings,
    /// IANA time zone of the shop, as `Europe/London`.
    pub time_zone: Cow<'static, str>,
    /// The counter's customers, oldest first.
    pub customers: Vec<Customer>,
    /// The counter's repair jobs, oldest first.
    pub tickets: Vec<Ticket>,
    /// Comments on repair jobs, oldest first within a ticket.
    pub comments: Vec<Comment>,
    /// The counter's appointments.
    pub appointments: Vec<Appointment>,
    /// The CRM's contacts, oldest first.
    pub contacts: Vec<Contact>,
    /// The CRM's tasks.
    pub tasks: Vec<Task>,
    /// The CRM's notes.
    pub notes: Vec<Note>,
    /// The CRM's appointments.
    pub crm_appointments: Vec<CrmAppointment>,
    /// The CRM's opportunities.
    pub opportunities: Vec<Opportunity>,
    /// Customers' devices on record at the counter.
    pub devices: Vec<Device>,
    /// The counter's estimates.
    pub estimates: Vec<Estimate>,
    /// The counter's leads.
    pub leads: Vec<Lead>,
    /// The counter's reminders.
    pub reminders: Vec<Reminder>,
    /// Ground truth: `(customer index, contact index)` of people who are known on both sides.
    pub same_people: Vec<(usize, usize)>,
    /// Ticket statuses as this shop renamed them.
    pub statuses: Vec<Status>,
    /// Sorts of repair.
    pub issue_types: Vec<Cow<'static, str>>,
    /// Staff.
    pub users: Vec<User>,
    /// CRM calendars.
    pub calendars: Vec<Calendar>,
    /// How many records there are of each hard case, by name; see [`MadeUpShop::new`] for the list.
    pub cases: BTreeMap<&'static str, usize>,
}

/// A customer as the counter typed it. An empty string is "not known".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// The counter's id; without one it gets a fresh one.
    pub id: Option<String>,
    /// The shop's own reference, as `C-317`.
    pub number: String,
    /// Given name; the whole name when it is one word.
    pub first: String,
    /// Family name.
    pub last: String,
    /// E-mail, in whatever case it was typed.
    pub email: String,
    /// Mobile, national form with blanks or brackets.
    pub mobile: String,
    /// Land line, or a mobile typed into the wrong box.
    pub phone: String,
    /// Firm.
    pub company: String,
    /// Street and house number.
    pub address: String,
    /// Town.
    pub city: String,
    /// Post code.
    pub post_code: String,
    /// Country as somebody at a counter writes it (`UK`, `england`), often empty.
    pub country: String,
    /// VAT number of a firm.
    pub vat: String,
    /// Wants no texts.
    pub no_sms: bool,
    /// Wants no advertising e-mails.
    pub no_email: bool,
    /// When the customer was first entered.
    pub created: Timestamp,
}

/// A repair job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The counter's id; without one it gets a fresh one.
    pub id: Option<String>,
    /// Index into [`MadeUpShop::customers`].
    pub customer: usize,
    /// Running number, from 1001.
    pub number: u32,
    /// Title.
    pub short_info: String,
    /// Long text.
    pub description: String,
    /// Device, as `Apple iPhone 13`.
    pub device: Cow<'static, str>,
    /// Index into [`MadeUpShop::statuses`].
    pub status: usize,
    /// Index into [`MadeUpShop::issue_types`].
    pub issue_type: Option<usize>,
    /// Index into [`MadeUpShop::users`].
    pub technician: Option<usize>,
    /// When it was opened.
    pub created: Timestamp,
    /// When it was last changed.
    pub last_updated: Timestamp,
}

/// A comment on a repair job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// The counter's id; without one it gets a fresh one.
    pub id: Option<String>,
    /// Index into [`MadeUpShop::tickets`].
    pub ticket: usize,
    /// Text.
    pub text: String,
    /// Whether the customer may see it.
    pub public: bool,
    /// Index into [`MadeUpShop::users`].
    pub author: usize,
    /// When it was written.
    pub created: Timestamp,
}

/// An appointment at the counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appointment {
    /// The counter's id; without one it gets a fresh one.
    pub id: Option<String>,
    /// Index into [`MadeUpShop::customers`].
    pub customer: usize,
    /// Title.
    pub subject: String,
    /// Long text.
    pub description: String,
    /// Where it takes place.
    pub place: Place,
    /// Begin.
    pub start: Timestamp,
    /// End.
    pub end: Timestamp,
    /// When it was entered.
    pub created: Timestamp,
}

/// Where a counter appointment takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the shop.
    InShop,
    /// At the customer's.
    OnSite,
    /// A call.
    Phone,
}

/// A person as the CRM knows it. An empty string is "not known".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The CRM's id; without one it gets a fresh one.
    pub id: Option<String>,
    /// Given name.
    pub first: String,
    /// Family name.
    pub last: String,
    /// E-mail.
    pub email: String,
    /// Phone in E.164.
    pub phone: String,
    /// Firm.
    pub company: String,
    /// Street and house number.
    pub address1: String,
    /// Town.
    pub city: String,
    /// Post code.
    pub postal_code: String,
    /// ISO 3166, two letters.
    pub country: String,
    /// Tags.
    pub tags: Vec<String>,
    /// Where the contact came from.
    pub source: Cow<'static, str>,
    /// Do not disturb: opted out of all messages.
    pub dnd: bool,
    /// Channels that are opted out of: `Call`, `Email`, `SMS`.
    pub blocked: Vec<&'static str>,
    /// When the contact was created.
    pub created: Timestamp,
}

/// A CRM task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// The CRM's id; without one it gets a fresh one.
    pub id: Option<String>,
    /// Index into [`MadeUpShop::contacts`].
    pub contact: usize,
    /// Title.
    pub title: String,
    /// Text.
    pub body: String,
    /// Due time.
    pub due: Timestamp,
    /// Whether it is done.
    pub completed: bool,
    /// Index into [`MadeUpShop::users`].
    pub assigned_to: Option<usize>,
    /// When it was created.
    pub created: Timestamp,
}

/// A CRM note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The CRM's id; without one it gets a fresh one.
    pub id: Option<String>,
    /// Index into [`MadeUpShop::contacts`].
    pub contact: usize,
    /// Text.
    pub body: String,
    /// Index into [`MadeUpShop::users`].
    pub author: Option<usize>,
    /// When it was written.
    pub created: Timestamp,
}

/// A CRM appointment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrmAppointment {
    /// The CRM's id; without one it gets a fresh one.
    pub id: Option<String>,
    /// Index into [`MadeUpShop::contacts`].
    pub contact: usize,
    /// Index into [`MadeUpShop::calendars`].
    pub calendar: usize,
    /// Index into [`MadeUpShop::users`].
    pub assigned_to: Option<usize>,
    /// Title.
    pub title: String,
    /// Begin.
    pub start: Timestamp,
    /// End.
    pub end: Timestamp,
    /// `confirmed`, `cancelled`, `showed`, `noshow` or `new`.
    pub status: Cow<'static, str>,
    /// When it was booked.
    pub created: Timestamp,
}

/// A ticket status of this shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The counter's number for it; without one it is numbered in order.
    pub id: Option<u32>,
    /// The shop's own label.
    pub label: Cow<'static, str>,
    /// What it means: `open`, `waiting`, `ready`, `done` or `cancelled`.
    pub group: Cow<'static, str>,
}

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Given name.
    pub first: Cow<'static, str>,
    /// Family name.
    pub last: Cow<'static, str>,
    /// E-mail.
    pub email: Cow<'static, str>,
    /// `Technician` or `Manager`.
    pub role: Cow<'static, str>,
}

/// A CRM calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// The CRM's id for it; without one it gets a fresh one.
    pub id: Option<String>,
    /// Name.
    pub name: Cow<'static, str>,
    /// Length of a slot in minutes.
    pub slot_minutes: u32,
}

impl MadeUpShop {
    /// A British shop with the default ratios. Hard cases, counted in [`MadeUpShop::cases`]:
    ///
    #[doc = include_str!("cases.md")]
    pub fn new(seed: u64, customers: usize, contacts: usize, now: Timestamp) -> Self {
        Self::with(ShopSettings::new(seed, customers, contacts, now))
    }

    /// A shop made to measure.
    pub fn with(settings: ShopSettings) -> Self {
        let mut random = StdRng::seed_from_u64(settings.seed);
        let locale = locale::of(&settings.country);
        let people = customers::people(&settings, locale, &mut random);
        let crm = contacts::contacts(&settings, locale, &people, &mut random);
        let cases = cases::count(&people, &crm);
        let customers: Vec<Customer> = people.into_iter().map(|person| person.customer).collect();
        let counter = work::counter(&settings, &customers, &mut random);
        let office = work::office(&settings, &crm.contacts, &mut random);
        let trade = trade::trade(&settings, &customers, &counter.tickets, &crm.contacts);
        Self {
            time_zone: Cow::Borrowed(locale.time_zone),
            customers,
            tickets: counter.tickets,
            comments: counter.comments,
            appointments: counter.appointments,
            contacts: crm.contacts,
            tasks: office.tasks,
            notes: office.notes,
            crm_appointments: office.appointments,
            opportunities: trade.opportunities,
            devices: trade.devices,
            estimates: trade.estimates,
            leads: trade.leads,
            reminders: trade.reminders,
            same_people: crm.same_people,
            statuses: work::STATUSES.to_vec(),
            issue_types: work::ISSUE_TYPES
                .iter()
                .copied()
                .map(Cow::Borrowed)
                .collect(),
            users: work::USERS.to_vec(),
            calendars: work::CALENDARS.to_vec(),
            cases,
            settings,
        }
    }
}
