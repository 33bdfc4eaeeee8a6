//! The search by body (highlevel-api.md 12).

use serde_json::{Value, json};

use super::find::{MOST, Property, USUAL, Wanted, is_after, matching};
use super::{Opportunity, show};
use crate::highlevel::body::{Field, Kind, may, must};
use crate::highlevel::call::{Call, Reply};
use crate::highlevel::id::Id;
use crate::highlevel::refusal::Refusal;
use crate::highlevel::world::World;

/// The documents call more of it required than its own examples send.
pub(in crate::highlevel) const FIELDS: &[Field] = &[
    must("locationId", Kind::Key),
    may("query", Kind::Text),
    may("limit", Kind::Number),
    may("page", Kind::Number),
    may("searchAfter", Kind::List),
    may("filters", Kind::List),
    may("additionalDetails", Kind::Any),
];

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
