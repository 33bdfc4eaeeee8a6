//! Handing out what was seen: each occurrence begins each flow that waits for it once.

use super::shelf::AtWork;
use super::sources;
use super::work::as_json;
use crate::connection::ShopFacts;
use crate::{App, AppError};
use domain::{Kind, RecordId, Side, Timestamp};
use flows::{Cause, Flow, Occurrence, Sighting};
use jiff::SignedDuration;
use std::collections::BTreeMap;
use store::{FlowRunState, NewFlowRun, RunMode, Shop, Since, StoredSighting, source_of};

/// What is handed out in one transaction.
const AT_ONCE: u32 = 200;
/// What a flow wrote is seen within this; polls may be rare, and webhooks late.
const ACT_SEEN_WITHIN: SignedDuration = SignedDuration::from_hours(6);
const HOUR: SignedDuration = SignedDuration::from_hours(1);

impl App {
    /// Hands out what was seen since the last time.
    pub(super) async fn hand_out(&self, shop: &Shop, facts: &ShopFacts) -> Result<(), AppError> {
        loop {
            let from = self.store.handed_out(shop.id).await?;
            let seen = self.store.sightings_after(shop.id, from, AT_ONCE).await?;
            let Some(last) = seen.last().map(|last| last.seq) else {
                return Ok(());
            };
            // Read after the sightings: a flow that is given meanwhile is not passed over.
            let at_work = self.flows_at_work(shop).await?;
            let mut waiting: BTreeMap<String, Vec<AtWork>> = BTreeMap::new();
            for flow in at_work {
                let source = sources::of_trigger(&flow.flow.trigger.on);
                waiting.entry(source).or_default().push(flow);
            }
            let mut new = Beginnings::default();
            for stored in seen {
                let waiting = waiting.get(&stored.sighting.source);
                let waiting = waiting.map_or(&[][..], Vec::as_slice);
                self.begin_on(shop, facts, waiting, stored, &mut new)
                    .await?;
            }
            self.store
                .hand_out(shop.id, self.now(), Some(last), &new.runs, &new.since)
                .await?;
            for (flow, why) in new.paused {
                self.pause_flow(shop, &flow, &why).await?;
            }
        }
    }

    /// `waiting` are the flows that wait for something of this source.
    async fn begin_on(
        &self,
        shop: &Shop,
        facts: &ShopFacts,
        waiting: &[AtWork],
        stored: StoredSighting,
        new: &mut Beginnings,
    ) -> Result<(), AppError> {
        // Who did it takes several looks into the store.
        let cause = if waiting.is_empty() {
            Cause::Outside
        } else {
            self.cause_of(shop, &stored).await?
        };
        let sighting = sighting(stored, cause);
        for (what, at) in flows::since(&sighting, &facts.setting, &facts.rules) {
            new.since.push(Since {
                source: sighting.source.clone(),
                record: sighting.record.clone(),
                what: what.to_owned(),
                at,
            });
        }
        if waiting.is_empty() {
            return Ok(());
        }
        for occurrence in flows::occurrences(&sighting, &facts.setting, &facts.rules) {
            for flow in waiting {
                if occurrence.at >= flow.active_from {
                    self.begin(shop, flow, &occurrence, new).await?;
                }
            }
        }
        Ok(())
    }

    /// Begins a flow on an occurrence, where it waits for it and nothing stands against it.
    pub(super) async fn begin(
        &self,
        shop: &Shop,
        at_work: &AtWork,
        occurrence: &Occurrence,
        new: &mut Beginnings,
    ) -> Result<(), AppError> {
        let flow = &at_work.flow;
        if !flow.starts_on(occurrence) || new.paused.contains_key(&flow.id) {
            return Ok(());
        }
        let (state, why) = if let Some(why) = flows::loops::circle(&flow.id, &occurrence.cause) {
            (FlowRunState::Stopped, Some(why))
        } else if at_work.mode == RunMode::Live
            && let Some(why) = self.burst(shop, flow, occurrence, new).await?
        {
            new.paused.insert(flow.id.clone(), why.clone());
            (FlowRunState::Stopped, Some(why))
        } else {
            (FlowRunState::Ready, None)
        };
        new.runs.push(NewFlowRun {
            state,
            why,
            ..self.new_run(&flow.id, at_work.version, at_work.mode, occurrence)
        });
        Ok(())
    }

    /// A run of a flow on an occurrence, from its beginning.
    pub(super) fn new_run(
        &self,
        flow: &str,
        version: i64,
        mode: RunMode,
        occurrence: &Occurrence,
    ) -> NewFlowRun {
        NewFlowRun {
            id: self.context.new_id().to_string(),
            flow: flow.to_owned(),
            version,
            mode,
            key: occurrence.key.clone(),
            source: occurrence.source.clone(),
            record: occurrence.record.clone(),
            occurrence: as_json(occurrence),
            state: FlowRunState::Ready,
            why: None,
        }
    }

