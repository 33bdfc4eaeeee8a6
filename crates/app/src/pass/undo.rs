//! Taking back what was written: planned from what was kept and from how the records are now, then carried
//! out as writes like any other.

use super::Pass;
use super::apply::reference_of;
use super::payload::Payload;
use super::take_back::Undo;
use crate::history::History;
use crate::undo::UndoLine;
use crate::{AppError, Tally};
use domain::{Field, Kind, Record, RecordId, Side};
use mapping::DeletePolicy;
use mapping::appointment::is_deleted;
use std::collections::{BTreeMap, BTreeSet};
use store::{Change, Exchange, Intent, IntentOp, IntentState, Link};
use sync::{TakeBack, Wrote, take_back};

/// Up to so many records are looked at one by one; for more, both sides are read for what changed.
const LOOK_EACH: usize = 40;
/// Why a record that we made stays.
const MADE: &str =
    "made by Repairbridge; not deleted (--delete-created deletes it if nobody used it since)";
/// Writes planned together, in one transaction.
const PAGE: usize = 250;

/// What a person wants taken back.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    /// The writes that are named.
    pub(crate) named: Vec<Exchange>,
    /// Only this field, as each kind knows it.
    pub(crate) fields: Option<BTreeMap<Kind, Field>>,
    /// Records that were made are deleted again.
    pub(crate) delete_created: bool,
    /// Why, for the journal.
    pub(crate) cause: String,
}

/// What becomes of it.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    pub(crate) taken_back: Vec<UndoLine>,
    pub(crate) kept: Vec<UndoLine>,
    pub(crate) cannot: Vec<UndoLine>,
}

/// A write that takes back, with what it is about in words.
struct Planned {
    intent: Intent,
    lines: Vec<UndoLine>,
}

/// A record whose writes are to be taken back.
type Target = (Side, Kind, RecordId);

