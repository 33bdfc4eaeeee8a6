//! Working off runs: each is saved before it asks anything of a vendor, and goes on from there after a crash.

use super::acts::{Acted, Caller};
use super::hand_out::earlier;
use super::watch::OPPORTUNITY;
use crate::connection::ShopFacts;
use crate::operations::CallCause;
use crate::{App, AppError};
use domain::Timestamp;
use flows::{
    BusinessHours, CallFailure, Cause, Flow, Given, Next, Occurrence, Outcome, Resume, Run,
    StepLog, StepOutcome,
};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use mapping::Rules;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use store::{FlowRun, FlowRunState, NewStep, RunMode, RunProgress, Shop};
use tracing::Instrument;

/// Runs that are taken up together.
const AT_ONCE: u32 = 50;
/// How far back it is looked for a flow that begins a mass of runs.
const MASS_WITHIN: SignedDuration = SignedDuration::from_mins(10);
/// A run that cannot be worked on is tried again after this.
const PUT_OFF: SignedDuration = SignedDuration::from_secs(60);

/// A call that a run is about to make, or made without hearing what became of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Act {
    /// The step's path.
    pub(super) step: String,
    /// The operation.
    pub(super) operation: String,
    /// Its input.
    pub(super) input: Json,
    /// When it was first sent; nothing before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sent_at: Option<Timestamp>,
    /// What was answered, until the step after it is saved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) answer: Option<Json>,
}

/// A run that is being worked on.
struct Work<'a> {
    shop: &'a Shop,
    facts: &'a ShopFacts,
    row: &'a FlowRun,
    flow: &'a Flow,
    hours: &'a BusinessHours,
    /// What is to be saved with it.
    steps: Vec<NewStep>,
    /// Calls that wrote, or would have.
    acts: Vec<Json>,
    /// The names that the flow reads.
    reads: BTreeSet<String>,
    /// The contact's opportunity, once it was asked for.
    opportunity: Option<Json>,
    /// Now; of a run that only tries a flow, the instant to which it has waited in thought.
    now: Timestamp,
}

/// What happens to a run after a call.
enum AfterCall {
    /// The stepper goes on.
    Resume(Resume),
    /// It waits, and was saved.
    Saved,
}

impl App {
    /// Works off the runs that are due. Answers whether there was any.
    pub(super) async fn work_off(&self, shop: &Shop, facts: &ShopFacts) -> Result<bool, AppError> {
        let due = self
            .store
            .due_flow_runs(shop.id, self.now(), AT_ONCE)
            .await?;
        let hours = hours_of(facts);
        for read in &due {
            // Read anew: a person may have stopped it, or the shop, while the ones before it were worked on.
            if self.leaving.is_asked() || self.shop(&shop.name).await?.paused {
                return Ok(false);
            }
            let row = self.store.flow_run(shop.id, &read.begun.id).await?;
            let Some(row) = row.filter(|row| is_due(row, self.now())) else {
                continue;
            };
            let (flow, run) = (&row.begun.flow, &row.begun.id);
            let span = tracing::info_span!(target: "traces", "flow", shop = shop.name, %flow, run);
            match self
                .work_on(shop, facts, &row, &hours)
                .instrument(span)
                .await
            {
                Err(AppError::Store(error)) => return Err(error.into()),
                // What is wrong with one run keeps no other waiting.
                Err(error) => self.put_off(shop, &row, &error).await?,
                Ok(()) => {}
            }
        }
        Ok(!due.is_empty())
    }

    async fn put_off(&self, shop: &Shop, row: &FlowRun, error: &AppError) -> Result<(), AppError> {
        tracing::warn!(shop.name = shop.name, run = row.begun.id, %error, "a run of a flow is put off");
        let until = self.now().checked_add(PUT_OFF).unwrap_or(Timestamp::MAX);
        Ok(self
            .store
            .put_off_flow_run(shop.id, &row.begun.id, until, &error.to_string())
            .await?)
    }

