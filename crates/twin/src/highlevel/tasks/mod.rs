//! Tasks of contacts, and the search over all of the location's (highlevel-api.md 7.11, 9.4).

mod search;
mod store;

use serde_json::{Map, Value, json};

pub(super) use self::search::{SEARCH, search};
pub(crate) use self::store::{Task, Tasks};
use super::body::{Field, Kind, may, must};
use super::call::{Call, Reply};
use super::date;
use super::id::Id;
use super::refusal::Refusal;
use super::world::{World, both_spellings};

pub(super) const CREATE: &[Field] = &[
    must("title", Kind::Key),
    must("dueDate", Kind::DueDate),
    must("completed", Kind::Flag),
    may("body", Kind::Text),
    may("assignedTo", Kind::Text),
];
pub(super) const UPDATE: &[Field] = &[
    may("title", Kind::Text),
    may("dueDate", Kind::DueDate),
    may("completed", Kind::Flag),
    may("body", Kind::Text),
    may("assignedTo", Kind::Text),
];
pub(super) const COMPLETED: &[Field] = &[must("completed", Kind::Flag)];

/// Puts what was sent onto the task.
pub(super) fn apply(task: &mut Task, body: &Map<String, Value>) {
    let text = |key: &str| {
        body.get(key)
            .map(|value| value.as_str().unwrap_or_default().to_owned())
    };
    if let Some(title) = text("title").filter(|title| !title.is_empty()) {
        task.title = title;
    }
    if let Some(words) = text("body") {
        task.body = words;
    }
    if let Some(user) = text("assignedTo") {
        task.assigned_to = user;
    }
    if let Some(due) = text("dueDate").and_then(|text| date::parse_instant(&text)) {
        task.due = due;
    }
    if let Some(completed) = body.get("completed").and_then(Value::as_bool) {
        task.completed = completed;
    }
}

fn shown(task: &Task) -> Value {
    let mut out = json!({
        "id": task.id,
        "title": task.title,
        "dueDate": date::iso(task.due),
        "completed": task.completed,
        "contactId": task.contact,
    });
    for (name, text) in [("body", &task.body), ("assignedTo", &task.assigned_to)] {
        if !text.is_empty() {
            out[name] = json!(text);
        }
    }
    out
}

fn found(world: &World, call: &Call<'_>) -> Result<Task, Refusal> {
    let contact = world.contact_above(call.param(0))?.id;
    let id = call.param(1);
    Id::parse(id)
        .and_then(|id| world.tasks.get(id))
        .filter(|task| task.contact == contact)
        .cloned()
        .ok_or_else(|| Refusal::bad_request(format!("Task with id {id} not found")))
}

pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let contact = world.contact_above(call.param(0))?.id;
    let tasks: Vec<Value> = world
        .tasks
        .ids_of(contact)
        .into_iter()
        .filter_map(|id| world.tasks.get(id))
        .map(shown)
        .collect();
    Ok(Reply::ok(json!({ "tasks": tasks })))
}

pub(super) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::ok(json!({ "task": shown(&found(world, call)?) })))
}

pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let contact = world.contact_above(call.param(0))?.id;
    let mut task = Task {
        id: world.new_id(),
        contact,
        title: String::new(),
        body: String::new(),
        assigned_to: String::new(),
        due: call.now,
        completed: false,
        added: call.now,
        updated: call.now,
    };
    apply(&mut task, call.body);
    let body = json!({ "task": shown(&task) });
    world.note_task("TaskCreate", &task, call.now);
    world.tasks.put(task);
    Ok(Reply::created(body))
}

pub(super) fn update(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let mut task = found(world, call)?;
    let was_completed = task.completed;
    apply(&mut task, call.body);
    task.updated = call.now;
    let body = json!({ "task": shown(&task) });
    if task.completed && !was_completed {
        world.note_task("TaskComplete", &task, call.now);
    }
    world.tasks.put(task);
    Ok(Reply::ok(body))
}

pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let task = found(world, call)?;
    world.tasks.remove(task.id);
    world.note_task("TaskDelete", &task, call.now);
    Ok(Reply::ok(both_spellings()))
}
