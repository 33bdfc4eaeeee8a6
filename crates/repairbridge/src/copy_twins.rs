//! The twins of a shop's copy: both vendors emulated, filled with the shop's own records.

use app::{CopiedStatus, MadeTwins, PersonEdit, Snapshot, TwinMaker, TwinStaff};
use async_trait::async_trait;
use domain::{Context, Field, Kind, Record, RecordId, Side, Timestamp, Value};
use mapping::mark::contact_source;
use secrecy::SecretString;
use serde_json::{Map, json};
use std::borrow::Cow;
use std::collections::HashMap;
use twin::mygadgetrepairs::{Comments, Feeds, OptOuts};
use twin::shop::{
    Appointment, Calendar, Comment, Contact, CrmAppointment, Customer, MadeUpShop, Note, Place,
    ShopSettings, Status, Task, Ticket,
};
use twin::{RunningTwins, TwinOptions};
use url::Url;

/// The search of the emulated HighLevel lags so much behind writes.
const LAG_MS: u64 = 300;
/// An appointment without an end lasts so long.
const HOUR: i64 = 3_600;
/// The calendar of appointments whose own is not known.
const OTHER_CALENDAR: &str = "Other calendars";
const SLOT_MINUTES: u32 = 30;

/// Makes them in this process, on free ports of this machine.
pub(crate) struct CopyTwins;

#[async_trait]
impl TwinMaker for CopyTwins {
    async fn make(&self, snapshot: Snapshot) -> Result<MadeTwins, String> {
        let context = crate::wiring::context();
        let now = context.clock.now();
        // Customers' data lies there: nobody else on this machine can guess how it is asked for.
        let seed = drawn(&context);
        let mut options = TwinOptions::new(seed, 0);
        options.is_controlled = false;
        options.mygadgetrepairs.seed = drawn(&context);
        options.mygadgetrepairs.api_key = context.new_id().to_string();
        crate::commands::twin::take_limits_off(&mut options);
        options.highlevel.index_lag_ms = LAG_MS;
        let counter = &mut options.mygadgetrepairs;
        let can = snapshot.counter;
        counter.updated_feeds = match can.tell_changes {
            true => Feeds::On,
            false => Feeds::Missing,
        };
        counter.comments = match (can.show_comments, can.take_comments) {
            (true, _) => Comments::GetPost,
            (false, true) => Comments::PostOnly,
            (false, false) => Comments::Missing,
        };
        counter.appointments = can.keep_appointments;
        if snapshot.records.iter().any(shows_opt_outs) {
            counter.opt_outs = OptOuts::OptedOut;
        }
        if let Some(prefix) = ticket_prefix(&snapshot.records) {
            prefix.clone_into(&mut counter.ticket_prefix);
        }
        let shop = Filling::new(&snapshot, seed, now).shop;
        drop(snapshot);
        let twins = twin::start_with(options, shop).await;
        let twins = twins.map_err(|why| why.to_string())?;
        let address = |text: String| Url::parse(&text).map_err(|why| why.to_string());
        Ok(MadeTwins {
            highlevel_base: address(twins.highlevel_url())?,
            mygadgetrepairs_base: address(twins.mygadgetrepairs_url())?,
            location: twins.location_id().to_owned(),
            token: SecretString::from(twins.token()),
            key: SecretString::from(twins.key()),
            staff: Box::new(Staff(twins)),
        })
    }
}

fn drawn(context: &Context) -> u64 {
    let mut bytes = [0; 8];
    context.randomness.fill(&mut bytes);
    u64::from_le_bytes(bytes)
}

struct Staff(RunningTwins);