    /// Takes a run as far as it goes.
    pub(super) async fn work_on(
        &self,
        shop: &Shop,
        facts: &ShopFacts,
        row: &FlowRun,
        hours: &BusinessHours,
    ) -> Result<(), AppError> {
        let begun = &row.begun;
        let Some(flow) = self.flow_of(shop, &begun.flow, begun.version).await? else {
            let why = "the version of the flow that began it is gone".to_owned();
            return self.end(shop, row, FlowRunState::Stopped, Some(why)).await;
        };
        let run = if row.run.is_null() {
            serde_json::from_value(begun.occurrence.clone())
                .ok()
                .map(|occurrence| Run::new(&flow, occurrence))
        } else {
            serde_json::from_value(row.run.clone()).ok()
        };
        let Some(run) = run else {
            let why = "it was begun by another version of Repairbridge that kept it differently";
            return self
                .end(shop, row, FlowRunState::Stopped, Some(why.to_owned()))
                .await;
        };
        let mut work = Work {
            shop,
            facts,
            row,
            flow: &flow,
            hours,
            steps: Vec::new(),
            acts: row.acts.as_array().cloned().unwrap_or_default(),
            reads: flow.reads(),
            opportunity: None,
            now: self.now(),
        };
        let act = row
            .act
            .clone()
            .and_then(|act| serde_json::from_value::<Act>(act).ok());
        let resume = match (act, row.begun.state, &row.answer) {
            (
                Some(Act {
                    answer: Some(answer),
                    ..
                }),
                ..,
            ) => Resume::Called(Ok(answer)),
            (Some(act), ..) => match self.make_call(&mut work, &run, act, true).await? {
                AfterCall::Resume(resume) => resume,
                AfterCall::Saved => return Ok(()),
            },
            (None, FlowRunState::Asking, Some(answer)) => Resume::Answered(answer.clone()),
            (None, FlowRunState::Asking | FlowRunState::Waiting, _) => Resume::Woke,
            _ => Resume::Begin,
        };
        let is_clock = flows::trigger(&flow.trigger.on).is_some_and(|trigger| trigger.clock);
        let long_ago = match &resume {
            Resume::Begin => is_clock,
            Resume::Woke | Resume::Answered(_) => true,
            Resume::Called(_) | Resume::Once(_) => false,
        };
        if long_ago && row.begun.mode == RunMode::Live {
            Box::pin(self.read_anew(shop, facts, &work.reads, &run.occurrence)).await?;
        }
        self.go_on(work, run, resume).await
    }

    /// The scope of a run, from what is stored, and with what has to be asked for.
    async fn scope_now(&self, work: &mut Work<'_>, run: &Run) -> Result<Json, AppError> {
        const NAME: &str = "opportunity";
        let mut scope = self
            .scope_of(work.shop, work.facts, &work.reads, &run.occurrence)
            .await?;
        let contact = scope.pointer("/contact/id").and_then(Json::as_str);
        let is_asked = scope.get(NAME).is_none_or(Json::is_null) && work.reads.contains(NAME);
        if let Some(contact) = contact.filter(|_| is_asked) {
            if work.opportunity.is_none() {
                let cause = CallCause::Flow {
                    chain: run.occurrence.cause.then(&work.flow.id).chain().to_vec(),
                    run: work.row.begun.id.clone(),
                    step: NAME.to_owned(),
                };
                let asked = Box::pin(self.opportunity_of(work.shop, contact, cause));
                let found = asked.await?;
                let view = |found: Json| {
                    let (setting, rules) = (&work.facts.setting, &work.facts.rules);
                    flows::view::view(OPPORTUNITY, &found, setting, rules)
                };
                work.opportunity = Some(found.map_or(Json::Null, view));
            }
            scope[NAME] = work.opportunity.clone().unwrap_or_default();
        }
        Ok(scope)
    }

