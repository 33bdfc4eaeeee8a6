//! Links of which a record vanished. A merge shows itself as a vanished id, like a deletion, so that the survivor is
//! matched anew first; where nobody else can be meant, the shop's delete policy is carried out.

use super::people::{Dissolved, Surroundings};
use crate::AppError;
use crate::pass::Pass;
use crate::pass::apply::Removal;
use crate::pass::payload::Payload;
use crate::review::moot_all;
use domain::{Kind, Record, RecordId, Side};
use mapping::DeletePolicy;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::PoisonError;
use store::{Change, IntentOp, JournalEntry, LET_GO, Link, RecordState, StoredRecord};
use sync::{Candidate, Loss, Match, Parting, Reason, decide_vanished, match_task, part};

/// Up to so many survivors are looked for by their keys although nobody has approved that they are let go.
const FEW: usize = 40;
/// Survivors that are looked for by their keys in one pass.
const MOST_SOUGHT: usize = 200;

/// A link of which a record vanished.
#[derive(Clone)]
pub(super) struct Vanished {
    pub(super) link: Link,
    /// Where it vanished.
    pub(super) side: Side,
}

impl Vanished {
    fn gone(&self) -> &RecordId {
        self.link.on(self.side)
    }

    fn survivor(&self) -> &RecordId {
        self.link.on(self.side.other())
    }
}

/// One that nobody else can take the place of.
struct Lost {
    vanished: Vanished,
    policy: DeletePolicy,
}

/// What is decided about a survivor, and what it was decided on.
struct Judged {
    vanished: Vanished,
    parting: Parting,
    survivor: Option<Record>,
    /// Who has the work of the vanished record now.
    moved_to: Option<Candidate>,
}

