//! What becomes of a write whose request failed.

use super::Outcome;
use crate::pass::Pass;
use crate::ports::PortError;
use domain::{FailureClass, Timestamp};
use serde_json::json;
use store::{Change, Intent, IntentOp, IntentState};

/// Attempts before a write counts as failed. With the longest back-off that is more than two hours.
pub(in crate::pass) const ATTEMPTS: u32 = 30;

impl Pass<'_> {
    /// A request failed: the failure's class says what becomes of the intent.
    pub(in crate::pass) fn failed(&self, intent: &Intent, error: PortError) -> Outcome {
        let failure = Some((error.code.to_owned(), error.message.clone()));
        let now = self.now();
        let change = |state, not_before: Option<Timestamp>, counts| Change::Progress {
            intent: intent.id,
            state,
            target: None,
            not_before,
            counts,
            failure: failure.clone(),
        };
        let soon = Some(self.after(now, self.back_off(intent.attempt)));
        let spent = intent.attempt + 1 >= ATTEMPTS;
        if error.maybe_applied && !(spent && intent.op != IntentOp::Create) {
            // A changed field can be written again after another look; a new record has to be searched.
            let state = match intent.op {
                IntentOp::Create => IntentState::Unknown,
                IntentOp::Update | IntentOp::Delete => IntentState::Ready,
            };
            let changes = vec![change(state, soon, true)];
            return match error.class {
                FailureClass::Deferred { .. } => Outcome {
                    changes,
                    stop: Some(error),
                    trouble: None,
                },
                _ => Outcome {
                    changes,
                    stop: None,
                    trouble: Some(error),
                },
            };
        }
        match error.class {
            FailureClass::Transient if !spent => Outcome {
                changes: vec![change(IntentState::Ready, soon, true)],
                stop: None,
                trouble: Some(error),
            },
            FailureClass::Deferred { until } => Outcome {
                changes: vec![change(IntentState::Ready, Some(until), false)],
                stop: Some(error),
                trouble: None,
            },
            FailureClass::NeedsHuman => Outcome {
                changes: vec![change(IntentState::Held, None, false)],
                stop: Some(error),
                trouble: None,
            },
            FailureClass::Transient | FailureClass::Permanent | FailureClass::Bug => {
                let journal = self.journal(
                    "failed",
                    intent,
                    &intent.source,
                    json!({"code": error.code, "message": error.message}),
                );
                Outcome::of(vec![change(IntentState::Failed, None, true), journal])
            }
        }
    }

    /// A look for a write that got no answer failed. Whatever its failure, the outcome of the write stays unknown, and it
    /// is looked for again later. A refusal is no matter of time: it ends the pass.
    pub(in crate::pass) fn unknown_still(&self, intent: &Intent, error: PortError) -> Outcome {
        let passes = matches!(
            error.class,
            FailureClass::Transient | FailureClass::Deferred { .. }
        );
        if !passes {
            self.tally(|tally| tally.stop(error.to_string()));
        }
        let soon = self.after(self.now(), self.back_off(intent.attempt));
        let mut outcome = self.failed(intent, error);
        // The write itself did not fail.
        outcome
            .changes
            .retain(|change| matches!(change, Change::Progress { .. }));
        for change in &mut outcome.changes {
            if let Change::Progress {
                state, not_before, ..
            } = change
            {
                *state = IntentState::Unknown;
                not_before.get_or_insert(soon);
            }
        }
        outcome
    }

    /// Seconds to wait before the next attempt, with jitter.
    fn back_off(&self, attempt: u32) -> f64 {
        let longest = f64::from(2_u32.saturating_pow(attempt.min(8))).min(300.0);
        (longest / 4.0) * (1.0 + self.context.share())
    }
}
