//! What an answer says about the vendor's limits.

use jiff::{SignedDuration, Timestamp};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde::{Deserialize, Serialize};

/// The vendor's own count (highlevel-api.md 6). Every part may be missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VendorLimits {
    /// Allowance of the short window.
    pub max: Option<u32>,
    /// Left in the short window.
    pub remaining: Option<u32>,
    /// Length of the short window, milliseconds.
    pub interval_ms: Option<u32>,
    /// Left today.
    pub daily_remaining: Option<u32>,
    /// Milliseconds until the vendor's day ends.
    pub daily_reset_ms: Option<u32>,
}

/// What the budget is told about an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Status code.
    pub status: u16,
    /// The vendor's own count, where it was sent.
    pub limits: Option<VendorLimits>,
    /// How long the vendor asks us to wait.
    pub retry_after: Option<SignedDuration>,
}

impl Seen {
    /// An answer with nothing but a status.
    #[must_use]
    pub const fn status(status: u16) -> Self {
        Self {
            status,
            limits: None,
            retry_after: None,
        }
    }

    /// Reads the `X-RateLimit-*` and `Retry-After` headers; what cannot be read counts as absent.
    #[must_use]
    pub fn read(status: u16, headers: &HeaderMap, now: Timestamp) -> Self {
        let number = |name: &str| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok()?.trim().parse::<u32>().ok())
        };
        let limits = VendorLimits {
            max: number("x-ratelimit-max"),
            remaining: number("x-ratelimit-remaining"),
            interval_ms: number("x-ratelimit-interval-milliseconds"),
            daily_remaining: number("x-ratelimit-daily-remaining"),
            daily_reset_ms: number("x-ratelimit-daily-reset"),
        };
        Self {
            status,
            limits: (limits != VendorLimits::default()).then_some(limits),
            retry_after: retry_after(headers, now),
        }
    }
}

/// Seconds or an HTTP date.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<SignedDuration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match text.parse::<u32>() {
        Ok(seconds) => SignedDuration::from_secs(i64::from(seconds)),
        Err(_) => {
            let when = jiff::fmt::rfc2822::DateTimeParser::new()
                .parse_timestamp(text)
                .ok()?;
            when.duration_since(now)
        }
    };
    wait.is_positive().then_some(wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn reads_the_vendors_headers_and_ignores_nonsense() {
        let now = Timestamp::UNIX_EPOCH;
        let seen = Seen::read(
            200,
            &headers(&[
                ("X-RateLimit-Remaining", "97"),
                ("X-RateLimit-Max", "many"),
                ("X-RateLimit-Interval-Milliseconds", "10000"),
                ("X-RateLimit-Daily-Reset", "83653000"),
            ]),
            now,
        );
        let limits = seen.limits.unwrap();
        assert_eq!(limits.remaining, Some(97));
        assert_eq!(limits.max, None);
        assert_eq!(limits.daily_reset_ms, Some(83_653_000));
        assert_eq!(Seen::read(200, &HeaderMap::new(), now), Seen::status(200));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_and_never_negative() {
        let now: Timestamp = "2026-07-01T10:00:00Z".parse().unwrap();
        let wait = |text| Seen::read(429, &headers(&[("Retry-After", text)]), now).retry_after;
        assert_eq!(wait("7"), Some(SignedDuration::from_secs(7)));
        assert_eq!(
            wait("Wed, 01 Jul 2026 10:01:00 GMT"),
            Some(SignedDuration::from_secs(60))
        );
        assert_eq!(wait("Wed, 01 Jul 2026 09:00:00 GMT"), None);
        assert_eq!(wait("-5"), None);
        assert_eq!(wait("soon"), None);
    }
}
