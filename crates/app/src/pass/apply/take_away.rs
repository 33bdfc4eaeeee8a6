//! Deleting a record that we made, when a person takes a run back: only while it is as we left it and nothing
//! of anybody else's hangs on it.

use super::{Outcome, reference_of};
use crate::AppError;
use crate::pass::Pass;
use crate::pass::payload::Payload;
use crate::ports::{Cause, Port, PortError};
use domain::{FailureClass, Kind, Record, RecordId};
use mapping::appointment::is_deleted;
use serde_json::json;
use store::{Change, Intent, Link, RecordState};

impl Pass<'_> {
    pub(super) async fn take_away(
        &self,
        port: &dyn Port,
        intent: &Intent,
    ) -> Result<Outcome, AppError> {
        let payload = Payload::read(intent);
        if let Some(removal) = &payload.removal {
            return self.remove(port, intent, &payload, removal).await;
        }
        let (Some(target), true) = (intent.target.clone(), payload.undo.is_some()) else {
            return Ok(Outcome::of(vec![Change::Cancel(intent.id)]));
        };
        let (shop, side, kind) = (self.shop.id, intent.side, intent.kind);
        let link = self.store.link_of(shop, side, kind, &target).await?;
        let stored = self.store.record(shop, side, kind, &target).await?;
        let parent = stored.and_then(|stored| stored.record.parent);
        let source = self
            .store
            .record(shop, side.other(), kind, &intent.source)
            .await?
            .map(|stored| stored.record);
        let record = match port.fetch(kind, &target, parent.as_ref()).await {
            Ok(Some(record)) if !is_deleted(&record) => record,
            Ok(_) => return Ok(self.gone(intent, &payload, link.as_ref(), source.as_ref())),
            Err(error) => return Ok(self.failed(intent, error)),
        };
        if let Some(reason) = self.children_of(&record).await? {
            return Ok(self.spare(intent, payload, &target, reason));
        }
        match self.spared(port, &payload, &record, source.as_ref()).await {
            Ok(None) => {}
            Ok(Some(reason)) => {
                return Ok(self.spare(intent, payload, &target, reason));
            }
            Err(error) => return Ok(self.failed(intent, error)),
        }
        Ok(
            match delete(port, kind, &target, parent.as_ref(), "UNDO-STILL-THERE").await {
                Ok(()) => self.gone(intent, &payload, link.as_ref(), source.as_ref()),
                Err(error) => self.failed(intent, error),
            },
        )
    }

    /// Records that are known to belong to a contact.
    pub(super) async fn children_of(&self, record: &Record) -> Result<Option<String>, AppError> {
        if record.kind != Kind::Contact {
            return Ok(None);
        }
        for kind in [Kind::Task, Kind::Note, Kind::Appointment] {
            let (shop, side) = (self.shop.id, record.side);
            let children = self.store.children(shop, side, kind, [&record.id]).await?;
            if !children.is_empty() {
                let count = children.len();
                return Ok(Some(format!("it has {}s: {count}", kind.name_on(side))));
            }
        }
        Ok(None)
    }

    /// Why the record must stay; nothing when it may go.
    async fn spared(
        &self,
        port: &dyn Port,
        payload: &Payload,
        record: &Record,
        source: Option<&Record>,
    ) -> Result<Option<String>, PortError> {
        let now = self.judge.project_beside(record, source);
        let stands = payload.undo.as_ref().map(|undo| &undo.stands);
        let unchanged = stands.is_some_and(|stands| {
            stands
                .iter()
                .all(|(field, value)| field.same(value.as_ref(), now.get(field)))
                && now.keys().all(|field| stands.contains_key(field))
        });
        if !unchanged {
            return Ok(Some("somebody changed it meanwhile".to_owned()));
        }
        port.attached(record).await
    }

    fn spare(
        &self,
        intent: &Intent,
        mut payload: Payload,
        target: &RecordId,
        reason: String,
    ) -> Outcome {
        let undo = payload.undo.get_or_insert_default();
        undo.spared = Some(reason);
        Outcome::of(vec![self.finish(intent, target, &payload)])
    }

    /// It is deleted: the link goes, and its counterpart is never given another.
    fn gone(
        &self,
        intent: &Intent,
        payload: &Payload,
        link: Option<&Link>,
        source: Option<&Record>,
    ) -> Outcome {
        let (side, kind) = (intent.side, intent.kind);
        let Some(target) = intent.target.clone() else {
            return Outcome::of(vec![Change::Cancel(intent.id)]);
        };
        self.tally(|tally| tally.removed(side, kind));
        let mut changes = Vec::new();
        if let Some(link) = link {
            changes.push(Change::Unlink(link.id, "taken back".to_owned()));
        }
        let settled = RecordState::Settled;
        changes.push(Change::Gone(side, kind, target.clone()));
        changes.push(Change::Settle(side, kind, target.clone(), settled));
        let from = intent.source.clone();
        changes.push(Change::Settle(side.other(), kind, from, settled));
        let reference = source.and_then(|source| reference_of(source, None));
        let detail = json!({"cause": payload.cause, "undo": true, "reference": reference});
        changes.push(self.journal("deleted", intent, &target, detail));
        changes.push(self.finish(intent, &target, payload));
        Outcome::of(changes)
    }
}

/// Deletes a record, or finds that it is gone. Success is claimed after looking again.
pub(super) async fn delete(
    port: &dyn Port,
    kind: Kind,
    id: &RecordId,
    parent: Option<&RecordId>,
    still_there: &'static str,
) -> Result<(), PortError> {
    match port.delete(kind, id, parent).await {
        Err(error) if error.cause != Cause::NotFound => return Err(error),
        _ => {}
    }
    match port.fetch(kind, id, parent).await? {
        Some(record) if !is_deleted(&record) => {
            let title = port.side().title();
            let message = format!(
                "{title} accepted the deletion of {id}, and still shows it; delete it there by hand"
            );
            Err(PortError::ours(
                port.side(),
                FailureClass::Permanent,
                still_there,
                message,
            ))
        }
        _ => Ok(()),
    }
}
