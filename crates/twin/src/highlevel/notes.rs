//! Notes of contacts (highlevel-api.md 7.11): no change date, no bulk read.

use serde_json::{Map, Value, json};

use super::body::{Field, Kind, may, must};
use super::call::{Call, Reply};
use super::contacts::shape::or_null;
use super::date;
use super::id::Id;
use super::refusal::Refusal;
use super::world::{World, both_spellings};

pub(super) const CREATE: &[Field] = &[
    must("body", Kind::Key),
    may("userId", Kind::Text),
    may("title", Kind::Text),
    may("color", Kind::Text),
    may("pinned", Kind::Flag),
];
pub(super) const UPDATE: &[Field] = &[
    may("body", Kind::Text),
    may("userId", Kind::Text),
    may("title", Kind::Text),
    may("color", Kind::Text),
    may("pinned", Kind::Flag),
];

#[derive(Debug, Clone)]
pub(crate) struct Note {
    pub id: Id,
    pub contact: Id,
    pub body: String,
    pub title: String,
    pub color: String,
    pub user_id: String,
    pub pinned: bool,
    pub added: i64,
}

impl Note {
    pub fn new(id: Id, contact: Id, now: i64) -> Self {
        Self {
            id,
            contact,
            body: String::new(),
            title: String::new(),
            color: String::new(),
            user_id: String::new(),
            pinned: false,
            added: now,
        }
    }
}

pub(super) fn apply(note: &mut Note, body: &Map<String, Value>) {
    for (name, value) in body {
        let place = match name.as_str() {
            "body" => &mut note.body,
            "title" => &mut note.title,
            "color" => &mut note.color,
            "userId" => &mut note.user_id,
            "pinned" => {
                note.pinned = value.as_bool().unwrap_or(note.pinned);
                continue;
            }
            _ => continue,
        };
        value.as_str().unwrap_or_default().clone_into(place);
    }
}

/// The body without its tags.
fn plain(body: &str) -> String {
    let mut text = String::with_capacity(body.len());
    let mut in_tag = false;
    for letter in body.chars() {
        match letter {
            '<' => in_tag = true,
            '>' if in_tag => in_tag = false,
            _ if !in_tag => text.push(letter),
            _ => {}
        }
    }
    text
}

pub(super) fn shown(note: &Note) -> Value {
    let mut out = json!({
        "id": note.id,
        "body": note.body,
        "bodyText": plain(&note.body),
        "userId": or_null(&note.user_id),
        "dateAdded": date::iso(note.added),
        "contactId": note.contact,
        "pinned": note.pinned,
        "relations": [],
    });
    for (name, text) in [("title", &note.title), ("color", &note.color)] {
        if !text.is_empty() {
            out[name] = json!(text);
        }
    }
    out
}

fn found(world: &World, call: &Call<'_>) -> Result<Note, Refusal> {
    let contact = world.contact_above(call.param(0))?.id;
    let id = call.param(1);
    Id::parse(id)
        .and_then(|id| world.notes.get(&id))
        .filter(|note| note.contact == contact)
        .cloned()
        .ok_or_else(|| Refusal::bad_request(format!("Note with id {id} not found")))
}

pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let contact = world.contact_above(call.param(0))?.id;
    let notes: Vec<Value> = world
        .notes_of
        .get(&contact)
        .into_iter()
        .flatten()
        .rev()
        .filter_map(|id| world.notes.get(id))
        .map(shown)
        .collect();
    Ok(Reply::ok(json!({ "notes": notes })))
}

pub(super) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::ok(json!({ "note": shown(&found(world, call)?) })))
}

/// Keeps a new note.
pub(super) fn add(world: &mut World, note: Note) {
    world
        .notes_of
        .entry(note.contact)
        .or_default()
        .push(note.id);
    world.notes.insert(note.id, note);
}

pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let contact = world.contact_above(call.param(0))?.id;
    let mut note = Note::new(world.new_id(), contact, call.now);
    apply(&mut note, call.body);
    let body = json!({ "note": shown(&note) });
    world.note_note("NoteCreate", &note, call.now);
    add(world, note);
    Ok(Reply::created(body))
}

pub(super) fn update(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let mut note = found(world, call)?;
    apply(&mut note, call.body);
    let body = json!({ "note": shown(&note) });
    world.note_note("NoteUpdate", &note, call.now);
    world.notes.insert(note.id, note);
    Ok(Reply::ok(body))
}

pub(super) fn remove(world: &mut World, id: Id) -> bool {
    let Some(note) = world.notes.remove(&id) else {
        return false;
    };
    if let Some(list) = world.notes_of.get_mut(&note.contact) {
        list.retain(|known| *known != id);
    }
    true
}

pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let note = found(world, call)?;
    remove(world, note.id);
    world.note_note("NoteDelete", &note, call.now);
    Ok(Reply::ok(both_spellings()))
}
