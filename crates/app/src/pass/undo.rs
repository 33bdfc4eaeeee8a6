//! Taking back what was written: planned from what was kept and from how the records are now, then carried
//! out as writes like any other.

mod carry_out;
mod plan;

use super::Pass;
use super::payload::Payload;
use super::progress::Phase;
use super::sum_up::CountUp;
use crate::undo::UndoLine;
use crate::{AppError, Tally};
use domain::{Field, Kind, RecordId, Side};
use mapping::DeletePolicy;
use std::collections::{BTreeMap, BTreeSet};
use store::{Exchange, Intent, IntentOp};
use sync::Standing;

/// Up to so many records are looked at one by one; for more, both sides are read for what changed.
const LOOK_EACH: usize = 40;
/// Why a record that we made stays.
const MADE: &str =
    "made by Repairbridge; not deleted (--delete-created deletes it if nobody used it since)";

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
        self.progress.phase(Phase::Idle);
        let mut tally = self.count_up(CountUp::All).await?;
        // What a vendor does not let be put back is told; there is nothing left to do about it.
        tally.finished = outcome.is_ok() && tally.reasons.is_empty();
        if !dry {
            let phase = match &outcome {
                Ok(_) if tally.finished => "undone",
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
        let mut targets = self
            .without_left_alone(targets(&wish.named), &mut lines)
            .await?;
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
        self.progress.phase(Phase::Deciding);
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
                let planned = round.into_iter().flat_map(|one| one.lines);
                lines.taken_back.extend(planned.map(in_doubt));
            } else {
                self.carry_out_undo(round, &mut lines).await?;
            }
        }
        Ok(lines)
    }

    /// Nothing is written to what a person said is left alone, also nothing back; that is told.
    async fn without_left_alone(
        &self,
        targets: Vec<Target>,
        lines: &mut Lines,
    ) -> Result<Vec<Target>, AppError> {
        let left_alone = self.left_alone().await?;
        if left_alone.is_empty() {
            return Ok(targets);
        }
        let shop = self.shop.id;
        let mut rest = Vec::new();
        for (side, kind, id) in targets {
            let stored = self.store.record(shop, side, kind, &id).await?;
            let record = stored.map(|stored| stored.record);
            let link = self.store.link_of(shop, side, kind, &id).await?;
            let parent = record.as_ref().and_then(|record| record.parent.clone());
            let person = match &parent {
                Some(parent) => {
                    let link = self.store.link_of(shop, side, Kind::Contact, parent);
                    link.await?
                }
                None => None,
            };
            let is_left_alone = left_alone.covers(Standing {
                side,
                kind,
                id: &id,
                counterpart: link.as_ref().map(|link| link.on(side.other())),
                parent: parent.as_ref(),
                parents_counterpart: person.as_ref().map(|link| link.on(side.other())),
            });
            if is_left_alone {
                let line = UndoLine::about_record(side, kind, &id, record.as_ref(), None);
                lines.kept.push(
                    line.because("a person said that this is left alone; take it up again first"),
                );
            } else {
                rest.push((side, kind, id));
            }
        }
        Ok(rest)
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
        let across = side.other();
        let own = self.store.record(shop, *side, *kind, id).await?;
        let other = match self.store.link_of(shop, *side, *kind, id).await? {
            Some(link) => {
                let other = self.store.record(shop, across, *kind, link.on(across));
                other.await?
            }
            None => None,
        };
        let [own, other] = [own, other].map(|stored| stored.map(|stored| stored.record));
        let line = UndoLine::about_record(*side, *kind, id, own.as_ref(), other.as_ref());
        lines.kept.push(line.because(MADE));
        Ok(())
    }
}

/// Says what shows only when it is tried. Whether the counter's interface empties a field is not documented
/// (mygadgetrepairs-api.md 5); and what hangs on a contact would cost requests for each.
fn in_doubt(line: UndoLine) -> UndoLine {
    match (line.side, line.kind, line.field) {
        (Side::MyGadgetRepairs, _, Some(_)) if line.restored.is_none() => line.because(
            "MyGadgetRepairs may keep it: not every account lets a field be emptied from outside",
        ),
        (_, Kind::Contact, None) => {
            line.because("deleted, unless something of somebody else's hangs on it")
        }
        _ => line,
    }
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
