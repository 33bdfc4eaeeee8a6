//! What may send messages is done only for what just happened.

use domain::Lane;
use proptest::prelude::*;
use sync::{Circumstances, Effect, Loud, quiet};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn invariant_8_quiet_history_refuses_what_may_send_messages(
        effect in prop::sample::select(Effect::ALL.to_vec()),
        lane in prop::sample::select(Lane::ALL.to_vec()),
        first_run: bool,
    ) {
        let verdict = quiet(effect, Circumstances { lane, first_run });
        let loud = matches!(effect, Effect::Tag | Effect::Workflow);
        // Never in the background, never during a first run, and what sends no message always.
        prop_assert_eq!(verdict.is_err(), loud && (first_run || lane == Lane::Background));
        // The first run is the reason that passes by itself.
        if first_run && loud {
            prop_assert_eq!(verdict, Err(Loud::FirstRun));
        }
    }
}
