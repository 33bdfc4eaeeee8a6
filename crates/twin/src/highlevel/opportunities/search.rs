//! The two searches over opportunities (highlevel-api.md 12): one by query with odd names, one by body.

use serde_json::{Value, json};

use super::{Opportunity, show};
use crate::highlevel::body::{Field, Kind, may, must};
use crate::highlevel::call::{Call, Reply};
use crate::highlevel::id::Id;
use crate::highlevel::refusal::Refusal;
use crate::highlevel::world::World;

const MOST: usize = 100;
const USUAL: usize = 20;
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

/// The body of the other search. The documents call more of it required than its own examples send.
pub(in crate::highlevel) const FIELDS: &[Field] = &[
    must("locationId", Kind::Key),
    may("query", Kind::Text),
    may("limit", Kind::Number),
    may("page", Kind::Number),
    may("searchAfter", Kind::List),
    may("filters", Kind::List),
    may("additionalDetails", Kind::Any),
];

/// What both searches can ask for.
#[derive(Debug, Default)]
struct Wanted {
    words: String,
    conditions: Vec<(Property, Vec<String>)>,
    from: Option<i64>,
    to: Option<i64>,
}

#[derive(Debug, Clone, Copy)]
enum Property {
    Id,
    Pipeline,
    Stage,
    Contact,
    AssignedTo,
    Status,
}

impl Property {
    fn of(self, opportunity: &Opportunity) -> String {
        match self {
            Self::Id => opportunity.id.to_string(),
            Self::Pipeline => opportunity.pipeline.clone(),
            Self::Stage => opportunity.stage.clone(),
            Self::Contact => opportunity.contact.to_string(),
            Self::AssignedTo => opportunity.assigned_to.clone(),
            Self::Status => opportunity.status.clone(),
        }
    }

    /// By the names of the dated query, and of the records.
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "id" => Self::Id,
            "pipeline_id" | "pipelineId" => Self::Pipeline,
            "pipeline_stage_id" | "pipelineStageId" => Self::Stage,
            "contact_id" | "contactId" => Self::Contact,
            "assigned_to" | "assignedTo" => Self::AssignedTo,
            "status" => Self::Status,
            _ => return None,
        })
    }
}

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

/// `POST /opportunities/search`: 201. The filters' names are a guess: those of the query.
pub(in crate::highlevel) fn search(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let mut wanted = Wanted {
        words: call.text("query").unwrap_or_default().to_lowercase(),
        ..Wanted::default()
    };
    for filter in call
        .body
        .get("filters")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        wanted.conditions.push(condition(filter)?);
    }
    let number = |key: &str| call.body.get(key).and_then(Value::as_u64);
    let limit = number("limit").unwrap_or(USUAL as u64);
    if limit == 0 || limit > MOST as u64 {
        return Err(Refusal::invalid_one(format!(
            "limit must be between 1 and {MOST}"
        )));
    }
    let limit = usize::try_from(limit).unwrap_or(MOST);
    let cursor = cursor(call.body.get("searchAfter"))?;
    let page = usize::try_from(number("page").unwrap_or(1))
        .unwrap_or(1)
        .max(1);
    let found = matching(world, &wanted);
    let total = found.len();
    let skip = if cursor.is_some() {
        0
    } else {
        (page - 1).saturating_mul(limit)
    };
    let rows: Vec<Value> = found
        .into_iter()
        .filter(|row| cursor.is_none_or(|cursor| is_after(row, cursor)))
        .skip(skip)
        .take(limit)
        .map(|row| {
            let mut shown = show(world, row, false);
            shown["sort"] = json!([row.added, row.id]);
            with_details(world, row, call.body.get("additionalDetails"), &mut shown);
            shown
        })
        .collect();
    Ok(Reply::created(
        json!({ "opportunities": rows, "total": total, "aggregations": {} }),
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

fn condition(filter: &Value) -> Result<(Property, Vec<String>), Refusal> {
    let text = |key: &str| filter[key].as_str().unwrap_or_default();
    let field = text("field");
    let property = Property::named(field)
        .ok_or_else(|| Refusal::bad_request(format!("Invalid field {field}")))?;
    let values = match (text("operator"), &filter["value"]) {
        ("eq", Value::String(value)) => vec![value.clone()],
        ("contains_set", Value::Array(values)) => values
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => {
            return Err(Refusal::bad_request(format!(
                "Invalid operator for field {field}"
            )));
        }
    };
    Ok((property, values))
}

fn cursor(value: Option<&Value>) -> Result<Option<(i64, Id)>, Refusal> {
    match value.and_then(Value::as_array).map(Vec::as_slice) {
        None | Some([]) => Ok(None),
        Some([added, id]) => added
            .as_i64()
            .zip(id.as_str().and_then(Id::parse))
            .map(Some)
            .ok_or_else(|| Refusal::bad_request("searchAfter is not one of the answer's")),
        Some(_) => Err(Refusal::bad_request(
            "searchAfter is not one of the answer's",
        )),
    }
}

/// Newest first.
fn matching<'a>(world: &'a World, wanted: &Wanted) -> Vec<&'a Opportunity> {
    let mut found: Vec<&Opportunity> = world
        .opportunities
        .after(None)
        .filter(|row| {
            wanted.from.is_none_or(|from| row.added >= from)
                && wanted.to.is_none_or(|to| row.added < to)
                && wanted
                    .conditions
                    .iter()
                    .all(|(property, values)| values.contains(&property.of(row)))
                && holds(world, row, &wanted.words)
        })
        .collect();
    found.sort_by_key(|row| std::cmp::Reverse((row.added, row.id)));
    found
}

fn holds(world: &World, row: &Opportunity, words: &str) -> bool {
    words.is_empty()
        || row.name.to_lowercase().contains(words)
        || world.contacts.get(row.contact).is_some_and(|contact| {
            [
                contact.contact_name(),
                contact.email.to_lowercase(),
                contact.phone.clone(),
            ]
            .iter()
            .any(|text| text.contains(words))
        })
}

fn is_after(row: &Opportunity, (added, id): (i64, Id)) -> bool {
    (row.added, row.id) < (added, id)
}

fn with_details(world: &World, row: &Opportunity, asked: Option<&Value>, shown: &mut Value) {
    let wants = |key: &str| asked.is_some_and(|asked| asked[key] == Value::Bool(true));
    if wants("notes") {
        shown["notes"] = json!(
            world
                .notes_of
                .get(&row.contact)
                .cloned()
                .unwrap_or_default()
        );
    }
    if wants("tasks") {
        shown["tasks"] = json!(world.tasks.ids_of(row.contact));
    }
    if wants("calendarEvents") {
        let events: Vec<Id> = world
            .appointments
            .of(row.contact)
            .map(|event| event.id)
            .collect();
        shown["calendarEvents"] = json!(events);
    }
}
