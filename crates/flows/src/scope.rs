//! The names that a flow may pick from: what the runner puts into [`Given::scope`](crate::Given), and what is there by
//! itself.
//!
//! The scope is a JSON object. A record is the [`view`](crate::view) of its source, or null where there is none:
//! nothing is linked, or it could not be read. A name that is not used by a flow ([`reads`](crate::Flow::reads)) need
//! not be filled.

use crate::view::view;
use domain::{CountryCode, Kind, Record, RecordId, Side};
use mapping::{Rules, Setting};
use serde_json::{Value as Json, json};

/// A name of the scope.
#[derive(Clone, Copy, Debug)]
pub struct Name {
    /// The name.
    pub name: &'static str,
    /// What it holds.
    pub holds: Holds,
    /// What it is, for people.
    pub help: &'static str,
}

/// What a name holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// The view of a record of this source, or null.
    Record(&'static str),
    /// A list of such views, newest first.
    Records(&'static str),
    /// A table with these fields.
    Table(&'static [&'static str]),
}

const fn record(name: &'static str, source: &'static str, help: &'static str) -> Name {
    Name {
        name,
        holds: Holds::Record(source),
        help,
    }
}

const fn records(name: &'static str, source: &'static str, help: &'static str) -> Name {
    Name {
        name,
        holds: Holds::Records(source),
        help,
    }
}

/// Every name that the runner fills. The record of the occurrence goes by its own name, and beside it what it is linked
/// to: the contact and the customer that are the same person, the ticket of an invoice, the task of a ticket …
pub const NAMES: &[Name] = &[
    record("contact", "highlevel.contact", "the HighLevel contact"),
    record(
        "customer",
        "mygadgetrepairs.customer",
        "the MyGadgetRepairs customer",
    ),
    record("ticket", "mygadgetrepairs.ticket", "the repair ticket"),
    record(
        "task",
        "highlevel.task",
        "the HighLevel task: the record itself, or the counterpart of the ticket",
    ),
    record("note", "highlevel.note", "the HighLevel note"),
    record(
        "comment",
        "mygadgetrepairs.comment",
        "the comment on the ticket",
    ),
    record(
        "appointment",
        "highlevel.appointment",
        "the HighLevel appointment: the record itself, or its counterpart",
    ),
    record(
        "diary",
        "mygadgetrepairs.appointment",
        "the MyGadgetRepairs appointment: the record itself, or its counterpart",
    ),
    record(
        "opportunity",
        "highlevel.opportunity",
        "the opportunity: the record itself, or the contact's open one, else the one that changed last",
    ),
    record("message", "highlevel.message", "the message"),
    record(
        "invoice",
        "mygadgetrepairs.invoice",
        "the invoice: the record itself, or the ticket's",
    ),
    record("estimate", "mygadgetrepairs.estimate", "the estimate"),
    record("lead", "mygadgetrepairs.lead", "the lead"),
    record("reminder", "mygadgetrepairs.reminder", "the reminder"),
    record(
        "device",
        "mygadgetrepairs.device",
        "the ticket's device; its numbers masked, its passcode left out",
    ),
    records(
        "tickets",
        "mygadgetrepairs.ticket",
        "all tickets of the customer",
    ),
    records(
        "invoices",
        "mygadgetrepairs.invoice",
        "all invoices of the customer that were seen",
    ),
    records(
        "appointments",
        "highlevel.appointment",
        "all appointments of the contact that were seen",
    ),
    records(
        "tasks",
        "highlevel.task",
        "all tasks of the contact that were seen",
    ),
    Name {
        name: "totals",
        holds: Holds::Table(&["tickets", "open_tickets", "paid", "last_visit"]),
        help: "of the customer: how many tickets, how many of them not finished, what was paid for invoices in all, \
               when a ticket was last opened or finished",
    },
    Name {
        name: "shop",
        holds: Holds::Table(&["name", "zone", "country", "location_id"]),
        help: "the shop: its name, zone, country, and the id of its CRM location",
    },
];

/// What is there by itself.
pub const OWN: [&str; 3] = ["trigger", "steps", "now"];

/// The name of the scope under which a record of a source goes.
#[must_use]
pub fn name_of(source: &str) -> Option<&'static str> {
    NAMES
        .iter()
        .find(|name| name.holds == Holds::Record(source_of(source)))
        .map(|name| name.name)
}

/// The sources from which a name is filled; none for what is always known.
#[must_use]
pub fn sources_of(name: &str) -> &'static [&'static str] {
    const TOTALS: &[&str] = &["mygadgetrepairs.ticket", "mygadgetrepairs.invoice"];
    if name == "totals" {
        return TOTALS;
    }
    let found = NAMES.iter().find(|known| known.name == name);
    match found.map(|known| &known.holds) {
        Some(Holds::Record(source) | Holds::Records(source)) => std::slice::from_ref(source),
        Some(Holds::Table(_)) | None => &[],
    }
}

/// The source as the table spells it.
fn source_of(source: &str) -> &'static str {
    NAMES
        .iter()
        .find_map(|name| match name.holds {
            Holds::Record(known) if known == source => Some(known),
            _ => None,
        })
        .unwrap_or_default()
}

/// The fields of the views of a source.
#[must_use]
pub fn fields(source: &str) -> Vec<String> {
    let record = |side: Side, kind: Kind| {
        serde_json::to_value(Record::new(side, kind, RecordId::new("-"))).unwrap_or_default()
    };
    let empty = match source {
        "highlevel.contact" => record(Side::HighLevel, Kind::Contact),
        "highlevel.task" => record(Side::HighLevel, Kind::Task),
        "highlevel.note" => record(Side::HighLevel, Kind::Note),
        "highlevel.appointment" => record(Side::HighLevel, Kind::Appointment),
        "mygadgetrepairs.customer" => record(Side::MyGadgetRepairs, Kind::Contact),
        "mygadgetrepairs.ticket" => record(Side::MyGadgetRepairs, Kind::Task),
        "mygadgetrepairs.comment" => record(Side::MyGadgetRepairs, Kind::Note),
        "mygadgetrepairs.appointment" => record(Side::MyGadgetRepairs, Kind::Appointment),
        _ => json!({}),
    };
    let Some(setting) = setting() else {
        return Vec::new();
    };
    match view(source, &empty, &setting, &Rules::default()) {
        Json::Object(shown) => shown.into_iter().map(|(name, _)| name).collect(),
        _ => Vec::new(),
    }
}

/// A setting of no shop, to ask which fields there are.
fn setting() -> Option<Setting> {
    Setting::new(CountryCode::parse("GB")?, "UTC", Vec::new()).ok()
}
