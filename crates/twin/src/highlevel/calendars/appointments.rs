//! Booking, moving and deleting appointments (highlevel-api.md 10).

use serde_json::{Map, Value, json};

use super::slots::{Slot, is_free};
use super::{Appointment, known, shape};
use crate::highlevel::body::{Field, Kind, may, must};
use crate::highlevel::call::{Call, Reply};
use crate::highlevel::date;
use crate::highlevel::id::Id;
use crate::highlevel::refusal::Refusal;
use crate::highlevel::world::{World, both_spellings};

macro_rules! fields {
    ($($own:expr),* $(,)?) => {
        &[
            $($own,)*
            may("endTime", Kind::Text),
            may("title", Kind::Text),
            may("appointmentStatus", Kind::OneOf(&["new", "confirmed", "cancelled", "showed", "noshow", "invalid"])),
            may("assignedUserId", Kind::Text),
            may("description", Kind::Text),
            may("address", Kind::Text),
            may("meetingLocationType", Kind::OneOf(&["custom", "zoom", "gmeet", "phone", "address", "ms_teams", "google"])),
            may("meetingLocationId", Kind::Text),
            may("overrideLocationConfig", Kind::Flag),
            may("ignoreDateRange", Kind::Flag),
            may("toNotify", Kind::Flag),
            may("ignoreFreeSlotValidation", Kind::Flag),
            may("rrule", Kind::Text),
        ]
    };
}

pub(crate) const CREATE: &[Field] = fields![
    must("calendarId", Kind::Key),
    must("locationId", Kind::Key),
    must("contactId", Kind::Key),
    must("startTime", Kind::Key),
];
pub(crate) const UPDATE: &[Field] =
    fields![may("calendarId", Kind::Text), may("startTime", Kind::Text)];

const MINUTE: i64 = 60_000;

pub(super) fn found(world: &World, id: &str) -> Result<Appointment, Refusal> {
    Id::parse(id)
        .and_then(|id| world.appointments.get(id))
        .cloned()
        .ok_or_else(|| Refusal::bad_request(format!("Event with id {id} not found")))
}

/// The envelope is `appointment`, where the official document says `event`; a deleted one is still returned.
pub(crate) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let event = found(world, call.param(0))?;
    Ok(Reply::ok(
        json!({ "appointment": shape::event(world, &event) }),
    ))
}

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let contact = world
        .contact_above(call.text("contactId").unwrap_or_default())?
        .clone();
    let calendar = known(world, call.text("calendarId").unwrap_or_default())?.clone();
    let mut event = Appointment {
        id: world.new_id(),
        calendar: calendar.id.clone(),
        contact: contact.id,
        title: contact.full_name(),
        description: String::new(),
        address: String::new(),
        status: "confirmed".to_owned(),
        assigned_to: String::new(),
        meeting_location_type: String::new(),
        rrule: String::new(),
        start: 0,
        end: 0,
        added: call.now,
        updated: call.now,
        deleted: false,
        created_by: call.writer.clone(),
    };
    apply(world, &mut event, call.body)?;
    if calendar.needs_user && event.assigned_to.is_empty() {
        return Err(Refusal::bad_request(
            "A team member needs to be selected. assignedUserId is missing",
        ));
    }
    check_rules(world, &event, call, None)?;
    world.note_appointment("AppointmentCreate", &event, call.now);
    announce(world, &event, call);
    let body = shape::written(world, &event);
    world.appointments.put(event);
    Ok(Reply::ok(body))
}

pub(crate) fn update(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let old = found(world, call.param(0))?;
    let mut event = old.clone();
    if let Some(calendar) = call.text("calendarId") {
        event.calendar.clone_from(&known(world, calendar)?.id);
    }
    apply(world, &mut event, call.body)?;
    let moved = (old.start, old.end, &old.calendar) != (event.start, event.end, &event.calendar);
    if moved {
        check_rules(world, &event, call, Some(old.id))?;
    }
    event.updated = call.now;
    world.note_appointment("AppointmentUpdate", &event, call.now);
    announce(world, &event, call);
    let body = shape::written(world, &event);
    world.appointments.put(event);
    Ok(Reply::ok(body))
}

/// Of an appointment, or of a block, which nothing tells of.
pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    if world.blocks.remove(call.param(0)) {
        return Ok(Reply::created(both_spellings()));
    }
    let mut event = found(world, call.param(0))?;
    let was_there = !event.deleted;
    world.appointments.delete(event.id, call.now);
    if was_there {
        event.updated = call.now;
        world.note_appointment("AppointmentDelete", &event, call.now);
    }
    Ok(Reply::created(both_spellings()))
}

/// Bookings start automations unless they are told not to.
fn announce(world: &mut World, event: &Appointment, call: &Call<'_>) {
    if call.body.get("toNotify") != Some(&Value::Bool(false)) {
        let id = event.id.to_string();
        world.note_automation(
            "appointment_booked",
            event.contact,
            &id,
            call.writer.source,
            call.now,
        );
    }
}

fn apply(world: &World, event: &mut Appointment, body: &Map<String, Value>) -> Result<(), Refusal> {
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    let instant = |key: &str| match text(key) {
        None => Ok(None),
        Some(written) => date::parse_in(written, &world.zone)
            .map(Some)
            .ok_or_else(|| {
                Refusal::invalid_one(format!("{key} must be a valid ISO 8601 date string"))
            }),
    };
    let (start, end) = (instant("startTime")?, instant("endTime")?);
    let slot = world
        .calendars
        .iter()
        .find(|calendar| calendar.id == event.calendar)
        .map_or(30, |calendar| calendar.slot_minutes);
    let length = if event.end > event.start {
        event.end - event.start
    } else {
        i64::from(slot) * MINUTE
    };
    event.start = start.unwrap_or(event.start);
    event.end = end.unwrap_or(event.start.saturating_add(length));
    if event.end <= event.start {
        return Err(Refusal::bad_request("endTime must be after startTime"));
    }
    for (name, place) in [
        ("title", &mut event.title),
        ("description", &mut event.description),
        ("address", &mut event.address),
        ("appointmentStatus", &mut event.status),
        ("assignedUserId", &mut event.assigned_to),
        ("meetingLocationType", &mut event.meeting_location_type),
        ("rrule", &mut event.rrule),
    ] {
        if let Some(written) = text(name) {
            written.clone_into(place);
        }
    }
    Ok(())
}

fn check_rules(
    world: &World,
    event: &Appointment,
    call: &Call<'_>,
    but: Option<Id>,
) -> Result<(), Refusal> {
    let set = |key: &str| call.body.get(key) == Some(&Value::Bool(true));
    let calendar = known(world, &event.calendar)?;
    if !event.assigned_to.is_empty() && !calendar.team.contains(&event.assigned_to) {
        return Err(Refusal::bad_request(
            "The user id not part of calendar team.",
        ));
    }
    if !event.rrule.is_empty() && !set("ignoreFreeSlotValidation") {
        return Err(Refusal::bad_request(
            "rrule is only allowed with ignoreFreeSlotValidation",
        ));
    }
    let slot = Slot {
        calendar: &event.calendar,
        user: Some(event.assigned_to.as_str()).filter(|user| !user.is_empty()),
        start: event.start,
        end: event.end,
        but,
        ignore_date_range: set("ignoreDateRange"),
    };
    if set("ignoreFreeSlotValidation") || is_free(world, &slot, call.now) {
        Ok(())
    } else {
        // Nobody recorded the real words.
        Err(Refusal::bad_request(
            "The slot you have selected is no longer available.",
        ))
    }
}