    async fn go_on(
        &self,
        mut work: Work<'_>,
        mut run: Run,
        mut resume: Resume,
    ) -> Result<(), AppError> {
        loop {
            let scope = self.scope_now(&mut work, &run).await?;
            if work.row.begun.mode == RunMode::Live {
                work.now = self.now();
            }
            let given = Given {
                now: work.now,
                scope: &scope,
                resume,
                calendar: work.hours,
            };
            let advanced = flows::advance(work.flow, run, &given);
            run = advanced.run;
            work.steps.extend(advanced.log.into_iter().map(step));
            resume = match advanced.next {
                Next::End { outcome } => {
                    let (state, why) = ended(outcome);
                    let mut progress = self.progress(&mut work, &run, state, self.now());
                    progress.why = why;
                    return self.save_run_of(work.shop, &progress).await.map(|_| ());
                }
                Next::Wait { until, .. } if work.row.begun.mode == RunMode::Live => {
                    let progress = self.progress(&mut work, &run, FlowRunState::Waiting, until);
                    return self.save_run_of(work.shop, &progress).await.map(|_| ());
                }
                Next::Wait { until, .. } => {
                    work.now = work.now.max(until);
                    Resume::Woke
                }
                Next::Ask {
                    question,
                    options,
                    until,
                    otherwise,
                    ..
                } if work.row.begun.mode == RunMode::Live => {
                    let mut progress = self.progress(&mut work, &run, FlowRunState::Asking, until);
                    progress.question = Some(json!({
                        "question": question, "options": options, "otherwise": otherwise, "until": until,
                    }));
                    return self.save_run_of(work.shop, &progress).await.map(|_| ());
                }
                Next::Ask { otherwise, .. } => Resume::Answered(otherwise),
                Next::Once { key, within, .. } => {
                    Resume::Once(self.claim(&work, &key, within).await?)
                }
                Next::Call {
                    step,
                    operation,
                    input,
                } => {
                    let act = Act {
                        input: super::acts::marked(&operation, input, &work.flow.id),
                        step,
                        operation,
                        sent_at: None,
                        answer: None,
                    };
                    match self.make_call(&mut work, &run, act, false).await? {
                        AfterCall::Resume(resume) => resume,
                        AfterCall::Saved => return Ok(()),
                    }
                }
            };
        }
    }

    /// Whether this run is the first within its time. One that is only tried claims nothing.
    async fn claim(
        &self,
        work: &Work<'_>,
        key: &str,
        within: Option<SignedDuration>,
    ) -> Result<bool, AppError> {
        let begun = &work.row.begun;
        if begun.mode != RunMode::Live {
            return Ok(true);
        }
        let since = within.map(|within| earlier(self.now(), within));
        Ok(self
            .store
            .claim_once(work.shop.id, self.now(), &begun.flow, key, &begun.id, since)
            .await?)
    }

