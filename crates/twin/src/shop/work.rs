//! What the shop does for its people: repairs and appointments at the counter, tasks, notes and bookings in the CRM.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::customers::whole_second;
use super::{
    Appointment, Calendar, Comment, Contact, CrmAppointment, Customer, Note, Place, ShopSettings,
    Status, Task, Ticket, User,
};

/// Ticket statuses, renamed by the shop as most shops do.
pub(super) const STATUSES: &[Status] = &[
    status("Booked in", "open"),
    status("On the bench", "open"),
    status("Waiting for the part", "waiting"),
    status("Waiting for customer", "waiting"),
    status("Ready – please call", "ready"),
    status("Collected", "done"),
    status("Given up", "cancelled"),
];

/// Sorts of repair.
pub(super) const ISSUE_TYPES: &[&str] = &[
    "Screen",
    "Battery",
    "Charging port",
    "Water damage",
    "Data recovery",
    "Camera",
    "Software",
    "Keyboard",
];

/// Staff; the last one is an account that the whole counter shares.
pub(super) const USERS: &[User] = &[
    user("Ana", "Ruiz", "ana@shop.example", "Technician"),
    user("Tom", "Okafor", "tom@shop.example", "Technician"),
    user("Mei", "Chan", "mei@shop.example", "Manager"),
    user("Front", "Desk", "counter@shop.example", "Technician"),
];

/// CRM calendars.
pub(super) const CALENDARS: &[Calendar] = &[
    calendar("Drop-off", 15),
    calendar("Repair while you wait", 60),
    calendar("Call-back", 15),
];

const fn status(label: &'static str, group: &'static str) -> Status {
    Status {
        id: None,
        label: Cow::Borrowed(label),
        group: Cow::Borrowed(group),
    }
}

const fn user(
    first: &'static str,
    last: &'static str,
    email: &'static str,
    role: &'static str,
) -> User {
    User {
        first: Cow::Borrowed(first),
        last: Cow::Borrowed(last),
        email: Cow::Borrowed(email),
        role: Cow::Borrowed(role),
    }
}

const fn calendar(name: &'static str, slot_minutes: u32) -> Calendar {
    Calendar {
        id: None,
        name: Cow::Borrowed(name),
        slot_minutes,
    }
}

const DEVICES: &[&str] = &[
    "Apple iPhone 13",
    "Apple iPhone 11",
    "Apple iPhone SE 2020",
    "Apple iPad Air 4",
    "Apple MacBook Air M1",
    "Samsung Galaxy S21",
    "Samsung Galaxy A52",
    "Google Pixel 7",
    "Huawei P30",
    "Lenovo ThinkPad T480",
    "HP Pavilion 15",
    "Sony PlayStation 5",
    "Nintendo Switch",
    "",
];
const FAULTS: &[&str] = &[
    "will not switch on",
    "cracked glass, touch works",
    "battery lasts an hour",
    "does not charge",
    "no sound",
    "fell into the sink",
    "shows a white stripe",
];
const REMARKS: &[&str] = &[
    "Called, no answer",
    "Part ordered, two days",
    "Customer asks for a price first",
    "Tested for an hour, all fine",
    "Backed up the photos",
    "Passcode is with the counter",
    "Quote accepted",
    "Second screw missing from an earlier repair",
];
const CALLS: &[&str] = &[
    "Call back about the quote",
    "Ask for a review",
    "Send the warranty form",
    "Order a courtesy phone",
    "Remind about collection",
];
const THOUGHTS: &[&str] = &[
    "Prefers to be called after six.",
    "Has three phones of the family with us.",
    "Asked whether we buy old tablets.",
    "Was unhappy about the wait; be kind.",
    "Works nights.",
    "Interested in the trade price.",
];
const VISITS: &[&str] = &[
    "Collect laptop",
    "Drop off phone",
    "Screen repair while waiting",
    "Look at the till computer",
    "Quote for five tablets",
];

/// The counter's work.
pub(super) struct Counter {
    pub tickets: Vec<Ticket>,
    pub comments: Vec<Comment>,
    pub appointments: Vec<Appointment>,
}

/// The CRM's work.
pub(super) struct OfficeWork {
    pub tasks: Vec<Task>,
    pub notes: Vec<Note>,
    pub appointments: Vec<CrmAppointment>,
}

pub(super) fn counter(
    settings: &ShopSettings,
    customers: &[Customer],
    random: &mut StdRng,
) -> Counter {
    let now = settings.now;
    let mut tickets: Vec<Ticket> = (0..many(customers.len(), settings.tickets_per_customer))
        .map(|_| {
            ticket(
                random.random_range(0..customers.len()),
                customers,
                now,
                random,
            )
        })
        .collect();
    tickets.sort_by_key(|ticket| ticket.created);
    for (number, ticket) in (1001..).zip(&mut tickets) {
        ticket.number = number;
    }
    let mut comments: Vec<Comment> = (0..many(tickets.len(), settings.comments_per_ticket))
        .map(|_| {
            let ticket = random.random_range(0..tickets.len());
            Comment {
                id: None,
                ticket,
                text: pick(REMARKS, random).to_owned(),
                public: random.random_bool(0.25),
                author: random.random_range(0..USERS.len()),
                created: between(
                    tickets[ticket].created,
                    tickets[ticket].last_updated,
                    random,
                ),
            }
        })
        .collect();
    comments.sort_by_key(|comment| (comment.ticket, comment.created));
    let appointments = (0..many(customers.len(), settings.appointments_per_customer))
        .map(|_| {
            let customer = random.random_range(0..customers.len());
            let (start, end, created) = booking(30, now, random);
            Appointment {
                id: None,
                customer,
                subject: pick(VISITS, random).to_owned(),
                description: if random.random_bool(0.3) {
                    pick(REMARKS, random).to_owned()
                } else {
                    String::new()
                },
                place: [
                    Place::InShop,
                    Place::InShop,
                    Place::InShop,
                    Place::OnSite,
                    Place::Phone,
                ][random.random_range(0..5)],
                start,
                end,
                created: created.max(customers[customer].created),
            }
        })
        .collect();
    Counter {
        tickets,
        comments,
        appointments,
    }
}