impl Pass<'_> {
    /// Relinks whoever was merged, asks where that is not sure, and lets the rest go, if it is not suspiciously much.
    pub(super) async fn part_with(&self, mut vanished: Vec<Vanished>) -> Result<(), AppError> {
        if self.follow_work(&vanished).await? {
            let left_alone = self.left_alone().await?;
            for side in [Side::MyGadgetRepairs, Side::HighLevel] {
                self.decide_side(side, Kind::Task, &left_alone, &mut vanished)
                    .await?;
            }
        }
        let mut seen = BTreeSet::new();
        let vanished: Vec<Vanished> = vanished
            .into_iter()
            .filter(|one| seen.insert(one.link.id))
            .collect();
        if vanished.is_empty() {
            return Ok(());
        }
        let (people, work): (Vec<_>, Vec<_>) = vanished
            .into_iter()
            .partition(|one| one.link.kind == Kind::Contact);
        let people = self.relink_people(people).await?;
        // Work may follow a person who has just been found again; what is let go goes before its person does.
        let mut lost = self.relink_work(work).await?;
        lost.extend(people);
        self.let_go(lost).await
    }

    /// Tasks of a vanished contact are gone as well, or are with the contact into which it was merged. No webhook
    /// tells which (highlevel-webhooks.md 5.2): they are looked for before anything is decided. Answers whether any were.
    async fn follow_work(&self, vanished: &[Vanished]) -> Result<bool, AppError> {
        const CRM: Side = Side::HighLevel;
        let gone: Vec<&RecordId> = vanished
            .iter()
            .filter(|one| (one.side, one.link.kind) == (CRM, Kind::Contact))
            .map(Vanished::gone)
            .collect();
        if gone.is_empty() || !self.is_read(CRM, Kind::Task).await? {
            return Ok(false);
        }
        let (shop, task) = (self.shop.id, Kind::Task);
        if self.store.children(shop, CRM, task, gone).await?.is_empty() {
            return Ok(false);
        }
        self.walk_for_news(&*self.connection.highlevel, task)
            .await?;
        Ok(true)
    }

    async fn relink_people(&self, people: Vec<Vanished>) -> Result<Vec<Lost>, AppError> {
        if people.is_empty() {
            return Ok(Vec::new());
        }
        let known = self.records_of(&people, Kind::Contact).await?;
        let judged = self.judge_people(&people, &known).await?;
        let (found, open): (Vec<_>, Vec<_>) = judged
            .into_iter()
            .partition(|one| matches!(one.parting, Parting::Relink { .. }));
        self.carry_over(found).await?;
        // Whoever took the place of a vanished contact may not be known as they are now.
        self.look_for_successors(&open).await?;
        let open: Vec<Vanished> = open.into_iter().map(|one| one.vanished).collect();
        let mut lost = Vec::new();
        let mut found = Vec::new();
        for one in self.judge_people(&open, &known).await? {
            match one.parting {
                Parting::LetGo(policy) => lost.push(Lost {
                    vanished: one.vanished,
                    policy,
                }),
                _ => found.push(one),
            }
        }
        self.carry_over(found).await?;
        Ok(lost)
    }

    async fn judge_people(
        &self,
        people: &[Vanished],
        known: &Known,
    ) -> Result<Vec<Judged>, AppError> {
        let dissolved = Dissolved {
            links: people.iter().map(|one| one.link.id).collect(),
            marks: people
                .iter()
                .filter_map(|one| known.any(one.side, one.gone()))
                .flat_map(|gone| [crate::keys::mark_of(gone), gone.id.as_str().to_owned()])
                .collect(),
        };
        let mut around: BTreeMap<Side, Surroundings> = BTreeMap::new();
        for side in Side::BOTH {
            let survivors: Vec<RecordId> = people
                .iter()
                .filter(|one| one.side == side.other())
                .map(|one| one.survivor().clone())
                .collect();
            if !survivors.is_empty() {
                let near = self.surroundings(side, &survivors, &dissolved).await?;
                around.insert(side, near);
            }
        }
        let mut judged = Vec::new();
        for one in people {
            let survivor = known.live(one.side.other(), one.survivor());
            let found = match (survivor, around.get(&one.side.other())) {
                (Some(record), Some(around)) => around.decide(record),
                _ => Match::Create,
            };
            let moved_to = match survivor {
                Some(_) => self.work_moved_to(one).await?,
                None => None,
            };
            judged.push(self.judge_loss(one, known, found, moved_to, false));
        }
        Ok(judged)
    }

    /// What the rules and the matching make of a loss.
    fn judge_loss(
        &self,
        one: &Vanished,
        known: &Known,
        found: Match,
        moved_to: Option<Candidate>,
        with_parent: bool,
    ) -> Judged {
        let gone = |side: Side| known.live(side, one.link.on(side)).is_none();
        let loss = Loss {
            kind: one.link.kind,
            left_gone: gone(Side::HighLevel) || one.side == Side::HighLevel,
            right_gone: gone(Side::MyGadgetRepairs) || one.side == Side::MyGadgetRepairs,
            survivor_edited: self.is_survivor_edited(one, known),
            with_parent,
        };
        let parting = decide_vanished(loss, &self.judge.rules)
            .map_or(Parting::LetGo(DeletePolicy::Unlink), |vanished| {
                part(vanished, found, moved_to.clone())
            });
        Judged {
            parting,
            moved_to,
            survivor: known.live(one.side.other(), one.survivor()).cloned(),
            vanished: one.clone(),
        }
    }

    /// Whether the survivor holds an edit that the vanished record never got.
    fn is_survivor_edited(&self, one: &Vanished, known: &Known) -> bool {
        let record = |side: Side| known.any(side, one.link.on(side));
        let (Some(left), Some(right)) = (record(Side::HighLevel), record(Side::MyGadgetRepairs))
        else {
            // Nothing is known of what was agreed: better left alone.
            return true;
        };
        let merge = self.judge.judge(&one.link, left, right).merge;
        !merge.to(one.side).is_empty() || !merge.conflicts.is_empty()
    }

    /// The record that has all of the work which the vanished one had, as far as the survivor's is linked with it.
    async fn work_moved_to(&self, one: &Vanished) -> Result<Option<Candidate>, AppError> {
        let (shop, kind) = (self.shop.id, Kind::Task);
        let here = one.side.other();
        let children = self
            .store
            .children(shop, here, kind, [one.survivor()])
            .await?;
        let ids: Vec<&RecordId> = children.iter().map(|stored| &stored.record.id).collect();
        if ids.is_empty() {
            return Ok(None);
        }
        let links = self.store.links_of(shop, here, kind, ids).await?;
        let there: Vec<&RecordId> = links.values().map(|link| link.on(one.side)).collect();
        let work = self.store.records(shop, one.side, kind, there).await?;
        let parents: BTreeSet<RecordId> = work
            .into_iter()
            .filter(|stored| !stored.gone)
            .filter_map(|stored| stored.record.parent)
            .filter(|parent| parent != one.gone())
            .collect();
        let mut parents = parents.into_iter();
        let (Some(only), None) = (parents.next(), parents.next()) else {
            return Ok(None);
        };
        let stored = self
            .store
            .record(shop, one.side, Kind::Contact, &only)
            .await?;
        if stored.is_none_or(|stored| stored.gone) {
            return Ok(None);
        }
        let pair = one.side.in_order(only.clone(), one.survivor().clone());
        if self.store.apart(shop, [&pair.0]).await?.contains(&pair) {
            return Ok(None);
        }
        let taken = self
            .store
            .link_of(shop, one.side, Kind::Contact, &only)
            .await?
            .map(|_| Reason::TakenElsewhere);
        Ok(Some(Candidate {
            id: only,
            reasons: [Reason::WorkMoved].into_iter().chain(taken).collect(),
        }))
    }

    /// Looks at the records that may have taken the place of vanished ones as they are now: the one that has the work,
    /// and those that hold the survivor's keys, where the side can be asked for keys without its lagging index. Not for
    /// many at once, unless a person has approved; each once in a pass.
    async fn look_for_successors(&self, open: &[Judged]) -> Result<(), AppError> {
        if open.len() > FEW && !self.approval_is_open().await? {
            return Ok(());
        }
        for one in open {
            let Some(survivor) = &one.survivor else {
                continue;
            };
            let vanished = &one.vanished;
            let is_due = {
                let mut sought = self.sought.lock().unwrap_or_else(PoisonError::into_inner);
                sought.len() < MOST_SOUGHT && sought.insert(vanished.link.id)
            };
            if !is_due {
                continue;
            }
            let (side, kind) = (vanished.side, Kind::Contact);
            let lane = self.lane_of(side, kind, vanished.gone());
            let port = self.connection.on(side, lane);
            let draft = self.judge.draft(survivor, None, &BTreeSet::new());
            let asked_at = self.now();
            let mut found = self.patiently(|| port.holders(&draft)).await?;
            if let Some(Candidate { id, .. }) = &one.moved_to {
                let now = self.patiently(|| port.fetch(kind, id, None)).await?;
                found.extend(now);
            }
            found.retain(|record| record.id != *vanished.gone());
            let saw = found
                .into_iter()
                .map(|record| self.saw_one(asked_at, record, 0));
            self.commit(saw.collect()).await?;
        }
        Ok(())
    }

    /// Links survivors with the records into which their counterparts were merged, or asks about it.
    async fn carry_over(&self, judged: Vec<Judged>) -> Result<(), AppError> {
        for one in judged {
            let Some(survivor) = &one.survivor else {
                continue;
            };
            let (shop, kind) = (self.shop.id, survivor.kind);
            let linked = self
                .store
                .link_of(shop, survivor.side, kind, &survivor.id)
                .await?;
            if linked.is_some_and(|link| link.id != one.vanished.link.id) {
                // Joined a moment ago with somebody who had lost a counterpart as well.
                continue;
            }
            let title = one.vanished.side.title();
            let mut changes;
            match &one.parting {
                Parting::Relink { to, rung, reasons } => {
                    changes = self.end(&one.vanished, &format!("merged in {title}"));
                    if let Some(link) = self
                        .store
                        .link_of(shop, one.vanished.side, kind, to)
                        .await?
                    {
                        let side = survivor.side;
                        let other = Vanished { link, side };
                        changes.extend(self.end(&other, &format!("merged in {}", side.title())));
                    }
                    let rung = super::singles::rung_word(*rung);
                    changes.extend(self.join(survivor, to, rung, reasons));
                }
                Parting::Ask { candidates } => {
                    let side = one.vanished.side;
                    let ids = candidates.iter().map(|candidate| &candidate.id);
                    let stored = self
                        .store
                        .records(self.shop.id, side, survivor.kind, ids)
                        .await?;
                    let name = |id: &RecordId| {
                        let known = stored.iter().find(|stored| stored.record.id == *id)?;
                        crate::review::title_of(&known.record)
                    };
                    changes = self.end(&one.vanished, &format!("merged or deleted in {title}"));
                    changes.push(super::settle_as(survivor, RecordState::WaitsForPerson));
                    changes.push(self.question_who(survivor, candidates, name, Some(side)));
                }
                Parting::LetGo(_) => continue,
            }
            self.commit(changes).await?;
        }
        Ok(())
    }

    /// Tasks and tickets of which one vanished: another one may name the survivor in its mark.
    async fn relink_work(&self, work: Vec<Vanished>) -> Result<Vec<Lost>, AppError> {
        let mut lost = Vec::new();
        let mut by_kind: BTreeMap<Kind, Vec<Vanished>> = BTreeMap::new();
        for one in work {
            by_kind.entry(one.link.kind).or_default().push(one);
        }
        for (kind, work) in by_kind {
            let known = self.records_of(&work, kind).await?;
            for one in &work {
                let found = match known.live(one.side.other(), one.survivor()) {
                    Some(survivor) => self.match_survivor(one, survivor).await?,
                    None => Match::Create,
                };
                let with_parent = self.went_with_parent(one, &known).await?;
                let judged = self.judge_loss(one, &known, found, None, with_parent);
                match judged.parting {
                    Parting::LetGo(policy) => lost.push(Lost {
                        vanished: judged.vanished,
                        policy,
                    }),
                    _ => self.carry_over(vec![judged]).await?,
                }
            }
        }
        Ok(lost)
    }

    /// What matching says of a task or ticket as if it had never been linked.
    async fn match_survivor(&self, one: &Vanished, survivor: &Record) -> Result<Match, AppError> {
        let (shop, kind, here) = (self.shop.id, survivor.kind, survivor.side);
        if kind != Kind::Task {
            return Ok(Match::Create);
        }
        let Some(parent) = &survivor.parent else {
            return Ok(Match::Create);
        };
        let Some(people) = self
            .store
            .link_of(shop, here, Kind::Contact, parent)
            .await?
        else {
            return Ok(Match::Create);
        };
        let of = |side: Side| {
            let parent = people.on(side).clone();
            async move { self.store.children(shop, side, kind, [&parent]).await }
        };
        let (mine, theirs) = (of(here).await?, of(one.side).await?);
        let mut linked = BTreeSet::new();
        for (side, records) in [(here, &mine), (one.side, &theirs)] {
            let ids = records.iter().map(|stored| &stored.record.id);
            let links = self.store.links_of(shop, side, kind, ids).await?;
            linked.extend(
                links
                    .into_iter()
                    .filter(|(_, link)| link.id != one.link.id)
                    .map(|(id, _)| id),
            );
        }
        let records = |stored: Vec<StoredRecord>| -> Vec<Record> {
            stored.into_iter().map(|stored| stored.record).collect()
        };
        Ok(match_task(
            survivor,
            &records(mine),
            &records(theirs),
            &linked,
        ))
    }

    /// Whether the person to whom a vanished record belonged vanished as well.
    async fn went_with_parent(&self, one: &Vanished, known: &Known) -> Result<bool, AppError> {
        let gone = known.any(one.side, one.gone());
        let Some(parent) = gone.and_then(|record| record.parent.as_ref()) else {
            return Ok(false);
        };
        let parent = self
            .store
            .record(self.shop.id, one.side, Kind::Contact, parent)
            .await?;
        Ok(parent.is_none_or(|stored| stored.gone))
    }

    /// Ends the links of what was deleted, if it is not suspiciously much. What is left over on the other side stays
    /// as it is and is not created anew, unless the rules say that it is archived or deleted as well.
    async fn let_go(&self, lost: Vec<Lost>) -> Result<(), AppError> {
        if lost.is_empty() {
            return Ok(());
        }
        if let Some(reason) = self.may_let_go(lost.len() as u64).await? {
            self.tally(|tally| tally.stop(reason));
            return Ok(());
        }
        for Lost { vanished, policy } in lost {
            let why = format!("{LET_GO}{}", vanished.side.title());
            let mut changes = self.end(&vanished, &why);
            let (side, kind) = (vanished.side.other(), vanished.link.kind);
            changes.push(Change::Settle(
                side,
                kind,
                vanished.survivor().clone(),
                RecordState::Settled,
            ));
            changes.extend(self.removal(&vanished, policy).await?);
            self.commit(changes).await?;
        }
        Ok(())
    }

    /// The write that archives or deletes a survivor.
    async fn removal(
        &self,
        vanished: &Vanished,
        policy: DeletePolicy,
    ) -> Result<Option<Change>, AppError> {
        let (side, kind) = (vanished.side.other(), vanished.link.kind);
        if policy == DeletePolicy::Unlink {
            return Ok(None);
        }
        let known = self
            .records_of(std::slice::from_ref(vanished), kind)
            .await?;
        let (Some(survivor), Some(gone)) = (
            known.live(side, vanished.survivor()),
            known.any(vanished.side, vanished.gone()),
        ) else {
            return Ok(None);
        };
        let shown = self.judge.project_with(survivor, gone);
        let payload = Payload {
            cause: format!(
                "the {} was deleted in {}",
                kind.name_on(vanished.side),
                vanished.side.title()
            ),
            removal: Some(Removal::of(policy, shown)),
            ..Payload::default()
        };
        let target = Some(survivor.id.clone());
        let source = gone.id.clone();
        let intent = self.intent(side, kind, IntentOp::Delete, target, source, &payload);
        Ok(Some(Change::Intend(Box::new(intent))))
    }

    /// Ends a link with the questions that hang on it.
    fn end(&self, vanished: &Vanished, why: &str) -> Vec<Change> {
        let Vanished { link, side } = vanished;
        let (gone, survivor) = (vanished.gone().clone(), vanished.survivor().clone());
        let mut changes = vec![
            Change::Unlink(link.id, why.to_owned()),
            Change::Settle(*side, link.kind, gone.clone(), RecordState::Settled),
            Change::Journal(JournalEntry {
                run: self.run,
                event: "unlinked",
                side: Some(*side),
                kind: Some(link.kind),
                record: Some(gone),
                counterpart: Some(survivor),
                detail: json!({"why": why}),
            }),
        ];
        changes.extend(moot_all(link));
        changes
    }

    /// Both records of links, as last fetched.
    async fn records_of(&self, vanished: &[Vanished], kind: Kind) -> Result<Known, AppError> {
        let mut known = Known::default();
        for side in Side::BOTH {
            let ids = vanished.iter().map(|one| one.link.on(side));
            for stored in self.store.records(self.shop.id, side, kind, ids).await? {
                known.0.insert((side, stored.record.id.clone()), stored);
            }
        }
        Ok(known)
    }
}

/// Records by side and id.
#[derive(Default)]
struct Known(HashMap<(Side, RecordId), StoredRecord>);

impl Known {
    fn any(&self, side: Side, id: &RecordId) -> Option<&Record> {
        self.0.get(&(side, id.clone())).map(|stored| &stored.record)
    }

    fn live(&self, side: Side, id: &RecordId) -> Option<&Record> {
        self.0
            .get(&(side, id.clone()))
            .filter(|stored| !stored.gone)
            .map(|stored| &stored.record)
    }
}