#[async_trait]
impl TwinStaff for Staff {
    async fn edit(&self, edit: &PersonEdit) -> Result<(), String> {
        let mut fields = Map::new();
        for (field, value) in &edit.fields {
            let name = wire_name(edit.side, *field)
                .ok_or_else(|| format!("`{}` cannot be edited here", field.as_str()))?;
            fields.insert(name.to_owned(), value.as_str().into());
        }
        let id = edit.record.as_str();
        match edit.side {
            Side::HighLevel => self
                .0
                .highlevel()
                .act(&json!({ "action": "edit_contact", "id": id, "fields": fields }))
                .map(drop)
                .map_err(|why| why.to_string()),
            Side::MyGadgetRepairs => self
                .0
                .mygadgetrepairs()
                .act(&json!({ "action": "edit_customer", "id": id, "fields": fields }))
                .map(drop),
        }
    }
}

const fn wire_name(side: Side, field: Field) -> Option<&'static str> {
    Some(match (side, field) {
        (_, Field::Email) => "email",
        (Side::HighLevel, Field::Phone) => "phone",
        (Side::MyGadgetRepairs, Field::Phone) => "mobile",
        (Side::HighLevel, Field::Company) => "companyName",
        (Side::MyGadgetRepairs, Field::Company) => "company",
        (Side::HighLevel, Field::Address) => "address1",
        (Side::MyGadgetRepairs, Field::Address) => "address",
        (_, Field::City) => "city",
        (Side::HighLevel, Field::PostalCode) => "postalCode",
        (Side::MyGadgetRepairs, Field::PostalCode) => "postCode",
        _ => return None,
    })
}

fn shows_opt_outs(record: &Record) -> bool {
    let shown = [Field::NoSms, Field::NoEmail];
    record.side == Side::MyGadgetRepairs
        && shown.iter().any(|field| record.fields.contains_key(field))
}

/// The letters before the numbers of tickets, by the first that has any.
fn ticket_prefix(records: &[Record]) -> Option<&str> {
    let mut references = records
        .iter()
        .filter(|record| (record.side, record.kind) == (Side::MyGadgetRepairs, Kind::Task))
        .filter_map(|record| record.reference.as_deref());
    references.find_map(|reference| {
        let (letters, number) = reference.rsplit_once('-')?;
        number.parse::<u32>().is_ok().then_some(letters)
    })
}

/// The shop as the twins take it: lists that refer to each other by place.
struct Filling {
    shop: MadeUpShop,
    now: Timestamp,
    customers: HashMap<RecordId, usize>,
    contacts: HashMap<RecordId, usize>,
    tickets: HashMap<RecordId, usize>,
    calendars: HashMap<String, usize>,
}

impl Filling {
    fn new(snapshot: &Snapshot, seed: u64, now: Timestamp) -> Self {
        let mut settings = ShopSettings::new(seed, 0, 0, now);
        settings.country.clone_from(&snapshot.country);
        let mut shop = MadeUpShop::with(settings);
        shop.time_zone = Cow::Owned(snapshot.zone.clone());
        shop.statuses = snapshot.statuses.iter().map(status).collect();
        let known = snapshot.calendars.iter().map(|calendar| Calendar {
            id: Some(calendar.id.clone()),
            name: Cow::Owned(calendar.name.clone()),
            slot_minutes: SLOT_MINUTES,
        });
        shop.calendars = known.collect();
        let places = snapshot.calendars.iter().enumerate();
        let calendars = places.map(|(place, one)| (one.id.clone(), place)).collect();
        let mut filling = Self {
            shop,
            now,
            customers: HashMap::new(),
            contacts: HashMap::new(),
            tickets: HashMap::new(),
            calendars,
        };
        // People first: the rest hangs on them.
        let of_kind = |kind: Kind| snapshot.records.iter().filter(move |one| one.kind == kind);
        for record in of_kind(Kind::Contact) {
            filling.person(record);
        }
        for record in of_kind(Kind::Task) {
            filling.work(record, snapshot);
        }
        for record in of_kind(Kind::Note) {
            filling.note(record);
        }
        for record in of_kind(Kind::Appointment) {
            filling.appointment(record);
        }
        filling
    }

