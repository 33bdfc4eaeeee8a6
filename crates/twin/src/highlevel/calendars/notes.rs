//! Notes on appointments, which are no notes of the contact (highlevel-api.md 10).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::appointments::found;
use crate::highlevel::body::{Field, Kind, may, must};
use crate::highlevel::call::{Call, Reply};
use crate::highlevel::id::Id;
use crate::highlevel::refusal::Refusal;
use crate::highlevel::world::World;
use crate::highlevel::{date, users};
use crate::ids::Ids;

pub(in crate::highlevel) const FIELDS: &[Field] =
    &[must("body", Kind::Key), may("userId", Kind::Text)];

/// Largest page.
const MOST: usize = 20;

/// A note on an appointment.
#[derive(Debug, Clone)]
pub(crate) struct AppointmentNote {
    id: Id,
    body: String,
    user: String,
    added: i64,
}

/// All notes on appointments, by appointment, oldest first.
#[derive(Debug)]
pub(crate) struct AppointmentNotes {
    of: BTreeMap<Id, Vec<AppointmentNote>>,
    /// Apart from the location's other ids, so that a note changes none of them.
    ids: Ids,
}

impl AppointmentNotes {
    pub fn seeded(seed: u64) -> Self {
        Self {
            of: BTreeMap::new(),
            ids: Ids::seeded(seed ^ 0x616e_6f74),
        }
    }

    fn find(&mut self, appointment: Id, note: &str) -> Result<&mut AppointmentNote, Refusal> {
        let id = Id::parse(note);
        self.of
            .get_mut(&appointment)
            .into_iter()
            .flatten()
            .find(|known| Some(known.id) == id)
            .ok_or_else(|| Refusal::bad_request(format!("Note with id {note} not found")))
    }
}

/// Newest first. `limit` and `offset` are required.
pub(in crate::highlevel) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let appointment = found(world, call.param(0))?;
    let number = |name: &str| call.query(name).and_then(|text| text.parse::<usize>().ok());
    let mut complaints = Vec::new();
    let limit = number("limit").unwrap_or(0);
    if !(1..=MOST).contains(&limit) {
        complaints.push(format!("limit must be between 1 and {MOST}"));
    }
    if number("offset").is_none() {
        complaints.push("offset must be a number".to_owned());
    }
    if !complaints.is_empty() {
        return Err(Refusal::invalid(&complaints));
    }
    let offset = number("offset").unwrap_or(0);
    let all = world.appointment_notes.of.get(&appointment.id);
    let all = all.map(Vec::as_slice).unwrap_or_default();
    let notes: Vec<Value> = all
        .iter()
        .rev()
        .skip(offset)
        .take(limit)
        .map(|note| shown(world, appointment.contact, note))
        .collect();
    let more = offset.saturating_add(notes.len()) < all.len();
    Ok(Reply::ok(json!({ "notes": notes, "hasMore": more })))
}

pub(in crate::highlevel) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let appointment = found(world, call.param(0))?;
    let note = AppointmentNote {
        id: Id::new(world.appointment_notes.ids.alphanumeric()),
        body: call.text("body").unwrap_or_default().to_owned(),
        user: call.text("userId").unwrap_or_default().to_owned(),
        added: call.now,
    };
    let answer = json!({ "note": shown(world, appointment.contact, &note) });
    let notes = &mut world.appointment_notes;
    notes.of.entry(appointment.id).or_default().push(note);
    Ok(Reply::created(answer))
}

pub(in crate::highlevel) fn update(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let appointment = found(world, call.param(0))?;
    let note = world
        .appointment_notes
        .find(appointment.id, call.param(1))?;
    for (name, place) in [("body", &mut note.body), ("userId", &mut note.user)] {
        if let Some(text) = call.text(name) {
            text.clone_into(place);
        }
    }
    let note = note.clone();
    Ok(Reply::ok(
        json!({ "note": shown(world, appointment.contact, &note) }),
    ))
}

pub(in crate::highlevel) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let appointment = found(world, call.param(0))?;
    let id = world
        .appointment_notes
        .find(appointment.id, call.param(1))?
        .id;
    if let Some(notes) = world.appointment_notes.of.get_mut(&appointment.id) {
        notes.retain(|note| note.id != id);
    }
    Ok(Reply::ok(json!({ "success": true })))
}

fn shown(world: &World, contact: Id, note: &AppointmentNote) -> Value {
    let mut out = json!({
        "id": note.id,
        "body": note.body,
        "dateAdded": date::iso(note.added),
        "contactId": contact,
        "createdBy": { "id": note.user, "name": users::name(world, &note.user) },
    });
    if !note.user.is_empty() {
        out["userId"] = json!(note.user);
    }
    out
}
