//! Changing a record: looked at first, merged again, written, and read back.

use super::Outcome;
use crate::AppError;
use crate::judge::{LinkState, Notes};
use crate::pass::Pass;
use crate::pass::payload::Payload;
use crate::ports::{Cause, Port};
use domain::{Field, Record, Side, Value};
use store::{Change, Intent, IntentState, Link};

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
        let target = match port.fetch(intent.kind, &target_id, parent.as_ref()).await {
            Ok(Some(target)) => target,
            Ok(None) => {
                let mut outcome = self.decide_anew(intent);
                outcome
                    .changes
                    .push(Change::Gone(side, intent.kind, target_id));
                return Ok(outcome);
            }
            Err(error) => return Ok(self.failed(intent, error)),
        };
        let seen = self.saw_now(target.clone(), 0);
        let (left, right) = match side {
            Side::HighLevel => (&target, &source.record),
            Side::MyGadgetRepairs => (&source.record, &target),
        };
        let wanted = self.judge.judge(&link, left, right).merge.to(side).clone();
        if let Some(state) = self.further_address(&link, &wanted, &target) {
            let mut outcome = self.decide_anew(intent);
            outcome.changes.splice(0..0, [seen, state.rebase(link.id)]);
            return Ok(outcome);
        }
        let before = Payload::read(intent);
        let mut writes = self.judge.native(&wanted, &target, &source.record);
        if before.adorn
            && let Some(adornment) = mapping::adorn(&target, &source.record)
        {
            for (field, value) in adornment.fields {
                writes.entry(field).or_insert(value);
            }
        }
        if writes.is_empty() {
            let mut outcome = self.decide_anew(intent);
            outcome.changes.insert(0, seen);
            return Ok(outcome);
        }
        let payload = Payload {
            changes: wanted,
            source: self.judge.project(&source.record),
            before: self.judge.project_with(&target, &source.record),
            ..before
        };
        let answers = self.use_up_answers(&link, &payload.changes).await?;
        match port
            .update(intent.kind, &target_id, parent.as_ref(), &writes)
            .await
        {
            Ok(Some(mut record)) => {
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
            Ok(None) => Ok(Outcome::of(vec![
                seen,
                Change::Rewrite(intent.id, payload.to_json()),
                Change::Progress {
                    intent: intent.id,
                    state: IntentState::Written,
                    target: Some(target_id),
                    not_before: None,
                    counts: false,
                    failure: None,
                },
            ])),
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
                        outcome
                            .changes
                            .push(Change::Gone(side, intent.kind, target_id));
                        outcome
                    }
                    Cause::Other => self.failed(intent, error),
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
