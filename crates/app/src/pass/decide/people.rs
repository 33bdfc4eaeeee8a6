//! Who is who: contacts without a link, matched page by page with everybody who shares a key with them.

use crate::AppError;
use crate::pass::Pass;
use domain::{Kind, LinkId, Record, RecordId, Side};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use store::{Change, JournalEntry, Link, RecordState, Review, ReviewKind, ReviewState};
use sync::{Candidate, Match, Neighbourhood};

/// A page of contacts with everybody who matters for them.
pub(super) struct Surroundings {
    hood: Neighbourhood,
    records: BTreeMap<(Side, RecordId), Record>,
    linked: BTreeSet<(Side, RecordId)>,
}

/// Links of which a record vanished.
#[derive(Default)]
pub(super) struct Dissolved {
    pub(super) links: BTreeSet<LinkId>,
    /// What marks say that name the vanished records.
    pub(super) marks: BTreeSet<String>,
}

impl Surroundings {
    /// What becomes of a contact.
    pub(super) fn decide(&self, record: &Record) -> Match {
        self.hood.decide(record.side, &record.id)
    }

    fn name(&self, side: Side, id: &RecordId) -> Option<String> {
        let record = self.records.get(&(side, id.clone()))?;
        crate::review::title_of(record)
    }
}

impl Pass<'_> {
    /// Gathers everybody who shares a key with the given contacts. Dissolved links are as if they had never been, and
    /// so are marks that name their vanished records.
    pub(super) async fn surroundings(
        &self,
        side: Side,
        ids: &[RecordId],
        dissolved: &Dissolved,
    ) -> Result<Surroundings, AppError> {
        let near = self.store.neighbourhood(self.shop.id, side, ids).await?;
        let mut records = BTreeMap::new();
        let mut left = Vec::new();
        let mut right = Vec::new();
        for stored in near {
            let record = stored.record;
            match record.side {
                Side::HighLevel => left.push(record.id.clone()),
                Side::MyGadgetRepairs => right.push(record.id.clone()),
            }
            records.insert((record.side, record.id.clone()), record);
        }
        let shop = self.shop.id;
        let mut pairs = BTreeSet::new();
        let mut linked = BTreeSet::new();
        for (side, ids) in [(Side::HighLevel, &left), (Side::MyGadgetRepairs, &right)] {
            for link in self
                .store
                .links_of(shop, side, Kind::Contact, ids)
                .await?
                .into_values()
                .filter(|link| !dissolved.links.contains(&link.id))
            {
                linked.insert((Side::HighLevel, link.left.clone()));
                linked.insert((Side::MyGadgetRepairs, link.right.clone()));
                pairs.insert((link.left, link.right));
            }
        }
        let apart = self.store.apart(shop, &left).await?.into_iter().collect();
        let people = records
            .values()
            .filter_map(|record| self.judge.person(record))
            .map(|mut person| {
                person.mark = person.mark.filter(|mark| !dissolved.marks.contains(mark));
                person
            });
        let hood = Neighbourhood::new(people, &pairs, apart);
        Ok(Surroundings {
            hood,
            records,
            linked,
        })
    }

    /// Two records are the same thing.
    pub(super) fn join(
        &self,
        record: &Record,
        to: &RecordId,
        rung: &str,
        reasons: &[sync::Reason],
    ) -> Vec<Change> {
        self.tally(|tally| tally.joined(record.kind));
        let (left, right) = record.side.in_order(record.id.clone(), to.clone());
        let mut changes = vec![
            Change::Link(Link::fresh(
                LinkId(self.context.new_id()),
                record.kind,
                (left.clone(), right.clone()),
                rung,
            )),
            Change::Unsettle(Side::HighLevel, record.kind, left.clone()),
            Change::Unsettle(Side::MyGadgetRepairs, record.kind, right.clone()),
            Change::Moot(
                ReviewKind::Match,
                record.kind,
                Side::HighLevel,
                left.clone(),
                String::new(),
            ),
            Change::Moot(
                ReviewKind::Match,
                record.kind,
                Side::MyGadgetRepairs,
                right.clone(),
                String::new(),
            ),
            Change::Journal(JournalEntry {
                run: self.run,
                event: "linked",
                side: Some(Side::HighLevel),
                kind: Some(record.kind),
                record: Some(left.clone()),
                counterpart: Some(right.clone()),
                detail: json!({
                    "rung": rung,
                    "reasons": words(reasons),
                    "reference": crate::pass::apply::reference_of(record, None),
                }),
            }),
        ];
        if record.kind == Kind::Contact {
            changes.push(Change::WakeChildren(Side::HighLevel, left));
            changes.push(Change::WakeChildren(Side::MyGadgetRepairs, right));
        }
        changes
    }

    /// A person has to say who this is. The question is asked once: from the counter's side where the
    /// candidates there ask it themselves.
    pub(super) fn ask_who(
        &self,
        record: &Record,
        candidates: &[Candidate],
        around: Option<&Surroundings>,
        changes: &mut Vec<Change>,
    ) {
        changes.push(Change::Settle(
            record.side,
            record.kind,
            record.id.clone(),
            RecordState::WaitsForPerson,
        ));
        let across = record.side.other();
        let asked_there = record.side == Side::HighLevel
            && around.is_some_and(|around| {
                candidates
                    .iter()
                    .any(|candidate| !around.linked.contains(&(across, candidate.id.clone())))
            });
        if asked_there {
            return;
        }
        let name = |id: &RecordId| around?.name(across, id);
        changes.push(self.question_who(record, candidates, name, None));
    }

    /// The question who a record is. `lost_in` is the side on which its counterpart vanished, where it had one.
    pub(super) fn question_who(
        &self,
        record: &Record,
        candidates: &[Candidate],
        name: impl Fn(&RecordId) -> Option<String>,
        lost_in: Option<Side>,
    ) -> Change {
        let shown: Vec<Json> = candidates
            .iter()
            .map(|candidate| {
                json!({"id": candidate.id.as_str(), "name": name(&candidate.id), "reasons": words(&candidate.reasons)})
            })
            .collect();
        let mut detail = json!({
            "name": crate::review::title_of(record),
            "reference": record.reference,
            "candidates": shown,
        });
        if let Some(side) = lost_in {
            detail["lost_in"] = side.as_str().into();
        }
        Change::Ask(Box::new(Review {
            id: 0,
            what: ReviewKind::Match,
            kind: record.kind,
            side: record.side,
            record: record.id.clone(),
            field: String::new(),
            detail,
            state: ReviewState::Open,
            decision: None,
            created_at: self.now(),
            decided_at: None,
        }))
    }
}

fn words(reasons: &[sync::Reason]) -> Vec<String> {
    reasons.iter().map(ToString::to_string).collect()
}
