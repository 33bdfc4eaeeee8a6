//! Times as MyGadgetRepairs writes and reads them.

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A time as the vendor sent it, no more exact than it was (mygadgetrepairs-api.md section 8).
///
/// Answers carry ISO 8601 with second precision and a numeric offset, `-0600` or `-06:00`, or `Z`. Without
/// an offset, or as a bare date, the shop's time zone is needed to place it: [`Stamp::instant`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stamp {
    /// A known instant.
    At(Timestamp),
    /// Date and time of day in the shop's zone.
    Local(DateTime),
    /// A day in the shop's zone.
    Day(Date),
}

impl Stamp {
    /// The instant, given the shop's zone. A bare day counts as its first moment. `None` only where the
    /// calendar itself ends.
    #[must_use]
    pub fn instant(self, zone: &TimeZone) -> Option<Timestamp> {
        match self {
            Self::At(at) => Some(at),
            Self::Local(local) => zone.to_ambiguous_timestamp(local).compatible().ok(),
            Self::Day(day) => zone
                .to_ambiguous_timestamp(day.to_datetime(jiff::civil::Time::midnight()))
                .compatible()
                .ok(),
        }
    }

    /// The day in the shop's zone.
    #[must_use]
    pub fn day(self, zone: &TimeZone) -> Date {
        match self {
            Self::At(at) => zone.to_datetime(at).date(),
            Self::Local(local) => local.date(),
            Self::Day(day) => day,
        }
    }
}

/// The text is no time that the vendor is known to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a time; expected ISO 8601 such as `2026-07-16T14:03:11-0600` or `05-Jan-2026`")]
pub struct NotATime;

impl FromStr for Stamp {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        let text = text.trim();
        if let Some((date, rest)) = split_date(text) {
            let rest = rest.trim_start_matches([' ', 'T', 't']).trim();
            if rest.is_empty() {
                return Ok(Self::Day(date));
            }
            return time_of_day(date, rest).ok_or(NotATime);
        }
        Err(NotATime)
    }
}

/// The leading date, ISO or `dd-mmm-yyyy`, and what follows it.
fn split_date(text: &str) -> Option<(Date, &str)> {
    if let Some(head) = text.get(..10)
        && let Ok(date) = Date::strptime("%Y-%m-%d", head)
    {
        return Some((date, &text[10..]));
    }
    // The month may be written `OCT`, so only a `T` behind the year starts the time of day.
    let end = text
        .char_indices()
        .find(|(at, sign)| *sign == ' ' || (*at > 8 && *sign == 'T'))
        .map_or(text.len(), |(at, _)| at);
    let date = Date::strptime("%d-%b-%Y", &text[..end]).ok()?;
    Some((date, &text[end..]))
}

/// Time of day with or without an offset.
fn time_of_day(date: Date, rest: &str) -> Option<Stamp> {
    let (clock, offset) = match rest.find(['Z', 'z', '+', '-']) {
        Some(at) => (rest[..at].trim(), Some(&rest[at..])),
        None => (rest, None),
    };
    // Fractions of a second carry no meaning for a sync; they are dropped.
    let whole = clock.split_once('.').map_or(clock, |(whole, _)| whole);
    let time = jiff::civil::Time::strptime("%H:%M:%S", whole)
        .or_else(|_| jiff::civil::Time::strptime("%H:%M", whole))
        .ok()?;
    let local = date.to_datetime(time);
    match offset {
        None => Some(Stamp::Local(local)),
        Some(offset) => {
            let seconds = offset_seconds(offset)?;
            let zone = TimeZone::fixed(jiff::tz::Offset::from_seconds(seconds).ok()?);
            zone.to_timestamp(local).ok().map(Stamp::At)
        }
    }
}

/// `Z`, `-0600`, `-06:00` or `-06` in seconds.
fn offset_seconds(text: &str) -> Option<i32> {
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits: String = text[1..].chars().filter(|c| *c != ':').collect();
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = match digits.len() {
        2 => (digits.as_str(), "0"),
        4 => digits.split_at(2),
        _ => return None,
    };
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 15 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// How a point in time is written into a request.
///
/// The format that appointments want is not documented; `dd-mmm-yyyy HH:mm` is the house style of the
/// documented filters (mygadgetrepairs-api.md section 8). Corrected through [`crate::WireNames`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WriteTimeFormat {
    /// `05-Jan-2026 14:30` in the shop's zone.
    #[default]
    House,
    /// `2026-01-05T14:30:00-0600`, the shape of the answers.
    IsoOffset,
    /// `2026-01-05 14:30:00` in the shop's zone.
    IsoLocal,
    /// `05-Jan-2026`; the time of day goes into a parameter of its own.
    HouseDay,
}

