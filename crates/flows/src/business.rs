//! When the shop is open, and reckoning in that time.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use std::collections::BTreeSet;

/// How far ahead an opening is looked for: whoever closes for longer has closed for good.
const FARTHEST: usize = 3_700;

/// When the shop is open, in its own zone.
#[derive(Clone, Debug)]
pub struct BusinessHours {
    /// The shop's time zone.
    pub zone: TimeZone,
    /// Opening and closing by weekday, Monday first; nothing on a day on which the shop is closed.
    pub days: [Option<(Time, Time)>; 7],
    /// Days on which the shop is closed although its weekday is open.
    pub holidays: BTreeSet<Date>,
}

impl BusinessHours {
    /// Monday to Friday from nine to five.
    #[must_use]
    pub fn usual(zone: TimeZone) -> Self {
        let day = Some((Time::constant(9, 0, 0, 0), Time::constant(17, 0, 0, 0)));
        Self {
            zone,
            days: [day, day, day, day, day, None, None],
            holidays: BTreeSet::new(),
        }
    }

    /// The hours of a day; nothing when the shop is closed.
    #[must_use]
    pub fn hours(&self, day: Date) -> Option<(Time, Time)> {
        let weekday = usize::from(day.weekday().to_monday_zero_offset().unsigned_abs());
        let hours = self.days.get(weekday).copied().flatten()?;
        (!self.holidays.contains(&day) && hours.0 < hours.1).then_some(hours)
    }

    /// Whether the shop is open.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.next_open(at) == Some(at)
    }

    /// The instant itself while the shop is open, else when it opens next.
    #[must_use]
    pub fn next_open(&self, at: Timestamp) -> Option<Timestamp> {
        self.spans(at).map(|(opens, _)| opens.max(at)).next()
    }

    /// So much open time later. Nothing when the shop never opens again.
    #[must_use]
    pub fn add_open_time(&self, at: Timestamp, length: SignedDuration) -> Option<Timestamp> {
        let mut left = length.max(SignedDuration::ZERO);
        for (opens, closes) in self.spans(at) {
            let begins = opens.max(at);
            let room = closes.duration_since(begins);
            if left <= room {
                return begins.checked_add(left).ok();
            }
            left = left.checked_sub(room)?;
        }
        None
    }

    /// So many open days later; earlier when negative. No days later is the day itself if the shop is open on it, else
    /// the next on which it is.
    #[must_use]
    pub fn add_business_days(&self, day: Date, days: i32) -> Option<Date> {
        let step = if days < 0 { (-1).day() } else { 1.day() };
        let mut left = days.unsigned_abs();
        let mut day = day;
        for _ in 0..FARTHEST {
            let open = self.hours(day).is_some();
            if left == 0 && open {
                return Some(day);
            }
            day = day.checked_add(step).ok()?;
            if left > 0 && self.hours(day).is_some() {
                left -= 1;
            }
        }
        None
    }

    /// The same time of day so many open days later. A day on which the shop is closed counts as the first moment of the
    /// next on which it is open, so that later never comes before earlier.
    #[must_use]
    pub fn add_business_days_at(&self, at: Timestamp, days: i32) -> Option<Timestamp> {
        let local = self.zone.to_datetime(at);
        let first = self.add_business_days(local.date(), 0)?;
        let time = if first == local.date() {
            local.time()
        } else {
            Time::midnight()
        };
        let day = self.add_business_days(first, days)?;
        self.zone.to_timestamp(day.to_datetime(time)).ok()
    }

    /// The stretches of open time that end after the instant, in order.
    fn spans(&self, at: Timestamp) -> impl Iterator<Item = (Timestamp, Timestamp)> + '_ {
        // The day before as well: where clocks go back at midnight, its hours may not be over.
        let first = self.zone.to_datetime(at).date();
        let days = std::iter::successors(first.yesterday().ok(), |day| day.tomorrow().ok());
        days.take(FARTHEST).filter_map(move |day| {
            let (opens, closes) = self.hours(day)?;
            let opens = self.zone.to_timestamp(day.to_datetime(opens)).ok()?;
            let closes = self.zone.to_timestamp(day.to_datetime(closes)).ok()?;
            (closes > at && opens < closes).then_some((opens, closes))
        })
    }
}