    /// Makes a call, or finds out what became of it. What is only tried writes nothing.
    async fn make_call(
        &self,
        work: &mut Work<'_>,
        run: &Run,
        mut act: Act,
        taken_up: bool,
    ) -> Result<AfterCall, AppError> {
        let writes = act.operation != flows::RUN_FLOW && super::acts::writes(&act.operation);
        if writes && !taken_up {
            let (step, operation, input) = (&act.step, &act.operation, &act.input);
            work.acts.push(as_json(&flows::shadow::Act {
                step: step.clone(),
                operation: operation.clone(),
                input: input.clone(),
                at: work.now,
            }));
        }
        if writes && work.row.begun.mode != RunMode::Live {
            return Ok(AfterCall::Resume(Resume::Called(Ok(
                super::acts::pretended(&act),
            ))));
        }
        // Whoever ends this work in order waits for what came of it.
        let _under_way = writes.then(|| self.leaving.writing());
        let unheard = writes && taken_up && work.row.begun.state == FlowRunState::Sent;
        if writes && !unheard {
            if let Some(why) = self.mass(work).await? {
                let mut progress = self.progress(work, run, FlowRunState::Held, self.now());
                progress.act = Some(as_json(&act));
                progress.why = Some(why);
                self.save_run_of(work.shop, &progress).await?;
                return Ok(AfterCall::Saved);
            }
            // From here on it may have been sent.
            act.sent_at = Some(self.now());
            let mut progress = self.progress(work, run, FlowRunState::Sent, self.now());
            progress.act = Some(as_json(&act));
            if !self.save_run_of(work.shop, &progress).await? {
                return Ok(AfterCall::Saved);
            }
        }
        let cause = run.occurrence.cause.then(&work.flow.id);
        if act.operation == flows::RUN_FLOW {
            let begun = self.begin_other(work, run, &act, cause).await?;
            return Ok(AfterCall::Resume(Resume::Called(begun)));
        }
        let caller = Caller {
            run: &work.row.begun.id,
            cause: &cause,
            attempt: if taken_up { work.row.attempt } else { 0 },
        };
        let acted = self.act(work.shop, &act, caller, unheard).await?;
        Ok(match acted {
            Acted::Done(output) => {
                if writes {
                    // Before anything else is asked: what was done is not done again.
                    let mut progress = self.progress(work, run, FlowRunState::Ready, self.now());
                    act.answer = Some(output.clone());
                    progress.act = Some(as_json(&act));
                    if !self.save_run_of(work.shop, &progress).await? {
                        return Ok(AfterCall::Saved);
                    }
                }
                AfterCall::Resume(Resume::Called(Ok(output)))
            }
            Acted::Failed(failure) => AfterCall::Resume(Resume::Called(Err(failure))),
            Acted::Later { at, sent, why } => {
                let state = if sent {
                    FlowRunState::Sent
                } else {
                    act.sent_at = None;
                    FlowRunState::Ready
                };
                let mut progress = self.progress(work, run, state, at);
                progress.act = Some(as_json(&act));
                progress.why = Some(why);
                progress.attempt = if taken_up { work.row.attempt + 1 } else { 1 };
                self.save_run_of(work.shop, &progress).await?;
                AfterCall::Saved
            }
            Acted::NeedsPerson(why) => {
                let mut progress = self.progress(work, run, FlowRunState::Held, self.now());
                progress.act = Some(as_json(&act));
                progress.why = Some(why);
                self.save_run_of(work.shop, &progress).await?;
                AfterCall::Saved
            }
        })
    }

    /// Begins another flow on the same record, once for this step.
    async fn begin_other(
        &self,
        work: &Work<'_>,
        run: &Run,
        act: &Act,
        cause: Cause,
    ) -> Result<Result<Json, CallFailure>, AppError> {
        let refuse = |why: String| {
            Ok(Err(CallFailure {
                code: "FLOW".to_owned(),
                why,
            }))
        };
        let id = act.input.get("flow").and_then(Json::as_str);
        let id = id.unwrap_or_default();
        let Some(other) = self.store.flow(work.shop.id, id).await? else {
            return refuse(format!("there is no flow `{id}`"));
        };
        if !other.enabled || other.paused_why.is_some() {
            return refuse(format!(
                "the flow `{id}` is switched off, or stopped by itself"
            ));
        }
        if let Some(why) = flows::loops::circle(id, &cause) {
            return refuse(why);
        }
        let begun = &work.row.begun;
        let occurrence = Occurrence {
            trigger: flows::RUN_FLOW.to_owned(),
            key: format!("{}:{}", begun.id, act.step),
            at: work.now,
            cause,
            ..run.occurrence.clone()
        };
        let new = self.new_run(&other.id, other.live, begun.mode, &occurrence);
        let started = json!({"flow": new.flow, "run": new.id});
        if begun.mode == RunMode::Live {
            self.store
                .hand_out(work.shop.id, self.now(), None, &[new], &[])
                .await?;
        }
        Ok(Ok(started))
    }