    fn person(&mut self, record: &Record) {
        let text = |field| text(record, field);
        let created = record.created_at.unwrap_or(self.now);
        let (mut first, last) = (text(Field::FirstName), text(Field::LastName));
        if first.is_empty() && last.is_empty() {
            first = text(Field::Name);
        }
        match record.side {
            Side::HighLevel => {
                let channels = [
                    (Field::NoCalls, "Call"),
                    (Field::NoEmail, "Email"),
                    (Field::NoSms, "SMS"),
                ];
                let blocked = channels
                    .into_iter()
                    .filter(|(field, _)| record.fields.contains_key(field));
                self.contacts
                    .insert(record.id.clone(), self.shop.contacts.len());
                self.shop.contacts.push(Contact {
                    id: Some(record.id.to_string()),
                    first,
                    last,
                    email: text(Field::Email),
                    phone: text(Field::Phone),
                    company: text(Field::Company),
                    address1: text(Field::Address),
                    city: text(Field::City),
                    postal_code: text(Field::PostalCode),
                    country: text(Field::Country),
                    tags: record.tags.clone(),
                    // By this a contact that we made is known again.
                    source: Cow::Owned(
                        record
                            .mark
                            .as_deref()
                            .map_or_else(String::new, contact_source),
                    ),
                    dnd: is_set(record, Field::NoContact),
                    blocked: blocked.map(|(_, channel)| channel).collect(),
                    created,
                });
            }
            Side::MyGadgetRepairs => {
                let number = self.shop.customers.len() + 1;
                self.customers.insert(record.id.clone(), number - 1);
                self.shop.customers.push(Customer {
                    id: Some(record.id.to_string()),
                    number: record
                        .reference
                        .clone()
                        .unwrap_or_else(|| format!("C-{number}")),
                    first,
                    last,
                    email: text(Field::Email),
                    mobile: text(Field::Mobile),
                    phone: text(Field::Landline),
                    company: text(Field::Company),
                    address: text(Field::Address),
                    city: text(Field::City),
                    post_code: text(Field::PostalCode),
                    country: text(Field::Country),
                    vat: String::new(),
                    no_sms: is_set(record, Field::NoSms),
                    no_email: is_set(record, Field::NoEmail),
                    created,
                });
            }
        }
    }

    fn work(&mut self, record: &Record, snapshot: &Snapshot) {
        let created = record.created_at.unwrap_or(self.now);
        match record.side {
            Side::HighLevel => {
                let Some(contact) = self.parent(record, &self.contacts) else {
                    return;
                };
                self.shop.tasks.push(Task {
                    id: Some(record.id.to_string()),
                    contact,
                    title: text(record, Field::Title),
                    body: text(record, Field::Body),
                    due: moment(record, Field::DueDate).unwrap_or(created),
                    completed: is_set(record, Field::Completed),
                    assigned_to: None,
                    created,
                });
            }
            Side::MyGadgetRepairs => {
                let Some(customer) = self.parent(record, &self.customers) else {
                    return;
                };
                let place = self.shop.tickets.len();
                let number = record.reference.as_deref().and_then(running_number);
                let wanted = record.text(Field::Status);
                let status = snapshot
                    .statuses
                    .iter()
                    .position(|status| Some(status.id.as_str()) == wanted);
                self.tickets.insert(record.id.clone(), place);
                self.shop.tickets.push(Ticket {
                    id: Some(record.id.to_string()),
                    customer,
                    number: number.unwrap_or_else(|| u32::try_from(place + 1).unwrap_or(u32::MAX)),
                    short_info: text(record, Field::Title),
                    description: text(record, Field::Body),
                    device: Cow::Owned(text(record, Field::Device)),
                    status: status.unwrap_or_default(),
                    issue_type: None,
                    technician: None,
                    created,
                    last_updated: record.changed_at.unwrap_or(created),
                });
            }
        }
    }

