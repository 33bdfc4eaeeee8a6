//! The search by query, with odd names (highlevel-api.md 12).

use serde_json::{Value, json};

use super::find::{MOST, Property, USUAL, Wanted, is_after, matching};
use super::{Opportunity, show};
use crate::highlevel::call::{Call, Reply};
use crate::highlevel::id::Id;
use crate::highlevel::refusal::Refusal;
use crate::highlevel::world::World;

const DAY: i64 = 86_400_000;

/// Names of the query in both generations.
const SHARED: &[&str] = &[
    "q",
    "status",
    "campaignId",
    "id",
    "order",
    "endDate",
    "startAfter",
    "startAfterId",
    "date",
    "country",
    "page",
    "limit",
    "getTasks",
    "getNotes",
    "getCalendarEvents",
];
/// Names of the dated generation, and of v3.
const RENAMED: &[(&str, &str)] = &[
    ("location_id", "locationId"),
    ("pipeline_id", "pipelineId"),
    ("pipeline_stage_id", "pipelineStageId"),
    ("contact_id", "contactId"),
    ("assigned_to", "assignedTo"),
];
const STATUSES: &[&str] = &["open", "won", "lost", "abandoned", "all"];

/// `GET /opportunities/search`: `order` is known and not followed; newest first.
pub(in crate::highlevel) fn query(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    check(call)?;
    let name = |dated: &'static str, v3: &'static str| if call.v3 { v3 } else { dated };
    let mut wanted = Wanted {
        words: call.query("q").unwrap_or_default().to_lowercase(),
        from: day(call, "date")?,
        to: day(call, "endDate")?.map(|day| day.saturating_add(DAY)),
        ..Wanted::default()
    };
    for key in ["id", "status"]
        .into_iter()
        .chain(RENAMED.iter().skip(1).map(|(dated, v3)| name(dated, v3)))
    {
        let value = call.query(key).filter(|value| *value != "all");
        if let (Some(property), Some(value)) = (Property::named(key), value) {
            wanted.conditions.push((property, vec![value.to_owned()]));
        }
    }
    let limit = call.query_number("limit", USUAL, usize::MAX);
    if !(1..=MOST).contains(&limit) {
        return Err(Refusal::invalid_one(format!(
            "limit must be between 1 and {MOST}"
        )));
    }
    let found = matching(world, &wanted);
    let total = found.len();
    let cursor = call
        .query("startAfter")
        .and_then(|text| text.parse().ok())
        .zip(call.query("startAfterId").and_then(Id::parse));
    let page = call.query_number("page", 1, usize::MAX).max(1);
    let skip = if cursor.is_some() {
        0
    } else {
        (page - 1).saturating_mul(limit)
    };
    let rows: Vec<&Opportunity> = found
        .into_iter()
        .filter(|row| cursor.is_none_or(|cursor| is_after(row, cursor)))
        .skip(skip)
        .take(limit)
        .collect();
    let more = skip + rows.len() < total && !rows.is_empty();
    let mut meta = json!({ "total": total, "currentPage": page });
    if more {
        meta["nextPage"] = json!(page + 1);
    }
    if page > 1 {
        meta["prevPage"] = json!(page - 1);
    }
    if let Some(last) = rows.last() {
        meta["startAfterId"] = json!(last.id);
        meta["startAfter"] = json!(last.added);
    }
    let rows: Vec<Value> = rows
        .into_iter()
        .map(|row| show(world, row, false))
        .collect();
    Ok(Reply::ok(
        json!({ "opportunities": rows, "meta": meta, "aggregations": {} }),
    ))
}

/// Names of the other generation are refused like any unknown one.
fn check(call: &Call<'_>) -> Result<(), Refusal> {
    let known = |name: &str| {
        SHARED.contains(&name)
            || RENAMED
                .iter()
                .any(|(dated, v3)| name == if call.v3 { *v3 } else { *dated })
    };
    let mut complaints: Vec<String> = call
        .query
        .keys()
        .filter(|name| !known(name))
        .map(|name| format!("property {name} should not exist"))
        .collect();
    let location = if call.v3 { "locationId" } else { "location_id" };
    if call.query(location).is_none() {
        complaints.push(format!("{location} should not be empty"));
        complaints.push(format!("{location} must be a string"));
    }
    if call
        .query("status")
        .is_some_and(|status| !STATUSES.contains(&status))
    {
        complaints.push(format!(
            "status must be one of the following values: {}",
            STATUSES.join(", ")
        ));
    }
    if complaints.is_empty() {
        Ok(())
    } else {
        Err(Refusal::invalid(&complaints))
    }
}

/// `mm-dd-yyyy`, as midnight UTC.
fn day(call: &Call<'_>, name: &str) -> Result<Option<i64>, Refusal> {
    let Some(text) = call.query(name) else {
        return Ok(None);
    };
    jiff::civil::Date::strptime("%m-%d-%Y", text)
        .ok()
        .and_then(|day| day.to_zoned_datetime(jiff::tz::TimeZone::UTC).ok())
        .map(|start| Some(start.timestamp().as_millisecond()))
        .ok_or_else(|| Refusal::invalid_one(format!("{name} must be a date as mm-dd-yyyy")))
}
