//! Reckoning in the time in which the shop is open.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests, outside of test functions"
)]

use flows::BusinessHours;
use jiff::civil::{date, time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

fn calendar(zone: &str) -> BusinessHours {
    BusinessHours::usual(TimeZone::get(zone).unwrap())
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn holidays_and_weekends_do_not_count() {
    let mut london = calendar("Europe/London");
    london.holidays.insert(date(2026, 12, 25));
    london.holidays.insert(date(2026, 12, 28));
    let thursday = at("2026-12-24T10:00:00Z");
    assert_eq!(
        london.add_business_days_at(thursday, 1),
        Some(at("2026-12-29T10:00:00Z"))
    );
    assert_eq!(
        london.add_business_days_at(thursday, -1),
        Some(at("2026-12-23T10:00:00Z"))
    );
    assert_eq!(
        london.add_business_days(date(2026, 12, 26), 0),
        Some(date(2026, 12, 29))
    );
    assert_eq!(
        london.next_open(at("2026-12-25T10:00:00Z")),
        Some(at("2026-12-29T09:00:00Z"))
    );
    assert_eq!(
        london.add_open_time(thursday, SignedDuration::from_hours(8)),
        Some(at("2026-12-29T10:00:00Z"))
    );
}

#[test]
fn the_hours_are_those_of_the_clock_on_the_wall() {
    let london = calendar("Europe/London");
    // Clocks go forward on Sunday, 29 March 2026, and back on Sunday, 25 October.
    assert_eq!(
        london.add_business_days_at(at("2026-03-27T10:00:00Z"), 1),
        Some(at("2026-03-30T09:00:00Z"))
    );
    assert_eq!(
        london.add_business_days_at(at("2026-10-23T09:00:00Z"), 1),
        Some(at("2026-10-26T10:00:00Z"))
    );
    assert_eq!(
        london.add_open_time(at("2026-03-27T16:00:00Z"), SignedDuration::from_hours(2)),
        Some(at("2026-03-30T09:00:00Z"))
    );
    assert_eq!(
        london.next_open(at("2026-10-25T00:30:00Z")),
        Some(at("2026-10-26T09:00:00Z"))
    );
}

#[test]
fn an_hour_that_is_left_out_or_comes_twice_is_open_for_as_long_as_it_lasts() {
    let mut night = calendar("Europe/London");
    night.days = [Some((time(0, 0, 0, 0), time(4, 0, 0, 0))); 7];
    // Three hours on the day that loses one, five on the day that gains one.
    let lost = night.add_open_time(at("2026-03-29T00:00:00Z"), SignedDuration::from_hours(3));
    assert_eq!(lost, Some(at("2026-03-29T03:00:00Z")));
    let next = night.add_open_time(at("2026-03-29T00:00:00Z"), SignedDuration::from_mins(181));
    assert_eq!(next, Some(at("2026-03-29T23:01:00Z")));
    let gained = night.add_open_time(at("2026-10-24T23:00:00Z"), SignedDuration::from_hours(5));
    assert_eq!(gained, Some(at("2026-10-25T04:00:00Z")));
}

#[test]
fn open_from_the_first_minute_to_the_last() {
    let london = calendar("Europe/London");
    assert!(london.is_open(at("2026-07-09T08:00:00Z")));
    assert!(london.is_open(at("2026-07-09T15:59:59Z")));
    assert!(!london.is_open(at("2026-07-09T16:00:00Z")));
    assert!(!london.is_open(at("2026-07-09T07:59:59Z")));
    assert!(!london.is_open(at("2026-07-11T10:00:00Z")));
    // Hours that end before they begin are none.
    let mut turned = london;
    turned.days[3] = Some((time(17, 0, 0, 0), time(9, 0, 0, 0)));
    assert!(!turned.is_open(at("2026-07-09T10:00:00Z")));
}
