//! Going on with what a run was waiting for.

use super::{CHANGED, Work};
use crate::run::{CallFailure, Next, Outcome, Resume, StepOutcome, WaitsFor};
use crate::step::OnFailure;
use crate::{Deed, Step};
use serde_json::{Value as Json, json};

impl Work<'_> {
    /// Goes on with what the run was waiting for; gives back what is needed from outside, if anything.
    pub(super) fn resumed(&mut self, waits_for: WaitsFor) -> Option<Next> {
        let step = match self.here() {
            Ok(Some(step)) => step,
            Ok(None) => return Some(self.fail(self.path(None), CHANGED.to_owned())),
            Err(why) => return Some(self.fail(self.path(None), why)),
        };
        match (waits_for, self.given.resume.clone()) {
            (WaitsFor::Call { input }, Resume::Called(answer)) => self.called(step, input, answer),
            (WaitsFor::Until { until }, Resume::Woke | Resume::Begin) => {
                if self.given.now < until {
                    return Some(self.asks(step, WaitsFor::Until { until }));
                }
                self.done(
                    step,
                    json!({"until": until}),
                    json!({"now": self.given.now}),
                )
            }
            (WaitsFor::Answer { options, .. }, Resume::Answered(answer)) => {
                let found = options
                    .iter()
                    .find(|option| option.eq_ignore_ascii_case(answer.trim()));
                let Some(answer) = found.cloned() else {
                    let why = format!("the answer is none of {}", options.join(", "));
                    return Some(self.fail(self.path(Some(step)), why));
                };
                self.done(
                    step,
                    json!({"options": options}),
                    json!({"answer": answer, "answered": true}),
                )
            }
            (
                WaitsFor::Answer {
                    options,
                    until,
                    otherwise,
                    ..
                },
                Resume::Woke,
            ) if self.given.now >= until => {
                let output = json!({"answer": otherwise, "answered": false});
                self.done(step, json!({"options": options}), output)
            }
            (WaitsFor::Once { key, .. }, Resume::Once(true)) => {
                self.done(step, json!({"key": key}), json!({"first": true}))
            }
            (WaitsFor::Once { key, .. }, Resume::Once(false)) => {
                let why = "it was done before".to_owned();
                self.tell(
                    step,
                    json!({"key": key}),
                    json!({"first": false}),
                    StepOutcome::Ended { why: why.clone() },
                );
                Some(self.end(Outcome::NotNeeded { why }))
            }
            // Taken up again after a crash, or too early: it still needs the same.
            (waits_for, Resume::Begin | Resume::Woke) => Some(self.asks(step, waits_for)),
            (_, resume) => {
                let why = format!(
                    "the run was taken up with {}, which it does not wait for",
                    resume.word()
                );
                Some(self.fail(self.path(Some(step)), why))
            }
        }
    }

    /// Goes on with the answer of an operation.
    pub(super) fn called(
        &mut self,
        step: &Step,
        input: Json,
        answer: Result<Json, CallFailure>,
    ) -> Option<Next> {
        let goes_on = matches!(
            step.deed,
            Deed::Call {
                on_failure: OnFailure::GoOn,
                ..
            }
        );
        match answer {
            Ok(output) => self.done(step, input, output),
            Err(failure) if goes_on => self.done(
                step,
                input,
                json!({"failed": true, "code": failure.code, "why": failure.why}),
            ),
            Err(failure) => {
                let why = format!("{} ({})", failure.why, failure.code);
                self.tell(
                    step,
                    input,
                    Json::Null,
                    StepOutcome::Failed { why: why.clone() },
                );
                Some(self.fail(self.path(Some(step)), why))
            }
        }
    }

    /// Waits for something from outside: at first, and once more for the same.
    pub(super) fn asks(&mut self, step: &Step, waits_for: WaitsFor) -> Next {
        let path = self.path(Some(step));
        let next = match (&waits_for, &step.deed) {
            (WaitsFor::Call { input }, Deed::Call { operation, .. }) => Next::Call {
                step: path,
                operation: operation.clone(),
                input: input.clone(),
            },
            (WaitsFor::Until { until }, _) => Next::Wait {
                step: path,
                until: *until,
            },
            (
                WaitsFor::Answer {
                    question,
                    options,
                    until,
                    otherwise,
                },
                _,
            ) => Next::Ask {
                step: path,
                question: question.clone(),
                options: options.clone(),
                until: *until,
                otherwise: otherwise.clone(),
            },
            (WaitsFor::Once { key, within }, _) => Next::Once {
                step: path,
                key: key.clone(),
                within: *within,
            },
            (WaitsFor::Call { .. }, _) => return self.fail(path, CHANGED.to_owned()),
        };
        self.run.waits_for = Some(waits_for);
        next
    }
}
