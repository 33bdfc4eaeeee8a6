//! Triggers of the clock: what becomes due without anything being seen (HT14, HT19, MT11, MT20, overdue invoices).

use crate::transform::date::{self, When};
use crate::trigger::one_of;
use crate::{BusinessDays, BusinessHours, Cause, Length, Occurrence, Sighting, Trigger};
use jiff::{SignedDuration, Timestamp};
use mapping::{Rules, Setting};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// Minutes after its begin before an appointment counts as missed, where nothing is said.
const GRACE: u32 = 60;

/// A record that is watched for a trigger of the clock.
#[derive(Clone, Copy, Debug)]
pub struct Watched<'a> {
    /// What it is: `mygadgetrepairs.ticket` …
    pub source: &'a str,
    /// The vendor's id.
    pub record: &'a str,
    /// The record in the words users see, as in the scope.
    pub view: &'a Json,
    /// Since when what it is it has been, by the names that [`since`] gives: `status` and `status_group` of a ticket.
    pub since: &'a BTreeMap<String, Timestamp>,
    /// What it is linked to, as in the scope; of a missed appointment `tickets` is read.
    pub scope: &'a Json,
}

/// When a trigger of the clock is due, and what it is then.
#[derive(Clone, Debug, PartialEq)]
pub struct Due {
    /// The instant, past or to come.
    pub at: Timestamp,
    /// The instant from which on it would be too late, if there is one.
    pub until: Option<Timestamp>,
    /// What happens then. Its key names the instant, so that it happens once.
    pub occurrence: Occurrence,
}

/// When a trigger of the clock is due for a record as it stands; nothing when it never is. A flow starts on it only
/// when the instant lies after the flow was switched on.
#[must_use]
pub fn due(trigger: &Trigger, watched: &Watched<'_>, calendar: &BusinessHours) -> Option<Due> {
    let kind =
        crate::trigger(&trigger.on).filter(|kind| kind.clock && kind.source == watched.source)?;
    let is = |field: &str| watched.view.get(field) == Some(&Json::Bool(true));
    let at = |field: &str| instant(watched.view, field, calendar);
    let fits = |asked: &[String], field: &str| {
        one_of(asked, &[watched.view.get(field).unwrap_or(&Json::Null)])
    };
    let (from, due, until) = match kind.id {
        "highlevel.task.overdue" if !is("completed") => {
            let from = at("due_date")?;
            (from, later(trigger, from, calendar)?, None)
        }
        "highlevel.appointment.starts_soon"
            if !is("cancelled") && !is("deleted") && fits(&trigger.calendars, "calendar_id") =>
        {
            let begins = at("start")?;
            (
                begins,
                begins.checked_sub(length(trigger)).ok()?,
                Some(begins),
            )
        }
        "mygadgetrepairs.ticket.stuck" => {
            let from = stuck_since(trigger, watched)?;
            (from, later(trigger, from, calendar)?, None)
        }
        "mygadgetrepairs.appointment.missed" if !is("cancelled") => {
            let begins = at("start")?;
            let asked = trigger.hours.is_some() || trigger.minutes.is_some();
            let grace = if asked {
                length(trigger)
            } else {
                SignedDuration::from_mins(GRACE.into())
            };
            if had_ticket(begins, watched, calendar) {
                return None;
            }
            (begins, begins.checked_add(grace).ok()?, None)
        }
        "mygadgetrepairs.invoice.overdue" if !is("is_paid") && !is("is_refunded") => {
            // Without a day on which it is due, the day on which it was written counts.
            let from = at("due_date").or_else(|| at("created"))?;
            (from, later(trigger, from, calendar)?, None)
        }
        _ => return None,
    };
    Some(Due {
        at: due,
        until,
        occurrence: Occurrence {
            trigger: kind.id.to_owned(),
            // By what it counts from: a flow that counts otherwise from today on does not tell once more of what it told.
            key: format!("{}:{}:{from}", kind.id, watched.record),
            at: due,
            source: watched.source.to_owned(),
            record: watched.record.to_owned(),
            facts: json!({"after": watched.view, "since": from, "due_at": due}),
            cause: Cause::Outside,
        },
    })
}