impl WriteTimeFormat {
    /// Writes the instant as seen in the shop's zone.
    #[must_use]
    pub fn write(self, at: Timestamp, zone: &TimeZone) -> String {
        let zoned = at.to_zoned_datetime(zone.clone());
        let pattern = match self {
            Self::House => "%d-%b-%Y %H:%M",
            Self::IsoOffset => "%Y-%m-%dT%H:%M:%S%z",
            Self::IsoLocal => "%Y-%m-%d %H:%M:%S",
            Self::HouseDay => "%d-%b-%Y",
        };
        zoned.strftime(pattern).to_string()
    }
}

/// A day as the documented date filters want it: `05-Jan-2026`, English month
/// (mygadgetrepairs-api.md section 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FilterDay(pub Date);

impl fmt::Display for FilterDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.strftime("%d-%b-%Y").fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Stamp {
        Stamp::At(text.parse().unwrap())
    }

    #[test]
    fn every_known_spelling_is_read() {
        let expected = at("2026-07-16T20:03:11Z");
        for text in [
            "2026-07-16T14:03:11-0600",
            "2026-07-16T14:03:11-06:00",
            "2026-07-16T14:03:11-06",
            "2026-07-16T20:03:11Z",
            "2026-07-16 14:03:11 -0600",
            "2026-07-16T14:03:11.250-0600",
            "16-Jul-2026 14:03:11 -0600",
        ] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_needs_the_shops_zone_says_so() {
        let zone = TimeZone::get("America/Denver").unwrap();
        for text in ["2026-07-16", "16-Jul-2026", "16-JUL-2026"] {
            let stamp: Stamp = text.parse().unwrap();
            assert!(matches!(stamp, Stamp::Day(_)), "{text}");
            assert_eq!(
                stamp.instant(&zone),
                Some("2026-07-16T06:00:00Z".parse().unwrap())
            );
        }
        let stamp: Stamp = "2026-07-16 14:03:11".parse().unwrap();
        assert_eq!(
            stamp.instant(&zone),
            Some("2026-07-16T20:03:11Z".parse().unwrap())
        );
        // 01:00 UTC is still the day before in Denver.
        let late: Stamp = "2026-07-17T01:00:00Z".parse().unwrap();
        assert_eq!(late.day(&zone), jiff::civil::date(2026, 7, 16));
    }

    #[test]
    fn october_in_capitals_is_a_month() {
        assert_eq!(
            "5-OCT-2026T10:00:00Z".parse(),
            Ok(at("2026-10-05T10:00:00Z"))
        );
    }

    #[test]
    fn junk_is_refused_without_panic() {
        for text in [
            "",
            "soon",
            "2026-13-01",
            "2026-07-16T25:00:00Z",
            "2026-07-16T10:00:00+9999",
            "é2026-07-1",
            "2026-07-1é",
            "10-Jul",
            "2026-07-16T10:00:00-é0",
        ] {
            assert_eq!(text.parse::<Stamp>(), Err(NotATime), "{text}");
        }
    }

    #[test]
    fn times_are_written_as_the_table_says() {
        let zone = TimeZone::get("America/Denver").unwrap();
        let when: Timestamp = "2026-01-05T21:30:00Z".parse().unwrap();
        for (format, expected) in [
            (WriteTimeFormat::House, "05-Jan-2026 14:30"),
            (WriteTimeFormat::IsoOffset, "2026-01-05T14:30:00-0700"),
            (WriteTimeFormat::IsoLocal, "2026-01-05 14:30:00"),
            (WriteTimeFormat::HouseDay, "05-Jan-2026"),
        ] {
            assert_eq!(format.write(when, &zone), expected);
        }
        assert_eq!(
            FilterDay(jiff::civil::date(2026, 1, 5)).to_string(),
            "05-Jan-2026"
        );
    }
}
