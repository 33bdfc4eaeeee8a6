//! The due rule: business days after opening, at the shop's closing hour.

use domain::Timestamp;
use jiff::{ToSpan, civil::Time, civil::Weekday, tz::TimeZone};

/// The instant `days` business days after `opened`, at `time` in `zone`. Saturdays and Sundays do not
/// count. Nothing at the far ends of the calendar.
pub fn due(opened: Timestamp, days: u16, time: Time, zone: &TimeZone) -> Option<Timestamp> {
    let mut date = zone.to_datetime(opened).date();
    let mut left = days;
    while left > 0 || weekend(date.weekday()) {
        date = date.checked_add(1.day()).ok()?;
        if left > 0 && !weekend(date.weekday()) {
            left -= 1;
        }
    }
    zone.to_timestamp(date.to_datetime(time)).ok()
}

const fn weekend(day: Weekday) -> bool {
    matches!(day, Weekday::Saturday | Weekday::Sunday)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekends_are_skipped_and_the_hour_is_the_shops() {
        let zone = TimeZone::posix("GMT0BST,M3.5.0/1,M10.5.0").unwrap();
        let time = Time::constant(17, 0, 0, 0);
        for (opened, days, expected) in [
            ("2026-07-06T09:00:00Z", 3, "2026-07-09T16:00:00Z"), // Monday, summer time
            ("2026-01-08T09:00:00Z", 3, "2026-01-13T17:00:00Z"), // Thursday over a weekend
            ("2026-01-10T09:00:00Z", 1, "2026-01-12T17:00:00Z"), // opened on a Saturday
            ("2026-01-10T09:00:00Z", 0, "2026-01-12T17:00:00Z"),
            ("2026-07-06T23:30:00Z", 1, "2026-07-08T16:00:00Z"), // already Tuesday in the shop
        ] {
            let due = due(opened.parse().unwrap(), days, time, &zone).unwrap();
            assert_eq!(due, expected.parse().unwrap(), "{opened} + {days}");
        }
    }
}
