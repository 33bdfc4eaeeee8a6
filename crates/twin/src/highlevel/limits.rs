//! Rate limits: a fixed window of 10 s and a day from the first request, per token (highlevel-api.md 6).

use std::collections::BTreeMap;

use super::settings::Settings;

const WINDOW: i64 = 10_000;
const DAY: i64 = 86_400_000;

#[derive(Debug, Clone, Copy, Default)]
struct Spent {
    window: i64,
    in_window: u32,
    day_began: i64,
    in_day: u32,
}

/// What one token has used up.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    by_token: BTreeMap<String, Spent>,
    /// Requests that were answered 429.
    pub violations: u64,
}

/// The six headers, and whether the request is over a limit.
#[derive(Debug)]
pub(crate) struct Allowance {
    pub headers: Vec<(&'static str, String)>,
    pub over: bool,
}

impl Limits {
    /// Counts one request of this token.
    pub fn spend(&mut self, token: &str, settings: &Settings, now: i64) -> Allowance {
        let spent = self.by_token.entry(token.to_owned()).or_default();
        let window = now.div_euclid(WINDOW);
        if spent.window != window {
            spent.window = window;
            spent.in_window = 0;
        }
        if spent.in_day == 0 || now - spent.day_began >= DAY {
            spent.day_began = now;
            spent.in_day = 0;
        }
        let per_window = settings.requests_per_10s;
        let per_day = settings.requests_per_day;
        let over = per_window.is_some_and(|limit| spent.in_window >= limit)
            || per_day.is_some_and(|limit| spent.in_day >= limit);
        if over {
            self.violations += 1;
        } else {
            spent.in_window = spent.in_window.saturating_add(1);
            spent.in_day = spent.in_day.saturating_add(1);
        }
        // Without a limit the headers tell of one that nobody reaches; clients expect them.
        let per_window = per_window.unwrap_or(1_000_000);
        let per_day = per_day.unwrap_or(1_000_000_000);
        let left = |limit: u32, used: u32| limit.saturating_sub(used).to_string();
        Allowance {
            headers: vec![
                ("x-ratelimit-limit-daily", per_day.to_string()),
                ("x-ratelimit-daily-remaining", left(per_day, spent.in_day)),
                (
                    "x-ratelimit-daily-reset",
                    (spent.day_began + DAY - now).to_string(),
                ),
                ("x-ratelimit-interval-milliseconds", WINDOW.to_string()),
                ("x-ratelimit-max", per_window.to_string()),
                ("x-ratelimit-remaining", left(per_window, spent.in_window)),
            ],
            over,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_fixed_and_a_day_begins_with_the_first_request() {
        let settings = Settings {
            requests_per_10s: Some(2),
            requests_per_day: Some(3),
            ..Settings::default()
        };
        let mut limits = Limits::default();
        let mut over = |now| limits.spend("t", &settings, now).over;
        assert!(!over(9_000));
        assert!(!over(9_999));
        assert!(over(9_999));
        assert!(!over(10_000));
        assert!(over(20_000), "the day's three are spent");
        assert!(!over(9_000 + DAY));
        assert_eq!(limits.violations, 2);
    }
}
