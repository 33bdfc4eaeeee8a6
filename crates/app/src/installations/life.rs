//! When a pair is renewed, and how long it may still be used. Pure.

use domain::Timestamp;
use jiff::SignedDuration;

/// A refresh token that is used this often cannot end unnoticed, however long a shop is paused.
const KEEP_ALIVE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// People are told so long before a refresh token ends.
const ALARM: SignedDuration = SignedDuration::from_hours(14 * 24);
/// A token that was obtained so recently and is refused is not refused for its age.
const NEWBORN: SignedDuration = SignedDuration::from_secs(60);
/// Before its end a token is not used any more, since the vendor's clock may be ahead.
const MARGIN: SignedDuration = SignedDuration::from_secs(30);

/// From when on the pair is renewed: at four fifths of its access token's life.
pub(super) fn due(obtained: Timestamp, ends: Timestamp) -> Timestamp {
    let life = ends.duration_since(obtained).max(SignedDuration::ZERO);
    at(obtained, life.mul_f64(0.8))
}

/// Whether the access token can still be used.
pub(super) fn is_alive(now: Timestamp, obtained: Timestamp, ends: Timestamp) -> bool {
    let life = ends.duration_since(obtained).max(SignedDuration::ZERO);
    // Of a short life, only a part is given away.
    let margin = MARGIN.min(life.mul_f64(0.1));
    now.duration_since(ends) < -margin
}

/// Whether a refused token may have been refused for its age, so that a renewal makes sense.
pub(super) fn may_be_too_old(now: Timestamp, obtained: Timestamp) -> bool {
    now.duration_since(obtained) > NEWBORN
}

/// Whether a pair that nobody uses is renewed all the same.
pub(super) fn wants_keeping_alive(now: Timestamp, obtained: Timestamp) -> bool {
    now.duration_since(obtained) > KEEP_ALIVE
}

/// Whether people should hear that a refresh token ends.
pub(super) fn is_ending(now: Timestamp, refresh_ends: Timestamp) -> bool {
    refresh_ends.duration_since(now) < ALARM
}

/// When to ask again after so many failures in a row. Fast at first: for thirty seconds the vendor answers a refresh
/// token that it already took with the same new one (highlevel-api.md 4.3).
pub(super) fn again_at(now: Timestamp, failures: u32) -> Timestamp {
    let pause = match failures {
        0 | 1 => 1,
        2 => 2,
        3 => 4,
        4 => 8,
        5 => 30,
        6 => 60,
        _ => 300,
    };
    at(now, SignedDuration::from_secs(pause))
}

fn at(from: Timestamp, after: SignedDuration) -> Timestamp {
    from.checked_add(after).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    proptest! {
        /// A pair is always renewed while its access token can still be used: nothing has to wait for a renewal.
        #[test]
        fn it_is_renewed_before_it_ends(obtained in 0_i64..2_000_000_000, life in 10_i64..200_000) {
            let (from, ends) = (second(obtained), second(obtained + life));
            let due = due(from, ends);
            prop_assert!(due > from);
            prop_assert!(is_alive(due, from, ends));
            prop_assert!(!is_alive(ends, from, ends));
        }

        /// The first four tries fall into the vendor's thirty seconds.
        #[test]
        fn the_first_tries_fall_into_the_grace(now in 0_i64..2_000_000_000) {
            let mut when = second(now);
            for failures in 1..=4 {
                let next = again_at(when, failures);
                prop_assert!(next > when);
                when = next;
            }
            prop_assert!(when.as_second() - now <= 15);
        }
    }
}
