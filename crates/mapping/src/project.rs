//! Vendor records in shared terms.

use crate::{Problem, Rules, Setting, consent, due::due, mark, status::group_of};
use domain::{CountryCode, Field, Fields, Kind, Record, Side, Value, normalize};
use serde::{Deserialize, Serialize};

/// A record in shared terms.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Projection {
    /// The filled shared fields.
    pub fields: Fields,
    /// Shared fields that cannot be read; each pauses alone.
    pub unknown: Vec<Problem>,
}

impl Projection {
    pub(crate) fn put(&mut self, field: Field, value: Option<Value>) {
        if let Some(value) = value {
            self.fields.insert(field, value);
        }
    }

    fn pause(&mut self, field: Field, reason: String) {
        self.unknown.push(Problem { field, reason });
    }
}

/// A record in shared terms. The counterpart is not known, so a title keeps a ticket reference that no
/// mark in the record names.
#[must_use]
pub fn project(record: &Record, rules: &Rules, setting: &Setting) -> Projection {
    project_linked(record, None, rules, setting)
}

/// A record in shared terms, with its counterpart's reference taken off the title even where a person
/// removed the mark.
#[must_use]
pub fn project_linked(
    record: &Record,
    counterpart: Option<&Record>,
    rules: &Rules,
    setting: &Setting,
) -> Projection {
    let mut shared = Projection::default();
    match (record.kind, record.side) {
        (Kind::Contact, side) => contact(record, side, counterpart, setting, &mut shared),
        (Kind::Task, Side::HighLevel) => task(record, counterpart, &mut shared),
        (Kind::Task, Side::MyGadgetRepairs) => ticket(record, rules, setting, &mut shared),
        (Kind::Appointment, _) => crate::appointment::project(record, &mut shared),
        (Kind::Note, _) => {}
    }
    shared
}

fn contact(
    record: &Record,
    side: Side,
    counterpart: Option<&Record>,
    setting: &Setting,
    shared: &mut Projection,
) {
    let joined = normalize::name::join(record.text(Field::FirstName), record.text(Field::LastName));
    let whole = record.text(Field::Name).map(normalize::text::line);
    let name = match side {
        Side::HighLevel => joined.or(whole),
        Side::MyGadgetRepairs => whole.or(joined),
    };
    shared.put(Field::Name, name.and_then(Value::text));
    for field in [
        Field::Email,
        Field::Company,
        Field::Address,
        Field::City,
        Field::PostalCode,
    ] {
        shared.put(field, record.fields.get(&field).cloned());
    }
    let number = match side {
        Side::HighLevel => record.text(Field::Phone),
        Side::MyGadgetRepairs => record.text(Field::Mobile).or(record.text(Field::Landline)),
    };
    let number = number.map(|number| {
        normalize::phone::e164(number, &setting.country).unwrap_or_else(|| number.to_owned())
    });
    shared.put(Field::Phone, number.and_then(Value::text));
    for field in Field::CONSENT {
        shared.put(
            field,
            consent::blocked(record, field).then_some(Value::Flag(true)),
        );
    }
    if let Some(country) = record
        .text(Field::Country)
        .filter(|country| !is_default(record, counterpart, country, setting))
    {
        match CountryCode::parse(country) {
            Some(code) => shared.put(Field::Country, Value::text(code.as_str())),
            None => shared.pause(
                Field::Country,
                format!(
                    "`{country}` is not a country that we know; correct it in {}",
                    side.title()
                ),
            ),
        }
    }
}

/// HighLevel gives every contact the location's own country where none was entered (highlevel-api.md 7.1).
/// Without any other part of an address the shop's own country says nothing about the person, on either side; nor does
/// HighLevel's beside a customer who has no country.
fn is_default(
    record: &Record,
    counterpart: Option<&Record>,
    country: &str,
    setting: &Setting,
) -> bool {
    let bare = ADDRESS
        .iter()
        .all(|field| !record.fields.contains_key(field));
    let alone = record.side == Side::HighLevel
        && counterpart.is_some_and(|customer| customer.text(Field::Country).is_none());
    (bare || alone) && CountryCode::parse(country).as_ref() == Some(&setting.country)
}

/// The parts of an address beside which the shop's own country counts.
const ADDRESS: [Field; 3] = [Field::Address, Field::City, Field::PostalCode];

/// The field that comes or goes in shared terms, although nobody touched it, when the given fields of a record are
/// written: the shop's own country, with the rest of an address.
#[must_use]
pub fn implied(
    written: impl Fn(Field) -> bool,
    record: &Record,
    setting: &Setting,
) -> Option<Field> {
    let own = record
        .text(Field::Country)
        .and_then(CountryCode::parse)
        .is_some_and(|country| country == setting.country);
    let follows = own && !written(Field::Country) && ADDRESS.into_iter().any(written);
    follows.then_some(Field::Country)
}

fn task(record: &Record, ticket: Option<&Record>, shared: &mut Projection) {
    let (body, named) = record
        .text(Field::Body)
        .map_or((None, None), mark::read_task_body);
    let linked = ticket.and_then(|ticket| ticket.reference.as_deref());
    let mut title = record.text(Field::Title).unwrap_or("").to_owned();
    for reference in [linked, named.as_deref(), record.mark.as_deref()]
        .into_iter()
        .flatten()
    {
        title = mark::strip_title(&title, reference);
    }
    shared.put(Field::Title, Value::text(title));
    shared.put(Field::Body, body.and_then(Value::text));
    shared.put(Field::DueDate, record.fields.get(&Field::DueDate).cloned());
    let completed = record
        .fields
        .get(&Field::Completed)
        .and_then(Value::as_flag);
    shared.put(
        Field::Completed,
        Some(Value::Flag(completed.unwrap_or(false))),
    );
}

fn ticket(record: &Record, rules: &Rules, setting: &Setting, shared: &mut Projection) {
    // Some shops repeat the reference in the title; the task carries it once.
    let title = record.text(Field::Title).unwrap_or("");
    let title = mark::strip_title(title, record.reference.as_deref().unwrap_or(""));
    shared.put(Field::Title, Value::text(title));
    let body = record
        .text(Field::Body)
        .and_then(|body| mark::read_ticket_description(body).0);
    shared.put(Field::Body, body.and_then(Value::text));

    let group = group_of(record, &rules.tasks, setting);
    match group {
        Some(group) => shared.put(Field::Completed, Some(Value::Flag(group.completed()))),
        None => {
            let id = record.text(Field::Status);
            let label = record.text(Field::StatusLabel);
            let label = label.or_else(|| id.and_then(|id| setting.status_label(id)));
            let status = label.or(id).unwrap_or("(none)");
            shared.pause(
                Field::Completed,
                format!("it is not known what the ticket status `{status}` means; name its group in tasks.statuses"),
            );
        }
    }

    let days = rules
        .tasks
        .due_days
        .of(group.unwrap_or(crate::StatusGroup::Open));
    let opened = record
        .fields
        .get(&Field::Opened)
        .and_then(Value::as_moment)
        .or(record.created_at);
    match opened.and_then(|at| due(at, days, rules.tasks.due_time, &setting.zone)) {
        Some(at) => shared.put(Field::DueDate, Some(Value::Moment { at })),
        None => shared.pause(
            Field::DueDate,
            "MyGadgetRepairs does not say when the ticket was opened, so no due date follows"
                .to_owned(),
        ),
    }
}
