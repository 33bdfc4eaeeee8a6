//! Which slots of a calendar are free (highlevel-api.md 10).

use jiff::civil::Weekday;
use serde_json::{Map, Value, json};

use super::known;
use crate::highlevel::call::{Call, Reply};
use crate::highlevel::date;
use crate::highlevel::id::Id;
use crate::highlevel::refusal::Refusal;
use crate::highlevel::world::World;

/// Opening hours, Monday to Saturday, in the location's time.
pub(super) const OPEN: i8 = 9;
pub(super) const CLOSE: i8 = 18;

const MINUTE: i64 = 60_000;
const DAY: i64 = 86_400_000;
const LONGEST_WINDOW: i64 = 31 * DAY;

/// What is asked about a slot.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot<'a> {
    pub calendar: &'a str,
    /// Whose time it is, where somebody is named.
    pub user: Option<&'a str>,
    pub start: i64,
    pub end: i64,
    /// An appointment that may stand there: the one that is moved.
    pub but: Option<Id>,
    /// Past times are allowed.
    pub ignore_date_range: bool,
}

/// Whether the slot is within opening hours, ahead, and not taken.
pub(super) fn is_free(world: &World, slot: &Slot<'_>, now: i64) -> bool {
    let ahead = slot.ignore_date_range || slot.start >= now;
    ahead
        && is_open(world, slot.start, slot.end)
        && !is_taken(world, slot)
        && !world.blocks.cover(slot)
}

fn is_open(world: &World, start: i64, end: i64) -> bool {
    let start = date::zoned(start, &world.zone);
    let end = date::zoned(end, &world.zone);
    let minutes = i32::from(end.hour()) * 60 + i32::from(end.minute());
    start.weekday() != Weekday::Sunday
        && start.date() == end.date()
        && start.hour() >= OPEN
        && minutes <= i32::from(CLOSE) * 60
}

fn is_taken(world: &World, slot: &Slot<'_>) -> bool {
    world
        .appointments
        .starting(slot.start.saturating_sub(DAY), slot.end)
        .any(|other| {
            !other.deleted
                && other.calendar == slot.calendar
                && !matches!(other.status.as_str(), "cancelled" | "invalid" | "noshow")
                && Some(other.id) != slot.but
                && other.end > slot.start
        })
}

/// `GET /calendars/{id}/free-slots`: by day, at most 31 days at once.
pub(crate) fn free_slots(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let calendar = known(world, call.param(0))?.clone();
    let millis = |name: &str| {
        call.query(name)
            .and_then(|text| text.parse::<i64>().ok())
            .ok_or_else(|| Refusal::invalid_one(format!("{name} must be a number")))
    };
    let (start, end) = (millis("startDate")?, millis("endDate")?);
    if end < start || end - start > LONGEST_WINDOW {
        return Err(Refusal::bad_request(
            "The date range must be between 0 and 31 days",
        ));
    }
    let zone = call
        .query("timezone")
        .map_or_else(|| world.zone.clone(), date::zone);
    let step = i64::from(calendar.slot_minutes.max(5)) * MINUTE;
    let mut days: Map<String, Value> = Map::new();
    let mut at = start.div_euclid(step) * step;
    while at < end {
        let slot = Slot {
            calendar: &calendar.id,
            user: call.query("userId"),
            start: at,
            end: at + step,
            but: None,
            ignore_date_range: false,
        };
        if at >= start && is_free(world, &slot, call.now) {
            let day = date::zoned(at, &zone).date().to_string();
            let entry = days.entry(day).or_insert_with(|| json!({ "slots": [] }));
            if let Some(slots) = entry["slots"].as_array_mut() {
                slots.push(json!(date::with_offset(at, &zone)));
            }
        }
        at += step;
    }
    Ok(Reply::ok(Value::Object(days)))
}
