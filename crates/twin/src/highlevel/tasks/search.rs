//! The search over all tasks of the location (highlevel-api.md 9.4).

use std::ops::Bound::{self, Excluded, Unbounded};
use std::ops::RangeBounds;

use serde_json::{Value, json};

use super::Task;
use crate::highlevel::body::{Field, Kind, may};
use crate::highlevel::call::{Call, Reply};
use crate::highlevel::contacts::shape::or_null;
use crate::highlevel::date;
use crate::highlevel::id::Id;
use crate::highlevel::refusal::Refusal;
use crate::highlevel::world::World;

pub(crate) const SEARCH: &[Field] = &[
    may("contactId", Kind::Texts),
    may("completed", Kind::Flag),
    may("assignedTo", Kind::Texts),
    may("query", Kind::Text),
    may("limit", Kind::Number),
    may("skip", Kind::Number),
    may("businessId", Kind::Text),
    may("searchAfter", Kind::List),
];

const USUAL_PAGE: u64 = 25;
const LARGEST_PAGE: u64 = 500;

/// `POST /locations/{id}/tasks/search`: 201, no total, oldest first (the real order is not published).
pub(crate) fn search(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let number = |key: &str| call.body.get(key).and_then(Value::as_u64);
    let limit = number("limit").unwrap_or(USUAL_PAGE);
    if !(1..=LARGEST_PAGE).contains(&limit) {
        return Err(Refusal::invalid_one(format!(
            "limit must be between 1 and {LARGEST_PAGE}"
        )));
    }
    let limit = usize::try_from(limit).unwrap_or(1);
    let skip = usize::try_from(number("skip").unwrap_or(0)).unwrap_or(usize::MAX);
    let cursor = cursor(call.body.get("searchAfter"))?;
    let wanted = Wanted::read(call);
    let tasks = &world.tasks;
    let page: Vec<&Task> = match wanted.contacts.as_slice() {
        [] => tasks
            .from(cursor)
            .filter(|task| wanted.holds(world, task))
            .skip(skip)
            .take(limit)
            .collect(),
        contacts => {
            let mut page: Vec<&Task> = contacts
                .iter()
                .filter_map(|id| Id::parse(id))
                .flat_map(|contact| tasks.ids_of(contact))
                .filter_map(|id| tasks.get(id))
                .filter(|task| wanted.holds(world, task))
                .collect();
            page.sort_unstable_by_key(|task| (task.added, task.id));
            page.dedup_by_key(|task| task.id);
            page.into_iter()
                .filter(|task| (cursor, Unbounded).contains(&(task.added, task.id)))
                .skip(skip)
                .take(limit)
                .collect()
        }
    };
    let rows: Vec<Value> = page.into_iter().map(|task| row(world, task)).collect();
    Ok(Reply::created(json!({ "tasks": rows })))
}

fn cursor(value: Option<&Value>) -> Result<Bound<(i64, Id)>, Refusal> {
    let Some(values) = value
        .and_then(Value::as_array)
        .filter(|values| !values.is_empty())
    else {
        return Ok(Unbounded);
    };
    match values.as_slice() {
        [millis, id] => millis
            .as_i64()
            .zip(id.as_str().and_then(Id::parse))
            .map(Excluded),
        _ => None,
    }
    .ok_or_else(|| Refusal::bad_request("searchAfter is not from this search"))
}

/// What a task search asks for.
struct Wanted {
    contacts: Vec<String>,
    assigned_to: Vec<String>,
    completed: Option<bool>,
    words: String,
    business: String,
}

impl Wanted {
    fn read(call: &Call<'_>) -> Self {
        Self {
            contacts: call.texts("contactId"),
            assigned_to: call.texts("assignedTo"),
            completed: call.body.get("completed").and_then(Value::as_bool),
            words: call.text("query").unwrap_or_default().to_lowercase(),
            business: call.text("businessId").unwrap_or_default().to_owned(),
        }
    }

    fn holds(&self, world: &World, task: &Task) -> bool {
        self.completed.is_none_or(|wanted| task.completed == wanted)
            && (self.assigned_to.is_empty() || self.assigned_to.contains(&task.assigned_to))
            && (self.words.is_empty() || task.title.to_lowercase().contains(&self.words))
            && (self.business.is_empty()
                || world
                    .contacts
                    .get(task.contact)
                    .is_some_and(|contact| contact.business_id == self.business))
    }
}

fn row(world: &World, task: &Task) -> Value {
    let contact = world.contacts.get(task.contact);
    // The names are often null in the real answers; here for every second task.
    let named = contact.filter(|_| task.id.is_odd());
    let user = world.users.iter().find(|user| user.id == task.assigned_to);
    json!({
        "_id": task.id,
        "title": task.title,
        "body": task.body,
        "assignedTo": or_null(&task.assigned_to),
        "completed": task.completed,
        "status": if task.completed { "completed" } else { "to_do" },
        "statusGroup": if task.completed { "completed" } else { "to_do" },
        "contactId": task.contact,
        "locationId": world.location.id,
        "dueDate": date::iso(task.due),
        "dateAdded": date::iso(task.added),
        "dateUpdated": date::iso(task.updated),
        "updatedAt": date::iso(task.updated),
        "deleted": false,
        "contactDetails": {
            "_id": task.contact,
            "firstName": named.map(|contact| contact.first_name.as_str()),
            "lastName": named.map(|contact| contact.last_name.as_str()),
        },
        "assignedToUserDetails": user.map(|user| json!({
            "id": user.id, "firstName": user.first_name, "lastName": user.last_name, "profilePhoto": null,
        })),
        "searchAfter": [task.added, task.id],
    })
}
