//! Linked pairs: the three-way merge, conflicts for people, and one write at a time.

use super::vanished::Vanished;
use crate::AppError;
use crate::judge::Notes;
use crate::pass::Pass;
use crate::pass::payload::Payload;
use crate::review::moot;
use domain::{Field, Fields, IntentId, Kind, Record, RecordId, Side, Timestamp};
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use store::{
    Change, Intent, IntentOp, IntentState, JournalEntry, Link, RecordState, Review, ReviewKind,
    ReviewState, StoredRecord,
};
use sync::{Conflict, Ground, Merge, Overruled, PairDecision};

impl Pass<'_> {
    pub(super) async fn decide_pairs(
        &self,
        side: Side,
        kind: Kind,
        page: Vec<StoredRecord>,
        links: &HashMap<RecordId, Link>,
        vanished: &mut Vec<Vanished>,
    ) -> Result<Vec<Change>, AppError> {
        if page.is_empty() {
            return Ok(Vec::new());
        }
        let (shop, across) = (self.shop.id, side.other());
        let here: Vec<&RecordId> = page.iter().map(|stored| &stored.record.id).collect();
        let there: Vec<&RecordId> = here
            .iter()
            .filter_map(|id| links.get(*id))
            .map(|link| link.on(across))
            .collect();
        let counterparts: HashMap<RecordId, StoredRecord> = self
            .store
            .records(shop, across, kind, there.iter().copied())
            .await?
            .into_iter()
            .map(|stored| (stored.record.id.clone(), stored))
            .collect();
        let to_there = self
            .store
            .open_intents(shop, across, kind, here.iter().copied())
            .await?;
        let to_here = self
            .store
            .open_intents(shop, side, kind, there.iter().copied())
            .await?;
        let mut changes = Vec::new();
        for stored in &page {
            let Some(link) = links.get(&stored.record.id) else {
                continue;
            };
            let open = to_there
                .get(&link.on(side).clone())
                .or(to_here.get(link.on(across)));
            match open {
                Some(intent) if is_under_way(intent) => {
                    // The write compares again when it is carried out, and unsettles both when it is done.
                    changes.push(settle(&stored.record));
                    continue;
                }
                Some(intent) => changes.push(Change::Cancel(intent.id)),
                None => {}
            }
            let counterpart = counterparts.get(link.on(across));
            let lost = if stored.gone {
                Some(side)
            } else if counterpart.is_none_or(|counterpart| counterpart.gone) {
                Some(across)
            } else {
                None
            };
            if let Some(side) = lost {
                vanished.push(Vanished {
                    link: link.clone(),
                    side,
                });
                continue;
            }
            if let Some(counterpart) = counterpart {
                let (left, right) = side.in_order(&stored.record, &counterpart.record);
                self.decide_pair(link, left, right, &mut changes);
            }
        }
        Ok(changes)
    }

    fn decide_pair(&self, link: &Link, left: &Record, right: &Record, changes: &mut Vec<Change>) {
        let decision = self.judge.judge(link, left, right);
        let mut state = self.judge.settled(link, &decision);
        let base = serde_json::from_value(link.base.clone()).unwrap_or_default();
        let edited = state.notes.note_edits(&base, &decision, self.now());
        self.tell_edits(link, &edited, changes);
        let asked = Notes::of(link).asked;
        for conflict in &decision.merge.conflicts {
            changes.push(Change::Ask(Box::new(
                self.question(link, left, right, conflict),
            )));
        }
        for field in asked.difference(&state.notes.asked) {
            changes.push(moot(link, *field));
        }
        if !decision.merge.overruled.is_empty() {
            changes.push(self.overruled(link, &decision.merge.overruled));
        }
        changes.push(state.rebase(link.id));
        // One side at a time: what is written to the other is decided again on the outcome.
        let to = Side::BOTH
            .into_iter()
            .find(|side| !decision.merge.to(*side).is_empty());
        if let Some(to) = to {
            changes.push(Change::Intend(Box::new(
                self.update_intent(link, to, &decision),
            )));
        }
        changes.push(settle(left));
        changes.push(settle(right));
    }

    /// Tells what people changed, by the names of the fields.
    fn tell_edits(&self, link: &Link, edited: &[(Side, Field)], changes: &mut Vec<Change>) {
        for side in Side::BOTH {
            let fields: Vec<Field> = edited
                .iter()
                .filter(|(on, _)| *on == side)
                .map(|(_, field)| *field)
                .collect();
            if !fields.is_empty() {
                changes.push(Change::Journal(JournalEntry {
                    run: self.run,
                    event: "edited",
                    side: Some(side),
                    kind: Some(link.kind),
                    record: Some(link.on(side).clone()),
                    counterpart: Some(link.on(side.other()).clone()),
                    detail: json!({"fields": fields}),
                }));
            }
        }
    }

    /// A person's value gives way to a rule: it is kept in the journal, never lost silently.
    pub(in crate::pass) fn overruled(&self, link: &Link, values: &[Overruled]) -> Change {
        Change::Journal(JournalEntry {
            run: self.run,
            event: "overruled",
            side: Some(Side::HighLevel),
            kind: Some(link.kind),
            record: Some(link.left.clone()),
            counterpart: Some(link.right.clone()),
            detail: json!({
                "fields": values.iter().map(|one| one.field).collect::<Vec<_>>(),
                "values": values,
            }),
        })
    }

    fn update_intent(&self, link: &Link, side: Side, decision: &PairDecision) -> Intent {
        let (to, from) = side.in_order(&decision.left_shared, &decision.right_shared);
        let payload = Payload {
            cause: format!("changed in {}", side.other().title()),
            changes: decision.merge.to(side).clone(),
            grounds: grounds_of(&decision.merge, side),
            source: from.clone(),
            before: to.clone(),
            overruled: decision.merge.overruled.clone(),
            ..Payload::default()
        }
        .kept(&Fields::new());
        self.intent(
            side,
            link.kind,
            IntentOp::Update,
            Some(link.on(side).clone()),
            link.on(side.other()).clone(),
            &payload,
        )
    }

    pub(in crate::pass) fn intent(
        &self,
        side: Side,
        kind: Kind,
        op: IntentOp,
        target: Option<RecordId>,
        source: RecordId,
        payload: &Payload,
    ) -> Intent {
        let lane = self.lane_of(side.other(), kind, &source);
        Intent {
            id: IntentId(self.context.new_id()),
            run: self.run,
            side,
            kind,
            op,
            target,
            source,
            payload: payload.to_json(),
            state: IntentState::Ready,
            attempt: 0,
            lane,
            not_before: Timestamp::UNIX_EPOCH,
            sent_at: None,
            code: None,
            message: None,
        }
    }

    fn question(&self, link: &Link, left: &Record, right: &Record, conflict: &Conflict) -> Review {
        Review {
            id: 0,
            what: ReviewKind::Conflict,
            kind: link.kind,
            side: Side::HighLevel,
            record: link.left.clone(),
            field: conflict.field.as_str().to_owned(),
            detail: json!({
                "name": crate::review::title_of(left).or_else(|| crate::review::title_of(right)),
                "counterpart": link.right.as_str(),
                "highlevel": conflict.left,
                "mygadgetrepairs": conflict.right,
                "agreed": conflict.base,
            }),
            state: ReviewState::Open,
            decision: None,
            created_at: self.now(),
            decided_at: None,
        }
    }
}

/// What decided the fields that are written to a side.
pub(in crate::pass) fn grounds_of(merge: &Merge, side: Side) -> BTreeMap<Field, Ground> {
    let written = merge.to(side);
    merge
        .grounds
        .iter()
        .filter(|(field, _)| written.contains_key(field))
        .map(|(field, ground)| (*field, *ground))
        .collect()
}

/// Whether an open write will look at the pair again by itself.
pub(super) const fn is_under_way(intent: &Intent) -> bool {
    matches!(
        intent.state,
        IntentState::Ready | IntentState::Sent | IntentState::Unknown | IntentState::Written
    )
}

pub(super) fn settle(record: &Record) -> Change {
    super::settle_as(record, RecordState::Settled)
}
