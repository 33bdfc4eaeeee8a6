//! Carrying out intents. Every write is looked at first and read back after; what is not known to have
//! happened is never repeated before somebody looked.

mod create;
mod failure;
mod remove;
mod take_away;
mod take_back;
mod update;

pub(super) use failure::ATTEMPTS;
pub(crate) use remove::Removal;

use super::Pass;
use super::payload::Payload;
use crate::connection::BUDGET_PATIENCE;
use crate::ports::{Port, PortError};
use crate::{AppError, Concurrency};
use domain::{Kind, Lane, Record, RecordId, Side, Timestamp};
use futures::{Stream, StreamExt};
use std::pin::pin;
use std::sync::atomic::Ordering;
use store::{Change, Intent, IntentOp, IntentState, JournalEntry};

/// Writes under way at once on a side that allows it.
const AT_ONCE: usize = 12;
/// Writes handed out together; all of them count as sent if the process dies.
const CLAIM: u32 = 48;
/// Requests of a change: a look, and the write.
const PAIR: u32 = 2;
/// Outcomes that are committed together.
const COMMIT: usize = 12;
/// Failures in passing, one after the other, after which a side is left alone for this pass: the network or
/// the vendor is down, and the single write is not to blame.
pub(super) const TROUBLE: u32 = 8;

/// What carrying out one intent leads to.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) changes: Vec<Change>,
    /// Why the lane must stop.
    stop: Option<PortError>,
    /// A failure in passing.
    pub(super) trouble: Option<PortError>,
}

