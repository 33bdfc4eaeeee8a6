//! Shared terms back into what a vendor stores.

use crate::{Held, Rules, Setting, appointment, consent, mark};
use domain::{CountryCode, Field, Kind, Record, Side, Value, normalize::name};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What to write to a vendor, in its native fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NativeWrite {
    /// Native fields; an empty value clears.
    pub fields: BTreeMap<Field, Option<Value>>,
    /// The `source` of a HighLevel contact that is created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The issue type id of a ticket that is created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue_type: Option<String>,
    /// Fields that are not written, with the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<Held>,
}

impl NativeWrite {
    /// Whether there is nothing to send.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    fn put(&mut self, field: Field, value: Option<Value>) {
        self.fields.insert(field, value);
    }
}

/// The circumstances of a write.
#[derive(Clone, Copy, Debug)]
pub struct Writing<'a> {
    /// The side that is written.
    pub side: Side,
    /// The kind that is written.
    pub kind: Kind,
    /// The record as it stands; nothing when it is created.
    pub target: Option<&'a Record>,
    /// The counterpart that the values come from.
    pub source: Option<&'a Record>,
    /// The shop's rules.
    pub rules: &'a Rules,
    /// The shop's facts.
    pub setting: &'a Setting,
}

/// Whether a side can take a value of a shared field at all. The reason says what would let it through.
///
/// # Errors
/// The field with the reason why it is held.
pub fn can_write(writing: Writing<'_>, field: Field, value: Option<&Value>) -> Result<(), Held> {
    let hold = |reason: &str| {
        Err(Held {
            field,
            reason: reason.to_owned(),
        })
    };
    let text = value.and_then(Value::as_text);
    if writing.target.is_some_and(appointment::is_deleted) {
        return hold(
            "the appointment was deleted in HighLevel, and nothing can be changed in it; book it there again",
        );
    }
    match (writing.side, field, value) {
        (_, Field::Name, None) => {
            hold("the name was emptied on the other side; a person keeps a name here")
        }
        (_, Field::Title, None) => hold("the title was emptied on the other side; it is kept here"),
        (Side::HighLevel, Field::DueDate, None) => hold("HighLevel requires a due date"),
        (Side::MyGadgetRepairs, Field::DueDate, _) => {
            hold("MyGadgetRepairs has no due date of its own; it follows from the due rule")
        }
        (Side::HighLevel, Field::Phone, Some(_)) if !text.is_some_and(international) => hold(
            "this is not a telephone number that HighLevel would keep; correct it in MyGadgetRepairs",
        ),
        (_, Field::Email, Some(_)) if text.and_then(domain::normalize::email::key).is_none() => {
            hold("this is not an e-mail address; correct it where it was entered")
        }
        (Side::MyGadgetRepairs, Field::Completed, _) => {
            let completed = value.and_then(Value::as_flag).unwrap_or(false);
            writing
                .rules
                .completion_status(completed, writing.setting)
                .map(|_| ())
        }
        (side, field, value) if field.is_consent() => {
            let block = value.and_then(Value::as_flag).unwrap_or(false);
            consent::can_write(side, writing.target, field, block)
        }
        _ => Ok(()),
    }
}

/// The native fields that carry the given shared changes (an empty value clears). Creating (no target)
/// adds our marks and what the vendor requires.
#[must_use]
pub fn to_native(writing: Writing<'_>, changes: &BTreeMap<Field, Option<Value>>) -> NativeWrite {
    let mut write = NativeWrite::default();
    for (field, value) in changes {
        match can_write(writing, *field, value.as_ref()) {
            Ok(()) => put_shared(writing, *field, value.as_ref(), &mut write),
            Err(held) => write.held.push(held),
        }
    }
    if writing.kind == Kind::Appointment {
        keep_order(writing, &mut write);
    }
    if writing.target.is_none() {
        complete_new(writing, changes, &mut write);
    }
    write
}

/// What a HighLevel task still needs to carry its ticket's reference in title and body: for the time just
/// after the ticket was made for it. Later the person's own wording stands.
#[must_use]
pub fn adorn(task: &Record, ticket: &Record) -> Option<NativeWrite> {
    if task.kind != Kind::Task {
        return None;
    }
    let reference = ticket.reference.as_deref()?;
    let mut write = NativeWrite::default();
    let title = task.text(Field::Title).unwrap_or("");
    let (text, named) = task
        .text(Field::Body)
        .map_or((None, None), mark::read_task_body);
    // A former ticket's reference gives way to the new one's; else it would pass for the person's wording.
    let bare = mark::strip_title(title, named.as_deref().unwrap_or(""));
    let wanted = mark::title(reference, &bare);
    if wanted != domain::normalize::text::line(title) {
        write.put(Field::Title, Value::text(wanted));
    }
    if named.as_deref() != Some(reference) {
        write.put(
            Field::Body,
            Value::text(mark::append(text.as_deref(), &mark::task_line(reference))),
        );
    }
    (!write.is_empty()).then_some(write)
}

