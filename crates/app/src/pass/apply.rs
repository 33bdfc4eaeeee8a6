//! Carrying out intents. Every write is looked at first and read back after; what is not known to have
//! happened is never repeated before somebody looked.

use super::Pass;
use super::payload::Payload;
use crate::AppError;
use crate::judge::LinkState;
use crate::ports::{Cause, Draft, Made, Port, PortError};
use domain::{
    FailureClass, Field, Kind, LinkId, Record, RecordId, Side, Timestamp, Value, normalize,
};
use futures::{Stream, StreamExt};
use serde_json::json;
use std::pin::pin;
use std::sync::atomic::Ordering;
use store::{Change, Intent, IntentOp, IntentState, JournalEntry, Key, Link, RecordState};

/// Writes under way at once on a side that allows it.
const AT_ONCE: usize = 12;
/// Writes handed out together; all of them count as sent if the process dies.
const CLAIM: u32 = 48;
/// Outcomes that are committed together.
const COMMIT: usize = 12;
/// More waiting writes than this are a bulk.
const BULK: u64 = 100;
/// Attempts before a write counts as failed. With the longest back-off that is more than two hours.
pub(super) const ATTEMPTS: u32 = 30;
/// Failures in passing, one after the other, after which a side is left alone for this pass: the network or
/// the vendor is down, and the single write is not to blame.
const TROUBLE: u32 = 8;

/// What carrying out one intent leads to.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) changes: Vec<Change>,
    /// Why the lane must stop.
    stop: Option<PortError>,
    /// A failure in passing.
    trouble: Option<PortError>,
}

impl Outcome {
    pub(super) fn of(changes: Vec<Change>) -> Self {
        Self {
            changes,
            ..Self::default()
        }
    }
}

/// Why a lane of writes ended.
#[derive(Debug)]
pub(super) enum LaneEnd {
    /// Nothing is due.
    Drained,
    /// Its time was up.
    Paused,
    /// The side does not take writes now.
    Stopped(PortError),
}

