//! When shops that are begun together are first polled: not all at once, or they would wait for one another every time after
//! that as well, and what webhooks tell of with them.

use std::time::Duration;

/// How long after their beginning the `place`-th of so many shops, from 0, is polled first, where each is polled every so often.
/// One alone is polled at once.
#[must_use]
pub fn stagger(place: usize, of: usize, every: Duration) -> Duration {
    let place = place.min(of.saturating_sub(1));
    every.mul_f64(place as f64 / of.max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn one_shop_is_polled_at_once_and_a_few_at_even_distances() {
        assert_eq!(stagger(0, 1, MINUTE), Duration::ZERO);
        let of_three: Vec<u64> = (0..3)
            .map(|place| stagger(place, 3, MINUTE).as_secs())
            .collect();
        assert_eq!(of_three, [0, 20, 40]);
    }

    proptest! {
        #[test]
        fn nobody_waits_for_as_long_as_until_the_next_poll_and_no_second_has_more_than_its_share(
            of in 0_usize..2_000,
            seconds in 1_u64..3_600,
        ) {
            let every = Duration::from_secs(seconds);
            let mut in_second = vec![0_usize; seconds as usize];
            for place in 0..of {
                let after = stagger(place, of, every);
                prop_assert!(after < every);
                in_second[after.as_secs() as usize] += 1;
            }
            let share = of.div_ceil(seconds as usize) + 1;
            prop_assert!(in_second.iter().all(|count| *count <= share));
        }

        #[test]
        fn no_place_panics(place: usize, of: usize, seconds in 0_u64..100_000) {
            let _any = stagger(place, of, Duration::from_secs(seconds));
        }
    }
}