fn put_shared(writing: Writing<'_>, field: Field, value: Option<&Value>, write: &mut NativeWrite) {
    let own = value.cloned();
    if writing.kind == Kind::Appointment {
        return put_appointment(writing, field, own, write);
    }
    match (writing.side, field) {
        (Side::HighLevel, Field::Name) => {
            let (given, family) = name_parts(value, writing.source);
            write.put(Field::FirstName, given.and_then(Value::text));
            write.put(Field::LastName, family.and_then(Value::text));
        }
        (Side::MyGadgetRepairs, Field::Phone) => write.put(phone_field(writing.target), own),
        (Side::MyGadgetRepairs, Field::Country) => {
            let country = value.and_then(Value::as_text).and_then(CountryCode::parse);
            write.put(
                field,
                country.and_then(|code| Value::text(code.name())).or(own),
            );
        }
        (Side::HighLevel, Field::Title) => {
            write.put(
                field,
                value
                    .and_then(Value::as_text)
                    .and_then(|title| task_title(writing, title)),
            );
        }
        (_, Field::Body) if writing.kind == Kind::Task => {
            write.put(field, marked_body(writing, value.and_then(Value::as_text)));
        }
        (Side::MyGadgetRepairs, Field::Completed) => {
            let completed = value.and_then(Value::as_flag).unwrap_or(false);
            match writing.rules.completion_status(completed, writing.setting) {
                Ok(status) => write.put(Field::Status, Value::text(status)),
                Err(held) => write.held.push(held),
            }
        }
        // Lifted by a person: said, not left out.
        (_, field) if field.is_consent() => write.put(field, own.or(Some(Value::Flag(false)))),
        _ => write.put(field, own),
    }
}

/// Begin and end of an appointment are accepted together or not at all: one that would end before it begins takes
/// both from its counterpart, and HighLevel is always told the end, since it may keep its own length otherwise.
fn keep_order(writing: Writing<'_>, write: &mut NativeWrite) {
    let touched = |field| write.fields.contains_key(&field);
    let Some(target) = writing.target else {
        return;
    };
    if !touched(Field::Start) && !touched(Field::End) {
        return;
    }
    let of = |record: &Record, field| record.fields.get(&field).cloned();
    let then = |field| match write.fields.get(&field) {
        Some(value) => value.clone(),
        None => of(target, field),
    };
    let moment = |value: &Option<Value>| value.as_ref().and_then(Value::as_moment);
    let (mut start, mut end) = (then(Field::Start), then(Field::End));
    let turned = match (moment(&start), moment(&end)) {
        (Some(start), Some(end)) => end <= start,
        _ => false,
    };
    if turned && let Some(source) = writing.source {
        (start, end) = (of(source, Field::Start), of(source, Field::End));
    }
    if turned || writing.side == Side::HighLevel {
        for (field, value) in [(Field::Start, start), (Field::End, end)] {
            if value.is_some() {
                write.put(field, value);
            }
        }
    }
}

/// Title and state share the subject: whichever changes, the other stays as the record has it.
fn put_appointment(
    writing: Writing<'_>,
    field: Field,
    value: Option<Value>,
    write: &mut NativeWrite,
) {
    if (writing.side, field) == (Side::HighLevel, Field::Cancelled) {
        let off = value.as_ref().and_then(Value::as_flag).unwrap_or(false);
        write.put(Field::Booking, appointment::booking(off));
        return;
    }
    if writing.side == Side::HighLevel {
        write.put(field, value);
        return;
    }
    if !matches!(field, Field::Title | Field::Cancelled) {
        write.put(field, value);
        return;
    }
    let written = write.fields.get(&Field::Title).and_then(Option::as_ref);
    let standing = written
        .and_then(Value::as_text)
        .or_else(|| writing.target.and_then(|target| target.text(Field::Title)))
        .unwrap_or("");
    let (title, off) = appointment::read_subject(standing);
    let subject = match &value {
        Some(Value::Flag(off)) => appointment::subject(&title, *off),
        Some(Value::Text(title)) => appointment::subject(title, off),
        _ => return,
    };
    write.put(Field::Title, Value::text(subject));
}

/// The parts as the source keeps them, where they make up this very name; else split.
fn name_parts(value: Option<&Value>, source: Option<&Record>) -> (Option<String>, Option<String>) {
    let full = value.and_then(Value::as_text).unwrap_or("");
    if let Some(source) = source {
        let given = source.text(Field::FirstName);
        let family = source.text(Field::LastName);
        let joined = name::join(given, family).and_then(Value::text);
        if joined.is_some() && Field::Name.same(joined.as_ref(), value) {
            return (given.map(str::to_owned), family.map(str::to_owned));
        }
    }
    name::split(full)
}

