//! A shop's flows as people give, change, try, compare and remove them.

use super::board::RunStory;
use super::work::hours_of;
use crate::{App, AppError};
use flows::{Document, Flow, Occurrence, Problems};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value as Json, json};
use store::{FlowRunState, FlowToKeep, FlowVersion, RunMode, Shop, StoredFlow};

/// A flow that was kept.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct KeptFlow {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: i64,
    /// Whether it is only tried beside the version at work.
    pub draft: bool,
}

impl App {
    /// Keeps the flows of a document: as the versions at work, or as drafts that run beside them without writing.
    ///
    /// # Errors
    /// When there is no such shop, or anything in the document is wrong: then nothing is kept, and everything that is
    /// wrong is told with its place.
    pub async fn keep_flows(
        &self,
        name: &str,
        document: &Document,
        draft: bool,
    ) -> Result<Vec<KeptFlow>, AppError> {
        let shop = self.shop(name).await?;
        self.check_flows(document)?;
        for flow in document.flows.iter().filter(|_| draft) {
            if self.store.flow(shop.id, &flow.id).await?.is_none() {
                return Err(AppError::Refused(format!(
                    "there is no flow `{}` beside which a draft could run; give it without --draft",
                    flow.id
                )));
            }
        }
        let mut kept = Vec::new();
        for flow in &document.flows {
            kept.push(self.keep_flow(&shop, flow, draft).await?);
        }
        self.call_flows(shop.id);
        Ok(kept)
    }

    pub(super) async fn keep_flow(
        &self,
        shop: &Shop,
        flow: &Flow,
        draft: bool,
    ) -> Result<KeptFlow, AppError> {
        let document = super::work::as_json(flow);
        let to_keep = FlowToKeep {
            id: &flow.id,
            document: &document,
            enabled: flow.enabled,
            draft,
            recipe: flow.recipe.as_deref(),
        };
        let version = self.store.keep_flow(shop.id, self.now(), &to_keep).await?;
        Ok(KeptFlow {
            id: flow.id.clone(),
            version,
            draft,
        })
    }

    /// Reads a document of flows, and looks through it.
    ///
    /// # Errors
    /// Everything that is wrong with it, a line each, with the place and the line.
    pub fn read_flows(&self, text: &str) -> Result<Document, AppError> {
        Document::parse_checked(text, &super::acts::Known)
            .map_err(|problems| super::recipes::refused(&problems))
    }

    /// Looks through a document of flows.
    ///
    /// # Errors
    /// Everything that is wrong with it, a line each.
    pub fn check_flows(&self, document: &Document) -> Result<(), AppError> {
        let problems = flows::check(document, &super::acts::Known);
        if problems.is_empty() {
            return Ok(());
        }
        Err(super::recipes::refused(&Problems(problems)))
    }

    /// The flows of a shop as one document.
    ///
    /// # Errors
    /// When there is no such shop, or no such flow where one is named.
    pub async fn flow_document(&self, name: &str, id: Option<&str>) -> Result<Document, AppError> {
        let shop = self.shop(name).await?;
        let stored = match id {
            Some(id) => vec![self.flow_named(&shop, id).await?],
            None => self.store.flows(shop.id).await?,
        };
        let read = stored.iter().filter_map(|stored| {
            let flow = super::shelf::read(&stored.id, &stored.document)?;
            Some(Flow {
                enabled: stored.enabled,
                ..flow
            })
        });
        Ok(Document {
            flows: read.collect(),
            ..Document::default()
        })
    }

    /// The versions of a flow, newest first.
    ///
    /// # Errors
    /// When there is no such shop or flow.
    pub async fn flow_versions(&self, name: &str, id: &str) -> Result<Vec<FlowVersion>, AppError> {
        let shop = self.shop(name).await?;
        self.flow_named(&shop, id).await?;
        Ok(self.store.flow_versions(shop.id, id).await?)
    }