fn ticket(customer: usize, customers: &[Customer], now: Timestamp, random: &mut StdRng) -> Ticket {
    let opened = customers[customer].created;
    // Most people come for a repair when they are first entered.
    let created = if random.random_bool(0.6) {
        after(opened, 3_600, now, random)
    } else {
        between(opened, now, random)
    };
    let last_updated = after(created, 30 * 86_400, now, random);
    let issue_type = random
        .random_bool(0.85)
        .then(|| random.random_range(0..ISSUE_TYPES.len()));
    let device = pick(DEVICES, random);
    let fault = pick(FAULTS, random);
    let title = issue_type
        .and_then(|index| ISSUE_TYPES.get(index))
        .map_or_else(
            || fault.to_owned(),
            |issue| {
                format!("{device} {}", issue.to_lowercase())
                    .trim()
                    .to_owned()
            },
        );
    let old = now.as_second() - last_updated.as_second() > 45 * 86_400;
    let status = if old && random.random_bool(0.95) {
        if random.random_bool(0.88) { 5 } else { 6 }
    } else {
        random.random_range(0..STATUSES.len())
    };
    Ticket {
        id: None,
        customer,
        number: 0,
        short_info: title,
        description: if random.random_bool(0.8) {
            format!("{fault}\nAccessories: none")
        } else {
            String::new()
        },
        device: device.into(),
        status,
        issue_type,
        technician: random
            .random_bool(0.8)
            .then(|| random.random_range(0..USERS.len())),
        created,
        last_updated,
    }
}

pub(super) fn office(
    settings: &ShopSettings,
    contacts: &[Contact],
    random: &mut StdRng,
) -> OfficeWork {
    let now = settings.now;
    let somebody = |random: &mut StdRng| {
        random
            .random_bool(0.6)
            .then(|| random.random_range(0..USERS.len()))
    };
    let tasks = (0..many(contacts.len(), settings.tasks_per_contact))
        .map(|_| {
            let contact = random.random_range(0..contacts.len());
            let created = between(contacts[contact].created, now, random);
            let due = later(created, random.random_range(1..20) * 86_400);
            let completed = random.random_bool(if due < now { 0.85 } else { 0.1 });
            Task {
                id: None,
                contact,
                title: pick(CALLS, random).to_owned(),
                body: pick(THOUGHTS, random).to_owned(),
                due,
                completed,
                assigned_to: somebody(random),
                created,
            }
        })
        .collect();
    let notes = (0..many(contacts.len(), settings.notes_per_contact))
        .map(|_| {
            let contact = random.random_range(0..contacts.len());
            Note {
                id: None,
                contact,
                body: pick(THOUGHTS, random).to_owned(),
                author: somebody(random),
                created: between(contacts[contact].created, now, random),
            }
        })
        .collect();
    let appointments = (0..many(contacts.len(), settings.appointments_per_contact))
        .map(|_| {
            let contact = random.random_range(0..contacts.len());
            let calendar = random.random_range(0..CALENDARS.len());
            let (start, end, created) =
                booking(i64::from(CALENDARS[calendar].slot_minutes), now, random);
            let status = if start > now {
                ["confirmed", "confirmed", "new", "cancelled"]
            } else {
                ["showed", "showed", "noshow", "cancelled"]
            };
            CrmAppointment {
                id: None,
                contact,
                calendar,
                assigned_to: somebody(random),
                title: pick(VISITS, random).to_owned(),
                start,
                end,
                status: status[random.random_range(0..status.len())].into(),
                created: created.max(contacts[contact].created).min(now),
            }
        })
        .collect();
    OfficeWork {
        tasks,
        notes,
        appointments,
    }
}

fn many(records: usize, ratio: f64) -> usize {
    (records as f64 * ratio.max(0.0)).round() as usize
}

fn pick(pool: &'static [&'static str], random: &mut StdRng) -> &'static str {
    pool.choose(random).copied().unwrap_or_default()
}

/// Start, end and time of booking of an appointment: half of them to come, on a quarter of an hour, in daylight.
fn booking(minutes: i64, now: Timestamp, random: &mut StdRng) -> (Timestamp, Timestamp, Timestamp) {
    let day = if random.random_bool(0.5) {
        random.random_range(1..30)
    } else {
        random.random_range(-300..0)
    };
    let midnight = now.as_second().div_euclid(86_400) * 86_400;
    let start = midnight + day * 86_400 + 9 * 3_600 + random.random_range(0..32) * 900;
    let start = Timestamp::from_second(start).unwrap_or(now);
    let created = later(start.min(now), -random.random_range(3_600..14 * 86_400));
    (start, later(start, minutes * 60), created)
}

fn after(from: Timestamp, at_most: i64, now: Timestamp, random: &mut StdRng) -> Timestamp {
    between(from, later(from, at_most).min(now), random)
}

fn between(from: Timestamp, to: Timestamp, random: &mut StdRng) -> Timestamp {
    let span = to.as_second() - from.as_second();
    if span <= 0 {
        from
    } else {
        whole_second(later(from, random.random_range(0..=span)))
    }
}

fn later(time: Timestamp, seconds: i64) -> Timestamp {
    time.checked_add(SignedDuration::from_secs(seconds))
        .unwrap_or(time)
}
