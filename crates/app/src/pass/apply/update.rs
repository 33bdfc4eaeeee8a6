//! Changing a record: looked at first, merged again, written, and read back.

use super::Outcome;
use crate::AppError;
use crate::judge::{LinkState, Notes};
use crate::pass::Pass;
use crate::pass::decide::pairs::grounds_of;
use crate::pass::payload::Payload;
use crate::ports::{Cause, Port, PortError};
use domain::{Field, Record, Value};
use store::{Change, Intent, Link};
use sync::Overruled;

impl Pass<'_> {
    pub(super) async fn update(
        &self,
        port: &dyn Port,
        intent: &Intent,
    ) -> Result<Outcome, AppError> {
        let (side, from) = (intent.side, intent.side.other());
        let shop = self.shop.id;
        let Some(link) = self
            .store
            .link_of(shop, from, intent.kind, &intent.source)
            .await?
        else {
            return Ok(self.decide_anew(intent));
        };
        let Some(source) = self
            .store
            .record(shop, from, intent.kind, &intent.source)
            .await?
        else {
            return Ok(self.decide_anew(intent));
        };
        let target_id = link.on(side).clone();
        let parent = self
            .store
            .record(shop, side, intent.kind, &target_id)
            .await?
            .and_then(|stored| stored.record.parent);
        // Look before overwriting: a person may have edited the record since the last poll.
        let asked_at = self.now();
        let target = match self
            .fetch_now(port, intent.kind, &target_id, parent.as_ref())
            .await
        {
            Ok(Some(target)) => target,
            Ok(None) => {
                let mut outcome = self.decide_anew(intent);
                let missing = self
                    .missing(port, intent.kind, target_id, parent.as_ref())
                    .await?;
                outcome.changes.extend(missing);
                return Ok(outcome);
            }
            Err(error) => return Ok(self.failed(intent, error)),
        };
        let seen = self.saw_one(asked_at, target.clone(), 0);
        let (left, right) = side.in_order(&target, &source.record);
        let stored = Payload::read(intent);
        if stored.undo.is_some() {
            let place = super::take_back::Place {
                link,
                source: source.record,
                target,
                asked_at,
                parent,
            };
            return self.take_back(port, intent, stored, place).await;
        }
        let merge = self.judge.judge(&link, left, right).merge;
        let wanted = merge.to(side).clone();
        if let Some(state) = self.further_address(&link, &wanted, &target) {
            let mut outcome = self.decide_anew(intent);
            outcome.changes.splice(0..0, [seen, state.rebase(link.id)]);
            return Ok(outcome);
        }
        let before = self.judge.project_with(&target, &source.record);
        let landed = stored.landed(&before);
        let mut writes = self.judge.native(&wanted, &target, &source.record);
        if stored.adorn
            && let Some(adornment) = mapping::adorn(&target, &source.record)
        {
            for (field, value) in adornment.fields {
                writes.entry(field).or_insert(value);
            }
        }
        let payload = Payload {
            changes: wanted,
            grounds: grounds_of(&merge, side),
            source: self.judge.project(&source.record),
            before,
            ..stored.clone()
        }
        .with_landed(landed, &stored);
        if writes.is_empty() && !payload.changes.is_empty() {
            // An earlier attempt arrived although its answer was lost.
            let mut changes = vec![seen];
            changes.extend(self.read_back_update(intent, &payload, &link, &target, &source.record));
            return Ok(Outcome::of(changes));
        }
        if writes.is_empty() {
            let mut outcome = self.decide_anew(intent);
            outcome.changes.insert(0, seen);
            return Ok(outcome);
        }
        let mut payload = payload;
        let told = self
            .keep_overruled(intent, &link, &mut payload, merge.overruled)
            .await?;
        if !told && !payload.writes_as(&stored) {
            // Known before it is sent: whether it arrived can be told even if its answer is lost.
            let rewrite = Change::Rewrite(intent.id, payload.to_json());
            self.commit(vec![rewrite]).await?;
        }
        let answers = self.use_up_answers(&link, &payload.changes).await?;
        match port
            .update(intent.kind, &target_id, parent.as_ref(), &writes)
            .await
        {
            Ok(Some(mut record)) => {
                self.note_carried_out(intent.id);
                // Answers to writes may leave out what they do not change.
                record.parent = record.parent.or(parent);
                let mut changes = vec![seen, self.wrote(record.clone())];
                changes.extend(self.read_back_update(
                    intent,
                    &payload,
                    &link,
                    &record,
                    &source.record,
                ));
                Ok(Outcome::of(changes))
            }
            Ok(None) => {
                self.note_carried_out(intent.id);
                // What was seen before the write is not kept: it must not pass for a reading after it.
                Ok(Outcome::of(vec![
                    Change::Rewrite(intent.id, payload.to_json()),
                    super::written(intent, target_id),
                ]))
            }
            Err(error) => {
                let certain = !error.maybe_applied;
                let mut outcome = match error.cause.clone() {
                    Cause::Duplicate { field, .. } => {
                        let after =
                            self.judge
                                .withhold(&link, side, field, &payload.changes, &target);
                        let mut outcome = self.decide_anew(intent);
                        outcome.changes.push(after.rebase(link.id));
                        outcome
                    }
                    Cause::NotFound => {
                        let mut outcome = self.decide_anew(intent);
                        let missing = self
                            .missing(port, intent.kind, target_id, parent.as_ref())
                            .await?;
                        outcome.changes.extend(missing);
                        outcome
                    }
                    Cause::Other => self.failed_update(intent, payload, error),
                };
                outcome.changes.insert(0, seen);
                if certain {
                    // Nothing was loosened: the answer still holds.
                    outcome.changes.extend(answers);
                }
                Ok(outcome)
            }
        }
    }

    /// A person's answer that loosens an opt-out is used up before it is sent. Answers how it comes back.
    async fn use_up_answers(
        &self,
        link: &Link,
        written: &sync::Changes,
    ) -> Result<Option<Change>, AppError> {
        let mut notes = Notes::of(link);
        let left = sync::unused(&notes.choices, written);
        if left.len() == notes.choices.len() {
            return Ok(None);
        }
        notes.choices = left;
        let with = |withheld| Change::Rebase {
            link: link.id,
            base: link.base.clone(),
            withheld,
            counts: (link.fields, link.agree, link.held),
        };
        let withheld = serde_json::to_value(&notes).unwrap_or_default();
        self.commit(vec![with(withheld)]).await?;
        Ok(Some(with(link.withheld.clone())))
    }

    /// An update whose answer was lost is looked for by its next attempt.
    pub(super) fn failed_update(
        &self,
        intent: &Intent,
        mut payload: Payload,
        error: PortError,
    ) -> Outcome {
        let maybe_applied = error.maybe_applied;
        let mut outcome = self.failed(intent, error);
        if maybe_applied && !payload.maybe_applied {
            payload.maybe_applied = true;
            let rewrite = Change::Rewrite(intent.id, payload.to_json());
            outcome.changes.push(rewrite);
        }
        outcome
    }

    /// Keeps in the journal what this write replaces and what was not known when it was decided: a person edited
    /// the record meanwhile. Stored before the write is sent, since afterwards the value is nowhere else. Answers
    /// whether there was anything.
    async fn keep_overruled(
        &self,
        intent: &Intent,
        link: &Link,
        payload: &mut Payload,
        mut overruled: Vec<Overruled>,
    ) -> Result<bool, AppError> {
        overruled.retain(|value| !payload.overruled.contains(value));
        if overruled.is_empty() {
            return Ok(false);
        }
        let line = self.overruled(link, &overruled);
        payload.overruled.extend(overruled);
        self.commit(vec![line, Change::Rewrite(intent.id, payload.to_json())])
            .await?;
        Ok(true)
    }

    /// Writing an address that the contact has as a further one would make it the primary and drop the
    /// old primary (highlevel-quirks.md 1.2): it is withheld instead.
    fn further_address(
        &self,
        link: &Link,
        wanted: &sync::Changes,
        target: &Record,
    ) -> Option<LinkState> {
        let wish = wanted.get(&Field::Email)?.as_ref()?;
        let has = target
            .other_emails
            .iter()
            .any(|other| Field::Email.same(Value::text(other).as_ref(), Some(wish)));
        has.then(|| {
            self.judge
                .withhold(link, target.side, Field::Email, wanted, target)
        })
    }
}