impl Pass<'_> {
    /// Nothing but what this run decides is carried out.
    pub(crate) fn alone(self) -> Self {
        Self {
            own_work_only: true,
            ..self
        }
    }

    /// Takes back what is wished, or tells what it would.
    pub(crate) async fn undo(&self, wish: &Wish, dry: bool) -> Result<(Lines, Tally), AppError> {
        if !dry {
            self.note_run("undoing", false).await?;
            self.store.recover_sent(self.shop.id).await?;
            self.look_up_both().await?;
        }
        let outcome = self.take_all_back(wish, dry).await;
        let mut tally = self.count_up(true).await?;
        if let Ok(lines) = &outcome {
            tally.finished = tally.reasons.is_empty() && lines.cannot.is_empty();
        }
        if !dry {
            let phase = match &outcome {
                Ok(_) if tally.finished => "finished",
                Ok(_) => "stopped",
                Err(_) => "failed",
            };
            self.note_run(phase, true).await?;
        }
        outcome.map(|lines| (lines, tally))
    }

    async fn take_all_back(&self, wish: &Wish, dry: bool) -> Result<Lines, AppError> {
        let mut lines = Lines::default();
        let (removed, named): (Vec<_>, Vec<_>) = wish
            .named
            .iter()
            .cloned()
            .partition(|one| one.intent.op == IntentOp::Delete);
        if wish.fields.is_none() {
            lines.cannot.extend(removed.iter().filter_map(removed_line));
        }
        let wish = &Wish {
            named,
            ..wish.clone()
        };
        let mut targets = targets(&wish.named);
        if !wish.delete_created {
            let untouched = only_made(&wish.named);
            for target in targets.extract_if(.., |target| untouched.contains(target)) {
                self.tell_made(&target, wish, &mut lines).await?;
            }
        }
        let each = targets.len() <= LOOK_EACH;
        if !each {
            self.read_both(super::Options::default()).await?;
        } else if wish.delete_created {
            // What hangs on a customer is known from polls only.
            let port = &*self.connection.mygadgetrepairs;
            self.poll_changed(port, Kind::Task).await?;
        }
        let mut planned = Vec::new();
        for target in &targets {
            planned.extend(self.plan(target, wish, each, &mut lines).await?);
        }
        // What hangs on a contact goes before the contact does.
        let (last, first): (Vec<_>, Vec<_>) = planned
            .into_iter()
            .partition(|one| (one.intent.op, one.intent.kind) == (IntentOp::Delete, Kind::Contact));
        for round in [first, last] {
            if dry {
                lines
                    .taken_back
                    .extend(round.into_iter().flat_map(|one| one.lines));
            } else {
                self.carry_out_undo(round, &mut lines).await?;
            }
        }
        Ok(lines)
    }

    /// Tells of a record that was made and stays.
    async fn tell_made(
        &self,
        (side, kind, id): &Target,
        wish: &Wish,
        lines: &mut Lines,
    ) -> Result<(), AppError> {
        if wish.fields.is_some() {
            return Ok(());
        }
        let shop = self.shop.id;
        let link = self.store.link_of(shop, *side, *kind, id).await?;
        let counter = match (&link, side) {
            (Some(link), Side::HighLevel) => &link.right,
            _ => id,
        };
        let counter = self
            .store
            .record(shop, Side::MyGadgetRepairs, *kind, counter)
            .await?;
        let line = UndoLine {
            reference: counter.and_then(|stored| stored.record.reference),
            ..UndoLine::of(*side, *kind, id)
        };
        lines.kept.push(line.because(MADE));
        Ok(())
    }

    /// Decides about one record by what we wrote to it and by how it is now.
    async fn plan(
        &self,
        target: &Target,
        wish: &Wish,
        look: bool,
        lines: &mut Lines,
    ) -> Result<Option<Planned>, AppError> {
        let (side, kind, id) = (target.0, target.1, &target.2);
        let shop = self.shop.id;
        let named: BTreeSet<_> = wish.named.iter().map(|one| one.intent.id).collect();
        let history = History::read(self.store, shop, side, kind, id).await?;
        let made = history
            .all()
            .iter()
            .find(|(one, _)| one.intent.op == IntentOp::Create && named.contains(&one.intent.id));
        let about = |record: Option<&Record>, other: Option<&Record>| UndoLine {
            reference: record
                .and_then(|record| reference_of(record, other))
                .map(str::to_owned),
            ..UndoLine::of(side, kind, id)
        };
        let stored = self.store.record(shop, side, kind, id).await?;
        let gone = stored.as_ref().is_none_or(|stored| stored.gone);
        let link = self.store.link_of(shop, side, kind, id).await?;
        let (Some(link), Some(stored), false) = (link, stored.clone(), gone) else {
            let line = about(stored.as_ref().map(|stored| &stored.record), None);
            if gone {
                lines.kept.push(line.because("it was deleted since"));
            } else {
                lines.cannot.push(line.because(
                    "it is no longer linked with its counterpart; change it by hand where you need to",
                ));
            }
            return Ok(None);
        };
        let across = link.on(side.other());
        let source = self.store.record(shop, side.other(), kind, across).await?;
        let Some(source) = source.map(|source| source.record) else {
            let line = about(Some(&stored.record), None);
            lines
                .cannot
                .push(line.because("its counterpart is not known any more"));
            return Ok(None);
        };
        let parent = stored.record.parent.clone();
        let now = if look {
            let port = self.port(side);
            let found = self
                .patiently(|| port.fetch(kind, id, parent.as_ref()))
                .await?;
            let Some(found) = found.filter(|found| !is_deleted(found)) else {
                let line = about(Some(&stored.record), Some(&source));
                lines.kept.push(line.because("it was deleted since"));
                return Ok(None);
            };
            self.commit(vec![self.saw_now(found.clone(), 0)]).await?;
            found
        } else {
            stored.record
        };
        let line = about(Some(&now), Some(&source));
        let place = Place {
            link: &link,
            now: &now,
            source: &source,
            line,
        };
        if let Some((creation, _)) = made
            && wish.fields.is_none()
        {
            if wish.delete_created {
                return self.plan_deletion(creation, &place, wish, lines).await;
            }
            lines.kept.push(place.line.clone().because(MADE));
        }
        Ok(self.plan_fields(&history, &named, &place, wish, lines))
    }

    fn plan_fields(
        &self,
        history: &History,
        named: &BTreeSet<domain::IntentId>,
        place: &Place<'_>,
        wish: &Wish,
        lines: &mut Lines,
    ) -> Option<Planned> {
        let (side, kind) = (place.now.side, place.now.kind);
        let shown = self.judge.project_with(place.now, place.source);
        let mut payload = Payload {
            cause: wish.cause.clone(),
            ..Payload::default()
        };
        let mut undo = Undo::default();
        let mut taken = Vec::new();
        for field in named_fields(history, named) {
            if wish
                .fields
                .as_ref()
                .is_some_and(|only| only.get(&kind) != Some(&field))
            {
                continue;
            }
            let line = place.line.clone().about(kind, side, field);
            let standing = history.standing(field);
            let mine = |one: &Exchange| {
                named.contains(&one.intent.id) && one.intent.op == IntentOp::Update
            };
            if !standing.iter().any(|(one, _)| mine(one)) {
                lines.kept.push(line.because("already taken back"));
                continue;
            }
            let writes: Vec<Wrote<'_>> = standing
                .iter()
                .map(|(one, kept)| Wrote {
                    before: kept.before.get(&field),
                    shown: kept.shown.get(&field),
                    wanted: mine(one),
                })
                .collect();
            let now = shown.get(&field);
            let line = line.wrote(now);
            match take_back(field, now, &writes) {
                TakeBack::Edited => {
                    lines
                        .kept
                        .push(line.because("somebody changed it since; that edit is kept"));
                }
                TakeBack::Overwritten => {
                    lines
                        .kept
                        .push(line.because("a later run wrote it again; take that one back first"));
                }
                TakeBack::OptOut => lines
                    .kept
                    .push(line.because("an opt-out is lifted by a person only, on both sides")),
                TakeBack::Same => lines
                    .kept
                    .push(line.because("it reads as it did before the write")),
                TakeBack::Restore(value) => {
                    let value = value.cloned();
                    let line = line.restores(value.as_ref());
                    if let Some(reason) = self.unable(place, field, value.as_ref()) {
                        lines.cannot.push(line.because(reason));
                        continue;
                    }
                    let ids = standing.iter().filter(|(one, _)| mine(one));
                    undo.of
                        .insert(field, ids.map(|(one, _)| one.intent.id).collect());
                    undo.stands.insert(field, now.cloned());
                    if let Some(now) = now {
                        payload.before.insert(field, now.clone());
                    }
                    payload.grounds.insert(field, sync::Ground::Undo);
                    payload.changes.insert(field, value);
                    taken.push(line);
                }
            }
        }
        if payload.changes.is_empty() {
            return None;
        }
        payload.undo = Some(undo);
        let id = place.now.id.clone();
        let across = place.link.on(side.other()).clone();
        let intent = self.intent(side, kind, IntentOp::Update, Some(id), across, &payload);
        Some(Planned {
            intent,
            lines: taken,
        })
    }

    /// Why a value cannot be put back; nothing when it can.
    fn unable(
        &self,
        place: &Place<'_>,
        field: Field,
        value: Option<&domain::Value>,
    ) -> Option<String> {
        let (now, source) = (place.now, place.source);
        if let Err(held) = self.judge.can_take(now, source, field, value) {
            return Some(held.reason);
        }
        let further = field == Field::Email
            && now.other_emails.iter().any(|other| {
                Field::Email.same(domain::Value::text(other).as_ref(), value) && value.is_some()
            });
        further.then(|| {
            "the contact has this address as a further one; make it the primary there by hand"
                .to_owned()
        })
    }

    async fn plan_deletion(
        &self,
        creation: &Exchange,
        place: &Place<'_>,
        wish: &Wish,
        lines: &mut Lines,
    ) -> Result<Option<Planned>, AppError> {
        let (side, kind) = (place.now.side, place.now.kind);
        let shown = self.judge.project_with(place.now, place.source);
        let base: sync::Base = serde_json::from_value(place.link.base.clone()).unwrap_or_default();
        let notes = crate::judge::Notes::of(place.link);
        let edited = notes.edits.iter().any(|edit| edit.side == side)
            || base
                .0
                .iter()
                .any(|(field, agreed)| !field.same(agreed.on(side), shown.get(field)));
        if edited {
            let line = place.line.clone();
            lines
                .kept
                .push(line.because("made by Repairbridge; not deleted, since somebody changed it"));
            return Ok(None);
        }
        if let Some(reason) = self.port(side).attached(place.now).await?
            && kind != Kind::Contact
        {
            let line = place.line.clone();
            lines.kept.push(line.because(reason));
            return Ok(None);
        }
        let mut undo = Undo::default();
        for field in shown.keys().chain(base.0.keys()) {
            undo.stands.insert(*field, shown.get(field).cloned());
        }
        let across = place.link.on(side.other()).clone();
        let payload = Payload {
            cause: wish.cause.clone(),
            undo: Some(undo),
            ..Payload::default()
        };
        let target = creation.intent.target.clone();
        let intent = self.intent(side, kind, IntentOp::Delete, target, across, &payload);
        Ok(Some(Planned {
            intent,
            lines: vec![place.line.clone().because("deleted")],
        }))
    }

    /// Stores the writes, carries them out, and tells what came of them.
    async fn carry_out_undo(
        &self,
        planned: Vec<Planned>,
        lines: &mut Lines,
    ) -> Result<(), AppError> {
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
                if let super::apply::LaneEnd::Stopped(error) = end
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

    fn port(&self, side: Side) -> &dyn crate::ports::Port {
        match side {
            Side::HighLevel => &*self.connection.highlevel,
            Side::MyGadgetRepairs => &*self.connection.mygadgetrepairs,
        }
    }
}