impl Pass<'_> {
    /// Carries out what is due on a side until nothing is left or the time is up.
    pub(super) async fn write_side(
        &self,
        port: &dyn Port,
        deadline: Timestamp,
    ) -> Result<LaneEnd, AppError> {
        let side = port.side();
        // MyGadgetRepairs is asked one by one (mygadgetrepairs-api.md 9).
        let (claim, at_once) = match side {
            Side::HighLevel => (CLAIM, AT_ONCE),
            Side::MyGadgetRepairs => (1, 1),
        };
        self.stopped.of(side).store(false, Ordering::Relaxed);
        loop {
            if self.now() >= deadline {
                return Ok(LaneEnd::Paused);
            }
            let intents = self
                .store
                .claim(self.shop.id, side, self.now(), claim)
                .await?;
            if intents.is_empty() {
                return Ok(LaneEnd::Drained);
            }
            let outcomes = futures::stream::iter(intents)
                .map(|intent| self.carry_out(port, intent))
                .buffer_unordered(at_once);
            let mut stop = None;
            let mut trouble = 0;
            self.commit_outcomes(outcomes, |outcome| {
                trouble = if outcome.trouble.is_some() {
                    trouble + 1
                } else {
                    0
                };
                let down = outcome.trouble.take().filter(|_| trouble >= TROUBLE);
                if let Some(error) = outcome.stop.take().or(down) {
                    self.stopped.of(side).store(true, Ordering::Relaxed);
                    stop.get_or_insert(error);
                }
            })
            .await?;
            if let Some(error) = stop {
                return Ok(LaneEnd::Stopped(error));
            }
        }
    }

    /// Commits outcomes as they come, several together. What produces them goes on side by side: a request
    /// that holds the store for its budget must be able to finish while a commit waits for the store.
    pub(super) async fn commit_outcomes(
        &self,
        outcomes: impl Stream<Item = Result<Outcome, AppError>>,
        mut look: impl FnMut(&mut Outcome),
    ) -> Result<(), AppError> {
        let (done, mut ready) = tokio::sync::mpsc::channel(COMMIT);
        let produce = async {
            let mut outcomes = pin!(outcomes);
            while let Some(outcome) = outcomes.next().await {
                if done.send(outcome).await.is_err() {
                    break;
                }
            }
            drop(done);
            Ok::<(), AppError>(())
        };
        let commit = async {
            let mut batch = Vec::new();
            while ready.recv_many(&mut batch, COMMIT).await > 0 {
                let mut changes = Vec::new();
                for outcome in batch.drain(..) {
                    let mut outcome: Outcome = outcome?;
                    look(&mut outcome);
                    changes.extend(outcome.changes);
                }
                self.commit(changes).await?;
            }
            Ok(())
        };
        tokio::try_join!(produce, commit).map(|_| ())
    }

    async fn carry_out(&self, port: &dyn Port, intent: Intent) -> Result<Outcome, AppError> {
        if self.stopped.of(port.side()).load(Ordering::Relaxed) {
            return Ok(Outcome::of(vec![progress(&intent, IntentState::Ready)]));
        }
        let outcome = match intent.op {
            IntentOp::Create => self.create(port, &intent).await,
            IntentOp::Update => self.update(port, &intent).await,
            IntentOp::Delete => Ok(Outcome::of(vec![Change::Cancel(intent.id)])),
        };
        if let Ok(Outcome { stop: Some(_), .. }) = &outcome {
            self.stopped.of(port.side()).store(true, Ordering::Relaxed);
        }
        self.progress.wrote(port.side());
        outcome
    }

    async fn create(&self, port: &dyn Port, intent: &Intent) -> Result<Outcome, AppError> {
        let mut payload = Payload::read(intent);
        let Some((source, mut draft)) = self.draft(intent, &payload).await? else {
            return Ok(self.decide_anew(intent));
        };
        let held = self.keys_held(port, &draft).await?;
        if !held.is_empty() {
            payload.withhold.extend(held);
            draft = self
                .judge
                .draft(&source, draft.parent.take(), &payload.withhold);
        }
        if !self.is_bulk(intent.side) {
            // Somebody may have entered the person on this side since the last poll.
            match self.strangers(port, &draft).await {
                Ok(found) if found.is_empty() => {}
                Ok(found) => {
                    let mut outcome = self.decide_anew(intent);
                    let saw = found.into_iter().map(|record| self.saw_now(record, 0));
                    outcome.changes.splice(0..0, saw);
                    return Ok(outcome);
                }
                Err(error) => return Ok(self.failed(intent, error)),
            }
        }
        match port.create(&draft).await {
            Ok(made) => self.made(intent, payload, &source, made),
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
        intent: &Intent,
        payload: &Payload,
    ) -> Result<Option<(Record, Draft)>, AppError> {
        let from = intent.side.other();
        let stored = self
            .store
            .record(self.shop.id, from, intent.kind, &intent.source)
            .await?;
        let Some(source) = stored
            .filter(|stored| !stored.gone)
            .map(|stored| stored.record)
        else {
            return Ok(None);
        };
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
        let draft = self.judge.draft(&source, parent, &payload.withhold);
        Ok(Some((source, draft)))
    }

    /// A record was made (or found to have been made): link it, and settle what is known of it.
    pub(super) fn made(
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
        let (left, right) = self.pair(intent.side, &made.id, &source.id);
        let mut link = Link {
            id: LinkId(self.context.new_id()),
            kind: intent.kind,
            left,
            right,
            base: serde_json::Value::Null,
            withheld: json!([]),
            reason: "created".to_owned(),
            fields: 0,
            agree: 0,
            held: 0,
        };
        let mut changes = Vec::new();
        payload.source = self.judge.project(source);
        match made.record {
            Some(record) => {
                let after =
                    self.judge
                        .after_create(source, &payload.source, &record, &payload.withhold);
                after.put_into(&mut link);
                changes.push(self.wrote(record));
                changes.push(Change::Settle(
                    intent.side,
                    intent.kind,
                    made.id.clone(),
                    RecordState::Settled,
                ));
                changes.push(done(intent, &made.id));
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
                changes.push(Change::Progress {
                    intent: intent.id,
                    state: IntentState::Written,
                    target: Some(made.id.clone()),
                    not_before: None,
                    counts: false,
                    failure: None,
                });
            }
        }
        changes.push(Change::Link(link));
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
            return Ok(match port.fetch(intent.kind, id, None).await {
                Ok(Some(record)) => {
                    let mut outcome = self.decide_anew(intent);
                    outcome.changes.insert(0, self.saw_now(record, 0));
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

    async fn update(&self, port: &dyn Port, intent: &Intent) -> Result<Outcome, AppError> {
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
                Ok(outcome)
            }
        }
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

    /// The intent's ground is gone: drop it and let its source be decided again.
    pub(super) fn decide_anew(&self, intent: &Intent) -> Outcome {
        Outcome::of(vec![
            // Claimed, but nothing was sent under it, or it is known what became of it.
            progress(intent, IntentState::Ready),
            Change::Cancel(intent.id),
            Change::Unsettle(intent.side.other(), intent.kind, intent.source.clone()),
        ])
    }

    /// A request failed: the failure's class says what becomes of the intent.
    pub(super) fn failed(&self, intent: &Intent, error: PortError) -> Outcome {
        let failure = Some((error.code.to_owned(), error.message.clone()));
        let now = self.now();
        let change = |state, not_before: Option<Timestamp>, counts| Change::Progress {
            intent: intent.id,
            state,
            target: None,
            not_before,
            counts,
            failure: failure.clone(),
        };
        let soon = Some(self.after(now, self.back_off(intent.attempt)));
        let spent = intent.attempt + 1 >= ATTEMPTS;
        if error.maybe_applied && !(spent && intent.op != IntentOp::Create) {
            // A changed field can be written again after another look; a new record has to be searched.
            let state = match intent.op {
                IntentOp::Create => IntentState::Unknown,
                IntentOp::Update | IntentOp::Delete => IntentState::Ready,
            };
            let changes = vec![change(state, soon, true)];
            return match error.class {
                FailureClass::Deferred { .. } => Outcome {
                    changes,
                    stop: Some(error),
                    trouble: None,
                },
                _ => Outcome {
                    changes,
                    stop: None,
                    trouble: Some(error),
                },
            };
        }
        match error.class {
            FailureClass::Transient if !spent => Outcome {
                changes: vec![change(IntentState::Ready, soon, true)],
                stop: None,
                trouble: Some(error),
            },
            FailureClass::Deferred { until } => Outcome {
                changes: vec![change(IntentState::Ready, Some(until), false)],
                stop: Some(error),
                trouble: None,
            },
            FailureClass::NeedsHuman => Outcome {
                changes: vec![change(IntentState::Held, None, false)],
                stop: Some(error),
                trouble: None,
            },
            FailureClass::Transient | FailureClass::Permanent | FailureClass::Bug => {
                let journal = self.journal(
                    "failed",
                    intent,
                    &intent.source,
                    json!({"code": error.code, "message": error.message}),
                );
                Outcome::of(vec![change(IntentState::Failed, None, true), journal])
            }
        }
    }

    /// Seconds to wait before the next attempt, with jitter.
    fn back_off(&self, attempt: u32) -> f64 {
        let longest = f64::from(2_u32.saturating_pow(attempt.min(8))).min(300.0);
        (longest / 4.0) * (1.0 + self.context.share())
    }

    /// A contact that has a counterpart now: its tickets and tasks can be decided.
    pub(super) fn wake(&self, intent: &Intent, made: &RecordId, changes: &mut Vec<Change>) {
        if intent.kind == Kind::Contact {
            changes.push(Change::WakeChildren(intent.side, made.clone()));
            changes.push(Change::WakeChildren(
                intent.side.other(),
                intent.source.clone(),
            ));
        }
    }

    /// The change that saves a record as it stands after our own write.
    pub(super) fn wrote(&self, record: Record) -> Change {
        let keys = self.keys_of(&record);
        Change::Wrote(Box::new(record), keys)
    }

    /// The pair (HighLevel, MyGadgetRepairs) of a written record and its source.
    fn pair(&self, side: Side, written: &RecordId, source: &RecordId) -> (RecordId, RecordId) {
        match side {
            Side::HighLevel => (written.clone(), source.clone()),
            Side::MyGadgetRepairs => (source.clone(), written.clone()),
        }
    }

    pub(super) fn journal(
        &self,
        event: &'static str,
        intent: &Intent,
        record: &RecordId,
        detail: serde_json::Value,
    ) -> Change {
        Change::Journal(JournalEntry {
            run: self.run,
            event,
            side: Some(intent.side),
            kind: Some(intent.kind),
            record: Some(record.clone()),
            counterpart: Some(intent.source.clone()),
            detail,
        })
    }
}

/// The number by which people know the pair: the customer's or the ticket's.
pub(super) fn reference_of<'a>(one: &'a Record, other: Option<&'a Record>) -> Option<&'a str> {
    [Some(one), other]
        .into_iter()
        .flatten()
        .find(|record| record.side == Side::MyGadgetRepairs)
        .and_then(|record| record.reference.as_deref())
}

pub(super) fn progress(intent: &Intent, state: IntentState) -> Change {
    Change::Progress {
        intent: intent.id,
        state,
        target: None,
        not_before: None,
        counts: false,
        failure: None,
    }
}

pub(super) fn done(intent: &Intent, target: &RecordId) -> Change {
    Change::Progress {
        intent: intent.id,
        state: IntentState::Done,
        target: Some(target.clone()),
        not_before: None,
        counts: false,
        failure: None,
    }
}
