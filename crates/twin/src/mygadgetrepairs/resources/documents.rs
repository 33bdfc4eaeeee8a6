//! Resources that are known to exist and of which no field is known (mygadgetrepairs-api.md 11 and 12.8): they keep what they
//! are sent under the names they are sent. Their verbs are guesses.

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
const STEERING: [&str; 5] = ["recordid", "page", "limit", "offset", "sort"];

/// A list of such records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Documents {
    /// First part of the path in lower case.
    pub path: &'static str,
    /// Whether its records can be asked for one by one.
    pub members: bool,
    /// Whether records can be added.
    pub takes: bool,
}

const fn documents(path: &'static str, members: bool, takes: bool) -> Documents {
    Documents {
        path,
        members,
        takes,
    }
}

/// Always there.
pub(in super::super) const PROJECT_TASKS: Documents = documents("projecttasks", true, true);

/// There where the settings say so.
const OTHERS: [Documents; 29] = [
    documents("timeclock", true, false),
    documents("purchases", false, false),
    documents("tickettimers", true, true),
    documents("presets", true, false),
    documents("presetcategories", false, false),
    documents("warranties", false, false),
    documents("modelgroups", true, false),
    documents("categories", true, false),
    documents("stockcount", false, false),
    documents("stock", true, false),
    documents("serials", true, false),
    documents("adjustments", true, false),
    documents("suppliers", true, false),
    documents("purchaseorders", true, false),
    documents("expenses", false, false),
    documents("expensecategories", false, false),
    documents("assetformfieldmapping", false, false),
    documents("assetcustomfields", false, false),
    documents("projects", true, true),
    documents("projectstatuses", false, false),
    documents("projectmilestones", false, false),
    documents("projectmessages", true, true),
    documents("projectcategories", false, false),
    documents("shipments", false, false),
    documents("posonhold", true, false),
    documents("notifications", false, true),
    documents("monthlysale", false, false),
    documents("dailysale", false, false),
    documents("groupedticket", false, false),
];

/// The list of a path.
pub(in super::super) fn find(path: &str) -> Option<Documents> {
    OTHERS.into_iter().find(|known| known.path == path)
}

pub(super) fn answer(account: &mut Account, resource: Resource, call: &Call<'_>) -> Answer {
    match resource {
        Resource::Documents(of) if call.method == Method::POST => add(account, of, call),
        Resource::Documents(of) => {
            let book = &account.book;
            let page = Page::asked(&call.arguments, &account.settings);
            let rows = book.documents.get(of.path).map(Shelf::by_created);
            let rows = rows.into_iter().flatten();
            let newest: Vec<&Row<Map<String, Value>>> = rows.collect();
            Answer::Found(
                page.of(newest.into_iter().rev())
                    .map(|row| shown(book, row))
                    .collect(),
            )
        }
        Resource::Document(of) => member(account, of, call),
        _ => Answer::unknown("The record"),
    }
}

fn shelf(book: &mut Book, of: Documents) -> &mut Shelf<Map<String, Value>> {
    book.documents.entry(of.path).or_default()
}

fn add(account: &mut Account, of: Documents, call: &Call<'_>) -> Answer {
    if call
        .arguments
        .filter(&["title", "subject", "name", "message"])
        .is_none()
    {
        return Answer::invalid("There is no title. Send the argument title.");
    }
    let id = account.book.new_paper_id();
    let mut fields = Map::new();
    take_over(call, &mut fields);
    shelf(&mut account.book, of).add(id, call.now, fields);
    Answer::Made {
        id: Value::from(id.to_string()),
        location: None,
    }
}

fn member(account: &mut Account, of: Documents, call: &Call<'_>) -> Answer {
    let wanted = call
        .arguments
        .filter(&["recordId"])
        .and_then(|text| Id::read(&text));
    let book = &mut account.book;
    let Some(row) = wanted.and_then(|id| shelf(book, of).get(id).cloned()) else {
        return Answer::unknown("The record");
    };
    if call.method == Method::DELETE {
        shelf(book, of).remove(row.id);
        return Answer::Gone;
    }
    if call.method == Method::GET {
        return Answer::Found(shown(book, &row));
    }
    shelf(book, of).change(row.id, call.now, |fields| take_over(call, fields));
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
