//! How many shops are, read at once: a few statements for all of them instead of some twenty for each, which a page or a
//! measurement of a thousand shops could not wait for.

use crate::memory::Known;
use crate::model::{Heard, ReviewKind, RunRow, Shop};
use crate::{Class, FlowRunState, FlowSwitch, Installation, NoteTotals, RecordState};
use crate::{Store, StoreError};
use domain::{Kind, ShopId, Side, Timestamp};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// At which shops to look, and how far back.
#[derive(Clone, Copy, Debug)]
pub struct Looking<'a> {
    /// The shops.
    pub shops: &'a [Shop],
    /// So many of the newest runs of each.
    pub runs: u32,
    /// Runs of flows that failed at or after this instant.
    pub failed_since: Timestamp,
}

/// What was read of one shop, beside what the holder of its lock would remember too.
#[derive(Debug)]
pub(crate) struct Glance {
    pub(crate) waiting: Vec<(Side, Kind, RecordState, u64)>,
    pub(crate) reviews: Vec<(ReviewKind, u64)>,
    pub(crate) heard: BTreeMap<Side, Heard>,
    pub(crate) budgets: BTreeMap<Side, Json>,
    pub(crate) notes: NoteTotals,
    pub(crate) secrets: Vec<String>,
    pub(crate) installation: Option<Installation>,
    /// So many were asked for.
    pub(crate) newest_runs: (u32, Vec<RunRow>),
    pub(crate) flows: Vec<FlowSwitch>,
    pub(crate) flow_runs: Vec<(String, FlowRunState, u64)>,
    pub(crate) failed_flow_runs: (Timestamp, u64),
}

impl Store {
    /// The same store, which tells of these shops how they are at this moment: as often as it is asked, without asking
    /// the database again. For a look, and not to be kept. Beside it, which of them are still there.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn at_a_glance(
        &self,
        looking: Looking<'_>,
    ) -> Result<(Self, BTreeSet<ShopId>), StoreError> {
        let ids: Vec<ShopId> = looking.shops.iter().map(|shop| shop.id).collect();
        let ids = ids.as_slice();
        let locations = looking.shops.iter().map(|shop| shop.location.as_str());
        let since = looking.failed_since;

        let mut values = self.values_of(ids).await?;
        let mut intents = self.count_intents_of(ids).await?;
        let mut unsettled = self.count_unsettled_of(ids).await?;
        let mut records = self.count_records_of(ids).await?;
        let mut links = self.link_totals_of(ids).await?;
        let mut waiting = self.count_waiting_of(ids).await?;
        let mut reviews = self.count_reviews_of(ids).await?;
        let mut heard = self.counts_of_webhooks_of(ids).await?;
        let mut budgets = self.budgets_of(ids).await?;
        let mut notes = self.note_totals_of(ids).await?;
        let mut secrets = self.secret_names_of(ids).await?;
        let mut installations = self.installations_in(Class::Location, locations).await?;
        let mut newest_runs = self.newest_runs_of(ids, looking.runs).await?;
        let mut flows = self.flow_switches_of(ids).await?;
        let mut flow_runs = self.flow_run_totals_of(ids).await?;
        let mut failed_flow_runs = self.failed_flow_runs_of(ids, since).await?;

        let known = looking.shops.iter().map(|shop| {
            let id = &shop.id;
            let glance = Glance {
                waiting: waiting.remove(id).unwrap_or_default(),
                reviews: reviews.remove(id).unwrap_or_default(),
                heard: heard.remove(id).unwrap_or_default(),
                budgets: budgets.remove(id).unwrap_or_default(),
                notes: notes.remove(id).unwrap_or_default(),
                secrets: secrets.remove(id).unwrap_or_default(),
                installation: installations.remove(&shop.location),
                newest_runs: (looking.runs, newest_runs.remove(id).unwrap_or_default()),
                flows: flows.remove(id).unwrap_or_default(),
                flow_runs: flow_runs.remove(id).unwrap_or_default(),
                failed_flow_runs: (since, failed_flow_runs.remove(id).unwrap_or(0)),
            };
            let known = Known {
                values: values.remove(id).unwrap_or_default(),
                intents: Some(intents.remove(id).unwrap_or_default()),
                unsettled: Some(unsettled.remove(id).unwrap_or(0)),
                records: Some(records.remove(id).unwrap_or_default()),
                links: Some(links.remove(id).unwrap_or_default()),
                glance: Some(glance),
            };
            (*id, known)
        });
        let store = self.with(self.memory.of_shops(known));
        // Asked last: of a shop that is there now nothing was removed while the rest was read.
        Ok((store, self.of_these_there(ids).await?))
    }
}