/// `mobile`, unless the customer keeps the only number as a landline.
fn phone_field(target: Option<&Record>) -> Field {
    match target {
        Some(target)
            if target.fields.contains_key(&Field::Landline)
                && !target.fields.contains_key(&Field::Mobile) =>
        {
            Field::Landline
        }
        _ => Field::Mobile,
    }
}

fn task_title(writing: Writing<'_>, title: &str) -> Option<Value> {
    let reference = writing
        .source
        .and_then(|ticket| ticket.reference.as_deref());
    Value::text(reference.map_or_else(
        || title.to_owned(),
        |reference| mark::title(reference, title),
    ))
}

fn marked_body(writing: Writing<'_>, body: Option<&str>) -> Option<Value> {
    let line = match writing.side {
        Side::HighLevel => writing
            .source
            .and_then(|ticket| ticket.reference.as_deref())
            .map(mark::task_line),
        // A ticket that began at the counter carries no mark of ours, and need not get one.
        Side::MyGadgetRepairs => {
            let had = writing.target.is_none_or(|ticket| {
                ticket
                    .text(Field::Body)
                    .is_some_and(|body| mark::read_ticket_description(body).1.is_some())
            });
            writing
                .source
                .filter(|_| had)
                .map(|task| mark::ticket_line(&task.id))
        }
    };
    match line {
        Some(line) => Value::text(mark::append(body, &line)),
        None => body.and_then(Value::text),
    }
}

/// Marks, and what the vendor requires of a new record.
fn complete_new(
    writing: Writing<'_>,
    changes: &BTreeMap<Field, Option<Value>>,
    write: &mut NativeWrite,
) {
    match (writing.kind, writing.side) {
        (Kind::Contact, Side::HighLevel) => {
            let reference = writing
                .source
                .and_then(|customer| customer.reference.as_deref());
            write.source = reference.map(mark::contact_source);
        }
        (Kind::Contact, Side::MyGadgetRepairs) => {
            // `name` is required (mygadgetrepairs-api.md 12.3); a form may have left an address only.
            let stand_in = || {
                [Field::Company, Field::Email, Field::Phone]
                    .into_iter()
                    .find_map(|field| changes.get(&field).cloned().flatten())
            };
            write.fields.entry(Field::Name).or_insert_with(stand_in);
        }
        (Kind::Task, side) => {
            if !changes.contains_key(&Field::Body) {
                write.put(Field::Body, marked_body(writing, None));
            }
            if side == Side::HighLevel {
                write
                    .fields
                    .entry(Field::Title)
                    .or_insert_with(|| task_title(writing, ""));
                write
                    .fields
                    .entry(Field::Completed)
                    .or_insert(Some(Value::Flag(false)));
            } else {
                write.issue_type.clone_from(&writing.rules.tasks.issue_type);
            }
        }
        (Kind::Appointment, _) => {
            write.put(Field::Body, appointment::description(writing.source));
        }
        (Kind::Note, _) => {}
    }
    write.fields.retain(|_, value| value.is_some());
}

/// What a new record lacks, so that the vendor would refuse it. HighLevel tasks need `title`, `dueDate` and
/// `completed` (highlevel-api.md 7.11), customers a `name`, tickets a `short_info`.
#[must_use]
pub fn missing(writing: Writing<'_>, write: &NativeWrite) -> Vec<Held> {
    let required: &[(Field, &str)] = match (writing.kind, writing.side) {
        (Kind::Task, Side::HighLevel) => &[
            (
                Field::Title,
                "HighLevel requires a title for a new task, and the ticket has none",
            ),
            (
                Field::DueDate,
                "HighLevel requires a due date for a new task, and none is known",
            ),
        ],
        (Kind::Task, Side::MyGadgetRepairs) => &[(
            Field::Title,
            "MyGadgetRepairs requires a title for a new ticket, and the task has none",
        )],
        (Kind::Contact, Side::MyGadgetRepairs) => &[(
            Field::Name,
            "MyGadgetRepairs requires a name for a new customer, and the contact has none",
        )],
        (Kind::Appointment, _) => &[(
            Field::Start,
            "the appointment has no begin that can be read",
        )],
        _ => &[],
    };
    let lacks = |field| !write.fields.contains_key(&field);
    required
        .iter()
        .filter(|(field, _)| lacks(*field))
        .map(|(field, reason)| Held {
            field: *field,
            reason: (*reason).to_owned(),
        })
        .collect()
}

fn international(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}
