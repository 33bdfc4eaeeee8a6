//! Changes of dates and instants. Days, months and business days are those of the shop's calendar.

use super::{FormatDate, Transform};
use crate::names::Names;
use jiff::{SignedDuration, Span, Timestamp, civil::Date, tz::TimeZone};
use serde_json::Value as Json;

/// A date, or an instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum When {
    /// A day of the calendar.
    Day(Date),
    /// An instant.
    At(Timestamp),
}

pub(super) fn apply(
    transform: &Transform,
    value: &Json,
    names: &Names<'_>,
) -> Result<Json, String> {
    let when = read(value, &names.calendar.zone)?;
    let zone = &names.calendar.zone;
    let later = match transform {
        Transform::Milliseconds => return Ok(Json::from(instant(when, zone)?.as_millisecond())),
        Transform::FormatDate(format) => return written(when, format, zone).map(Json::String),
        Transform::AddHours(hours) => {
            moved(when, SignedDuration::from_hours((*hours).into()), zone)?
        }
        Transform::AddMinutes(minutes) => {
            moved(when, SignedDuration::from_mins((*minutes).into()), zone)?
        }
        Transform::AddDays(days) => shifted(when, Span::new().try_days(*days), zone)?,
        Transform::AddMonths(months) => shifted(when, Span::new().try_months(*months), zone)?,
        Transform::AddBusinessDays(days) => match when {
            When::Day(day) => When::Day(
                names
                    .calendar
                    .add_business_days(day, *days)
                    .ok_or_else(far)?,
            ),
            When::At(at) => When::At(
                names
                    .calendar
                    .add_business_days_at(at, *days)
                    .ok_or_else(far)?,
            ),
        },
        Transform::StartOfDay => {
            let day = day(when, zone);
            When::At(zone.to_timestamp(day.into()).map_err(|_| far())?)
        }
        Transform::NextBusinessTime => {
            let at = instant(when, zone)?;
            When::At(names.calendar.next_open(at).ok_or_else(far)?)
        }
        Transform::Date => When::Day(day(when, zone)),
        _ => when,
    };
    Ok(json(later))
}

fn far() -> String {
    "is too far away in the calendar, or the shop is never open".to_owned()
}

/// Reads a date, an instant, or a local time without a zone as one of the shop's.
pub(crate) fn read(value: &Json, zone: &TimeZone) -> Result<When, String> {
    // Fields of synced records hold instants in a table of their own.
    let text = value
        .as_str()
        .or_else(|| value.get("at").and_then(Json::as_str));
    let text = text.map(str::trim).unwrap_or_default();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(When::At(at));
    }
    if text.len() <= 10
        && let Ok(day) = text.parse::<Date>()
    {
        return Ok(When::Day(day));
    }
    if let Ok(local) = text.replacen(' ', "T", 1).parse::<jiff::civil::DateTime>()
        && let Ok(at) = zone.to_timestamp(local)
    {
        return Ok(When::At(at));
    }
    for pattern in ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S%.f%z"] {
        if let Ok(at) = Timestamp::strptime(pattern, text) {
            return Ok(When::At(at));
        }
    }
    match Date::strptime("%d-%b-%Y", text) {
        Ok(day) => Ok(When::Day(day)),
        Err(_) => Err(
            "is not a date; it must be written like 2026-07-16 or 2026-07-16T14:00:00Z".to_owned(),
        ),
    }
}

/// The instant that is meant; of a date its first.
pub(crate) fn instant(when: When, zone: &TimeZone) -> Result<Timestamp, String> {
    match when {
        When::At(at) => Ok(at),
        When::Day(day) => zone.to_timestamp(day.into()).map_err(|_| far()),
    }
}

fn day(when: When, zone: &TimeZone) -> Date {
    match when {
        When::Day(day) => day,
        When::At(at) => zone.to_datetime(at).date(),
    }
}

fn json(when: When) -> Json {
    Json::String(match when {
        When::Day(day) => day.to_string(),
        When::At(at) => at.to_string(),
    })
}

fn moved(when: When, by: SignedDuration, zone: &TimeZone) -> Result<When, String> {
    let at = instant(when, zone)?;
    at.checked_add(by).map(When::At).map_err(|_| far())
}

/// Moved in the calendar: a day later is the same time of day, whatever the clocks did in between.
fn shifted(when: When, span: Result<Span, jiff::Error>, zone: &TimeZone) -> Result<When, String> {
    let span = span.map_err(|_| far())?;
    match when {
        When::Day(day) => day.checked_add(span).map(When::Day).map_err(|_| far()),
        When::At(at) => {
            let local = zone.to_datetime(at).checked_add(span).map_err(|_| far())?;
            zone.to_timestamp(local).map(When::At).map_err(|_| far())
        }
    }
}

fn written(when: When, format: &FormatDate, shop: &TimeZone) -> Result<String, String> {
    let (pattern, zone) = match format {
        FormatDate::Pattern(pattern) => (pattern, shop.clone()),
        FormatDate::In { pattern, zone } => {
            let zone = TimeZone::get(zone).map_err(|_| {
                format!("`{zone}` is not a time zone; write an IANA name such as Europe/London")
            })?;
            (pattern, zone)
        }
    };
    let text = match when {
        When::Day(day) => jiff::fmt::strtime::format(pattern, day),
        When::At(at) => jiff::fmt::strtime::format(pattern, &at.to_zoned_datetime(zone)),
    };
    text.map_err(|_| format!("`{pattern}` is not a pattern for this; write for example %d.%m.%Y"))
}

/// A date or an instant in the words of a pattern.
pub(crate) fn shown(value: &Json, pattern: &str, zone: &TimeZone) -> Result<String, String> {
    written(
        read(value, zone)?,
        &FormatDate::Pattern(pattern.to_owned()),
        zone,
    )
}
