//! Calendars, events and appointments (highlevel-api.md 10).

mod appointments;
mod shape;
mod slots;
mod store;

use serde_json::{Value, json};

pub(super) use self::appointments::{CREATE, UPDATE, create, delete, get, update};
pub(super) use self::slots::free_slots;
pub(crate) use self::store::{Appointment, Appointments};
use super::call::{Call, Reply};
use super::refusal::Refusal;
use super::world::World;

/// A calendar; open Monday to Saturday from nine to six in the location's time.
#[derive(Debug, Clone)]
pub(crate) struct Calendar {
    pub id: String,
    pub name: String,
    pub slot_minutes: u32,
    /// User ids.
    pub team: Vec<String>,
    /// Refuses appointments without `assignedUserId` (highlevel-quirks.md 2.19).
    pub needs_user: bool,
}

fn shown(world: &World, calendar: &Calendar) -> Value {
    let members: Vec<Value> = calendar
        .team
        .iter()
        .map(|user| json!({ "userId": user, "priority": 0.5, "isPrimary": false }))
        .collect();
    json!({
        "id": calendar.id,
        "locationId": world.location.id,
        "name": calendar.name,
        "description": "",
        "isActive": true,
        "calendarType": if calendar.needs_user { "round_robin" } else { "event" },
        "eventTitle": "{{contact.name}}",
        "teamMembers": members,
        "slotDuration": calendar.slot_minutes,
        "slotDurationUnit": "mins",
        "slotInterval": calendar.slot_minutes,
        "slotIntervalUnit": "mins",
        "slotBuffer": 0,
        "appoinmentPerSlot": 1,
        "appointmentPerSlot": 1,
        "appoinmentPerDay": 0,
        "openHours": [{
            "daysOfTheWeek": [1, 2, 3, 4, 5, 6],
            "hours": [{ "openHour": slots::OPEN, "openMinute": 0, "closeHour": slots::CLOSE, "closeMinute": 0 }],
        }],
        "autoConfirm": true,
        "allowReschedule": true,
        "allowCancellation": true,
    })
}

pub(super) fn list(world: &mut World, _call: &Call<'_>) -> Result<Reply, Refusal> {
    let calendars: Vec<Value> = world
        .calendars
        .iter()
        .map(|calendar| shown(world, calendar))
        .collect();
    Ok(Reply::ok(json!({ "calendars": calendars })))
}

pub(super) fn get_calendar(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let calendar = known(world, call.param(0))?;
    Ok(Reply::ok(json!({ "calendar": shown(world, calendar) })))
}

fn known<'a>(world: &'a World, id: &str) -> Result<&'a Calendar, Refusal> {
    world
        .calendars
        .iter()
        .find(|calendar| calendar.id == id)
        .ok_or_else(|| Refusal::bad_request(format!("Calendar with id {id} not found")))
}

/// `GET /calendars/events`: a window of start times and one of user, calendar or group.
pub(super) fn events(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let millis = |name: &str| {
        call.query(name)
            .and_then(|text| text.parse::<i64>().ok())
            .ok_or_else(|| {
                Refusal::invalid_one(format!("{name} must be a number string in milliseconds"))
            })
    };
    let (start, end) = (millis("startTime")?, millis("endTime")?);
    let (user, calendar) = (call.query("userId"), call.query("calendarId"));
    if user.is_none() && calendar.is_none() && call.query("groupId").is_none() {
        return Err(Refusal::invalid_one(
            "Either of userId, calendarId or groupId is required",
        ));
    }
    let events: Vec<Value> = world
        .appointments
        .starting(start, end)
        .filter(|event| !event.deleted)
        .filter(|event| user.is_none_or(|user| event.assigned_to == user))
        .filter(|event| calendar.is_none_or(|calendar| event.calendar == calendar))
        // There are no calendar groups here, so none is in one.
        .filter(|_| call.query("groupId").is_none())
        .map(|event| shape::event(world, event))
        .collect();
    Ok(Reply::ok(json!({ "events": events })))
}

/// `GET /calendars/blocked-slots`: nobody blocks slots here.
pub(super) fn blocked(_world: &mut World, _call: &Call<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::ok(json!({ "events": [] })))
}

/// `GET /contacts/{id}/appointments`: local times without a zone (highlevel-quirks.md 3.18).
pub(super) fn of_contact(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let contact = world.contact_above(call.param(0))?.id;
    let events: Vec<Value> = world
        .appointments
        .of(contact)
        .filter(|event| !event.deleted)
        .map(|event| shape::contact_event(world, event))
        .collect();
    Ok(Reply::ok(json!({ "events": events })))
}
