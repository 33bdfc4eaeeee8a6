//! A draft beside the flow at work: what it would have done otherwise.

use crate::{App, AppError};
use domain::Timestamp;
use flows::shadow::{Act, Difference, compare};
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use store::{FlowRun, RunFilter, RunMode};

/// Runs that are compared, the newest.
const MOST: u32 = 2_000;
/// Acts so close to each other are at the same time: two runs are not worked on in the same instant.
const SAME_TIME: SignedDuration = SignedDuration::from_mins(15);

/// What a draft would have done otherwise.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Comparison {
    /// The flow.
    pub flow: String,
    /// The version at work.
    pub live: i64,
    /// The draft.
    pub draft: i64,
    /// Since when the draft runs beside it.
    #[schemars(with = "Option<String>")]
    pub since: Option<Timestamp>,
    /// Occurrences on which both ran to their end.
    pub compared: usize,
    /// Of these, those on which both did the same.
    pub same: usize,
    /// Occurrences on which one of them is still at work.
    pub under_way: usize,
    /// Occurrences on which only one of them started.
    pub only_live: usize,
    /// The same, of the draft.
    pub only_draft: usize,
    /// What differs, by occurrence.
    pub differences: Vec<Differs>,
}

/// What differs on one occurrence.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Differs {
    /// The record.
    pub record: String,
    /// How the run of the flow at work ended.
    pub live_ended: String,
    /// How the draft's did.
    pub draft_ended: String,
    /// What each did.
    pub acts: Vec<Difference>,
}

impl Comparison {
    /// In lines, for people.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!(
            "{}: version {} beside version {}: {} occurrences compared, {} the same, {} still under way, {} only of the one at work, {} only of the draft",
            self.flow,
            self.draft,
            self.live,
            self.compared,
            self.same,
            self.under_way,
            self.only_live,
            self.only_draft
        )];
        for one in &self.differences {
            lines.push(format!(
                "  {}: {} / {}",
                one.record, one.live_ended, one.draft_ended
            ));
            lines.extend(one.acts.iter().map(|act| match act {
                Difference::Missing { act } => {
                    format!("    only the one at work: {} {}", act.operation, act.input)
                }
                Difference::New { act } => {
                    format!("    only the draft: {} {}", act.operation, act.input)
                }
                Difference::Changed {
                    operation,
                    input,
                    at,
                } => {
                    let times = at.map_or_else(String::new, |(live, draft)| {
                        format!(", at {live} / at {draft}")
                    });
                    format!("    {operation}: {}{times}", Json::Object(input.clone()))
                }
            }));
        }
        lines
    }
}

impl App {
    /// What the draft of a flow would have done otherwise than the version at work, on what happened since it is there.
    ///
    /// # Errors
    /// When there is no such shop or flow, or no draft.
    pub async fn compare_flow(&self, name: &str, id: &str) -> Result<Comparison, AppError> {
        let shop = self.shop(name).await?;
        let flow = self.flow_named(&shop, id).await?;
        let draft = flow.draft.ok_or_else(|| {
            AppError::Refused(format!(
                "the flow `{id}` has no draft. `repairbridge flow add {name} --draft --file F` gives it one"
            ))
        })?;
        let given = self.store.flow_version(shop.id, id, draft).await?;
        let since = given.map(|version| version.at);
        let runs = async |mode: RunMode| -> Result<BTreeMap<String, FlowRun>, AppError> {
            let filter = RunFilter {
                flow: Some(id.to_owned()),
                mode: Some(mode),
                limit: MOST,
                ..RunFilter::default()
            };
            let runs = self.store.flow_runs(shop.id, &filter).await?;
            let of_draft = |run: &FlowRun| mode == RunMode::Live || run.begun.version == draft;
            Ok(runs
                .into_iter()
                .filter(|run| of_draft(run) && since.is_none_or(|since| run.created_at >= since))
                .map(|run| (run.begun.key.clone(), run))
                .collect())
        };
        let (live, mut shadow) = (runs(RunMode::Live).await?, runs(RunMode::Shadow).await?);
        let mut compared = Comparison {
            flow: id.to_owned(),
            live: flow.live,
            draft,
            since,
            compared: 0,
            same: 0,
            under_way: 0,
            only_live: 0,
            only_draft: 0,
            differences: Vec::new(),
        };
        for (key, run) in live {
            match shadow.remove(&key) {
                Some(tried) => compared.take(&run, &tried),
                None => compared.only_live += 1,
            }
        }
        compared.only_draft = shadow.len();
        Ok(compared)
    }
}

impl Comparison {
    fn take(&mut self, live: &FlowRun, draft: &FlowRun) {
        if !live.begun.state.is_over() || !draft.begun.state.is_over() {
            self.under_way += 1;
            return;
        }
        self.compared += 1;
        let (left, mut right) = (acts(live), acts(draft));
        for (old, new) in left.iter().zip(&mut right) {
            if is_near(old.at, new.at) {
                new.at = old.at;
            }
            align(&old.input, &mut new.input);
        }
        let acts = compare(&left, &right);
        if acts.is_empty() && live.begun.state == draft.begun.state {
            self.same += 1;
            return;
        }
        self.differences.push(Differs {
            record: live.begun.record.clone(),
            live_ended: ended(live),
            draft_ended: ended(draft),
            acts,
        });
    }
}

/// Instants in an input that are the same but for the moment at which each run was worked on.
fn align(old: &Json, new: &mut Json) {
    let at = |value: &Json| value.as_str()?.parse::<Timestamp>().ok();
    if let (Some(own), Some(theirs)) = (at(old), at(new)) {
        if is_near(own, theirs) {
            new.clone_from(old);
        }
    } else if let (Json::Object(old), Json::Object(new)) = (old, new) {
        for (name, value) in new {
            if let Some(old) = old.get(name) {
                align(old, value);
            }
        }
    }
}

fn is_near(one: Timestamp, other: Timestamp) -> bool {
    one.duration_since(other).abs() < SAME_TIME
}

fn acts(run: &FlowRun) -> Vec<Act> {
    serde_json::from_value(run.acts.clone()).unwrap_or_default()
}

fn ended(run: &FlowRun) -> String {
    match &run.begun.why {
        Some(why) => format!("{} ({why})", run.begun.state.as_str()),
        None => run.begun.state.as_str().to_owned(),
    }
}