/// A linked record as it is now.
struct Place<'a> {
    link: &'a Link,
    now: &'a Record,
    source: &'a Record,
    line: UndoLine,
}

/// Tells of a record that was deleted or archived by the shop's delete policy.
fn removed_line(one: &Exchange) -> Option<UndoLine> {
    let intent = &one.intent;
    let payload = Payload::read(intent);
    let (deed, mend) = match payload.removal?.policy {
        DeletePolicy::Archive => ("completed", "open it again by hand"),
        _ => (
            "deleted",
            "neither vendor gives a deleted record back; make it anew by hand",
        ),
    };
    let line = UndoLine::of(intent.side, intent.kind, intent.target.as_ref()?);
    Some(line.because(format!("{deed}, since {}; {mend}", payload.cause)))
}

/// The records that the named writes changed or made, those of the newest write first.
fn targets(named: &[Exchange]) -> Vec<Target> {
    let mut seen = BTreeSet::new();
    named
        .iter()
        .filter_map(|one| {
            let intent = &one.intent;
            let target = (intent.side, intent.kind, intent.target.clone()?);
            seen.insert(target.clone()).then_some(target)
        })
        .collect()
}

/// The records of which only the making is named.
fn only_made(named: &[Exchange]) -> BTreeSet<Target> {
    let of = |made: bool| -> BTreeSet<Target> {
        targets(
            &named
                .iter()
                .filter(|one| (one.intent.op == IntentOp::Create) == made)
                .cloned()
                .collect::<Vec<_>>(),
        )
        .into_iter()
        .collect()
    };
    of(true).difference(&of(false)).cloned().collect()
}

/// The fields that the named updates wrote.
fn named_fields(history: &History, named: &BTreeSet<domain::IntentId>) -> BTreeSet<Field> {
    history
        .all()
        .iter()
        .filter(|(one, payload)| {
            one.intent.op == IntentOp::Update
                && payload.undo.is_none()
                && named.contains(&one.intent.id)
        })
        .flat_map(|(_, payload)| payload.changes.keys().copied())
        .collect()
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
