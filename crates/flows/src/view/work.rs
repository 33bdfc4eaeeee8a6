//! Tasks and tickets.

use super::{head, parent, secret, value};
use domain::{Field, Record};
use mapping::{Rules, Setting, StatusGroup};
use serde_json::{Map, Value as Json};

/// A HighLevel task.
pub(super) fn task(record: &Record, rules: &Rules, setting: &Setting) -> Map<String, Json> {
    let mut shown = work(record, rules, setting, "body");
    shown.insert("contact_id".to_owned(), parent(record));
    shown.insert(
        "assignee".to_owned(),
        value(record.fields.get(&Field::Staff)),
    );
    shown
}

/// A MyGadgetRepairs ticket.
pub(super) fn ticket(record: &Record, rules: &Rules, setting: &Setting) -> Map<String, Json> {
    let mut shown = work(record, rules, setting, "description");
    let id = record.text(Field::Status);
    let label = record
        .text(Field::StatusLabel)
        .or_else(|| id.and_then(|id| setting.status_label(id)));
    let group = mapping::group_of(record, &rules.tasks, setting);
    let technician = record.text(Field::Staff);
    let more = [
        ("reference", record.reference.clone().into()),
        ("customer_id", parent(record)),
        ("status", label.or(id).into()),
        ("status_id", id.into()),
        ("status_group", group.map(StatusGroup::as_str).into()),
        (
            "technician",
            record.text(Field::StaffName).or(technician).into(),
        ),
        ("technician_id", technician.into()),
        ("opened", value(record.fields.get(&Field::Opened))),
        (
            "device",
            secret::hide(value(record.fields.get(&Field::Device))),
        ),
    ];
    shown.extend(more.map(|(name, value)| (name.to_owned(), value)));
    shown
}

fn work(record: &Record, rules: &Rules, setting: &Setting, body: &str) -> Map<String, Json> {
    let shared = mapping::project(record, rules, setting);
    let of = |field: Field| {
        value(
            shared
                .fields
                .get(&field)
                .or_else(|| record.fields.get(&field)),
        )
    };
    let mut shown = head(record);
    shown.insert("title".to_owned(), secret::hide(of(Field::Title)));
    shown.insert(body.to_owned(), secret::hide(of(Field::Body)));
    shown.insert("due_date".to_owned(), of(Field::DueDate));
    shown.insert("completed".to_owned(), of(Field::Completed));
    shown
}
