//! Archiving or deleting a record whose counterpart was deleted, as the shop's delete policy says: looked at first, and
//! kept where somebody changed it or anything of people's own hangs on it.

use super::take_away::delete;
use super::{Outcome, held, later, reference_of};
use crate::AppError;
use crate::pass::payload::Payload;
use crate::pass::{Pass, guard};
use crate::ports::Port;
use domain::{Field, Fields, Kind, Record, RecordId, Value};
use mapping::DeletePolicy;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use store::{Change, Intent, IntentState, RecordState};

/// Seconds until a contact is looked at again whose tasks are still to be deleted.
const AFTER_ITS_WORK: f64 = 2.0;

/// What a write that archives or deletes a record remembers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Removal {
    /// Archive or delete.
    pub(crate) policy: DeletePolicy,
    /// The record's shared fields when it was decided: whatever differs since is somebody's edit.
    pub(crate) stands: Fields,
}

impl Removal {
    pub(crate) const fn of(policy: DeletePolicy, stands: Fields) -> Self {
        Self { policy, stands }
    }
}

impl Pass<'_> {
    pub(super) async fn remove(
        &self,
        port: &dyn Port,
        intent: &Intent,
        payload: &Payload,
        removal: &Removal,
    ) -> Result<Outcome, AppError> {
        let (shop, side, kind) = (self.shop.id, intent.side, intent.kind);
        let Some(target) = intent.target.clone() else {
            return Ok(dropped(intent));
        };
        let source = self
            .store
            .record(shop, side.other(), kind, &intent.source)
            .await?;
        let is_back = source.as_ref().is_some_and(|stored| !stored.gone);
        let linked = self.store.link_of(shop, side, kind, &target).await?;
        let allowed = self.judge.rules.delete.on(side, kind) >= removal.policy;
        if is_back || linked.is_some() || !allowed {
            // Its counterpart is there again, it has another one, or the rules have changed.
            let mut outcome = dropped(intent);
            let anew = Change::Unsettle(side, kind, target);
            outcome.changes.push(anew);
            return Ok(outcome);
        }
        let source = source.map(|stored| stored.record);
        let stored = self.store.record(shop, side, kind, &target).await?;
        let parent = stored.and_then(|stored| stored.record.parent);
        let asked_at = self.now();
        let record = match port.fetch(kind, &target, parent.as_ref()).await {
            Ok(Some(record)) => record,
            Ok(None) => return Ok(self.removed(intent, payload, &target, source.as_ref())),
            Err(error) => return Ok(self.failed(intent, error)),
        };
        if self.is_changed(removal, &record, source.as_ref()) {
            let mut outcome = self.keep(intent, "somebody changed it since");
            outcome.changes.insert(0, self.saw_one(asked_at, record, 0));
            return Ok(outcome);
        }
        if removal.policy == DeletePolicy::Archive {
            return self.archive(port, intent, payload, record, parent).await;
        }
        if self.work_is_to_go_first(&record).await? {
            let again = self.after(self.now(), AFTER_ITS_WORK);
            return Ok(Outcome::of(vec![later(intent, IntentState::Ready, again)]));
        }
        if let Some(reason) = self.children_of(&record).await? {
            return Ok(self.keep(intent, &reason));
        }
        // A tag is no work of anybody's.
        let bare = Record {
            tags: Vec::new(),
            ..record.clone()
        };
        match port.attached(&bare).await {
            Ok(None) => {}
            Ok(Some(reason)) => return Ok(self.keep(intent, &reason)),
            Err(error) => return Ok(self.failed(intent, error)),
        }
        Ok(
            match delete(port, kind, &target, parent.as_ref(), "DELETE-STILL-THERE").await {
                Ok(()) => self.removed(intent, payload, &target, source.as_ref()),
                Err(error) => self.failed(intent, error),
            },
        )
    }

    /// Whether the record reads otherwise than when it was decided.
    fn is_changed(&self, removal: &Removal, record: &Record, source: Option<&Record>) -> bool {
        let now = self.judge.project_beside(record, source);
        let fields = now.keys().chain(removal.stands.keys());
        let mut fields = fields.copied();
        fields.any(|field| !field.same(removal.stands.get(&field), now.get(&field)))
    }

    /// Whether tasks or tickets of a person are still to be deleted by the same rules.
    async fn work_is_to_go_first(&self, record: &Record) -> Result<bool, AppError> {
        if record.kind != Kind::Contact {
            return Ok(false);
        }
        let (shop, side) = (self.shop.id, record.side);
        let work = self
            .store
            .children(shop, side, Kind::Task, [&record.id])
            .await?;
        let ids = work.iter().map(|stored| &stored.record.id);
        let waiting = self
            .store
            .waiting_deletes(shop, side, Kind::Task, ids)
            .await?;
        Ok(waiting
            .iter()
            .any(|intent| intent.state == IntentState::Ready))
    }

    /// A task is put out of the way by completing it.
    async fn archive(
        &self,
        port: &dyn Port,
        intent: &Intent,
        payload: &Payload,
        record: Record,
        parent: Option<RecordId>,
    ) -> Result<Outcome, AppError> {
        let done = Some(Value::Flag(true));
        let target = record.id.clone();
        let now = if record.fields.get(&Field::Completed) == done.as_ref() {
            record
        } else {
            let writes = BTreeMap::from([(Field::Completed, done)]);
            match port
                .update(intent.kind, &target, parent.as_ref(), &writes)
                .await
            {
                Ok(Some(mut written)) => {
                    written.parent = written.parent.or(parent);
                    written
                }
                // No answer shows the record: it is looked at again.
                Ok(None) => {
                    return Ok(Outcome::of(vec![super::progress(
                        intent,
                        IntentState::Ready,
                    )]));
                }
                Err(error) => return Ok(self.failed(intent, error)),
            }
        };
        self.tally(|tally| tally.changed(intent.side, intent.kind));
        let settled = Change::Settle(
            intent.side,
            intent.kind,
            target.clone(),
            RecordState::Settled,
        );
        let detail = json!({"cause": payload.cause});
        Ok(Outcome::of(vec![
            self.wrote(now),
            settled,
            self.journal("archived", intent, &target, detail),
            self.finish(intent, &target, payload),
        ]))
    }

    /// It stays, until somebody has looked and a person approves.
    fn keep(&self, intent: &Intent, reason: &str) -> Outcome {
        let side = intent.side;
        let words = format!(
            "the {} {} was to be deleted, since its counterpart was deleted in {}, and is kept: {reason}. Delete it in \
             {} by hand, or clear that away and approve with `repairbridge sync {} --approve`",
            side.title(),
            intent.kind.name_on(side),
            side.other().title(),
            side.title(),
            self.shop.name,
        );
        let target = intent
            .target
            .clone()
            .unwrap_or_else(|| intent.source.clone());
        let journal = self.journal("kept", intent, &target, json!({"why": reason}));
        Outcome::of(vec![held(intent, (guard::KEPT.to_owned(), words)), journal])
    }

    fn removed(
        &self,
        intent: &Intent,
        payload: &Payload,
        target: &RecordId,
        source: Option<&Record>,
    ) -> Outcome {
        let (side, kind) = (intent.side, intent.kind);
        self.tally(|tally| tally.removed(side, kind));
        let reference = source.and_then(|source| reference_of(source, None));
        let detail = json!({"cause": payload.cause, "reference": reference});
        Outcome::of(vec![
            Change::Gone(side, kind, target.clone()),
            Change::Settle(side, kind, target.clone(), RecordState::Settled),
            self.journal("deleted", intent, target, detail),
            self.finish(intent, target, payload),
        ])
    }

    /// Deletions of records that are gone by now, or have a counterpart again, are moot.
    pub(in crate::pass) async fn drop_deletes_of(
        &self,
        gone: &[RecordId],
        side: domain::Side,
        kind: Kind,
    ) -> Result<Vec<Change>, AppError> {
        if gone.is_empty() {
            return Ok(Vec::new());
        }
        let waiting = self
            .store
            .waiting_deletes(self.shop.id, side, kind, gone)
            .await?;
        Ok(waiting
            .into_iter()
            .map(|intent| Change::Cancel(intent.id))
            .collect())
    }
}

/// Claimed, and nothing was sent under it.
fn dropped(intent: &Intent) -> Outcome {
    Outcome::of(vec![
        super::progress(intent, IntentState::Ready),
        Change::Cancel(intent.id),
    ])
}
