//! Both sides as they really are, in words of our own: read from the twins past all faults, and without the
//! engine's own mapping.

use domain::{Field, Kind, Side, Timestamp, Value};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use twin::RunningTwins;
use twin::highlevel::Kind as CrmKind;

/// Stands before the subject of an appointment that was called off.
pub(crate) const CALLED_OFF: &str = "Cancelled: ";

/// A record as people see it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) fields: BTreeMap<Field, String>,
    /// The person it belongs to.
    pub(crate) parent: Option<String>,
    /// Its number at the counter.
    pub(crate) reference: Option<String>,
    /// The mark that the engine puts on what it makes.
    pub(crate) mark: Option<String>,
    /// A HighLevel appointment that was deleted: it can still be read.
    pub(crate) deleted: bool,
}

impl Seen {
    /// What a field shows; nothing where it is empty.
    pub(crate) fn shows(&self, field: Field) -> Option<&str> {
        self.fields.get(&field).map(String::as_str)
    }

    fn put(&mut self, field: Field, text: &Json) {
        if let Some(text) = text.as_str().map(str::trim).filter(|text| !text.is_empty()) {
            self.fields.insert(field, text.to_owned());
        }
    }
}

/// Records of one side and kind, by id.
pub(crate) type Shelf = BTreeMap<String, Seen>;

/// Everything on both sides.
#[derive(Clone, Debug, Default)]
pub(crate) struct Truth(BTreeMap<(Side, Kind), Shelf>);

impl Truth {
    pub(crate) fn read(twins: &RunningTwins) -> Self {
        let done: Vec<&str> = twins
            .shop()
            .statuses
            .iter()
            .filter(|status| matches!(&*status.group, "done" | "cancelled"))
            .map(|status| &*status.label)
            .collect();
        let crm = |kind| twins.highlevel().records(kind, None, usize::MAX);
        let counter = twins.mygadgetrepairs();
        Self(BTreeMap::from([
            (
                (Side::HighLevel, Kind::Contact),
                shelf(&crm(CrmKind::Contacts), contact),
            ),
            (
                (Side::HighLevel, Kind::Task),
                shelf(&crm(CrmKind::Tasks), task),
            ),
            (
                (Side::MyGadgetRepairs, Kind::Contact),
                shelf(&counter.customers(), customer),
            ),
            (
                (Side::MyGadgetRepairs, Kind::Task),
                shelf(&counter.tickets(), |json| ticket(json, &done)),
            ),
            (
                (Side::HighLevel, Kind::Appointment),
                shelf(&crm(CrmKind::Appointments), booking),
            ),
            (
                (Side::MyGadgetRepairs, Kind::Appointment),
                shelf(&counter.appointments(), visit),
            ),
        ]))
    }

    pub(crate) fn of(&self, side: Side, kind: Kind) -> &Shelf {
        static NONE: Shelf = Shelf::new();
        self.0.get(&(side, kind)).unwrap_or(&NONE)
    }
}

fn shelf(records: &[Json], read: impl Fn(&Json) -> Seen) -> Shelf {
    records
        .iter()
        .filter_map(|json| Some((json["id"].as_str()?.to_owned(), read(json))))
        .collect()
}

fn contact(json: &Json) -> Seen {
    let mut seen = Seen::default();
    let part = |name: &str| json[name].as_str().unwrap_or_default();
    let name = format!("{} {}", part("firstName"), part("lastName"));
    seen.put(Field::Name, &Json::from(name));
    for (field, name) in [
        (Field::Email, "email"),
        (Field::Phone, "phone"),
        (Field::Company, "companyName"),
        (Field::Address, "address1"),
        (Field::City, "city"),
        (Field::PostalCode, "postalCode"),
    ] {
        seen.put(field, &json[name]);
    }
    let source = json["source"].as_str().unwrap_or_default();
    seen.mark = source.strip_prefix("MyGadgetRepairs ").map(str::to_owned);
    seen
}

fn customer(json: &Json) -> Seen {
    let mut seen = Seen::default();
    seen.put(Field::Name, &json["name"]);
    seen.put(Field::Email, &json["email"]);
    seen.put(Field::Phone, &json["phone"]);
    seen.put(Field::Phone, &json["mobile"]);
    seen.put(Field::Company, &json["company"]);
    let address = &json["fulladdress"];
    seen.put(Field::Address, &address["address"]);
    seen.put(Field::City, &address["city"]);
    seen.put(Field::PostalCode, &address["post_code"]);
    seen.reference = json["ref"].as_str().map(str::to_owned);
    seen
}

