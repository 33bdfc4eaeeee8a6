//! What people see of flows: which there are, what they did, and every step of it.

use super::sources;
use crate::{App, AppError};
use domain::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use store::{FlowRun, RunFilter, Shop, StoredFlow};

/// A flow, for a list.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FlowLine {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// The trigger that it waits for.
    pub on: String,
    /// Whether it is switched on.
    pub enabled: bool,
    /// Why it stopped by itself.
    pub paused_why: Option<String>,
    /// Why what it waits for, or looks at on the way, cannot be heard of.
    pub deaf_why: Option<String>,
    /// The version at work.
    pub version: i64,
    /// The version that is tried beside it.
    pub draft: Option<i64>,
    /// The recipe that it came from.
    pub recipe: Option<String>,
    /// What happened before is history to it.
    #[schemars(with = "String")]
    pub active_from: Timestamp,
    /// How many runs there are, by state.
    pub runs: BTreeMap<&'static str, u64>,
}

/// A run, for a list.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RunLine {
    /// Its id.
    pub id: String,
    /// The flow.
    pub flow: String,
    /// The version that it was begun under.
    pub version: i64,
    /// `live`, `shadow` or `test`.
    pub mode: &'static str,
    /// Where it stands.
    pub state: &'static str,
    /// Why, in words.
    pub why: Option<String>,
    /// What it is about.
    pub source: String,
    /// The record.
    pub record: String,
    /// What is asked of a person.
    pub question: Option<Json>,
    /// When it began.
    #[schemars(with = "String")]
    pub began_at: Timestamp,
    /// When it goes on by itself; nothing where it does not.
    #[schemars(with = "Option<String>")]
    pub goes_on_at: Option<Timestamp>,
    /// When it ended.
    #[schemars(with = "Option<String>")]
    pub ended_at: Option<Timestamp>,
}

/// A run with every step that it took.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RunStory {
    /// The run.
    #[serde(flatten)]
    pub run: RunLine,
    /// What happened.
    pub occurrence: Json,
    /// The call that is under way, or whose outcome is not known.
    pub call: Option<Json>,
    /// The steps.
    pub steps: Vec<StepStory>,
}

/// A step of a run.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct StepStory {
    /// Its place in the flow.
    pub step: String,
    /// What went in.
    pub input: Json,
    /// What came out.
    pub output: Json,
    /// What became of it.
    pub outcome: String,
    /// When.
    #[schemars(with = "String")]
    pub at: Timestamp,
}

impl App {
    /// The flows of a shop.
    ///
    /// # Errors
    /// When there is no such shop.
    pub async fn flow_lines(&self, name: &str) -> Result<Vec<FlowLine>, AppError> {
        let shop = self.shop(name).await?;
        let totals = self.store.flow_run_totals(shop.id).await?;
        let mut lines = Vec::new();
        for stored in self.store.flows(shop.id).await? {
            lines.push(self.flow_line(&shop, stored, &totals).await?);
        }
        Ok(lines)
    }

    async fn flow_line(
        &self,
        shop: &Shop,
        stored: StoredFlow,
        totals: &[(String, store::FlowRunState, u64)],
    ) -> Result<FlowLine, AppError> {
        let text = |pointer: &str| {
            let found = stored.document.pointer(pointer).and_then(Json::as_str);
            found.unwrap_or_default().to_owned()
        };
        let on = text("/trigger/on");
        let flow = super::shelf::read(&stored.id, &stored.document);
        let needed = flow.map_or_else(
            || BTreeSet::from([sources::of_trigger(&on)]),
            |flow| sources::needed_by(&flow),
        );
        let mut deaf_why = None;
        for source in &needed {
            deaf_why = deaf_why.or(self.watching_problem(shop, source).await?);
        }
        let runs = totals
            .iter()
            .filter(|(flow, _, _)| *flow == stored.id)
            .map(|(_, state, count)| (state.as_str(), *count));
        Ok(FlowLine {
            title: text("/title"),
            on,
            deaf_why,
            runs: runs.collect(),
            id: stored.id,
            enabled: stored.enabled,
            paused_why: stored.paused_why,
            version: stored.live,
            draft: stored.draft,
            recipe: stored.recipe,
            active_from: stored.active_from,
        })
    }

    /// Runs of a shop's flows, newest first.
    ///
    /// # Errors
    /// When there is no such shop.
    pub async fn flow_runs(
        &self,
        name: &str,
        filter: &RunFilter,
    ) -> Result<Vec<RunLine>, AppError> {
        let shop = self.shop(name).await?;
        let runs = self.store.flow_runs(shop.id, filter).await?;
        Ok(runs.into_iter().map(line).collect())
    }

    /// One run with every step that it took.
    ///
    /// # Errors
    /// When there is no such shop or run.
    pub async fn flow_run(&self, name: &str, id: &str) -> Result<RunStory, AppError> {
        let shop = self.shop(name).await?;
        let run = self.run_named(&shop, id).await?;
        self.story(run).await
    }

    pub(super) async fn story(&self, run: FlowRun) -> Result<RunStory, AppError> {
        let taken = self.store.flow_steps(&run.begun.id).await?;
        let steps = taken.into_iter().map(|taken| StepStory {
            step: taken.step.step,
            input: taken.step.input,
            output: taken.step.output,
            outcome: taken.step.outcome,
            at: taken.at,
        });
        Ok(RunStory {
            steps: steps.collect(),
            occurrence: run.begun.occurrence.clone(),
            call: run.act.clone(),
            run: line(run),
        })
    }

    pub(super) async fn run_named(&self, shop: &Shop, id: &str) -> Result<FlowRun, AppError> {
        self.store.flow_run(shop.id, id).await?.ok_or_else(|| {
            AppError::Refused(format!(
                "`{}` has no run `{id}`. `repairbridge flow runs {}` lists them",
                shop.name, shop.name
            ))
        })
    }
}

fn line(run: FlowRun) -> RunLine {
    let goes_on = run.begun.state.goes_on();
    RunLine {
        mode: run.begun.mode.as_str(),
        state: run.begun.state.as_str(),
        id: run.begun.id,
        flow: run.begun.flow,
        version: run.begun.version,
        why: run.begun.why,
        source: run.begun.source,
        record: run.begun.record,
        question: run.question,
        began_at: run.created_at,
        goes_on_at: goes_on.then_some(run.due_at),
        ended_at: run.finished_at,
    }
}