    /// Switches a flow on or off. Switched on, it starts from now; switched off, what it has begun goes on.
    ///
    /// # Errors
    /// When there is no such shop or flow.
    pub async fn switch_flow(&self, name: &str, id: &str, on: bool) -> Result<(), AppError> {
        let shop = self.shop(name).await?;
        self.flow_named(&shop, id).await?;
        self.store.switch_flow(shop.id, self.now(), id, on).await?;
        self.call_flows(shop.id);
        Ok(())
    }

    /// Removes a flow, with its runs. What it wrote at the vendors stays.
    ///
    /// # Errors
    /// When there is no such shop or flow.
    pub async fn remove_flow(&self, name: &str, id: &str) -> Result<(), AppError> {
        let shop = self.shop(name).await?;
        self.flow_named(&shop, id).await?;
        Ok(self.store.remove_flow(shop.id, id).await?)
    }

    /// Puts a version of a flow to work: its draft, or the one that is named. No event is lost at the switch: what
    /// was seen is handed out by the shop, not by the flow.
    ///
    /// # Errors
    /// When there is no such shop, flow or version, or no draft.
    pub async fn promote_flow(
        &self,
        name: &str,
        id: &str,
        version: Option<i64>,
    ) -> Result<i64, AppError> {
        let shop = self.shop(name).await?;
        let flow = self.flow_named(&shop, id).await?;
        let number = version.or(flow.draft).ok_or_else(|| {
            AppError::Refused(format!(
                "the flow `{id}` has no draft. `repairbridge flow add {name} --draft --file F` gives it one"
            ))
        })?;
        if !self.store.put_to_work(shop.id, id, number).await? {
            return Err(AppError::Refused(format!(
                "the flow `{id}` has no version {number}. `repairbridge flow versions {name} {id}` lists them"
            )));
        }
        Ok(number)
    }

    /// Answers a run that asks a person.
    ///
    /// # Errors
    /// When there is no such shop or run, it does not ask, or it does not offer this answer.
    pub async fn answer_flow_run(
        &self,
        name: &str,
        id: &str,
        answer: &str,
    ) -> Result<(), AppError> {
        let shop = self.shop(name).await?;
        let run = self.run_named(&shop, id).await?;
        let options = run.question.as_ref().and_then(|asked| asked.get("options"));
        let options: Vec<_> = options
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .collect();
        if run.begun.state != FlowRunState::Asking {
            return Err(AppError::Refused(format!(
                "the run `{id}` asks nothing any more"
            )));
        }
        if !options.contains(&answer) {
            return Err(AppError::Refused(format!(
                "`{answer}` is no answer to it. There are: {}",
                options.join(", ")
            )));
        }
        let taken = self
            .store
            .answer_flow_run(shop.id, self.now(), id, answer)
            .await?;
        self.call_flows(shop.id);
        if taken {
            Ok(())
        } else {
            Err(AppError::Refused(format!(
                "the run `{id}` was answered already"
            )))
        }
    }

    /// Lets the runs of a flow go on that were held before they sent anything. Those of which it is not known whether
    /// they sent something are let go one by one: that may do it twice.
    ///
    /// # Errors
    /// When there is no such shop or flow.
    pub async fn release_flow(&self, name: &str, id: &str) -> Result<u64, AppError> {
        let shop = self.shop(name).await?;
        self.flow_named(&shop, id).await?;
        let released = self
            .store
            .release_flow_runs(shop.id, self.now(), id)
            .await?;
        self.call_flows(shop.id);
        Ok(released)
    }

    /// Lets one held run go on: the call that it was held at is made, once more where it may have been made already.
    ///
    /// # Errors
    /// When there is no such shop or run, or it is not held.
    pub async fn release_flow_run(&self, name: &str, id: &str) -> Result<(), AppError> {
        let shop = self.shop(name).await?;
        self.run_named(&shop, id).await?;
        if !self.store.release_flow_run(shop.id, self.now(), id).await? {
            return Err(AppError::Refused(format!("the run `{id}` is not held")));
        }
        self.call_flows(shop.id);
        Ok(())
    }