fn task(json: &Json) -> Seen {
    let mut seen = Seen::default();
    seen.put(Field::Title, &json["title"]);
    let (text, mark) = split(&json["body"], "MyGadgetRepairs ticket ");
    seen.put(Field::Body, &Json::from(text));
    seen.mark = mark;
    let completed = json["completed"] == Json::Bool(true);
    seen.fields.insert(Field::Completed, completed.to_string());
    seen.parent = json["contactId"].as_str().map(str::to_owned);
    seen
}

fn ticket(json: &Json, done: &[&str]) -> Seen {
    let mut seen = Seen::default();
    seen.put(Field::Title, &json["short_info"]);
    let (text, mark) = split(&json["description"], "HighLevel task ");
    seen.put(Field::Body, &Json::from(text));
    seen.mark = mark;
    let label = json["status"]["label"].as_str().unwrap_or_default();
    seen.put(Field::StatusLabel, &json["status"]["label"]);
    seen.fields
        .insert(Field::Completed, done.contains(&label).to_string());
    seen.parent = json["customer"]["id"].as_str().map(str::to_owned);
    seen.reference = json["ticket_ref"].as_str().map(str::to_owned);
    seen
}

/// A HighLevel appointment.
fn booking(json: &Json) -> Seen {
    let mut seen = Seen::default();
    seen.put(Field::Title, &json["title"]);
    seen.put(Field::Start, &instant(&json["startTime"]));
    seen.put(Field::End, &instant(&json["endTime"]));
    seen.deleted = json["deleted"] == Json::Bool(true);
    let status = json["appointmentStatus"].as_str().unwrap_or_default();
    let off = seen.deleted || matches!(status, "cancelled" | "invalid");
    seen.fields.insert(Field::Cancelled, off.to_string());
    seen.mark = split(&json["description"], "MyGadgetRepairs appointment ").1;
    seen.parent = json["contactId"].as_str().map(str::to_owned);
    seen
}

/// An appointment at the counter: the word in its subject says that it was called off.
fn visit(json: &Json) -> Seen {
    let mut seen = Seen::default();
    let subject = json["subject"].as_str().unwrap_or_default();
    let bare = subject.strip_prefix(CALLED_OFF.trim_end());
    let title = bare.unwrap_or(subject);
    seen.put(Field::Title, &Json::from(title));
    seen.put(Field::Start, &instant(&json["start_date"]));
    seen.put(Field::End, &instant(&json["end_date"]));
    let off = bare.is_some();
    seen.fields.insert(Field::Cancelled, off.to_string());
    seen.mark = split(&json["description"], "HighLevel appointment ").1;
    seen.parent = json["customer"]["id"].as_str().map(str::to_owned);
    seen
}

/// An instant, whatever zone it is shown in.
fn instant(text: &Json) -> Json {
    let text = text.as_str().unwrap_or_default();
    let read = text
        .parse()
        .or_else(|_| Timestamp::strptime("%Y-%m-%dT%H:%M:%S%z", text));
    read.map_or(Json::Null, |at| Json::from(at.to_string()))
}

/// A text and the mark in its last line.
fn split(text: &Json, mark: &str) -> (String, Option<String>) {
    let text = text.as_str().unwrap_or_default().trim();
    let (rest, last) = text.rsplit_once('\n').unwrap_or(("", text));
    match last.trim().strip_prefix(mark) {
        Some(named) => (rest.trim().to_owned(), Some(named.trim().to_owned())),
        None => (text.to_owned(), None),
    }
}

/// Whether two values mean the same to people. A title may carry the ticket's number in front.
pub(crate) fn same(
    field: Field,
    one: Option<&str>,
    other: Option<&str>,
    reference: Option<&str>,
) -> bool {
    let plain = |text: &str| {
        let text = match (field, reference) {
            (Field::Title, Some(reference)) => strip(text, reference),
            _ => text,
        };
        Value::text(text)
    };
    let (one, other) = (one.and_then(plain), other.and_then(plain));
    if field == Field::Phone
        && let (Some(one), Some(other)) = (&one, &other)
    {
        return digits(one) == digits(other);
    }
    field.same(one.as_ref(), other.as_ref())
}

fn strip<'a>(text: &'a str, reference: &str) -> &'a str {
    text.strip_prefix(reference)
        .filter(|rest| rest.is_empty() || rest.starts_with(' '))
        .unwrap_or(text)
        .trim()
}

/// The national digits: without the country's code and the leading zero.
fn digits(number: &Value) -> String {
    let text = number.as_text().unwrap_or_default();
    let all: String = text.chars().filter(char::is_ascii_digit).collect();
    let tail = all.len().saturating_sub(9);
    all.get(tail..).unwrap_or_default().to_owned()
}
