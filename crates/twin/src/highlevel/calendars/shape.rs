//! Appointments as the three kinds of answers show them (highlevel-api.md 7.12, 10).

use serde_json::{Value, json};

use super::Appointment;
use crate::highlevel::date;
use crate::highlevel::world::World;

/// The flat answer to a write: no start and no end in it (highlevel-quirks.md 3.20).
pub(super) fn written(world: &World, event: &Appointment) -> Value {
    let mut out = json!({
        "id": event.id,
        "calendarId": event.calendar,
        "locationId": world.location.id,
        "contactId": event.contact,
        "title": event.title,
        "status": "booked",
        "appointmentStatus": event.status,
        "appoinmentStatus": event.status,
        "address": event.address,
        "dateAdded": date::iso(event.added),
        "dateUpdated": date::iso(event.updated),
        "isRecurring": !event.rrule.is_empty(),
    });
    if !event.assigned_to.is_empty() {
        out["assignedUserId"] = json!(event.assigned_to);
    }
    out
}

/// By id and in events: times with the location's offset.
pub(super) fn event(world: &World, event: &Appointment) -> Value {
    json!({
        "id": event.id,
        "address": event.address,
        "title": event.title,
        "calendarId": event.calendar,
        "locationId": world.location.id,
        "contactId": event.contact,
        "groupId": "",
        "appointmentStatus": event.status,
        "appoinmentStatus": event.status,
        "assignedUserId": event.assigned_to,
        "users": users(event),
        "notes": event.description,
        "description": event.description,
        "isRecurring": !event.rrule.is_empty(),
        "startTime": date::with_offset(event.start, &world.zone),
        "endTime": date::with_offset(event.end, &world.zone),
        "dateAdded": date::iso(event.added),
        "dateUpdated": date::iso(event.updated),
        "assignedResources": [],
        "createdBy": {
            "source": if event.created_by.source == "INTEGRATION" { "third_party" } else { "calendar_page" },
            "userId": &*event.created_by.id,
        },
        "appointmentMeta": {},
        "deleted": event.deleted,
    })
}

/// In the list of a contact: times of the location without a zone.
pub(super) fn contact_event(world: &World, event: &Appointment) -> Value {
    json!({
        "id": event.id,
        "calendarId": event.calendar,
        "status": "booked",
        "title": event.title,
        "assignedUserId": event.assigned_to,
        "notes": event.description,
        "startTime": date::local(event.start, &world.zone),
        "endTime": date::local(event.end, &world.zone),
        "address": event.address,
        "locationId": world.location.id,
        "contactId": event.contact,
        "groupId": "",
        "appointmentStatus": event.status,
        "users": users(event),
        "dateAdded": date::iso(event.added),
        "dateUpdated": date::iso(event.updated),
        "assignedResources": [],
    })
}

fn users(event: &Appointment) -> Vec<&str> {
    Some(event.assigned_to.as_str())
        .filter(|user| !user.is_empty())
        .into_iter()
        .collect()
}