    /// Stops the runs of a flow that are not over.
    ///
    /// # Errors
    /// When there is no such shop or flow.
    pub async fn stop_flow_runs(&self, name: &str, id: &str) -> Result<u64, AppError> {
        let shop = self.shop(name).await?;
        self.flow_named(&shop, id).await?;
        Ok(self
            .store
            .stop_flow_runs(shop.id, self.now(), id, "a person stopped it")
            .await?)
    }

    /// Runs a flow on a record as it stands. Unless it is `really` meant, nothing is written and nothing waited for, and
    /// the draft is tried where there is one.
    ///
    /// # Errors
    /// When there is no such shop, flow or record.
    pub async fn run_flow(
        &self,
        name: &str,
        id: &str,
        record: &str,
        really: bool,
    ) -> Result<RunStory, AppError> {
        let shop = self.shop(name).await?;
        let stored = self.flow_named(&shop, id).await?;
        let draft = stored.draft_document.as_ref().filter(|_| !really);
        let document = draft.unwrap_or(&stored.document);
        let flow = super::shelf::read(id, document)
            .ok_or_else(|| AppError::Refused(format!("the flow `{id}` cannot be read any more")))?;
        let facts = self.flow_facts(&shop).await?;
        let source = super::sources::of_trigger(&flow.trigger.on);
        let record = self.sample(&shop, &source, record).await?;
        let view = self.view_of(&shop, &facts, &source, &record).await?;
        let occurrence = Occurrence {
            trigger: flow.trigger.on.clone(),
            key: format!("test:{}", self.context.new_id()),
            at: self.now(),
            source,
            record,
            facts: json!({"before": view, "after": view, "changed": []}),
            cause: flows::Cause::Outside,
        };
        let version = stored.draft.filter(|_| !really).unwrap_or(stored.live);
        let mode = if really { RunMode::Live } else { RunMode::Test };
        self.play(&shop, id, version, occurrence, mode).await
    }

    /// Plays a run again from its beginning, under the version that is at work now: to look at, or to do it once
    /// more where a person says so.
    ///
    /// # Errors
    /// When there is no such shop or run, or its flow is gone.
    pub async fn replay_flow_run(
        &self,
        name: &str,
        id: &str,
        really: bool,
    ) -> Result<RunStory, AppError> {
        let shop = self.shop(name).await?;
        let run = self.run_named(&shop, id).await?;
        let flow = self.flow_named(&shop, &run.begun.flow).await?;
        let occurrence: Occurrence = serde_json::from_value(run.begun.occurrence.clone())
            .map_err(|error| AppError::Refused(format!("the run cannot be read: {error}")))?;
        let occurrence = Occurrence {
            key: format!("{}:again:{}", occurrence.key, self.context.new_id()),
            ..occurrence
        };
        let mode = if really { RunMode::Live } else { RunMode::Test };
        self.play(&shop, &flow.id, flow.live, occurrence, mode)
            .await
    }

    async fn play(
        &self,
        shop: &Shop,
        flow: &str,
        version: i64,
        occurrence: Occurrence,
        mode: RunMode,
    ) -> Result<RunStory, AppError> {
        // Nobody else works on the shop's flows meanwhile: one who did would take the run up where it stands.
        let held = self.wait_for_flows(shop).await?;
        let facts = held.flow_facts(shop).await?;
        let run = held.new_run(flow, version, mode, &occurrence);
        let id = run.id.clone();
        held.store
            .hand_out(shop.id, held.now(), None, &[run], &[])
            .await?;
        let row = held.run_named(shop, &id).await?;
        held.work_on(shop, &facts, &row, &hours_of(&facts)).await?;
        let row = held.run_named(shop, &id).await?;
        held.story(row).await
    }

    pub(super) async fn flow_named(&self, shop: &Shop, id: &str) -> Result<StoredFlow, AppError> {
        self.store.flow(shop.id, id).await?.ok_or_else(|| {
            AppError::Refused(format!(
                "`{}` has no flow `{id}`. `repairbridge flow list {}` shows them",
                shop.name, shop.name
            ))
        })
    }
}
