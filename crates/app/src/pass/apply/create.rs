//! Making a record: drafted from its source as it is now, with a mark by which it is found again.

use super::{Outcome, progress, reference_of, written};
use crate::AppError;
use crate::pass::Pass;
use crate::pass::payload::Payload;
use crate::ports::{Cause, Draft, Made, Port, PortError};
use domain::{Field, Kind, LinkId, Record, RecordId, Side, Value, normalize};
use serde_json::json;
use std::collections::BTreeMap;
use store::{Change, Intent, IntentState, Key, Link, RecordState, StoredRecord};
use sync::{Ground, SingleDecision};

/// More waiting writes than this are a bulk.
const BULK: u64 = 100;

impl Pass<'_> {
    pub(super) async fn create(
        &self,
        port: &dyn Port,
        intent: &Intent,
    ) -> Result<Outcome, AppError> {
        let mut payload = Payload::read(intent);
        let Some((source, draft)) = self.draft(port, intent, &mut payload).await? else {
            return Ok(self.decide_anew(intent));
        };
        if !matches!(
            self.judge
                .single(&source, self.circumstances(&source, true).await?),
            SingleDecision::Create { .. }
        ) {
            // Since it was decided, the source became one that gets no counterpart: a task was completed.
            return Ok(self.decide_anew(intent));
        }
        if !self.is_bulk(intent.side) {
            // Somebody may have entered the person on this side since the last poll.
            let asked_at = self.now();
            match self.strangers(port, &draft).await {
                Ok(found) if found.is_empty() => {}
                Ok(found) => {
                    let mut outcome = self.decide_anew(intent);
                    let saw = found
                        .into_iter()
                        .map(|record| self.saw_one(asked_at, record, 0));
                    outcome.changes.splice(0..0, saw);
                    return Ok(outcome);
                }
                Err(error) => return Ok(self.failed(intent, error)),
            }
        }
        match port.create(&draft).await {
            Ok(made) => {
                self.note_carried_out(intent.id);
                self.made(intent, payload, &source, made)
            }
            Err(error) => match error.cause.clone() {
                Cause::Duplicate { id, field } => {
                    self.duplicate(port, intent, payload, &id, field, &error)
                        .await
                }
                _ => Ok(self.failed(intent, error)),
            },
        }
    }

    /// Fields of a new contact that the vendor would refuse, since somebody else's counterpart has the same
    /// value: a family shares a phone. Known beforehand, they cost no refused request.
    async fn keys_held(&self, port: &dyn Port, draft: &Draft) -> Result<Vec<Field>, AppError> {
        let mut held = Vec::new();
        if draft.kind != Kind::Contact {
            return Ok(held);
        }
        for field in [Field::Email, Field::Phone] {
            let value = draft
                .fields
                .get(&field)
                .and_then(Option::as_ref)
                .and_then(Value::as_text);
            let Some(key) = value
                .filter(|_| port.guards(field))
                .and_then(|text| self.key(field, text))
            else {
                continue;
            };
            if self
                .store
                .is_key_held(self.shop.id, port.side(), &key)
                .await?
            {
                held.push(field);
            }
        }
        Ok(held)
    }

    fn key(&self, field: Field, text: &str) -> Option<Key> {
        let (what, value) = match field {
            Field::Email => ("email", normalize::email::key(text)),
            _ => (
                "phone",
                normalize::phone::e164(text, &self.judge.setting.country),
            ),
        };
        Some(Key {
            what,
            value: value?,
        })
    }

    /// Whether so much is being written that a look before every creation would cost too much; then the
    /// side has just been read as a whole.
    fn is_bulk(&self, side: Side) -> bool {
        self.progress.look().waiting[usize::from(side == Side::MyGadgetRepairs)] > BULK
    }

    /// Records with the draft's keys that we have never seen.
    async fn strangers(&self, port: &dyn Port, draft: &Draft) -> Result<Vec<Record>, PortError> {
        let mut found = port.same_keys(draft).await?;
        self.tally(|tally| tally.key_looks += key_looks(port, draft));
        if found.is_empty() {
            return Ok(found);
        }
        let ids: Vec<RecordId> = found.iter().map(|record| record.id.clone()).collect();
        let known = self
            .store
            .records(self.shop.id, port.side(), draft.kind, &ids)
            .await
            .unwrap_or_default();
        found.retain(|record| known.iter().all(|stored| stored.record.id != record.id));
        Ok(found)
    }

    /// The source record and the draft made from it as it is now; nothing when the creation is moot.
    pub(super) async fn draft(
        &self,
        port: &dyn Port,
        intent: &Intent,
        payload: &mut Payload,
    ) -> Result<Option<(Record, Draft)>, AppError> {
        match self.source_of(intent).await? {
            Some(stored) if !stored.gone => {
                self.draft_of(port, intent, payload, stored.record).await
            }
            _ => Ok(None),
        }
    }

    /// The same also for a source that was deleted meanwhile: to look for what may have been made of it.
    pub(in crate::pass) async fn drafted(
        &self,
        port: &dyn Port,
        intent: &Intent,
        payload: &mut Payload,
    ) -> Result<Option<(Record, Draft)>, AppError> {
        match self.source_of(intent).await? {
            Some(stored) => self.draft_of(port, intent, payload, stored.record).await,
            None => Ok(None),
        }
    }

    async fn source_of(&self, intent: &Intent) -> Result<Option<StoredRecord>, AppError> {
        let from = intent.side.other();
        let shop = self.shop.id;
        Ok(self
            .store
            .record(shop, from, intent.kind, &intent.source)
            .await?)
    }

    async fn draft_of(
        &self,
        port: &dyn Port,
        intent: &Intent,
        payload: &mut Payload,
        source: Record,
    ) -> Result<Option<(Record, Draft)>, AppError> {
        let from = intent.side.other();
        if self
            .store
            .link_of(self.shop.id, from, intent.kind, &source.id)
            .await?
            .is_some()
        {
            return Ok(None);
        }
        let parent = match (&source.parent, intent.kind) {
            (_, Kind::Contact) => None,
            (None, _) => return Ok(None),
            (Some(parent), _) => {
                match self
                    .store
                    .link_of(self.shop.id, from, Kind::Contact, parent)
                    .await?
                {
                    Some(link) => Some(link.on(intent.side).clone()),
                    None => return Ok(None),
                }
            }
        };
        let mut draft = self.judge.draft(&source, parent, &payload.withhold);
        let held = self.keys_held(port, &draft).await?;
        if !held.is_empty() {
            // Left out here, so that a look-up after a lost answer seeks what was really sent.
            payload.withhold.extend(held);
            draft = self
                .judge
                .draft(&source, draft.parent.take(), &payload.withhold);
        }
        Ok(Some((source, draft)))
    }

    /// A record was made (or found to have been made): link it, and settle what is known of it.
    pub(in crate::pass) fn made(
        &self,
        intent: &Intent,
        mut payload: Payload,
        source: &Record,
        made: Made,
    ) -> Result<Outcome, AppError> {
        self.tally(|tally| {
            tally.made(intent.side, intent.kind);
            tally.joined(intent.kind);
        });
        let pair = intent.side.in_order(made.id.clone(), source.id.clone());
        let id = LinkId(self.context.new_id());
        let mut link = Link::fresh(id, intent.kind, pair, "created");
        let mut changes = Vec::new();
        payload.source = self.judge.project(source);
        let found = self.is_in_doubt(intent.id);
        let decided = std::mem::take(&mut payload.changes);
        payload.changes = self.judge.drafted(source, &payload.withhold);
        if found {
            // Found by a look-up: what was sent is what was decided. An edit of the source since is news.
            for (field, value) in &decided {
                match value {
                    Some(value) => payload.source.insert(*field, value.clone()),
                    None => payload.source.remove(field),
                };
                payload.changes.insert(*field, value.clone());
            }
        }
        payload.grounds = created_grounds(&payload, source.side);
        match made.record {
            Some(record) => {
                // Found by a look-up: people may have been there since, unless the record tells otherwise.
                let in_doubt = found && !is_untouched(&record);
                let after = self.judge.after_create(
                    source,
                    &payload.source,
                    &record,
                    &payload.withhold,
                    in_doubt,
                );
                after.put_into(&mut link);
                let shown = self.judge.project_with(&record, source);
                changes.push(self.wrote(record));
                changes.push(if found {
                    // Both are compared once more: either may have been edited since.
                    Change::Unsettle(intent.side.other(), intent.kind, source.id.clone())
                } else {
                    Change::Settle(
                        intent.side,
                        intent.kind,
                        made.id.clone(),
                        RecordState::Settled,
                    )
                });
                changes.push(self.finish(intent, &made.id, &payload.kept(&shown)));
                changes.push(self.journal(
                    "created",
                    intent,
                    &made.id,
                    json!({"reference": reference_of(source, None)}),
                ));
                self.wake(intent, &made.id, &mut changes);
            }
            None => {
                changes.push(Change::Rewrite(intent.id, payload.to_json()));
                changes.push(written(intent, made.id.clone()));
            }
        }
        changes.push(Change::Link(link));
        // A ticket made for a task: the notes of its contact belong there as well.
        if (intent.side, intent.kind) == (Side::MyGadgetRepairs, Kind::Task) {
            changes.extend(source.parent.clone().map(Change::NotesDue));
        }
        Ok(Outcome::of(changes))
    }

    /// The vendor has a record with the same key. If it is somebody else's counterpart, the key is left
    /// out (a family shares a phone); if we did not know it, everything is decided anew with it.
    async fn duplicate(
        &self,
        port: &dyn Port,
        intent: &Intent,
        mut payload: Payload,
        id: &RecordId,
        field: Field,
        error: &PortError,
    ) -> Result<Outcome, AppError> {
        let known = self
            .store
            .record(self.shop.id, intent.side, intent.kind, id)
            .await?;
        if known.is_none() {
            let asked_at = self.now();
            return Ok(match port.fetch(intent.kind, id, None).await {
                Ok(Some(record)) => {
                    let mut outcome = self.decide_anew(intent);
                    outcome.changes.insert(0, self.saw_one(asked_at, record, 0));
                    outcome
                }
                Ok(None) => self.failed(intent, error.clone()),
                Err(error) => self.failed(intent, error),
            });
        }
        if !payload.withhold.insert(field) {
            // Left out already, and still refused: nothing more to leave out.
            return Ok(self.failed(intent, error.clone()));
        }
        Ok(Outcome::of(vec![
            Change::Rewrite(intent.id, payload.to_json()),
            progress(intent, IntentState::Ready),
        ]))
    }
}

/// Requests that such a look takes: one for each key. The counter has no search by key, and a vendor that refuses both
/// keys by itself is not asked.
fn key_looks(port: &dyn Port, draft: &Draft) -> u64 {
    let keys = [Field::Email, Field::Phone];
    let guarded = keys.into_iter().all(|key| port.guards(key));
    if (port.side(), draft.kind) != (Side::HighLevel, Kind::Contact) || guarded {
        return 0;
    }
    let filled = keys
        .into_iter()
        .filter(|key| matches!(draft.fields.get(key), Some(Some(_))));
    filled.count() as u64
}

/// Every value of a new record has the same ground.
fn created_grounds(payload: &Payload, from: Side) -> BTreeMap<Field, Ground> {
    let fields = payload.changes.keys();
    fields
        .map(|field| (*field, Ground::Created { from }))
        .collect()
}

/// Whether a record says that nobody changed it since it was made.
fn is_untouched(record: &Record) -> bool {
    match (record.created_at, record.changed_at) {
        (Some(made), Some(changed)) => changed.as_second() - made.as_second() <= 1,
        _ => false,
    }
}
