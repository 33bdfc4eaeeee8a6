//! From what was read to what is to be written: page by page over the records that changed.

pub(super) mod pairs;
mod people;
mod singles;

use super::Pass;
use crate::AppError;
use domain::{Kind, RecordId, Side};
use store::{Change, IntentOp, IntentState, JournalEntry, Link, ReviewKind, StoredRecord};

/// Records decided together, in one transaction.
const PAGE: u32 = 250;

/// A link of which a record vanished.
pub(super) struct Vanished {
    link: Link,
    /// Where it vanished.
    side: Side,
}

impl Pass<'_> {
    /// Decides about everything that changed. Contacts come first, since tasks hang on them.
    pub(super) async fn decide_all(&self) -> Result<(), AppError> {
        let mut vanished = Vec::new();
        for kind in super::KINDS {
            for side in [Side::MyGadgetRepairs, Side::HighLevel] {
                self.decide_side(side, kind, &mut vanished).await?;
                // Fresh links are decided at once: their pages lie behind us.
                self.decide_side(side, kind, &mut vanished).await?;
            }
        }
        self.let_go(vanished).await
    }

    async fn decide_side(
        &self,
        side: Side,
        kind: Kind,
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
            let changes = self.decide_page(side, kind, page, vanished).await?;
            self.commit(changes).await?;
        }
    }

    async fn decide_page(
        &self,
        side: Side,
        kind: Kind,
        page: Vec<StoredRecord>,
        vanished: &mut Vec<Vanished>,
    ) -> Result<Vec<Change>, AppError> {
        let ids: Vec<RecordId> = page.iter().map(|stored| stored.record.id.clone()).collect();
        let links = self.store.links_of(self.shop.id, side, kind, &ids).await?;
        let notes_due = self.notes_due(side, kind, &page, &links).await?;
        let (linked, single): (Vec<_>, Vec<_>) = page
            .into_iter()
            .partition(|stored| links.contains_key(&stored.record.id));
        let mut changes = self
            .decide_pairs(side, kind, linked, &links, vanished)
            .await?;
        changes.extend(self.decide_singles(side, kind, single).await?);
        changes.extend(notes_due);
        Ok(changes)
    }

    /// Ends the links of vanished records, if they are not suspiciously many. What is left over on the
    /// other side stays as it is and is not created anew.
    async fn let_go(&self, vanished: Vec<Vanished>) -> Result<(), AppError> {
        let mut seen = std::collections::BTreeSet::new();
        let vanished: Vec<Vanished> = vanished
            .into_iter()
            .filter(|one| seen.insert(one.link.id))
            .collect();
        if vanished.is_empty() {
            return Ok(());
        }
        if let Some(reason) = self.may_unlink(vanished.len() as u64).await? {
            self.tally(|tally| tally.stop(reason));
            return Ok(());
        }
        for Vanished { link, side } in vanished {
            let gone = link.on(side).clone();
            let survivor = link.on(side.other()).clone();
            let mut changes = vec![
                Change::Unlink(link.id, format!("deleted in {}", side.title())),
                Change::Settle(side, link.kind, gone.clone(), store::RecordState::Settled),
                Change::Settle(
                    side.other(),
                    link.kind,
                    survivor.clone(),
                    store::RecordState::Settled,
                ),
                Change::Journal(JournalEntry {
                    run: self.run,
                    event: "unlinked",
                    side: Some(side),
                    kind: Some(link.kind),
                    record: Some(gone),
                    counterpart: Some(survivor.clone()),
                    detail: serde_json::json!({"why": format!("deleted in {}", side.title())}),
                }),
            ];
            for field in crate::judge::Notes::of(&link).asked {
                changes.push(Change::Moot(
                    ReviewKind::Conflict,
                    link.kind,
                    Side::HighLevel,
                    link.left.clone(),
                    field.as_str().to_owned(),
                ));
            }
            self.commit(changes).await?;
        }
        Ok(())
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
