//! What a recipe or a flow would have done last month: played on what was seen then, writing and asking nothing.

use super::hand_out::{earlier, sighting};
use super::work::{ended, hours_of};
use crate::connection::ShopFacts;
use crate::{App, AppError};
use domain::Timestamp;
use flows::{BusinessHours, Document, Flow, Given, Next, Occurrence, Outcome, Resume, Run};
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use store::Shop;

/// So far back it is looked.
const MONTH: SignedDuration = SignedDuration::from_hours(24 * 30);
/// Sightings that are read together.
const AT_ONCE: u32 = 500;
/// Runs that are told one by one; more are counted.
const TOLD: usize = 50;

/// What would have been done.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct LastMonth {
    /// Since when the shop's changes are known; at most a month ago.
    #[schemars(with = "Option<String>")]
    pub since: Option<Timestamp>,
    /// How often flows would have started, by flow.
    pub started: BTreeMap<String, u64>,
    /// How they would have ended.
    pub ended: BTreeMap<&'static str, u64>,
    /// How often each operation would have been called.
    pub calls: BTreeMap<String, u64>,
    /// The first of them one by one.
    pub runs: Vec<WouldRun>,
    /// Rules of the sync that would change; what they do shows in `repairbridge preview`.
    pub rules: Option<Json>,
}

/// A run that would have been.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct WouldRun {
    /// The flow.
    pub flow: String,
    /// When it would have started.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// What it would have been about.
    pub source: String,
    /// The record.
    pub record: String,
    /// The operations that it would have called.
    pub calls: Vec<String>,
    /// How it would have ended.
    pub ended: String,
}

impl App {
    /// What a recipe would have done last month.
    ///
    /// # Errors
    /// When there is no such shop or recipe, or a question has no answer.
    pub async fn preview_recipe(
        &self,
        name: &str,
        id: &str,
        given: &Map<String, Json>,
    ) -> Result<LastMonth, AppError> {
        let shop = self.shop(name).await?;
        let document = self.recipe_document(&shop, id, given).await?;
        self.check_flows(&document)?;
        self.last_month(&shop, &document).await
    }

    /// What the flows of a document would have done last month.
    ///
    /// # Errors
    /// When there is no such shop, or the document is wrong.
    pub async fn preview_flows(
        &self,
        name: &str,
        document: &Document,
    ) -> Result<LastMonth, AppError> {
        let shop = self.shop(name).await?;
        self.check_flows(document)?;
        self.last_month(&shop, document).await
    }

    async fn last_month(&self, shop: &Shop, document: &Document) -> Result<LastMonth, AppError> {
        let facts = self.flow_facts(shop).await?;
        let hours = hours_of(&facts);
        let from = earlier(self.now(), MONTH);
        let mut told = LastMonth {
            rules: document
                .recipes
                .iter()
                .find_map(|recipe| recipe.rules.clone()),
            ..LastMonth::default()
        };
        let mut claimed = BTreeSet::new();
        let mut seq = self.store.sighting_before(shop.id, from).await?;
        loop {
            let seen = self.store.sightings_after(shop.id, seq, AT_ONCE).await?;
            let Some(last) = seen.last() else {
                return Ok(told);
            };
            seq = last.seq;
            for stored in seen {
                told.since = told.since.or(Some(stored.at));
                let cause = serde_json::from_value(stored.cause.clone());
                let sighting = sighting(stored, cause.unwrap_or_default());
                for occurrence in flows::occurrences(&sighting, &facts.setting, &facts.rules) {
                    for flow in &document.flows {
                        if flow.enabled && flow.starts_on(&occurrence) {
                            self.would_run(
                                shop,
                                &facts,
                                &hours,
                                flow,
                                &occurrence,
                                &mut claimed,
                                &mut told,
                            )
                            .await?;
                        }
                    }
                }
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one run of one look back")]
    async fn would_run(
        &self,
        shop: &Shop,
        facts: &ShopFacts,
        hours: &BusinessHours,
        flow: &Flow,
        occurrence: &Occurrence,
        claimed: &mut BTreeSet<String>,
        told: &mut LastMonth,
    ) -> Result<(), AppError> {
        let mut scope = self
            .scope_of(shop, facts, &flow.reads(), occurrence)
            .await?;
        // The record as it was then; what it is linked to is as it is now.
        if let (Some(name), Some(after)) = (
            flows::scope::name_of(&occurrence.source),
            occurrence.facts.get("after"),
        ) && let Json::Object(names) = &mut scope
            && !after.is_null()
        {
            names.insert(name.to_owned(), after.clone());
        }
        let (calls, outcome) = play(flow, occurrence, &scope, hours, claimed);
        *told.started.entry(flow.id.clone()).or_default() += 1;
        let (state, why) = ended(outcome);
        *told.ended.entry(state.as_str()).or_default() += 1;
        for call in &calls {
            *told.calls.entry(call.clone()).or_default() += 1;
        }
        if told.runs.len() < TOLD {
            told.runs.push(WouldRun {
                flow: flow.id.clone(),
                at: occurrence.at,
                source: occurrence.source.clone(),
                record: occurrence.record.clone(),
                calls,
                ended: why.unwrap_or_else(|| state.as_str().to_owned()),
            });
        }
        Ok(())
    }
}

/// Plays a flow in thought: what it would call, and how it would end. What a call would answer is not known.
fn play(
    flow: &Flow,
    occurrence: &Occurrence,
    scope: &Json,
    hours: &BusinessHours,
    claimed: &mut BTreeSet<String>,
) -> (Vec<String>, Outcome) {
    let mut run = Run::new(flow, occurrence.clone());
    let mut resume = Resume::Begin;
    let mut now = occurrence.at;
    let mut calls = Vec::new();
    loop {
        let given = Given {
            now,
            scope,
            resume,
            calendar: hours,
        };
        let advanced = flows::advance(flow, run, &given);
        run = advanced.run;
        resume = match advanced.next {
            Next::End { outcome } => return (calls, outcome),
            Next::Wait { until, .. } => {
                now = now.max(until);
                Resume::Woke
            }
            Next::Ask { otherwise, .. } => Resume::Answered(otherwise),
            Next::Once { key, .. } => Resume::Once(claimed.insert(format!("{}:{key}", flow.id))),
            Next::Call {
                step,
                operation,
                input,
            } => {
                let answer = json!({"id": format!("(made by {step})"), "input": input});
                calls.push(operation);
                Resume::Called(Ok(answer))
            }
        };
    }
}