    fn note(&mut self, record: &Record) {
        let created = record.created_at.unwrap_or(self.now);
        let body = text(record, Field::Body);
        match record.side {
            Side::HighLevel => {
                if let Some(contact) = self.parent(record, &self.contacts) {
                    self.shop.notes.push(Note {
                        id: Some(record.id.to_string()),
                        contact,
                        body,
                        author: None,
                        created,
                    });
                }
            }
            Side::MyGadgetRepairs => {
                if let Some(ticket) = self.parent(record, &self.tickets) {
                    self.shop.comments.push(Comment {
                        id: Some(record.id.to_string()),
                        ticket,
                        text: body,
                        public: !is_set(record, Field::Internal),
                        author: 0,
                        created,
                    });
                }
            }
        }
    }

    fn appointment(&mut self, record: &Record) {
        let Some(start) = moment(record, Field::Start) else {
            return;
        };
        let later = || Timestamp::from_second(start.as_second() + HOUR).unwrap_or(start);
        let end = moment(record, Field::End).unwrap_or_else(later);
        let created = record.created_at.unwrap_or(self.now);
        let title = text(record, Field::Title);
        match record.side {
            Side::HighLevel => {
                // The twin keeps no appointments that were deleted.
                let Some(status) = booking(record) else {
                    return;
                };
                let Some(contact) = self.parent(record, &self.contacts) else {
                    return;
                };
                let calendar = self.calendar(record.text(Field::Calendar).unwrap_or_default());
                self.shop.crm_appointments.push(CrmAppointment {
                    id: Some(record.id.to_string()),
                    contact,
                    calendar,
                    assigned_to: None,
                    title,
                    start,
                    end,
                    status: Cow::Borrowed(status),
                    created,
                });
            }
            Side::MyGadgetRepairs => {
                let Some(customer) = self.parent(record, &self.customers) else {
                    return;
                };
                self.shop.appointments.push(Appointment {
                    id: Some(record.id.to_string()),
                    customer,
                    subject: title,
                    description: text(record, Field::Body),
                    place: Place::InShop,
                    start,
                    end,
                    created,
                });
            }
        }
    }

    fn parent(&self, record: &Record, among: &HashMap<RecordId, usize>) -> Option<usize> {
        among.get(record.parent.as_ref()?).copied()
    }

    /// The place of a calendar; one that is not known is made.
    fn calendar(&mut self, id: &str) -> usize {
        let calendars = &mut self.shop.calendars;
        *self.calendars.entry(id.to_owned()).or_insert_with(|| {
            calendars.push(Calendar {
                id: (!id.is_empty()).then(|| id.to_owned()),
                name: Cow::Borrowed(OTHER_CALENDAR),
                slot_minutes: SLOT_MINUTES,
            });
            calendars.len() - 1
        })
    }
}

fn status(status: &CopiedStatus) -> Status {
    Status {
        id: status.id.parse().ok(),
        label: Cow::Owned(status.label.clone()),
        // Without a group no invoices are made up for what was handed out.
        group: Cow::Borrowed(""),
    }
}

fn text(record: &Record, field: Field) -> String {
    record.text(field).unwrap_or_default().to_owned()
}

fn is_set(record: &Record, field: Field) -> bool {
    match record.fields.get(&field) {
        Some(Value::Flag(set)) => *set,
        other => other.is_some(),
    }
}

fn moment(record: &Record, field: Field) -> Option<Timestamp> {
    match record.fields.get(&field) {
        Some(Value::Moment { at }) => Some(*at),
        _ => None,
    }
}

fn running_number(reference: &str) -> Option<u32> {
    let mut digits = reference.rsplit(|letter: char| !letter.is_ascii_digit());
    digits.next()?.parse().ok()
}

fn booking(record: &Record) -> Option<&'static str> {
    match record.text(Field::Booking) {
        Some(mapping::appointment::DELETED) => None,
        Some("cancelled") => Some("cancelled"),
        Some("showed") => Some("showed"),
        Some("noshow") => Some("noshow"),
        Some("new") => Some("new"),
        _ => Some("confirmed"),
    }
}

#[cfg(test)]
mod tests;