    /// Why a flow is to stop: it ran on this record again and again.
    async fn burst(
        &self,
        shop: &Shop,
        flow: &Flow,
        occurrence: &Occurrence,
        new: &Beginnings,
    ) -> Result<Option<String>, AppError> {
        let about = (occurrence.source.as_str(), occurrence.record.as_str());
        let hour = earlier(self.now(), HOUR);
        let most = flows::loops::RUNS_PER_RECORD as u32;
        let mut begun = self
            .store
            .flow_run_times(shop.id, &flow.id, Some(about), hour, most)
            .await?;
        begun.extend(std::iter::repeat_n(
            self.now(),
            new.about(&flow.id, occurrence),
        ));
        Ok(flows::loops::burst(&begun, self.now()))
    }

    /// Who brought a change about. What the sync carried over was brought about by whoever changed the counterpart.
    async fn cause_of(&self, shop: &Shop, stored: &StoredSighting) -> Result<Cause, AppError> {
        let own = self.own_cause(shop, stored).await?;
        let place = place(&stored.sighting.source);
        let (Cause::Sync, Some((side, kind))) = (&own, place) else {
            return Ok(own);
        };
        let id = RecordId::new(stored.sighting.record.clone());
        let link = self.store.link_of(shop.id, side, kind, &id).await?;
        let Some(link) = link else {
            return Ok(own);
        };
        let other = link.on(side.other());
        let source = source_of(side.other(), kind);
        let before = self
            .store
            .last_sighting(shop.id, source, other.as_str(), stored.seq)
            .await?;
        let Some(before) = before else {
            return Ok(own);
        };
        Ok(match self.own_cause(shop, &before).await? {
            Cause::Flow { chain } => Cause::Flow { chain },
            _ => own,
        })
    }

    /// Who brought a change about on its own side: a flow, where it shows nothing but what that sent.
    async fn own_cause(&self, shop: &Shop, stored: &StoredSighting) -> Result<Cause, AppError> {
        let named: Cause = serde_json::from_value(stored.cause.clone()).unwrap_or_default();
        if named != Cause::Outside {
            return Ok(named);
        }
        let since = earlier(stored.at, ACT_SEEN_WITHIN);
        let seen = &stored.sighting;
        let acts = self.store.flow_acts(shop.id, &seen.record, since).await?;
        let own = acts.into_iter().find(|act| {
            if !flows::attribution::writes(&act.operation, &seen.source) {
                return false;
            }
            let made = act.made && seen.before.is_none();
            let (before, after) = (seen.before.as_ref(), seen.after.as_ref());
            made || flows::attribution::is_of(before, after, &act.input)
        });
        if let Some(act) = own {
            return Ok(Cause::Flow { chain: act.chain });
        }
        let Some((side, kind)) = place(&seen.source) else {
            return Ok(named);
        };
        // What the sync wrote to MyGadgetRepairs is read back by the polls that see everybody's changes.
        let id = RecordId::new(seen.record.clone());
        let sent = self.store.sent_to(shop.id, side, kind, &id, since).await?;
        let ours = sent.iter().any(|intent| {
            let made = intent.op == store::IntentOp::Create && seen.before.is_none();
            let (before, after) = (seen.before.as_ref(), seen.after.as_ref());
            made || flows::attribution::is_of(before, after, &intent.payload)
        });
        Ok(if ours { Cause::Sync } else { named })
    }

    pub(super) async fn pause_flow(
        &self,
        shop: &Shop,
        flow: &str,
        why: &str,
    ) -> Result<(), AppError> {
        tracing::warn!(shop.name = shop.name, flow, why, "a flow was paused");
        self.store.pause_flow(shop.id, flow, why).await?;
        Ok(())
    }
}

/// What is begun together.
#[derive(Debug, Default)]
pub(super) struct Beginnings {
    pub(super) runs: Vec<NewFlowRun>,
    pub(super) since: Vec<Since>,
    /// Flows that stop by themselves, with the reason.
    pub(super) paused: BTreeMap<String, String>,
}

impl Beginnings {
    /// How many of them are runs of a flow about the same record.
    fn about(&self, flow: &str, occurrence: &Occurrence) -> usize {
        let same = |run: &&NewFlowRun| {
            run.mode == RunMode::Live
                && run.flow == flow
                && run.source == occurrence.source
                && run.record == occurrence.record
        };
        self.runs.iter().filter(same).count()
    }
}

/// The side and kind of a source; nothing for what is not synced.
pub(super) fn place(of: &str) -> Option<(Side, Kind)> {
    Side::BOTH
        .into_iter()
        .flat_map(|side| Kind::ALL.map(|kind| (side, kind)))
        .find(|(side, kind)| source_of(*side, *kind) == of)
}

pub(super) fn earlier(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_sub(by).unwrap_or(Timestamp::MIN)
}

/// A sighting as the rules of flows read it.
pub(super) fn sighting(stored: StoredSighting, cause: Cause) -> Sighting {
    Sighting {
        seq: stored.seq,
        source: stored.sighting.source,
        record: stored.sighting.record,
        event: stored.sighting.event,
        before: stored.sighting.before,
        after: stored.sighting.after,
        at: stored.at,
        history: false,
        cause,
    }
}
