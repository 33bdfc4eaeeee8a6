//! What the vendor allows, and what we plan to use of it (mygadgetrepairs-api.md section 9).
//!
//! The rule itself, a lock-out that hides behind 401, lives in [`http::BudgetPolicy`]; here are its numbers.

use http::BudgetPolicy;
use jiff::SignedDuration;

/// Requests a minute that the vendor allows per key.
pub const VENDOR_PER_MINUTE: u32 = 30;
/// Requests a minute that we plan for; the rest covers other users of the key and a clock that runs apart.
pub const PLANNED_PER_MINUTE: u32 = 24;
/// Excesses that lock the key out.
pub const VIOLATIONS_TO_LOCK_OUT: u32 = 10;
/// The longest lock-out that was reported.
pub const LONGEST_LOCK_OUT: SignedDuration = SignedDuration::from_hours(8);
/// How long to leave a key alone after an answer 429.
pub const PAUSE_AFTER_429: SignedDuration = SignedDuration::from_mins(5);
/// Requests to one key that may be under way together.
pub const CONCURRENCY: usize = 1;

/// The budget of one key. A shop may set fewer requests a minute; more than [`VENDOR_PER_MINUTE`] is cut.
#[must_use]
pub fn budget_policy(requests_per_minute: u32) -> BudgetPolicy {
    let requests = requests_per_minute.clamp(1, VENDOR_PER_MINUTE);
    BudgetPolicy::per(requests, SignedDuration::from_mins(1)).with_lock_out()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Unauthorized;

    #[test]
    fn no_setting_exceeds_the_vendors_limit_and_401_is_a_doubt() {
        for (asked, allowed) in [(0, 1), (PLANNED_PER_MINUTE, 24), (500, 30)] {
            let policy = budget_policy(asked);
            assert_eq!(policy.windows[0].requests, allowed);
            assert!(matches!(
                policy.unauthorized,
                Unauthorized::PerhapsThrottled { .. }
            ));
        }
    }
}
