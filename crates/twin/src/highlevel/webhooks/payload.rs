//! The documented fields of each event (highlevel-webhooks.md 5). Empty fields are left out, not null (2).

use serde_json::{Map, Value, json};

use crate::highlevel::calendars::Appointment;
use crate::highlevel::contacts::model::Contact;
use crate::highlevel::contacts::shape;
use crate::highlevel::date;
use crate::highlevel::messages::Message;
use crate::highlevel::notes::Note;
use crate::highlevel::opportunities::Opportunity;
use crate::highlevel::tasks::Task;
use crate::highlevel::world::World;

/// Fields without type, location and envelope.
pub(in crate::highlevel) type Payload = Map<String, Value>;

/// The whole contact.
pub(in crate::highlevel) fn contact(contact: &Contact) -> Payload {
    filled(json!({
        "id": contact.id,
        "firstName": contact.first_name,
        "lastName": contact.last_name,
        "name": contact.full_name(),
        "email": contact.email,
        "phone": contact.phone,
        "companyName": contact.company_name,
        "address1": contact.address1,
        "city": contact.city,
        "state": contact.state,
        "postalCode": contact.postal_code,
        "country": contact.country,
        "website": contact.website,
        "source": contact.source,
        "assignedTo": contact.assigned_to,
        "dateOfBirth": contact.birth.map(date::iso),
        "dateAdded": date::iso(contact.added),
        "dnd": contact.dnd,
        "tags": contact.tags,
        "customFields": shape::custom_fields(contact),
    }))
}

/// The whole contact and its channels.
pub(in crate::highlevel) fn contact_dnd(of: &Contact) -> Payload {
    let mut payload = contact(of);
    if !of.dnd_settings.is_empty() {
        payload.insert("dndSettings".to_owned(), shape::dnd_settings(of, false));
    }
    payload
}

/// A fixed list: no author, title or pin (highlevel-webhooks.md 5.2).
pub(in crate::highlevel) fn note(note: &Note) -> Payload {
    filled(json!({
        "id": note.id,
        "body": note.body,
        "contactId": note.contact,
        "dateAdded": date::iso(note.added),
    }))
}

pub(in crate::highlevel) fn task(task: &Task) -> Payload {
    filled(json!({
        "id": task.id,
        "assignedTo": task.assigned_to,
        "body": task.body,
        "contactId": task.contact,
        "title": task.title,
        "dateAdded": date::iso(task.added),
        "dueDate": date::iso(task.due),
    }))
}

/// Nested, with the location's offset on every time.
pub(in crate::highlevel) fn appointment(world: &World, event: &Appointment) -> Payload {
    let time = |millis| date::with_offset(millis, &world.zone);
    let mut inner = filled(json!({
        "id": event.id,
        "address": event.address,
        "title": event.title,
        "calendarId": event.calendar,
        "contactId": event.contact,
        "appointmentStatus": event.status,
        "assignedUserId": event.assigned_to,
        "notes": event.description,
        "source": if event.created_by.source == "INTEGRATION" { "third_party" } else { "calendar_page" },
        "startTime": time(event.start),
        "endTime": time(event.end),
        "dateAdded": time(event.added),
        "dateUpdated": time(event.updated),
    }));
    // There even when empty, as in the reference's example.
    let users: Vec<&str> = Some(event.assigned_to.as_str())
        .filter(|user| !user.is_empty())
        .into_iter()
        .collect();
    inner.insert("users".to_owned(), json!(users));
    let mut payload = Map::new();
    payload.insert("appointment".to_owned(), Value::Object(inner));
    payload
}

pub(in crate::highlevel) fn opportunity(of: &Opportunity) -> Payload {
    filled(json!({
        "id": of.id,
        "assignedTo": of.assigned_to,
        "contactId": of.contact,
        "monetaryValue": of.value,
        "name": of.name,
        "pipelineId": of.pipeline,
        "pipelineStageId": of.stage,
        "source": of.source,
        "status": of.status,
        "dateAdded": date::iso(of.added),
    }))
}

pub(in crate::highlevel) fn message(message: &Message) -> Payload {
    let mut payload = filled(message.shown());
    if !message.outbound {
        payload.remove("source");
    }
    payload
}

pub(in crate::highlevel) fn install(world: &World) -> Payload {
    let user = world.users.first().map(|user| user.id.as_str());
    let company = world.location.company_id.as_str();
    installation("Location", Some(company), user)
}

/// Of a location, or of the agency itself.
pub(in crate::highlevel) fn installed(agency: bool, who: Option<(&str, &str)>) -> Payload {
    let kind = if agency { "Company" } else { "Location" };
    let (company, user) = who.unzip();
    installation(kind, company, user)
}

pub(in crate::highlevel) fn agency_uninstalled(company: &str) -> Payload {
    filled(json!({ "companyId": company }))
}

fn installation(kind: &str, company: Option<&str>, user: Option<&str>) -> Payload {
    let mut payload = filled(json!({
        "installType": kind,
        "companyId": company,
        "userId": user,
        "companyName": "Example Agency",
        "isWhitelabelCompany": false,
    }));
    payload.insert("whitelabelDetails".to_owned(), json!({}));
    payload
}

fn filled(value: Value) -> Payload {
    let Value::Object(mut fields) = value else {
        return Map::new();
    };
    fields.retain(|_, value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => true,
    });
    fields
}
