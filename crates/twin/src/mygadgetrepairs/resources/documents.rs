//! `/reminders` and `/projectTasks`: known to exist, fields unknown, so they keep what they are sent under the names they are sent.

use axum::http::Method;
use serde_json::{Map, Value};

use super::super::Account;
use super::super::answer::Answer;
use super::super::book::Book;
use super::super::dates;
use super::super::id::Id;
use super::super::shelf::{Row, Shelf};
use super::list::Page;
use super::{Call, Resource};

/// Arguments that steer a request and are no part of a record.
const STEERING: [&str; 6] = ["reminderid", "taskid", "page", "limit", "offset", "sort"];

pub(super) fn answer(account: &mut Account, resource: Resource, call: &Call<'_>) -> Answer {
    match resource {
        Resource::Reminders | Resource::ProjectTasks if call.method == Method::POST => {
            add(account, resource, call)
        }
        Resource::Reminders | Resource::ProjectTasks => {
            let page = Page::asked(&call.arguments, &account.settings);
            let rows = page.of(shelf(&mut account.book, resource).by_created().rev());
            let rows: Vec<Row<Map<String, Value>>> = rows.cloned().collect();
            Answer::Found(rows.iter().map(|row| shown(&account.book, row)).collect())
        }
        _ => member(account, resource, call),
    }
}

fn shelf(book: &mut Book, resource: Resource) -> &mut Shelf<Map<String, Value>> {
    match resource {
        Resource::Reminders | Resource::Reminder => &mut book.reminders,
        _ => &mut book.project_tasks,
    }
}

fn add(account: &mut Account, resource: Resource, call: &Call<'_>) -> Answer {
    if call
        .arguments
        .filter(&["title", "subject", "name"])
        .is_none()
    {
        return Answer::invalid("There is no title. Send the argument title.");
    }
    let id = account.book.new_id();
    let mut fields = Map::new();
    take_over(call, &mut fields);
    shelf(&mut account.book, resource).add(id, call.now, fields);
    Answer::Made {
        id: Value::from(id.to_string()),
        location: None,
    }
}

fn member(account: &mut Account, resource: Resource, call: &Call<'_>) -> Answer {
    let wanted = call
        .arguments
        .filter(&["reminderId", "taskId"])
        .and_then(|text| Id::read(&text));
    let book = &mut account.book;
    let Some(row) = wanted.and_then(|id| shelf(book, resource).get(id).cloned()) else {
        return Answer::unknown("The record");
    };
    if call.method == Method::DELETE {
        shelf(book, resource).remove(row.id);
        return Answer::Gone;
    }
    if call.method == Method::GET {
        return Answer::Found(shown(book, &row));
    }
    shelf(book, resource).change(row.id, call.now, |fields| take_over(call, fields));
    Answer::Changed(Value::from(row.id.to_string()))
}

fn take_over(call: &Call<'_>, fields: &mut Map<String, Value>) {
    for (name, value) in call
        .arguments
        .all()
        .filter(|(name, _)| !STEERING.contains(name) && *name != "id")
    {
        fields.insert(name.to_owned(), value.clone());
    }
}

fn shown(book: &Book, row: &Row<Map<String, Value>>) -> Value {
    let mut fields = row.body.clone();
    fields.insert("id".to_owned(), Value::from(row.id.to_string()));
    fields.insert(
        "created_date".to_owned(),
        Value::from(dates::shown(row.created, &book.zone)),
    );
    Value::Object(fields)
}
