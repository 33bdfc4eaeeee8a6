//! Counterparts that were taken back, or deleted, and are wanted once more.

use super::PersonDeed;
use crate::pass::payload::Payload;
use crate::{App, AppError};
use domain::{Kind, Record, RecordId, RunId, Side};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use store::{Change, IntentOp, IntentState, Shop};

/// A record whose counterpart is made again.
type Source = (Side, Kind, RecordId);

impl App {
    /// Lets a person, and the work that hangs on it, get a counterpart again that was deleted or taken back: the next
    /// pass decides as if there had never been one.
    ///
    /// # Errors
    /// When there is no such shop or person, it has a counterpart, or it never had one.
    pub async fn make_person_again(&self, name: &str, text: &str) -> Result<PersonDeed, AppError> {
        let shop = self.shop(name).await?;
        let held = self.lock_shop(&shop).await?;
        let both = held.both(&shop, text).await?;
        let Some((side, id)) = both.ids.first().filter(|_| both.link.is_none()) else {
            return Err(AppError::Refused("this one has a counterpart".to_owned()));
        };
        let mut sources = vec![(*side, Kind::Contact, id.clone())];
        for kind in [Kind::Task, Kind::Appointment] {
            let work = held.work_ids(&shop, *side, kind, id).await?;
            sources.extend(work.into_iter().map(|id| (*side, kind, id)));
        }
        let sources = held.without_counterpart(&shop, sources).await?;
        if !sources.contains(&(*side, Kind::Contact, id.clone())) {
            return Err(AppError::Refused(
                "nobody deleted a counterpart of this one; the rules decide whether it gets one"
                    .to_owned(),
            ));
        }
        let told = held.told("again", &both, Json::Null);
        held.forget_ended(&shop, &sources, vec![told]).await?;
        Ok(both.deed("the next pass makes the counterpart again, if the rules make such"))
    }

    /// The same for all that a run deleted when it took another one back. Answers for how many records.
    ///
    /// # Errors
    /// When there is no such shop, or the run deleted nothing whose counterpart is still missing.
    pub async fn make_run_again(&self, name: &str, run: RunId) -> Result<u64, AppError> {
        let shop = self.shop(name).await?;
        let held = self.lock_shop(&shop).await?;
        let deleted = held.store.exchanges_of_run(shop.id, run).await?;
        let sources = deleted
            .into_iter()
            .map(|one| one.intent)
            .filter(|intent| intent.op == IntentOp::Delete && intent.state == IntentState::Done)
            .filter(|intent| Payload::read(intent).undo.is_some())
            .map(|intent| (intent.side.other(), intent.kind, intent.source))
            .collect();
        let sources = held.without_counterpart(&shop, sources).await?;
        if sources.is_empty() {
            return Err(AppError::Refused(
                "nothing that this run deleted waits to be made again".to_owned(),
            ));
        }
        held.forget_ended(&shop, &sources, Vec::new()).await?;
        Ok(sources.len() as u64)
    }

    /// Whether a counterpart of somebody who has none was deleted or taken back.
    pub(super) async fn was_deleted_across(
        &self,
        shop: &Shop,
        own: &Record,
    ) -> Result<bool, AppError> {
        let once = self
            .store
            .once_linked(shop.id, own.side, Kind::Contact, [&own.id]);
        Ok(once.await?.contains(&own.id))
    }

    /// Those that had a counterpart once and have none now.
    async fn without_counterpart(
        &self,
        shop: &Shop,
        sources: Vec<Source>,
    ) -> Result<BTreeSet<Source>, AppError> {
        let mut found = BTreeSet::new();
        for side in Side::BOTH {
            for kind in [Kind::Contact, Kind::Task, Kind::Appointment] {
                let of = |one: &&Source| (one.0, one.1) == (side, kind);
                let ids: Vec<&RecordId> = sources.iter().filter(of).map(|one| &one.2).collect();
                if ids.is_empty() {
                    continue;
                }
                let linked = self
                    .store
                    .links_of(shop.id, side, kind, ids.iter().copied());
                let linked = linked.await?;
                let once = self.store.once_linked(shop.id, side, kind, ids).await?;
                let alone = once.into_iter().filter(|id| !linked.contains_key(id));
                found.extend(alone.map(|id| (side, kind, id)));
            }
        }
        Ok(found)
    }

    async fn forget_ended(
        &self,
        shop: &Shop,
        sources: &BTreeSet<Source>,
        mut changes: Vec<Change>,
    ) -> Result<(), AppError> {
        for (side, kind, id) in sources {
            changes.push(Change::ForgetEnded(*side, *kind, id.clone()));
            changes.push(Change::Unsettle(*side, *kind, id.clone()));
        }
        self.store.commit(shop.id, self.now(), changes).await?;
        self.call_passes(shop.id);
        Ok(())
    }
}
