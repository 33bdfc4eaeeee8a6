//! When the shop is open.

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// When the shop is open, by weekday, and the days on which it is closed all the same. What flows wait for in business
/// time, and what they count in business days, goes by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Hours {
    /// Monday.
    pub monday: OpenFrom,
    /// Tuesday.
    pub tuesday: OpenFrom,
    /// Wednesday.
    pub wednesday: OpenFrom,
    /// Thursday.
    pub thursday: OpenFrom,
    /// Friday.
    pub friday: OpenFrom,
    /// Saturday.
    pub saturday: OpenFrom,
    /// Sunday.
    pub sunday: OpenFrom,
    /// Closed although the weekday is open: `2026-12-25`.
    pub holidays: Vec<Date>,
}

impl Hours {
    /// Opening and closing by weekday, Monday first; nothing on a day on which the shop is closed.
    #[must_use]
    pub fn days(&self) -> [Option<(Time, Time)>; 7] {
        [
            self.monday,
            self.tuesday,
            self.wednesday,
            self.thursday,
            self.friday,
            self.saturday,
            self.sunday,
        ]
        .map(|day| day.0)
    }
}

impl Default for Hours {
    fn default() -> Self {
        let open = OpenFrom(Some((
            Time::constant(9, 0, 0, 0),
            Time::constant(17, 0, 0, 0),
        )));
        let closed = OpenFrom(None);
        Self {
            monday: open,
            tuesday: open,
            wednesday: open,
            thursday: open,
            friday: open,
            saturday: closed,
            sunday: closed,
            holidays: Vec::new(),
        }
    }
}

/// The hours of a weekday: `09:00-17:00`, or `closed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OpenFrom(Option<(Time, Time)>);

impl fmt::Display for OpenFrom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some((opens, closes)) => {
                let text = |time: Time| time.strftime("%H:%M").to_string();
                write!(f, "{}-{}", text(opens), text(closes))
            }
            None => f.write_str("closed"),
        }
    }
}

impl FromStr for OpenFrom {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` are no opening hours; write them as 09:00-17:00, or closed. The shop closes on the day on which it opened"
            )
        };
        if text.trim() == "closed" {
            return Ok(Self(None));
        }
        let (opens, closes) = text.split_once('-').ok_or_else(wrong)?;
        let time = |text: &str| Time::strptime("%H:%M", text.trim()).map_err(|_| wrong());
        let (opens, closes) = (time(opens)?, time(closes)?);
        if opens < closes {
            Ok(Self(Some((opens, closes))))
        } else {
            Err(wrong())
        }
    }
}

impl TryFrom<String> for OpenFrom {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<OpenFrom> for String {
    fn from(hours: OpenFrom) -> Self {
        hours.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_as_they_are_written() {
        let hours: Hours = toml::from_str(
            "saturday = \"10:00-13:30\"\nmonday = \"closed\"\nholidays = [\"2026-12-25\"]",
        )
        .unwrap();
        assert_eq!(hours.saturday.to_string(), "10:00-13:30");
        assert_eq!(hours.days()[0], None);
        assert_eq!(hours.tuesday.to_string(), "09:00-17:00");
        let again: Hours = toml::from_str(&toml::to_string(&hours).unwrap()).unwrap();
        assert_eq!(again, hours);
    }

    #[test]
    fn what_is_no_hours_is_told_with_the_form_that_it_should_have() {
        for text in [
            "9 to 5",
            "17:00-09:00",
            "09:00",
            "25:00-26:00",
            "09:00-09:00",
            "",
        ] {
            let error = text.parse::<OpenFrom>().unwrap_err();
            assert!(error.contains("09:00-17:00"), "{text}: {error}");
        }
    }
}
