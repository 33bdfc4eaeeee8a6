//! References, dates and amounts as they are sent to any of the resources.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::super::book::{Book, Word};
use super::super::dates;
use super::super::id::Id;
use super::Call;

const CUSTOMER: &[&str] = &["customer", "customerId"];
const TICKET: &[&str] = &["ticket", "ticketId"];
const STAFF: &[&str] = &[
    "staff",
    "staffId",
    "user",
    "userId",
    "technician",
    "technicianId",
];

/// The customer that is named, if one is.
pub(super) fn customer(book: &Book, call: &Call<'_>) -> Result<Option<Id>, String> {
    reference(call, CUSTOMER, |id| book.customers.get(id).is_some())
        .ok_or_else(|| "The customer is not known. Use an id of /customers.".to_owned())
}

/// The ticket that is named, if one is.
pub(super) fn ticket(book: &Book, call: &Call<'_>) -> Result<Option<Id>, String> {
    reference(call, TICKET, |id| book.tickets.get(id).is_some())
        .ok_or_else(|| "The ticket is not known. Use an id of /tickets.".to_owned())
}

/// The member of staff that is named, if one is.
pub(super) fn staff(book: &Book, call: &Call<'_>) -> Result<Option<Id>, String> {
    reference(call, STAFF, |id| book.user(id).is_some())
        .ok_or_else(|| "The staff member is not known. Use an id of /users.".to_owned())
}

/// `None` for a reference to nothing; the inner one is missing where none was sent.
fn reference(call: &Call<'_>, names: &[&str], known: impl Fn(Id) -> bool) -> Option<Option<Id>> {
    match call.arguments.filter(names) {
        None => Some(None),
        Some(text) => Id::read(&text).filter(|id| known(*id)).map(Some),
    }
}

/// One of the words, by its number or its label.
pub(super) fn word(words: &[Word], text: &str) -> Option<u32> {
    words
        .iter()
        .find(|word| word.id.to_string() == text || word.label.eq_ignore_ascii_case(text))
        .map(|word| word.id)
}

/// A date with a time of day, in the shop's time where it says no other.
pub(super) fn moment(
    book: &Book,
    call: &Call<'_>,
    names: &[&str],
) -> Result<Option<Timestamp>, String> {
    let Some(text) = call.arguments.filter(names) else {
        return Ok(None);
    };
    dates::read(&text, &book.zone)
        .and_then(|given| given.start(&book.zone))
        .map(Some)
        .ok_or(format!(
            "{text} is not a date and time. Use the format dd-mmm-yyyy HH:mm."
        ))
}

/// A day of the shop.
pub(super) fn day(book: &Book, call: &Call<'_>, names: &[&str]) -> Result<Option<Date>, String> {
    let time = moment(book, call, names)?;
    Ok(time.map(|time| time.to_zoned_datetime(book.zone.clone()).date()))
}

/// An amount of money, in pence, cents: a number, or a text that may have a sign of a currency and commas.
pub(super) fn money(call: &Call<'_>, names: &[&str]) -> Result<Option<i64>, String> {
    let Some(text) = call.arguments.filter(names) else {
        return Ok(None);
    };
    let digits: String = text
        .chars()
        .filter(|letter| letter.is_ascii_digit() || matches!(letter, '.' | '-'))
        .collect();
    match digits.parse::<f64>() {
        Ok(amount) if amount.is_finite() && amount.abs() < 1e12 => {
            Ok(Some((amount * 100.0).round() as i64))
        }
        _ => Err(format!(
            "{text} is not an amount. Use a number such as 49.90."
        )),
    }
}

/// As shown.
pub(super) fn shown_money(pence: i64) -> f64 {
    pence as f64 / 100.0
}

/// A day as shown; nothing for none.
pub(super) fn shown_day(day: Option<Date>) -> Value {
    json!(day.map(|day| day.to_string()).unwrap_or_default())
}

/// A time as shown; nothing for none.
pub(super) fn shown_time(book: &Book, time: Option<Timestamp>) -> Value {
    json!(
        time.map(|time| dates::shown(time, &book.zone))
            .unwrap_or_default()
    )
}
