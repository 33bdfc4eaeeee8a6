//! `POST /contacts/search` (highlevel-api.md 7.7).

mod field;
mod filter;
mod find;
pub(crate) mod index;
mod order;
mod row;

use serde_json::{Value, json};

use self::find::{Question, find};
use self::order::{Order, Place};
use super::body::{self, Kind, may, must};
use super::call::{Call, Reply};
use super::refusal::Refusal;
use super::world::World;

pub(super) use self::find::has_words;
pub(super) use self::row::row;

/// Page size at most; also what `page` reaches.
const LARGEST_PAGE: u64 = 500;
const REACHED_BY_PAGE: u64 = 10_000;

/// Properties of the request.
pub(super) const FIELDS: &[body::Field] = &[
    must("locationId", Kind::Key),
    must("pageLimit", Kind::Number),
    may("page", Kind::Number),
    may("searchAfter", Kind::List),
    may("query", Kind::Text),
    may("filters", Kind::List),
    may("sort", Kind::List),
];

pub(super) fn search(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let limit = whole(call.body.get("pageLimit")).unwrap_or(0);
    if !(1..=LARGEST_PAGE).contains(&limit) {
        return Err(Refusal::invalid_one(format!(
            "pageLimit must be between 1 and {LARGEST_PAGE}"
        )));
    }
    let order = Order::parse(call.body.get("sort"))?;
    let filter = filter::parse_all(call.body.get("filters"))?;
    let words = query(call.body.get("query"))?;
    let (cursor, skip) = position(call, &order, limit)?;
    world.contacts.index.advance(call.now);
    let found = find(
        &world.contacts.index,
        &Question {
            filter,
            words,
            order: &order,
            cursor,
            skip,
            limit: usize::try_from(limit).unwrap_or(1),
        },
    );
    let rows: Vec<Value> = found
        .rows
        .iter()
        .map(|contact| {
            row(
                contact,
                &world.location.id,
                call.v3,
                Some(order.place(contact).to_json()),
            )
        })
        .collect();
    Ok(Reply::ok(json!({ "contacts": rows, "total": found.total })))
}

fn whole(value: Option<&Value>) -> Option<u64> {
    value.and_then(Value::as_u64)
}

fn query(value: Option<&Value>) -> Result<String, Refusal> {
    let words = value.and_then(Value::as_str).unwrap_or_default();
    if words.chars().count() > 75 {
        return Err(Refusal::invalid_one(
            "query must be shorter than or equal to 75 characters",
        ));
    }
    Ok(words.trim().to_lowercase())
}

/// The cursor, or the rows to skip. Refusing both at once, and the far pages, is documented; the words are a guess.
fn position(call: &Call<'_>, order: &Order, limit: u64) -> Result<(Option<Place>, usize), Refusal> {
    let cursor = call
        .body
        .get("searchAfter")
        .filter(|value| value.as_array().is_some_and(|values| !values.is_empty()));
    let page = call.body.get("page").filter(|value| !value.is_null());
    match (cursor, page) {
        (Some(_), Some(_)) => Err(Refusal::invalid_one(
            "page and searchAfter cannot be used together",
        )),
        (Some(cursor), None) => Ok((Some(order.cursor(cursor)?), 0)),
        (None, None) => Ok((None, 0)),
        (None, Some(page)) => {
            let page = whole(Some(page))
                .filter(|page| *page >= 1)
                .ok_or_else(|| Refusal::invalid_one("page must not be less than 1"))?;
            if page.saturating_mul(limit) > REACHED_BY_PAGE {
                return Err(Refusal::bad_request(format!(
                    "Only the first {REACHED_BY_PAGE} records can be reached by page, use searchAfter"
                )));
            }
            let skip = usize::try_from((page - 1) * limit).unwrap_or(0);
            Ok((None, skip))
        }
    }
}
