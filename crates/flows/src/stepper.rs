//! The stepper: a run goes on as far as it can without anything from outside. Pure: the same run, flow and given
//! always go the same way.

mod deeds;
mod place;
mod resumed;

use crate::names::{self, Names};
use crate::run::{Advanced, Frame, Given, List, Next, Outcome, Run, StepLog, StepOutcome};
use crate::{Deed, Flow, Step, ceiling, eval};
use deeds::Did;
use serde_json::Value as Json;

/// Takes a run as far as it can go.
///
/// Total: whatever the flow and what is given, it answers; what cannot be done ends the run with the place and the
/// reason. A run that has ended stays as it is.
#[must_use]
pub fn advance(flow: &Flow, run: Run, given: &Given<'_>) -> Advanced {
    let mut work = Work {
        flow,
        trigger: names::trigger(&run),
        run,
        given,
        log: Vec::new(),
    };
    let next = work.go();
    Advanced {
        run: work.run,
        log: work.log,
        next,
    }
}

/// A run under way.
struct Work<'a> {
    flow: &'a Flow,
    /// What the name `trigger` stands for.
    trigger: Json,
    run: Run,
    given: &'a Given<'a>,
    log: Vec<StepLog>,
}

impl<'a> Work<'a> {
    fn go(&mut self) -> Next {
        if let Some(outcome) = &self.run.ended {
            return Next::End {
                outcome: outcome.clone(),
            };
        }
        if self.run.place.is_empty() {
            match eval::all(&self.flow.when, &self.names()) {
                Ok(None) => {}
                Ok(Some(why)) => return self.end(Outcome::NotNeeded { why }),
                Err(why) => return self.fail("when".to_owned(), why),
            }
            self.run.place.push(Frame {
                of: List::Flow,
                at: 0,
            });
        }
        if let Some(waits_for) = self.run.waits_for.take()
            && let Some(next) = self.resumed(waits_for)
        {
            return next;
        }
        loop {
            let step = match self.here() {
                Ok(Some(step)) => step,
                Ok(None) if self.leave() => continue,
                Ok(None) => return self.end(Outcome::Done),
                Err(why) => return self.fail(self.path(None), why),
            };
            if self.run.taken >= ceiling::STEPS {
                let why = format!(
                    "the run took {} steps, and more is not allowed; let a loop go over fewer items",
                    ceiling::STEPS
                );
                return self.fail(self.path(Some(step)), why);
            }
            self.run.taken += 1;
            if let Some(next) = self.take(step) {
                return next;
            }
        }
    }

    /// Takes one step; gives back what is needed from outside, if anything.
    fn take(&mut self, step: &'a Step) -> Option<Next> {
        match self.begin(step) {
            Ok(Did::Done { input, output }) => self.done(step, input, output),
            Ok(Did::Entered { input, frame }) => {
                self.tell(step, input, Json::Null, StepOutcome::Done);
                if self.run.place.len() >= ceiling::NESTING {
                    let why = format!(
                        "steps stand in steps {} deep; make it flatter",
                        ceiling::NESTING
                    );
                    return Some(self.fail(self.path(Some(step)), why));
                }
                self.run.place.push(frame);
                None
            }
            Ok(Did::Waits { input, waits_for }) => {
                self.tell(step, input, Json::Null, StepOutcome::Waits);
                Some(self.asks(step, waits_for))
            }
            Ok(Did::Ended { why, outcome }) => {
                self.tell(step, Json::Null, Json::Null, StepOutcome::Ended { why });
                Some(self.end(outcome))
            }
            Err(why) => {
                self.tell(
                    step,
                    Json::Null,
                    Json::Null,
                    StepOutcome::Failed { why: why.clone() },
                );
                Some(self.fail(self.path(Some(step)), why))
            }
        }
    }

    /// The step is done: what it gave is kept, and the run goes on behind it.
    fn done(&mut self, step: &Step, input: Json, output: Json) -> Option<Next> {
        if let Err(why) = self.keep(step, &output) {
            let failed = StepOutcome::Failed { why: why.clone() };
            self.tell(step, input, Json::Null, failed);
            return Some(self.fail(self.path(Some(step)), why));
        }
        self.tell(step, input, output, StepOutcome::Done);
        self.pass();
        None
    }

    /// Keeps what a step gave, as far as a run can keep it.
    fn keep(&mut self, step: &Step, output: &Json) -> Result<(), String> {
        let size = |value: &Json| value.to_string().len();
        let mut kept = self.run.kept;
        let mut add = |old: Option<&Json>, new: &Json| {
            kept = kept
                .saturating_sub(old.map_or(0, size))
                .saturating_add(size(new));
        };
        let names = match (&step.deed, output) {
            (Deed::Set(_), Json::Object(names)) => Some(names),
            _ => None,
        };
        for (name, value) in names.into_iter().flatten() {
            add(self.run.names.get(name), value);
        }
        if !step.id.is_empty() {
            add(self.run.steps.get(&step.id), output);
        }
        if size(output) > ceiling::OUTPUT || kept > ceiling::OUTPUTS {
            return Err("it gave more than a run can keep; ask for less".to_owned());
        }
        self.run.kept = kept;
        self.run.names.extend(names.cloned().unwrap_or_default());
        if !step.id.is_empty() {
            self.run.steps.insert(step.id.clone(), output.clone());
        }
        Ok(())
    }

    fn tell(&mut self, step: &Step, input: Json, output: Json, outcome: StepOutcome) {
        self.log.push(StepLog {
            step: self.path(Some(step)),
            input,
            output,
            outcome,
        });
    }

    fn end(&mut self, outcome: Outcome) -> Next {
        self.run.ended = Some(outcome.clone());
        Next::End { outcome }
    }

    fn fail(&mut self, place: String, why: String) -> Next {
        self.end(Outcome::Failed { place, why })
    }

    fn names(&self) -> Names<'_> {
        Names::new(
            self.given.scope,
            &self.run,
            &self.trigger,
            self.given.now,
            self.given.calendar,
        )
        .with_items(self.items())
    }
}

/// Why a run cannot go on after its flow was changed under it.
const CHANGED: &str = "the run does not fit the flow: it was begun with another version";
