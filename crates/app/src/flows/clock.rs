//! Triggers of the clock: what becomes due without anything being seen.

use super::hand_out::{Beginnings, earlier, place};
use super::shelf::AtWork;
use super::work::{as_json, hours_of};
use crate::connection::ShopFacts;
use crate::{App, AppError};
use domain::{Kind, Side, Timestamp};
use flows::Watched;
use jiff::SignedDuration;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use store::{Change, Shop, Since, source_of};

/// Records that are looked at together.
const AT_ONCE: u32 = 500;
/// The records of which it counts since when they are as they are.
const TICKET: &str = source_of(Side::MyGadgetRepairs, Kind::Task);
/// What became due since the last look is found although it is noticed late: so far back it is looked.
const OVERLAP: SignedDuration = SignedDuration::from_hours(48);
/// Appointments are looked at with every turn; what is counted in days, so often.
const DAYS_EVERY: SignedDuration = SignedDuration::from_mins(15);

impl App {
    /// Begins the flows whose time has come.
    pub(super) async fn look_at_clock(
        &self,
        shop: &Shop,
        facts: &ShopFacts,
        at_work: &[AtWork],
    ) -> Result<(), AppError> {
        let mut by_source: BTreeMap<String, Vec<&AtWork>> = BTreeMap::new();
        for flow in at_work {
            if let Some(kind) = flows::trigger(&flow.flow.trigger.on).filter(|kind| kind.clock) {
                by_source
                    .entry(kind.source.to_owned())
                    .or_default()
                    .push(flow);
            }
        }
        for (source, waiting) in by_source {
            self.look_at_source(shop, facts, &source, &waiting).await?;
        }
        Ok(())
    }

    async fn look_at_source(
        &self,
        shop: &Shop,
        facts: &ShopFacts,
        source: &str,
        waiting: &[&AtWork],
    ) -> Result<(), AppError> {
        let now = self.now();
        let cursor = format!("clock.{source}");
        let last = self.store.cursor(shop.id, &cursor).await?.map(|row| row.at);
        let soon = source.ends_with(".appointment");
        if !soon && !self.is_older(last, DAYS_EVERY) {
            return Ok(());
        }
        let from = last.map_or(Timestamp::MIN, |last| earlier(last, OVERLAP));
        let mut after = String::new();
        loop {
            let page = self.page_of(shop, source, &after).await?;
            let Some((last, _)) = page.last() else {
                break;
            };
            after.clone_from(last);
            let mut new = Beginnings::default();
            self.look_at_page(shop, facts, source, waiting, from, &page, &mut new)
                .await?;
            for (flow, why) in &new.paused {
                self.pause_flow(shop, flow, why).await?;
            }
            if !(new.runs.is_empty() && new.since.is_empty()) {
                self.store
                    .hand_out(shop.id, self.now(), None, &new.runs, &new.since)
                    .await?;
            }
        }
        let looked = Change::Cursor(cursor, Json::Null);
        Ok(self.store.commit(shop.id, now, vec![looked]).await?)
    }

    #[expect(clippy::too_many_arguments, reason = "one page of one look")]
    async fn look_at_page(
        &self,
        shop: &Shop,
        facts: &ShopFacts,
        source: &str,
        waiting: &[&AtWork],
        from: Timestamp,
        page: &[(String, Json)],
        new: &mut Beginnings,
    ) -> Result<(), AppError> {
        let ids: Vec<String> = page.iter().map(|(id, _)| id.clone()).collect();
        let mut known = self.store.since(shop.id, source, &ids).await?;
        let hours = hours_of(facts);
        for (id, body) in page {
            let view = flows::view::view(source, body, &facts.setting, &facts.rules);
            let mut since = known.remove(id).unwrap_or_default();
            // What was never seen to change has been so since the vendor changed it last.
            if source == TICKET
                && let Some(changed) = unchanged_since(&view)
            {
                for what in ["status", "status_group"] {
                    if !since.contains_key(what) {
                        since.insert(what.to_owned(), changed);
                        // Kept: the next change of the ticket may be one of something else.
                        new.since.push(Since {
                            source: source.to_owned(),
                            record: id.clone(),
                            what: what.to_owned(),
                            at: changed,
                        });
                    }
                }
            }
            let unread = json!({});
            let watched = Watched {
                source,
                record: id,
                view: &view,
                since: &since,
                scope: &unread,
            };
            let mut scope = None;
            for flow in waiting {
                let Some(due) = flows::due(&flow.flow.trigger, &watched, &hours) else {
                    continue;
                };
                let now = self.now();
                let too_late = due.until.is_some_and(|until| until <= now);
                if due.at > now || too_late || due.at <= flow.active_from || due.at <= from {
                    continue;
                }
                // What is around a record is read only where its time has come.
                if scope.is_none() {
                    scope = Some(self.scope_of_clock(shop, facts, source, id).await?);
                }
                let scope = scope.as_ref().unwrap_or(&unread);
                if flows::due(&flow.flow.trigger, &Watched { scope, ..watched }, &hours).is_some() {
                    self.begin(shop, flow, &due.occurrence, new).await?;
                }
            }
        }
        Ok(())
    }

    /// What a trigger of the clock asks beside the record itself.
    async fn scope_of_clock(
        &self,
        shop: &Shop,
        facts: &ShopFacts,
        source: &str,
        record: &str,
    ) -> Result<Json, AppError> {
        if source != source_of(Side::MyGadgetRepairs, Kind::Appointment) {
            return Ok(json!({}));
        }
        let reads = BTreeSet::from(["tickets".to_owned()]);
        self.scope_around(shop, facts, source, record, None, &reads)
            .await
    }

    /// Records of a source as stored, in the order of their ids.
    async fn page_of(
        &self,
        shop: &Shop,
        source: &str,
        after: &str,
    ) -> Result<Vec<(String, Json)>, AppError> {
        let Some((side, kind)) = place(source) else {
            return Ok(self
                .store
                .watched_after(shop.id, source, after, AT_ONCE)
                .await?);
        };
        let records = self
            .store
            .live_records_after(shop.id, side, kind, after, AT_ONCE)
            .await?;
        Ok(records
            .into_iter()
            .map(|record| {
                let id = record.id.as_str().to_owned();
                (id, as_json(&record))
            })
            .collect())
    }
}

/// When the vendor changed or made a record last.
fn unchanged_since(view: &Json) -> Option<Timestamp> {
    let at = |name: &str| view.get(name)?.as_str()?.parse().ok();
    at("changed").or_else(|| at("created"))
}
