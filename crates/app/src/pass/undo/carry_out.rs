//! The planned writes: stored, sent, and told with what came of each.

use super::{Lines, Planned};
use crate::AppError;
use crate::pass::Pass;
use crate::pass::apply::LaneEnd;
use crate::pass::payload::Payload;
use crate::pass::progress::Phase;
use crate::undo::UndoLine;
use domain::{Field, Kind, RecordId};
use std::collections::{BTreeMap, BTreeSet};
use store::{Change, Exchange, Intent, IntentState};

/// Writes planned together, in one transaction.
const PAGE: usize = 250;

impl Pass<'_> {
    /// Carries the writes out and tells what came of them. One side of a pair at a time, as everywhere: what is
    /// written to the other builds on what the link holds then.
    pub(super) async fn carry_out_undo(
        &self,
        planned: Vec<Planned>,
        lines: &mut Lines,
    ) -> Result<(), AppError> {
        let mut pairs = BTreeSet::new();
        let (first, second) = planned
            .into_iter()
            .partition::<Vec<_>, _>(|one| pairs.insert(pair_of(&one.intent)));
        self.carry_out_wave(first, lines).await?;
        self.carry_out_wave(second, lines).await
    }

    /// Stores the writes, carries them out, and tells what came of them.
    async fn carry_out_wave(
        &self,
        planned: Vec<Planned>,
        lines: &mut Lines,
    ) -> Result<(), AppError> {
        if planned.is_empty() {
            return Ok(());
        }
        let mut stored = Vec::new();
        for page in chunks(planned) {
            let mut changes = Vec::new();
            for one in page {
                let intent = &one.intent;
                let open = self
                    .store
                    .open_intent(self.shop.id, intent.side, intent.kind, &intent.source)
                    .await?;
                match open {
                    Some(open) if is_in_flight(open.state) => {
                        let busy = "another write to it is under way; try again in a minute";
                        self.tally(|tally| tally.stop(busy.to_owned()));
                        let busy = one.lines.into_iter().map(|line| line.because(busy));
                        lines.cannot.extend(busy);
                        continue;
                    }
                    // What was to be written is decided again after the undo.
                    Some(open) => changes.push(Change::Cancel(open.id)),
                    None => {}
                }
                changes.push(Change::Intend(Box::new(one.intent.clone())));
                stored.push(one);
            }
            self.commit(changes).await?;
        }
        self.progress.phase(Phase::Writing);
        self.count_waiting().await?;
        self.write_own().await?;
        let done: BTreeMap<_, _> = self
            .store
            .exchanges_of_run(self.shop.id, self.run)
            .await?
            .into_iter()
            .map(|exchange| (exchange.intent.id, exchange))
            .collect();
        for one in stored {
            outcome_of(&one, done.get(&one.intent.id), lines);
        }
        Ok(())
    }

    /// Writes what this run decided until it is done or has to wait for long.
    async fn write_own(&self) -> Result<(), AppError> {
        let (left, right) = (
            &*self.connection.highlevel,
            &*self.connection.mygadgetrepairs,
        );
        loop {
            let deadline = self.after(self.now(), 60.0);
            let (one, other) = self
                .both(
                    self.write_side(left, deadline),
                    self.write_side(right, deadline),
                )
                .await?;
            self.look_up_both().await?;
            self.read_back(left).await?;
            self.read_back(right).await?;
            let mut stopped = false;
            for end in [one, other] {
                if let LaneEnd::Stopped(error) = end
                    && !matches!(error.class, domain::FailureClass::Deferred { until } if self.is_near(until))
                {
                    stopped = true;
                    self.tally(|tally| tally.stop(error.to_string()));
                }
            }
            let due = self
                .store
                .exchanges_of_run(self.shop.id, self.run)
                .await?
                .into_iter()
                .filter(|one| one.intent.state == IntentState::Ready)
                .map(|one| one.intent.not_before)
                .min();
            match due {
                Some(due) if !stopped && self.is_near(due) => self.wait(due).await,
                Some(due) => {
                    self.tally(|tally| {
                        tally.stop(format!("the rest waits until {due}; the next sync does it"));
                    });
                    return Ok(());
                }
                None => return Ok(()),
            }
        }
    }
}

/// The kind, HighLevel's record and the counter's: the same for both sides of a pair.
fn pair_of(intent: &Intent) -> (Kind, Option<RecordId>, Option<RecordId>) {
    let (target, source) = (intent.target.clone(), Some(intent.source.clone()));
    let (left, right) = intent.side.in_order(target, source);
    (intent.kind, left, right)
}

const fn is_in_flight(state: IntentState) -> bool {
    matches!(
        state,
        IntentState::Sent | IntentState::Unknown | IntentState::Written
    )
}

fn chunks(planned: Vec<Planned>) -> Vec<Vec<Planned>> {
    let mut chunks = Vec::new();
    let mut rest = planned.into_iter();
    loop {
        let chunk: Vec<Planned> = rest.by_ref().take(PAGE).collect();
        if chunk.is_empty() {
            return chunks;
        }
        chunks.push(chunk);
    }
}

/// Sorts what came of a write into the lists.
fn outcome_of(planned: &Planned, exchange: Option<&Exchange>, lines: &mut Lines) {
    let all = |reason: &str| {
        let lines = planned.lines.iter().cloned();
        lines
            .map(|line| line.because(reason))
            .collect::<Vec<UndoLine>>()
    };
    let Some(exchange) = exchange else {
        let reason = "the record, or its counterpart, is gone";
        lines.cannot.extend(all(reason));
        return;
    };
    if exchange.intent.state != IntentState::Done {
        let reason = exchange.intent.message.clone();
        let reason = reason.unwrap_or_else(|| "not done yet; the next sync does it".to_owned());
        lines.cannot.extend(all(&reason));
        return;
    }
    let payload = Payload::read(&exchange.intent);
    let undo = payload.undo.unwrap_or_default();
    if let Some(reason) = undo.spared {
        lines.kept.extend(all(&reason));
        return;
    }
    for line in &planned.lines {
        let of = |reasons: &BTreeMap<Field, String>| {
            let mut found = reasons.iter();
            found
                .find(|(field, _)| line.is_about(**field))
                .map(|(_, reason)| reason.clone())
        };
        if let Some(reason) = of(&undo.kept) {
            lines.kept.push(line.clone().because(reason));
        } else if let Some(reason) = of(&undo.refused) {
            lines.cannot.push(line.clone().because(reason));
        } else {
            lines.taken_back.push(line.clone());
        }
    }
}