    /// Why a person should look before a flow writes that suddenly begins so many runs.
    async fn mass(&self, work: &Work<'_>) -> Result<Option<String>, AppError> {
        if work.row.allowed {
            return Ok(None);
        }
        let since = earlier(self.now(), MASS_WITHIN);
        // The run at hand is one of them.
        let most = flows::loops::RUNS_AT_ONCE as u32 + 1;
        let begun = self
            .store
            .flow_run_times(work.shop.id, &work.row.begun.flow, None, since, most)
            .await?;
        let others = begun.get(1..).unwrap_or_default();
        // Runs that waited for days may all come to write at once.
        let wrote = self
            .store
            .flow_writes(
                work.shop.id,
                &work.row.begun.flow,
                &work.row.begun.id,
                since,
                most,
            )
            .await?;
        let now = self.now();
        let why = flows::loops::mass(others, now).or_else(|| flows::loops::mass(&wrote, now));
        Ok(why.map(|why| {
            let (shop, flow) = (&work.shop.name, &work.row.begun.flow);
            format!("{why}; `repairbridge flow release {shop} {flow}` says so")
        }))
    }

    fn progress(
        &self,
        work: &mut Work<'_>,
        run: &Run,
        state: FlowRunState,
        due_at: Timestamp,
    ) -> RunProgress {
        RunProgress {
            id: work.row.begun.id.clone(),
            state,
            why: None,
            run: as_json(run),
            act: None,
            acts: Json::from(work.acts.clone()),
            question: None,
            due_at,
            attempt: 0,
            steps: std::mem::take(&mut work.steps),
        }
    }

    /// Saves how far a run has come. Answers whether it is still there to go on: a person may have stopped it.
    async fn save_run_of(&self, shop: &Shop, progress: &RunProgress) -> Result<bool, AppError> {
        let saved = self.store.save_flow_run(shop.id, self.now(), progress);
        let saved = saved.await?;
        if saved {
            self.metrics.flow_run(progress.state);
        }
        Ok(saved)
    }

    async fn end(
        &self,
        shop: &Shop,
        row: &FlowRun,
        state: FlowRunState,
        why: Option<String>,
    ) -> Result<(), AppError> {
        let progress = RunProgress {
            id: row.begun.id.clone(),
            state,
            why,
            run: row.run.clone(),
            act: row.act.clone(),
            acts: row.acts.clone(),
            question: None,
            due_at: self.now(),
            attempt: row.attempt,
            steps: Vec::new(),
        };
        self.save_run_of(shop, &progress).await.map(|_| ())
    }
}

/// When the shop is open.
pub(super) fn hours_of(facts: &ShopFacts) -> BusinessHours {
    hours_of_rules(&facts.rules, &facts.setting.zone)
}

/// When a shop with these rules is open.
pub(super) fn hours_of_rules(rules: &Rules, zone: &TimeZone) -> BusinessHours {
    BusinessHours {
        zone: zone.clone(),
        days: rules.hours.days(),
        holidays: rules.hours.holidays.iter().copied().collect(),
    }
}

/// How an outcome stands in a run.
pub(super) fn ended(outcome: Outcome) -> (FlowRunState, Option<String>) {
    match outcome {
        Outcome::Done => (FlowRunState::Done, None),
        Outcome::NotNeeded { why } => (FlowRunState::NotNeeded, Some(why)),
        Outcome::Failed { place, why } => (FlowRunState::Failed, Some(format!("{place}: {why}"))),
        Outcome::Stopped { why } => (FlowRunState::Stopped, Some(why)),
    }
}

fn step(log: StepLog) -> NewStep {
    let outcome = match log.outcome {
        StepOutcome::Done => "done".to_owned(),
        StepOutcome::Waits => "waits".to_owned(),
        StepOutcome::Ended { why } => format!("ended: {why}"),
        StepOutcome::Failed { why } => format!("failed: {why}"),
    };
    NewStep {
        step: log.step,
        input: log.input,
        output: log.output,
        outcome,
    }
}

pub(super) fn as_json(value: &impl Serialize) -> Json {
    serde_json::to_value(value).unwrap_or(Json::Null)
}

/// Whether a run, as it is now, is to go on.
fn is_due(row: &FlowRun, now: Timestamp) -> bool {
    row.due_at <= now && row.begun.state.goes_on()
}
