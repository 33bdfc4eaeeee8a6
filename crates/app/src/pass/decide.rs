//! From what was read to what is to be written: page by page over the records that changed.

mod left_alone;
pub(super) mod pairs;
mod people;
mod singles;
mod vanished;

use super::Pass;
use crate::AppError;
use domain::{Kind, Record, RecordId, Side};
use store::{Change, IntentOp, IntentState, RecordState, StoredRecord};
use sync::LeftAlone;
use vanished::Vanished;

/// Records decided together, in one transaction.
const PAGE: u32 = 250;

impl Pass<'_> {
    /// Decides about everything that changed. Contacts come first, since tasks hang on them.
    pub(super) async fn decide_all(&self) -> Result<(), AppError> {
        if self.store.count_unsettled(self.shop.id).await? == 0 {
            return Ok(());
        }
        let mut vanished = Vec::new();
        let left_alone = self.left_alone().await?;
        for kind in super::KINDS {
            if kind == Kind::Task && self.tasks_rest() {
                continue;
            }
            for side in [Side::MyGadgetRepairs, Side::HighLevel] {
                self.decide_side(side, kind, &left_alone, &mut vanished)
                    .await?;
                // Fresh links are decided at once: their pages lie behind us.
                self.decide_side(side, kind, &left_alone, &mut vanished)
                    .await?;
            }
        }
        self.part_with(vanished).await
    }

    async fn decide_side(
        &self,
        side: Side,
        kind: Kind,
        left_alone: &LeftAlone,
        vanished: &mut Vec<Vanished>,
    ) -> Result<(), AppError> {
        let mut after: Option<RecordId> = None;
        loop {
            let page = self
                .store
                .unsettled(self.shop.id, side, kind, after.as_ref(), PAGE)
                .await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = Some(last.record.id.clone());
            let changes = self
                .decide_page((side, kind), page, left_alone, vanished)
                .await?;
            self.commit(changes).await?;
        }
    }

    async fn decide_page(
        &self,
        (side, kind): (Side, Kind),
        mut page: Vec<StoredRecord>,
        left_alone: &LeftAlone,
        vanished: &mut Vec<Vanished>,
    ) -> Result<Vec<Change>, AppError> {
        let ids: Vec<RecordId> = page.iter().map(|stored| stored.record.id.clone()).collect();
        let links = self.store.links_of(self.shop.id, side, kind, &ids).await?;
        let mut changes = self
            .take_out_left_alone((side, kind), &mut page, &links, left_alone)
            .await?;
        let notes_due = self.notes_due(side, kind, &page, &links).await?;
        let (linked, single): (Vec<_>, Vec<_>) = page
            .into_iter()
            .partition(|stored| links.contains_key(&stored.record.id));
        let pairs = self.decide_pairs(side, kind, linked, &links, vanished);
        changes.extend(pairs.await?);
        changes.extend(self.decide_singles(side, kind, single).await?);
        changes.extend(notes_due);
        Ok(changes)
    }

    /// Whether a record may have been made by us on this side without our knowing its id yet.
    pub(super) async fn may_be_ours(&self, side: Side, kind: Kind) -> Result<bool, AppError> {
        let unknown = self
            .store
            .intents(self.shop.id, IntentState::Unknown, Some(side), 1_000)
            .await?;
        Ok(unknown
            .iter()
            .any(|intent| intent.kind == kind && intent.op == IntentOp::Create))
    }
}

/// The change that says where a record stands.
fn settle_as(record: &Record, state: RecordState) -> Change {
    Change::Settle(record.side, record.kind, record.id.clone(), state)
}
