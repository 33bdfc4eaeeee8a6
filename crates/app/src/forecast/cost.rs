//! What work costs, as it is told.

use domain::Timestamp;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sync::forecast::Forecast;

/// What work costs, and when it is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cost {
    /// Requests to HighLevel.
    pub highlevel: u64,
    /// Requests to MyGadgetRepairs.
    pub mygadgetrepairs: u64,
    /// Seconds that it takes from now on.
    pub seconds: u64,
    /// When it is done.
    #[schemars(with = "String")]
    pub finish_at: Timestamp,
    /// How long, and until when, for people; by the shop's clock.
    pub words: String,
}

impl Cost {
    pub(super) fn of(forecast: Forecast, now: Timestamp, zone: &TimeZone) -> Self {
        Self {
            highlevel: forecast.highlevel,
            mygadgetrepairs: forecast.mygadgetrepairs,
            seconds: forecast.seconds,
            finish_at: forecast.finish_at,
            words: words(&forecast, now, zone),
        }
    }
}

/// For people: "about 2 hours 10 minutes, done around 16:40".
fn words(forecast: &Forecast, now: Timestamp, zone: &TimeZone) -> String {
    let here = |at: Timestamp| zone.to_datetime(at);
    let (today, then) = (here(now).date(), here(forecast.finish_at));
    let day = match then.date() {
        date if date == today => String::new(),
        date if today.tomorrow().is_ok_and(|tomorrow| tomorrow == date) => "tomorrow ".to_owned(),
        _ => format!("on {} ", then.strftime("%A, %-d %B,")),
    };
    format!(
        "{}, done {day}around {}",
        duration(forecast.seconds),
        then.strftime("%H:%M")
    )
}

fn duration(seconds: u64) -> String {
    let count =
        |number: u64, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
    match seconds {
        0..60 => "less than a minute".to_owned(),
        60..5_400 => format!("about {}", count(seconds.div_ceil(60), "minute")),
        5_400..172_800 => {
            // To ten minutes.
            let tens = seconds.div_ceil(600);
            match (tens / 6, tens % 6) {
                (hours, 0) => format!("about {}", count(hours, "hour")),
                (hours, tens) => format!("about {} {} minutes", count(hours, "hour"), tens * 10),
            }
        }
        _ => {
            let hours = seconds.div_ceil(3_600);
            match (hours / 24, hours % 24) {
                (days, 0) => format!("about {}", count(days, "day")),
                (days, hours) => {
                    format!("about {} {}", count(days, "day"), count(hours, "hour"))
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(seconds: u64) -> String {
        let now: Timestamp = "2026-07-01T13:30:00Z".parse().unwrap();
        let finish_at = now
            .checked_add(jiff::SignedDuration::from_secs(
                i64::try_from(seconds).unwrap(),
            ))
            .unwrap();
        let forecast = Forecast {
            highlevel: 0,
            mygadgetrepairs: 0,
            seconds,
            finish_at,
        };
        words(&forecast, now, &TimeZone::get("Europe/London").unwrap())
    }

    #[test]
    fn durations_are_told_for_people_by_the_shops_clock() {
        assert_eq!(said(20), "less than a minute, done around 14:30");
        assert_eq!(said(60), "about 1 minute, done around 14:31");
        assert_eq!(said(7_750), "about 2 hours 10 minutes, done around 16:39");
        assert_eq!(said(7_200), "about 2 hours, done around 16:30");
        assert_eq!(said(36_000), "about 10 hours, done tomorrow around 00:30");
        assert_eq!(
            said(3 * 86_400 + 3_600),
            "about 3 days 1 hour, done on Saturday, 4 July, around 15:30"
        );
    }
}
