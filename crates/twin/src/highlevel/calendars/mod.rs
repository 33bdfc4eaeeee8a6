//! Calendars, events and appointments (highlevel-api.md 10).

mod appointments;
mod blocks;
mod notes;
mod shape;
mod slots;
mod store;

use serde_json::{Value, json};

pub(super) use self::appointments::{CREATE, UPDATE, create, delete, get, update};
pub(crate) use self::blocks::Blocks;
pub(super) use self::blocks::{
    FIELDS as BLOCK, block, blocked, shown as shown_block, update as update_block,
};
pub(crate) use self::notes::AppointmentNotes;
pub(super) use self::notes::{
    FIELDS as NOTE, create as create_note, delete as delete_note, list as list_notes,
    update as update_note,
};
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

/// A window of start times, and one of user, calendar or group.
struct Window<'a> {
    start: i64,
    end: i64,
    user: Option<&'a str>,
    calendar: Option<&'a str>,
    /// There are no calendar groups here, so nothing is in one.
    group: bool,
}

impl<'a> Window<'a> {
    fn asked(call: &'a Call<'_>) -> Result<Self, Refusal> {
        let millis = |name: &str| {
            call.query(name)
                .and_then(|text| text.parse::<i64>().ok())
                .ok_or_else(|| {
                    Refusal::invalid_one(format!("{name} must be a number string in milliseconds"))
                })
        };
        let (start, end) = (millis("startTime")?, millis("endTime")?);
        let (user, calendar) = (call.query("userId"), call.query("calendarId"));
        let group = call.query("groupId").is_some();
        if user.is_none() && calendar.is_none() && !group {
            return Err(Refusal::invalid_one(
                "Either of userId, calendarId or groupId is required",
            ));
        }
        Ok(Self {
            start,
            end,
            user,
            calendar,
            group,
        })
    }
}

/// `GET /calendars/events`: no paging, by start.
pub(super) fn events(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let window = Window::asked(call)?;
    let events: Vec<Value> = world
        .appointments
        .starting(window.start, window.end)
        .filter(|event| !event.deleted && !window.group)
        .filter(|event| window.user.is_none_or(|user| event.assigned_to == user))
        .filter(|event| {
            let calendar = window.calendar;
            calendar.is_none_or(|calendar| event.calendar == calendar)
        })
        .map(|event| shape::event(world, event))
        .collect();
    Ok(Reply::ok(json!({ "events": events })))
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
