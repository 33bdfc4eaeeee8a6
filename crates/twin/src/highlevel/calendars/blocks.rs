//! Times in which nothing can be booked: of a calendar, or of a member of staff (highlevel-api.md 10).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::slots::Slot;
use super::{Window, known};
use crate::highlevel::body::{Field, Kind, may, must};
use crate::highlevel::call::{Call, Reply};
use crate::highlevel::id::Id;
use crate::highlevel::refusal::Refusal;
use crate::highlevel::world::World;
use crate::highlevel::{date, users};
use crate::ids::Ids;

/// The document requires the calendar as well, and says that one of calendar and user excludes the other.
pub(in crate::highlevel) const FIELDS: &[Field] = &[
    must("locationId", Kind::Key),
    may("title", Kind::Text),
    may("calendarId", Kind::Text),
    may("assignedUserId", Kind::Text),
    may("startTime", Kind::Text),
    may("endTime", Kind::Text),
];

/// A blocked time.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub id: Id,
    title: String,
    calendar: String,
    assigned_to: String,
    start: i64,
    end: i64,
    added: i64,
    updated: i64,
}

/// All blocked times, by id.
#[derive(Debug)]
pub(crate) struct Blocks {
    all: BTreeMap<Id, Block>,
    /// Apart from the location's other ids, so that a block changes none of them.
    ids: Ids,
}

impl Blocks {
    pub fn seeded(seed: u64) -> Self {
        Self {
            all: BTreeMap::new(),
            ids: Ids::seeded(seed ^ 0x626c_6f63),
        }
    }

    pub fn get(&self, id: Id) -> Option<&Block> {
        self.all.get(&id)
    }

    pub fn after(&self, id: Option<Id>) -> impl Iterator<Item = &Block> {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = id.map_or(Unbounded, Excluded);
        self.all.range((from, Unbounded)).map(|(_, block)| block)
    }

    pub(super) fn remove(&mut self, id: &str) -> bool {
        Id::parse(id).is_some_and(|id| self.all.remove(&id).is_some())
    }

    /// Whether the slot cannot be booked: its calendar is blocked, or the one whose time it is.
    pub(super) fn cover(&self, slot: &Slot<'_>) -> bool {
        self.all.values().any(|block| {
            let meant = block.calendar == slot.calendar
                || slot.user.is_some_and(|user| block.assigned_to == user);
            meant && block.start < slot.end && block.end > slot.start
        })
    }
}

/// `GET /calendars/blocked-slots`.
pub(in crate::highlevel) fn blocked(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let window = Window::asked(call)?;
    let mut blocks: Vec<&Block> = world
        .blocks
        .after(None)
        .filter(|block| block.start >= window.start && block.start < window.end && !window.group)
        .filter(|block| window.user.is_none_or(|user| block.assigned_to == user))
        .filter(|block| {
            let calendar = window.calendar;
            calendar.is_none_or(|calendar| block.calendar == calendar)
        })
        .collect();
    blocks.sort_by_key(|block| (block.start, block.id));
    let events: Vec<Value> = blocks
        .into_iter()
        .map(|block| shown(world, block))
        .collect();
    Ok(Reply::ok(json!({ "events": events })))
}

/// `POST /calendars/events/block-slots`: 201.
pub(in crate::highlevel) fn block(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let mut block = Block {
        id: Id::new(world.blocks.ids.alphanumeric()),
        title: String::new(),
        calendar: String::new(),
        assigned_to: String::new(),
        start: 0,
        end: 0,
        added: call.now,
        updated: call.now,
    };
    for name in ["startTime", "endTime"] {
        if call.text(name).is_none() {
            return Err(Refusal::invalid_one(format!("{name} should not be empty")));
        }
    }
    keep(world, &mut block, call.body)
}

/// `PUT /calendars/events/block-slots/{id}`: 201, as the document has it.
pub(in crate::highlevel) fn update(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = call.param(0);
    let mut block = Id::parse(id)
        .and_then(|id| world.blocks.get(id))
        .cloned()
        .ok_or_else(|| Refusal::bad_request(format!("Event with id {id} not found")))?;
    block.updated = call.now;
    keep(world, &mut block, call.body)
}

fn keep(world: &mut World, block: &mut Block, body: &Map<String, Value>) -> Result<Reply, Refusal> {
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    if text("locationId") != Some(world.location.id.as_str()) {
        return Err(crate::highlevel::guard::strange());
    }
    if let Some(title) = text("title") {
        title.clone_into(&mut block.title);
    }
    // Naming one takes the other's place.
    match (text("calendarId"), text("assignedUserId")) {
        (Some(_), Some(_)) => {
            return Err(Refusal::invalid_one(
                "Either calendarId or assignedUserId can be set, not both",
            ));
        }
        (Some(calendar), None) => {
            block.calendar.clone_from(&known(world, calendar)?.id);
            block.assigned_to.clear();
        }
        (None, Some(user)) if users::is_known(world, user) => {
            user.clone_into(&mut block.assigned_to);
            block.calendar.clear();
        }
        (None, Some(user)) => {
            return Err(Refusal::bad_request(format!(
                "User with id {user} not found"
            )));
        }
        (None, None) if block.calendar.is_empty() && block.assigned_to.is_empty() => {
            return Err(Refusal::invalid_one(
                "Either of calendarId or assignedUserId is required",
            ));
        }
        (None, None) => {}
    }
    for (name, place) in [("startTime", &mut block.start), ("endTime", &mut block.end)] {
        if let Some(written) = text(name) {
            *place = date::parse_in(written, &world.zone).ok_or_else(|| {
                Refusal::invalid_one(format!("{name} must be a valid ISO 8601 date string"))
            })?;
        }
    }
    if block.end <= block.start {
        return Err(Refusal::bad_request("endTime must be after startTime"));
    }
    let answer = written(world, block);
    world.blocks.all.insert(block.id, block.clone());
    Ok(Reply::created(answer))
}

fn written(world: &World, block: &Block) -> Value {
    let mut out = json!({
        "id": block.id,
        "locationId": world.location.id,
        "title": block.title,
        "startTime": date::with_offset(block.start, &world.zone),
        "endTime": date::with_offset(block.end, &world.zone),
    });
    for (name, text) in [
        ("calendarId", &block.calendar),
        ("assignedUserId", &block.assigned_to),
    ] {
        if !text.is_empty() {
            out[name] = json!(text);
        }
    }
    out
}

/// As an event of a calendar: with its keys, though a block has neither contact nor status. What stands in them is a guess.
pub(in crate::highlevel) fn shown(world: &World, block: &Block) -> Value {
    let mut out = written(world, block);
    for name in ["contactId", "groupId", "appointmentStatus"] {
        out[name] = json!("");
    }
    out["calendarId"] = json!(block.calendar);
    out["assignedUserId"] = json!(block.assigned_to);
    let users: Vec<&str> = Some(block.assigned_to.as_str())
        .filter(|user| !user.is_empty())
        .into_iter()
        .collect();
    out["users"] = json!(users);
    out["dateAdded"] = json!(date::iso(block.added));
    out["dateUpdated"] = json!(date::iso(block.updated));
    out["assignedResources"] = json!([]);
    out
}
