//! What is in the location, for tests: counts, dumps and the automations that would have started.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::calendars::Appointment;
use super::contacts::shape::{self, Answer};
use super::id::Id;
use super::messages::Message;
use super::tasks::Task;
use super::world::World;
use super::{calendars, date, notes, opportunities};

/// A kind of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Contacts as `GET /contacts/{id}` shows them, with empty fields left out.
    Contacts,
    /// Tasks with their dates.
    Tasks,
    /// Notes.
    Notes,
    /// Appointments, deleted ones too, with times in UTC.
    Appointments,
    /// Messages to and from contacts.
    Messages,
    /// Opportunities with the values of their custom fields.
    Opportunities,
    /// Times that are blocked in calendars.
    Blocks,
}

/// How much there is of everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Contacts.
    pub contacts: usize,
    /// Tasks.
    pub tasks: usize,
    /// Notes.
    pub notes: usize,
    /// Appointments, deleted ones too.
    pub appointments: usize,
    /// Businesses.
    pub businesses: usize,
    /// Names in the tag dictionary.
    pub tags: usize,
    /// Things that would have started automations.
    pub automations: usize,
    /// Messages to and from contacts.
    #[serde(default)]
    pub messages: usize,
    /// Opportunities.
    #[serde(default)]
    pub opportunities: usize,
}

pub(super) fn counts(world: &World) -> Counts {
    Counts {
        contacts: world.contacts.len(),
        tasks: world.tasks.len(),
        notes: world.notes.len(),
        appointments: world.appointments.len(),
        businesses: world.businesses.len(),
        tags: world.tags.len(),
        automations: world.automations.len(),
        messages: world.messages.all.len(),
        opportunities: world.opportunities.len(),
    }
}

pub(super) fn automations(world: &World, after: usize) -> Vec<Value> {
    world
        .automations
        .iter()
        .skip(after)
        .map(|automation| json!(automation))
        .collect()
}

pub(super) fn records(world: &World, kind: Kind, after: Option<&str>, limit: usize) -> Vec<Value> {
    use std::ops::Bound::{Excluded, Unbounded};
    let after = after.and_then(Id::parse);
    match kind {
        Kind::Contacts => world
            .contacts
            .after(after)
            .take(limit)
            .map(|contact| {
                let shown = shape::contact(contact, &world.location.id, Answer::Get, false);
                kinded(shown, "contact")
            })
            .collect(),
        Kind::Tasks => world.tasks.after(after).take(limit).map(task).collect(),
        Kind::Notes => {
            let from = after.map_or(Unbounded, Excluded);
            let notes = world.notes.range((from, Unbounded)).take(limit);
            notes
                .map(|(_, note)| kinded(notes::shown(note), "note"))
                .collect()
        }
        Kind::Appointments => world
            .appointments
            .after(after)
            .take(limit)
            .map(appointment)
            .collect(),
        Kind::Messages => {
            let from = after.map_or(Unbounded, Excluded);
            let messages = world.messages.all.range((from, Unbounded)).take(limit);
            messages.map(|(_, message)| said(message)).collect()
        }
        Kind::Opportunities => world
            .opportunities
            .after(after)
            .take(limit)
            .map(|found| kinded(opportunities::show(world, found, true), "opportunity"))
            .collect(),
        Kind::Blocks => world
            .blocks
            .after(after)
            .take(limit)
            .map(|block| kinded(calendars::shown_block(world, block), "block"))
            .collect(),
    }
}

fn kinded(mut record: Value, kind: &str) -> Value {
    record["kind"] = json!(kind);
    record
}

fn said(message: &Message) -> Value {
    let mut shown = message.shown();
    shown["id"] = json!(message.id);
    kinded(shown, "message")
}

fn task(task: &Task) -> Value {
    json!({
        "kind": "task",
        "id": task.id,
        "contactId": task.contact,
        "title": task.title,
        "body": task.body,
        "assignedTo": task.assigned_to,
        "dueDate": date::iso(task.due),
        "completed": task.completed,
        "dateAdded": date::iso(task.added),
        "dateUpdated": date::iso(task.updated),
    })
}

fn appointment(event: &Appointment) -> Value {
    json!({
        "kind": "appointment",
        "id": event.id,
        "calendarId": event.calendar,
        "contactId": event.contact,
        "title": event.title,
        "description": event.description,
        "address": event.address,
        "appointmentStatus": event.status,
        "assignedUserId": event.assigned_to,
        "meetingLocationType": event.meeting_location_type,
        "startTime": date::iso(event.start),
        "endTime": date::iso(event.end),
        "dateAdded": date::iso(event.added),
        "dateUpdated": date::iso(event.updated),
        "deleted": event.deleted,
    })
}