impl Outcome {
    /// Lets the lane go on although this failed.
    pub(super) fn go_on(&mut self) {
        self.stop = None;
    }

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
        let mut wrote = false;
        loop {
            if self.leaving.is_asked()
                || self.now() >= deadline
                || (wrote && self.is_called().await?)
            {
                return Ok(LaneEnd::Paused);
            }
            // From here on writes count as sent; until what came of them is committed, this is waited for.
            let _under_way = self.leaving.writing();
            wrote = true;
            let claim = match side {
                Side::HighLevel => match self.may_write(claim).await? {
                    Some(most) => most,
                    None => return Ok(LaneEnd::Paused),
                },
                Side::MyGadgetRepairs => claim,
            };
            if self
                .store
                .remembers_none_due(self.shop.id, side, self.now())
            {
                return Ok(LaneEnd::Drained);
            }
            let (free, pair_at) = self.room(side).await?;
            let claim = claim.min((free / PAIR).max(1));
            let intents = self.claim(side, claim).await?;
            if let Some(until) = pair_at
                && self.put_back_pairs(&intents).await?
            {
                self.stopped.of(side).store(true, Ordering::Relaxed);
                return Ok(LaneEnd::Stopped(PortError::no_room(side, until)));
            }
            if side == Side::HighLevel {
                self.makes(&intents);
            }
            if intents.is_empty() {
                return Ok(LaneEnd::Drained);
            }
            self.note_begun("writing").await?;
            let outcomes = futures::stream::iter(intents)
                .map(|intent| self.carry_out(self.connection.on(side, intent.lane), intent))
                .buffer_unordered(self.at_once(at_once));
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

    /// How much history may write to a side, and when a change fits where none does now. What fits in a moment is
    /// waited for.
    async fn room(&self, side: Side) -> Result<(u32, Option<Timestamp>), AppError> {
        let room = self.connection.room(side, Lane::Background, PAIR).await?;
        let soon = self.after(self.now(), BUDGET_PATIENCE.as_secs_f64());
        match room.1 {
            Some(until) if until <= soon => {
                self.context.clock.sleep_until(until).await;
                self.connection.room(side, Lane::Background, PAIR).await
            }
            _ => Ok(room),
        }
    }

    /// A change of history is looked at and then written. It is not begun when only the look would fit: that look
    /// would be asked in vain. Answers whether what was claimed is such a change, and was put back.
    async fn put_back_pairs(&self, intents: &[Intent]) -> Result<bool, AppError> {
        let is_pair = |intent: &Intent| {
            intent.lane == Lane::Background
                && intent.op != IntentOp::Create
                && intent.kind != Kind::Note
        };
        if intents.is_empty() || !intents.iter().all(is_pair) {
            return Ok(false);
        }
        let back = intents
            .iter()
            .map(|intent| progress(intent, IntentState::Ready));
        self.commit(back.collect()).await?;
        Ok(true)
    }

    /// Takes what is due; while an undo is at work, nothing but what it decided.
    async fn claim(&self, side: Side, limit: u32) -> Result<Vec<Intent>, AppError> {
        let (shop, now) = (self.shop.id, self.now());
        Ok(if self.own_work_only {
            let run = self.run;
            self.store.claim_of_run(shop, side, run, now, limit).await?
        } else {
            self.store.claim(shop, side, now, limit).await?
        })
    }

    /// Commits outcomes as they come, several together. What produces them goes on side by side, and never waits
    /// for the commits: a request that holds the store for its budget must be able to finish while a commit waits
    /// for the store. Only what was claimed can pile up.
    pub(super) async fn commit_outcomes(
        &self,
        outcomes: impl Stream<Item = Result<Outcome, AppError>>,
        mut look: impl FnMut(&mut Outcome),
    ) -> Result<(), AppError> {
        if self.config.concurrency == Concurrency::Sequential {
            let mut outcomes = pin!(outcomes.chunks(COMMIT));
            while let Some(batch) = outcomes.next().await {
                let mut changes = Vec::new();
                for outcome in batch {
                    let mut outcome: Outcome = outcome?;
                    look(&mut outcome);
                    changes.extend(outcome.changes);
                }
                self.commit(changes).await?;
            }
            return Ok(());
        }
        let (done, mut ready) = tokio::sync::mpsc::unbounded_channel();
        let produce = async {
            let mut outcomes = pin!(outcomes);
            while let Some(outcome) = outcomes.next().await {
                if done.send(outcome).is_err() {
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
        if self.leaving.is_asked() || self.stopped.of(port.side()).load(Ordering::Relaxed) {
            return Ok(Outcome::of(vec![progress(&intent, IntentState::Ready)]));
        }
        if let Some(held) = self.is_refused(&intent) {
            let changes = vec![held];
            if let Some(metrics) = self.connection.metrics() {
                metrics.wrote(&intent, &changes);
            }
            return Ok(Outcome::of(changes));
        }
        let mut outcome = match intent.op {
            _ if intent.kind == Kind::Note => self.write_note(port, &intent).await,
            IntentOp::Create => self.create(port, &intent).await,
            IntentOp::Update => self.update(port, &intent).await,
            IntentOp::Delete => self.take_away(port, &intent).await,
        };
        if let Ok(outcome) = &mut outcome
            && let Some(error) = &outcome.stop
            && self.rests_alone(&intent, error)
        {
            outcome.go_on();
        }
        if let Ok(Outcome { stop: Some(_), .. }) = &outcome {
            self.stopped.of(port.side()).store(true, Ordering::Relaxed);
        }
        if let (Ok(outcome), Some(metrics)) = (&outcome, self.connection.metrics()) {
            metrics.wrote(&intent, &outcome.changes);
        }
        if let Ok(Outcome {
            stop: None,
            trouble: None,
            ..
        }) = &outcome
        {
            self.progress.wrote(port.side());
        }
        outcome
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

    /// The change that keeps a finished write with what it did.
    pub(super) fn finish(&self, intent: &Intent, target: &RecordId, kept: &Payload) -> Change {
        self.finish_with(intent, target, kept.to_json())
    }

    /// A write about notes is done: what it remembers is kept as it is.
    pub(super) fn done(&self, intent: &Intent, target: &RecordId) -> Change {
        self.finish_with(intent, target, intent.payload.clone())
    }

    fn finish_with(
        &self,
        intent: &Intent,
        target: &RecordId,
        exchange: serde_json::Value,
    ) -> Change {
        Change::Finish {
            intent: intent.id,
            target: target.clone(),
            run: self.run,
            exchange,
        }
    }

    /// Lets a written record and its source be compared once more.
    pub(super) fn compare_again(intent: &Intent, target: &RecordId) -> [Change; 2] {
        [
            Change::Unsettle(intent.side, intent.kind, target.clone()),
            Change::Unsettle(intent.side.other(), intent.kind, intent.source.clone()),
        ]
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
pub(crate) fn reference_of<'a>(one: &'a Record, other: Option<&'a Record>) -> Option<&'a str> {
    [Some(one), other]
        .into_iter()
        .flatten()
        .find(|record| record.side == Side::MyGadgetRepairs)
        .and_then(|record| record.reference.as_deref())
}

/// It was carried out, by an answer that does not show the record: it is to be read back.
pub(super) fn written(intent: &Intent, target: RecordId) -> Change {
    Change::Progress {
        intent: intent.id,
        state: IntentState::Written,
        target: Some(target),
        not_before: None,
        counts: false,
        failure: None,
    }
}

/// It waits for a person, with a code and the words that say why.
pub(super) fn held(intent: &Intent, (code, words): (String, String)) -> Change {
    Change::Progress {
        intent: intent.id,
        state: IntentState::Held,
        target: None,
        not_before: None,
        counts: false,
        failure: Some((code, words)),
    }
}

/// Its turn comes again, not before an instant.
pub(super) fn later(intent: &Intent, state: IntentState, not_before: Timestamp) -> Change {
    Change::Progress {
        intent: intent.id,
        state,
        target: None,
        not_before: Some(not_before),
        counts: false,
        failure: None,
    }
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
