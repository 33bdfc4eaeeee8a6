//! What a person said is left alone is settled as it is: nothing is decided about it, and nothing that was decided before
//! is carried out.

use super::settle_as;
use crate::AppError;
use crate::pass::Pass;
use domain::{Kind, RecordId, Side};
use std::collections::{BTreeSet, HashMap};
use store::{Change, Link, RecordState, StoredRecord};
use sync::{LeftAlone, Standing};

impl Pass<'_> {
    /// The records that a person said are left alone.
    pub(in crate::pass) async fn left_alone(&self) -> Result<LeftAlone, AppError> {
        Ok(LeftAlone::new(self.store.left_alone(self.shop.id).await?))
    }

    /// Takes out of a page what is left alone. Answers the changes that settle it.
    pub(super) async fn take_out_left_alone(
        &self,
        (side, kind): (Side, Kind),
        page: &mut Vec<StoredRecord>,
        links: &HashMap<RecordId, Link>,
        left_alone: &LeftAlone,
    ) -> Result<Vec<Change>, AppError> {
        if left_alone.is_empty() {
            return Ok(Vec::new());
        }
        let (shop, across) = (self.shop.id, side.other());
        let parents: BTreeSet<RecordId> = page
            .iter()
            .filter_map(|stored| stored.record.parent.clone())
            .collect();
        let people = self
            .store
            .links_of(shop, side, Kind::Contact, &parents)
            .await?;
        let (covered, rest): (Vec<_>, Vec<_>) = page.drain(..).partition(|stored| {
            let record = &stored.record;
            let parent = record.parent.as_ref();
            left_alone.covers(Standing {
                side,
                kind,
                id: &record.id,
                counterpart: links.get(&record.id).map(|link| link.on(across)),
                parent,
                parents_counterpart: parent
                    .and_then(|parent| people.get(parent))
                    .map(|link| link.on(across)),
            })
        });
        *page = rest;
        let ids: Vec<&RecordId> = covered.iter().map(|stored| &stored.record.id).collect();
        let open = self
            .store
            .open_intents(shop, across, kind, ids.iter().copied())
            .await?;
        // What was sent already is looked for and noted as ever.
        let mut changes: Vec<Change> = open
            .into_values()
            .map(|intent| Change::Cancel(intent.id))
            .collect();
        changes.extend(
            covered
                .iter()
                .map(|stored| settle_as(&stored.record, RecordState::Settled)),
        );
        Ok(changes)
    }
}