/// What begins with a sighting, by name: since when a ticket has been in its status and in its group. The store keeps
/// these for [`Watched`]. What is first seen has been so since the vendor says that it was changed or made.
#[must_use]
pub fn since(
    sighting: &Sighting,
    setting: &Setting,
    rules: &Rules,
) -> Vec<(&'static str, Timestamp)> {
    if sighting.source != "mygadgetrepairs.ticket" {
        return Vec::new();
    }
    let Some(after) = &sighting.after else {
        return Vec::new();
    };
    let after = crate::view::view(&sighting.source, after, setting, rules);
    let before = sighting
        .before
        .as_ref()
        .map(|before| crate::view::view(&sighting.source, before, setting, rules));
    let moment = |field: &str| {
        after[field]
            .as_str()
            .and_then(|text| text.parse::<Timestamp>().ok())
    };
    let changed = moment("changed").filter(|at| *at <= sighting.at);
    let first = changed.or_else(|| moment("created")).unwrap_or(sighting.at);
    [("status", "status_id"), ("status_group", "status_group")]
        .into_iter()
        .filter_map(|(name, field)| match &before {
            None => Some((name, first)),
            Some(before) => {
                (before[field] != after[field]).then_some((name, changed.unwrap_or(sighting.at)))
            }
        })
        .collect()
}

fn stuck_since(trigger: &Trigger, watched: &Watched<'_>) -> Option<Timestamp> {
    let of = |field: &str| watched.view.get(field).unwrap_or(&Json::Null);
    let chosen = !trigger.statuses.is_empty() || !trigger.groups.is_empty();
    if !one_of(&trigger.statuses, &[of("status"), of("status_id")])
        || !one_of(&trigger.groups, &[of("status_group")])
    {
        return None;
    }
    // Finished work is not stuck, unless that very status is asked for.
    if !chosen && matches!(of("status_group").as_str(), Some("done" | "cancelled")) {
        return None;
    }
    let name = if trigger.statuses.is_empty() && chosen {
        "status_group"
    } else {
        "status"
    };
    watched.since.get(name).copied()
}

/// Whether the customer brought something that day: a ticket was opened on the day of the appointment.
fn had_ticket(begins: Timestamp, watched: &Watched<'_>, calendar: &BusinessHours) -> bool {
    let day = |at: Timestamp| calendar.zone.to_datetime(at).date();
    let tickets = watched.scope.get("tickets").and_then(Json::as_array);
    tickets.into_iter().flatten().any(|ticket| {
        let opened =
            instant(ticket, "opened", calendar).or_else(|| instant(ticket, "created", calendar));
        opened.is_some_and(|opened| day(opened) == day(begins))
    })
}

fn instant(view: &Json, field: &str, calendar: &BusinessHours) -> Option<Timestamp> {
    let value = view.get(field).filter(|value| !value.is_null())?;
    let when: When = date::read(value, &calendar.zone).ok()?;
    date::instant(when, &calendar.zone).ok()
}

/// So much later as the trigger says.
fn later(trigger: &Trigger, from: Timestamp, calendar: &BusinessHours) -> Option<Timestamp> {
    let days = match trigger.business_days {
        Some(BusinessDays::Days(days)) => Some(days),
        Some(BusinessDays::Only(true)) => trigger.days,
        Some(BusinessDays::Only(false)) | None => None,
    };
    let Some(days) = days else {
        return from.checked_add(length(trigger)).ok();
    };
    let day = calendar.add_business_days_at(from, i32::try_from(days).ok()?)?;
    day.checked_add(lasting(trigger, 0)).ok()
}

/// Days of 24 hours, hours and minutes together.
fn length(trigger: &Trigger) -> SignedDuration {
    lasting(trigger, trigger.days.unwrap_or(0))
}

/// Its hours and minutes, with so many days.
fn lasting(trigger: &Trigger, days: u32) -> SignedDuration {
    let (hours, minutes) = (trigger.hours.unwrap_or(0), trigger.minutes.unwrap_or(0));
    Length {
        days,
        hours,
        minutes,
    }
    .duration()
}
