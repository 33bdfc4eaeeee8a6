//! Putting back what was there before our own writes: looked at first, read back after, and remembered as a
//! difference that is meant, so that no later pass does it over again.

use super::{Outcome, reference_of, written};
use crate::AppError;
use crate::pass::Pass;
use crate::pass::payload::Payload;
use crate::ports::Port;
use domain::{Fields, Record, RecordId, Timestamp};
use serde_json::json;
use store::{Change, Intent, Link};
use sync::Changes;

/// A linked record as just looked at, with its counterpart.
pub(in crate::pass) struct Place {
    pub(super) link: Link,
    pub(super) source: Record,
    pub(super) target: Record,
    /// When it was looked at.
    pub(super) asked_at: Timestamp,
    pub(super) parent: Option<RecordId>,
}

impl Pass<'_> {
    pub(super) async fn take_back(
        &self,
        port: &dyn Port,
        intent: &Intent,
        stored: Payload,
        place: Place,
    ) -> Result<Outcome, AppError> {
        let Place {
            link,
            source,
            target,
            asked_at,
            parent,
        } = place;
        let seen = self.saw_one(asked_at, target.clone(), 0);
        let now = self.judge.project_with(&target, &source);
        let (payload, wanted) = still_ours(&stored, &now);
        let writes = self.judge.native(&wanted, &target, &source);
        if writes.is_empty() {
            let mut changes = vec![seen];
            changes.extend(self.read_back_undo(intent, &payload, &link, &target, &source));
            return Ok(Outcome::of(changes));
        }
        if payload != stored {
            let rewrite = Change::Rewrite(intent.id, payload.to_json());
            self.commit(vec![rewrite]).await?;
        }
        let answer = port
            .update(intent.kind, &target.id, parent.as_ref(), &writes)
            .await;
        let mut outcome = match answer {
            Ok(Some(mut record)) => {
                record.parent = record.parent.or(parent);
                let mut changes = vec![self.wrote(record.clone())];
                changes.extend(self.read_back_undo(intent, &payload, &link, &record, &source));
                Outcome::of(changes)
            }
            // What was looked at before the write is not stored: it would pass for what was read back.
            Ok(None) => {
                return Ok(Outcome::of(vec![written(intent, target.id)]));
            }
            Err(error) => self.failed(intent, error),
        };
        outcome.changes.insert(0, seen);
        Ok(outcome)
    }

    /// Both sides' values become the base, whether they agree or not: the difference is meant, until
    /// somebody edits again.
    pub(in crate::pass) fn read_back_undo(
        &self,
        intent: &Intent,
        payload: &Payload,
        link: &Link,
        record: &Record,
        source: &Record,
    ) -> Vec<Change> {
        let (after, kept) = self.judge.after_undo(link, payload, record, source);
        let mut changes = vec![after.rebase(link.id)];
        if !kept.changes.is_empty() {
            self.tally(|tally| tally.changed(intent.side, intent.kind));
            changes.push(self.journal(
                "taken_back",
                intent,
                &record.id,
                json!({
                    "cause": kept.cause,
                    "fields": kept.changes.keys().collect::<Vec<_>>(),
                    "reference": reference_of(record, Some(source)),
                }),
            ));
        }
        changes.push(self.finish(intent, &record.id, &kept));
        changes.extend(Self::compare_again(intent, &record.id));
        changes
    }
}

/// The write without the fields that somebody changed meanwhile, and what of it is still to be sent: what
/// an earlier attempt has put back already is not sent again.
fn still_ours(stored: &Payload, now: &Fields) -> (Payload, Changes) {
    let mut payload = stored.clone();
    let mut undo = payload.undo.take().unwrap_or_default();
    let mut wanted = Changes::new();
    for (field, value) in &stored.changes {
        let stands = undo.stands.get(field).and_then(Option::as_ref);
        let shown = now.get(field);
        if field.same(value.as_ref(), shown) {
            continue;
        }
        if field.same(stands, shown) {
            wanted.insert(*field, value.clone());
        } else {
            payload.changes.remove(field);
            undo.kept
                .insert(*field, "somebody changed it meanwhile".to_owned());
        }
    }
    payload.undo = Some(undo);
    (payload, wanted)
}
