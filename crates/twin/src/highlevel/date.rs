//! HighLevel's ways of writing time (highlevel-api.md 7.1).

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};
use serde_json::Value;

fn timestamp(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// `2026-07-17T10:26:20.635Z`.
pub(crate) fn iso(millis: i64) -> String {
    format!("{:.3}", timestamp(millis))
}

pub(crate) fn zoned(millis: i64, zone: &TimeZone) -> ZonedDateTime {
    timestamp(millis).to_zoned_datetime(zone.clone())
}

/// `2026-08-01T12:00:00+02:00`, as appointments by id have.
pub(crate) fn with_offset(millis: i64, zone: &TimeZone) -> String {
    zoned(millis, zone)
        .strftime("%Y-%m-%dT%H:%M:%S%:z")
        .to_string()
}

/// `2026-08-01 12:00:00` in the location's time, as the appointments of a contact have.
pub(crate) fn local(millis: i64, zone: &TimeZone) -> String {
    zoned(millis, zone)
        .strftime("%Y-%m-%d %H:%M:%S")
        .to_string()
}

/// An instant with zone or offset; milliseconds may be there.
pub(crate) fn parse_instant(text: &str) -> Option<i64> {
    text.parse::<Timestamp>()
        .ok()
        .map(Timestamp::as_millisecond)
}

/// An instant; without an offset it is the location's time.
pub(crate) fn parse_in(text: &str, zone: &TimeZone) -> Option<i64> {
    parse_instant(text).or_else(|| {
        let local: DateTime = text.parse().ok()?;
        let zoned = local.to_zoned_datetime(zone.clone()).ok()?;
        Some(zoned.timestamp().as_millisecond())
    })
}

/// The bound of a filter: ISO text, a date, or milliseconds.
pub(crate) fn parse_bound(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => parse_instant(text)
            .or_else(|| midnight(text))
            .or_else(|| text.parse().ok()),
        _ => None,
    }
}

fn midnight(text: &str) -> Option<i64> {
    let date: Date = text.parse().ok()?;
    let zoned = date.to_zoned_datetime(TimeZone::UTC).ok()?;
    Some(zoned.timestamp().as_millisecond())
}

/// A date of birth in any of the eight documented forms (highlevel-api.md 7.3), as midnight UTC.
pub(crate) fn parse_birth(text: &str) -> Option<i64> {
    let parts: Vec<&str> = text.split(['/', '-', '.', '_']).collect();
    let [first, second, third] = parts.as_slice() else {
        return parse_instant(text);
    };
    let (year, month, day) = if first.len() == 4 {
        (first, second, third)
    } else {
        (third, first, second)
    };
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    let zoned = date.to_zoned_datetime(TimeZone::UTC).ok()?;
    Some(zoned.timestamp().as_millisecond())
}

/// The zone of this name, UTC when there is none.
pub(crate) fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_forms_of_a_birthday_mean_the_same_day() {
        let wanted = parse_instant("1990-03-04T00:00:00Z");
        for form in [
            "1990/03/04",
            "03/04/1990",
            "1990-03-04",
            "03-04-1990",
            "1990.03.04",
            "03.04.1990",
            "1990_03_04",
            "03_04_1990",
        ] {
            assert_eq!(parse_birth(form), wanted, "{form}");
        }
        assert_eq!(parse_birth("yesterday"), None);
    }

    #[test]
    fn instants_are_written_in_each_vendor_form() {
        let noon = parse_instant("2026-08-01T10:00:00Z").unwrap();
        let berlin = zone("Europe/Berlin");
        assert_eq!(iso(noon), "2026-08-01T10:00:00.000Z");
        assert_eq!(with_offset(noon, &berlin), "2026-08-01T12:00:00+02:00");
        assert_eq!(local(noon, &berlin), "2026-08-01 12:00:00");
        assert_eq!(parse_in("2026-08-01 12:00:00", &berlin), Some(noon));
    }
}
