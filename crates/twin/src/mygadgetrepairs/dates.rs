//! The vendor's forms of dates: what it shows and what it takes (mygadgetrepairs-api.md 8).

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};

/// As shown: `2026-07-16T14:03:11-0600`, to the second, with the shop's offset.
pub(super) fn shown(time: Timestamp, zone: &TimeZone) -> String {
    time.to_zoned_datetime(zone.clone())
        .strftime("%Y-%m-%dT%H:%M:%S%z")
        .to_string()
}

/// A date as given, with a time of day where there was one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Given {
    Day(Date),
    Moment(Timestamp),
}

impl Given {
    /// The first moment that is meant.
    pub(super) fn start(self, zone: &TimeZone) -> Option<Timestamp> {
        match self {
            Self::Day(day) => moment(day.to_datetime(Time::midnight()), zone),
            Self::Moment(time) => Some(time),
        }
    }

    /// The same without the time of day.
    pub(super) fn day(self, zone: &TimeZone) -> Self {
        match self {
            Self::Day(_) => self,
            Self::Moment(time) => Self::Day(time.to_zoned_datetime(zone.clone()).date()),
        }
    }

    /// The first moment after what is meant: the next day, or the next second.
    pub(super) fn end(self, zone: &TimeZone) -> Option<Timestamp> {
        match self {
            Self::Day(day) => moment(day.tomorrow().ok()?.to_datetime(Time::midnight()), zone),
            Self::Moment(time) => time.checked_add(jiff::SignedDuration::from_secs(1)).ok(),
        }
    }
}

/// Reads `05-Jan-2026`, `05-Jan-2026 14:30[:00]` in the shop's time, ISO 8601 with an offset or, without one, in the shop's time.
pub(super) fn read(text: &str, zone: &TimeZone) -> Option<Given> {
    let text = text.trim();
    for form in ["%d-%b-%Y %H:%M:%S", "%d-%b-%Y %H:%M"] {
        if let Ok(local) = DateTime::strptime(form, text) {
            return moment(local, zone).map(Given::Moment);
        }
    }
    if let Ok(day) = Date::strptime("%d-%b-%Y", text) {
        return Some(Given::Day(day));
    }
    if let Ok(zoned) = ZonedDateTime::strptime("%Y-%m-%dT%H:%M:%S%z", text) {
        return Some(Given::Moment(zoned.timestamp()));
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(Given::Moment(time));
    }
    if text.len() == 10 {
        return text.parse::<Date>().ok().map(Given::Day);
    }
    let local: DateTime = text.parse().ok()?;
    moment(local, zone).map(Given::Moment)
}

fn moment(local: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(local).compatible().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_the_shops_zone() {
        let zone = TimeZone::fixed(jiff::tz::offset(-6));
        let noon: Timestamp = "2026-07-16T20:03:11Z".parse().unwrap();
        assert_eq!(shown(noon, &zone), "2026-07-16T14:03:11-0600");
        for text in [
            "16-Jul-2026 14:03:11",
            "2026-07-16T14:03:11-0600",
            "2026-07-16T20:03:11Z",
            "2026-07-16T14:03:11",
        ] {
            assert_eq!(read(text, &zone), Some(Given::Moment(noon)), "{text}");
        }
        let day = read("16-Jul-2026", &zone).unwrap();
        assert_eq!(
            day.start(&zone).unwrap().to_string(),
            "2026-07-16T06:00:00Z"
        );
        assert_eq!(day.end(&zone).unwrap().to_string(), "2026-07-17T06:00:00Z");
        assert_eq!(read("2026-07-16", &zone), Some(day));
        assert_eq!(read("yesterday", &zone), None);
    }
}
