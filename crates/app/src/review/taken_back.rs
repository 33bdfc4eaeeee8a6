//! Answers taken back: the question is open again, and what followed from the answer is undone as far as it can be.

use super::answers::{noted, pair, settle};
use super::{candidates, moot_all};
use crate::judge::Notes;
use crate::pass::payload::Payload;
use crate::undo::UndoLine;
use crate::{App, AppError};
use domain::{Field, Kind, RecordId, Side};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeSet;
use store::{
    ANSWER_TAKEN_BACK, Change, IntentState, Link, RecordState, Review, ReviewKind, ReviewState,
    Shop,
};

/// What became of an answer that was taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TakenBack {
    /// What was done, for people.
    pub done: String,
    /// What stays as it is, and how to go about it, for people.
    pub cannot: Vec<String>,
}

/// An answer as it is remembered.
enum Given {
    Apart,
    /// With this candidate; all of them are one person; who had the candidate before.
    Same(RecordId, bool, Option<RecordId>),
}

impl Given {
    fn read(decision: &str) -> Option<Self> {
        if decision == "apart" {
            return Some(Self::Apart);
        }
        if let Some(candidate) = decision.strip_prefix("merge ") {
            return Some(Self::Same(RecordId::new(candidate), true, None));
        }
        let words = decision.strip_prefix("accept ")?;
        let (candidate, before) = match words.split_once(" instead of ") {
            Some((candidate, before)) => (candidate, Some(RecordId::new(before))),
            None => (words, None),
        };
        Some(Self::Same(RecordId::new(candidate), false, before))
    }
}

impl App {
    /// Takes an answer back: the question is open again, or the value that the answer wrote is put back. What stays as it
    /// is, it says.
    ///
    /// # Errors
    /// When there is no such question, it has no answer, or what followed from the answer stands in the way.
    pub async fn take_back_answer(&self, name: &str, id: i64) -> Result<TakenBack, AppError> {
        let shop = self.shop(name).await?;
        let held = self.lock_shop(&shop).await?;
        let review = held.asked(&shop, id).await?;
        let decision = match (review.state, &review.decision) {
            (ReviewState::Decided, Some(decision)) => decision.clone(),
            (ReviewState::Obsolete, _) => {
                return Err(AppError::Refused(format!(
                    "question {id} no longer stands, and had no answer: the records have changed since it was asked"
                )));
            }
            _ => {
                return Err(AppError::Refused(format!(
                    "question {id} has no answer to take back; `repairbridge review {name} --answered` lists those that have"
                )));
            }
        };
        if review.what == ReviewKind::Conflict {
            return held.take_back_choice(&shop, &review).await;
        }
        match Given::read(&decision) {
            Some(Given::Apart) => held.take_back_apart(&shop, &review).await,
            Some(Given::Same(candidate, merged, before)) => {
                held.take_back_same(&shop, &review, &candidate, merged, before)
                    .await
            }
            None => Err(AppError::Refused(format!(
                "the answer `{decision}` to question {id} cannot be taken back"
            ))),
        }
    }

    async fn take_back_choice(&self, shop: &Shop, review: &Review) -> Result<TakenBack, AppError> {
        let field: Field = review.field.parse().map_err(AppError::Refused)?;
        let link = self
            .store
            .link_of(shop.id, Side::HighLevel, review.kind, &review.record)
            .await?
            .ok_or_else(|| AppError::Refused("the two records are no longer linked".into()))?;
        let mut notes = Notes::of(&link);
        let before = notes.choices.len();
        notes.choices.retain(|choice| choice.field != field);
        if notes.choices.len() == before {
            return self.put_back(shop, review, &link, field).await;
        }
        notes.asked.insert(field);
        let mut changes = noted(&link, &notes);
        changes.extend([
            Change::Reopen(review.id),
            self.told_back(review, &link.left, &link.right),
        ]);
        self.store.commit(shop.id, self.now(), changes).await?;
        Ok(TakenBack {
            done: format!("the question about {field} is open again; nothing had been written"),
            cannot: Vec::new(),
        })
    }

    /// The answer was carried out: the value that it wrote is taken back, where it still stands.
    async fn put_back(
        &self,
        shop: &Shop,
        review: &Review,
        link: &Link,
        field: Field,
    ) -> Result<TakenBack, AppError> {
        let cause = format!("the answer about {field} was taken back");
        let report = self
            .take_back_field(shop, link.right.as_str(), field, cause)
            .await?;
        let told = vec![self.told_back(review, &link.left, &link.right)];
        self.store.commit(shop.id, self.now(), told).await?;
        let lines = |lines: &[UndoLine]| lines.iter().map(UndoLine::text).collect::<Vec<_>>();
        let mut cannot = lines(&report.kept);
        cannot.extend(lines(&report.cannot));
        let done = lines(&report.taken_back);
        if done.is_empty() && cannot.is_empty() {
            return Err(AppError::Refused(format!(
                "nothing that this answer wrote to {field} is there to be put back"
            )));
        }
        Ok(TakenBack {
            done: if done.is_empty() {
                "nothing was put back".to_owned()
            } else {
                format!("put back: {}", done.join("; "))
            },
            cannot,
        })
    }

    async fn take_back_apart(&self, shop: &Shop, review: &Review) -> Result<TakenBack, AppError> {
        let across = review.side.other();
        let linked = self
            .store
            .link_of(shop.id, review.side, review.kind, &review.record)
            .await?;
        if linked.is_some() {
            return Err(self.has_its_own(shop, review, &review.record).await?);
        }
        let mut changes = self
            .cancel_open(shop, review, review.side, &review.record)
            .await?;
        let mut cannot = Vec::new();
        for candidate in candidates(review) {
            let (left, right) = pair(review, &candidate);
            changes.push(self.told_back(review, &left, &right));
            changes.push(Change::NotApart(left, right));
            let own = self
                .store
                .link_of(shop.id, across, review.kind, &candidate)
                .await?;
            match own {
                Some(link) => cannot.push(format!(
                    "the candidate {candidate} is linked with {} by now, and stays so",
                    link.on(review.side)
                )),
                None => {
                    changes.extend(self.cancel_open(shop, review, across, &candidate).await?);
                    let waits = RecordState::WaitsForPerson;
                    changes.push(settle(review, across, &candidate, waits));
                }
            }
        }
        changes.extend(reopened(review));
        self.store.commit(shop.id, self.now(), changes).await?;
        Ok(TakenBack {
            done: "no longer remembered as different; the question is open again".to_owned(),
            cannot,
        })
    }

    async fn take_back_same(
        &self,
        shop: &Shop,
        review: &Review,
        candidate: &RecordId,
        merged: bool,
        before: Option<RecordId>,
    ) -> Result<TakenBack, AppError> {
        let across = review.side.other();
        let link = self
            .store
            .link_of(shop.id, review.side, review.kind, &review.record)
            .await?
            .filter(|link| link.on(across) == candidate);
        let mut changes = Vec::new();
        let mut cannot = Vec::new();
        match &link {
            Some(link) => {
                changes.extend(
                    self.cancel_open(shop, review, review.side, &review.record)
                        .await?,
                );
                changes.extend(self.cancel_open(shop, review, across, candidate).await?);
                changes.push(Change::Unlink(link.id, ANSWER_TAKEN_BACK.to_owned()));
                changes.extend(moot_all(link));
                let waits = RecordState::WaitsForPerson;
                changes.push(settle(review, across, candidate, waits));
                changes.push(self.told_back(review, &link.left, &link.right));
                cannot.extend(self.what_stays(shop, link).await?);
            }
            None if merged => {}
            None => {
                return Err(AppError::Refused(format!(
                    "the answer to question {} is void: the two are no longer linked",
                    review.id
                )));
            }
        }
        if merged {
            for other in candidates(review) {
                let (left, right) = pair(review, &other);
                changes.push(Change::NotApart(left, right));
                let own = self.store.link_of(shop.id, across, review.kind, &other);
                if own.await?.is_none() {
                    let waits = RecordState::WaitsForPerson;
                    changes.push(settle(review, across, &other, waits));
                }
            }
        }
        if let (Some(before), Some(_)) = (before, &link) {
            match self.give_back(shop, review, candidate, &before).await? {
                Ok(given) => changes.extend(given),
                Err(reason) => cannot.push(reason),
            }
        }
        changes.extend(reopened(review));
        self.store.commit(shop.id, self.now(), changes).await?;
        let done = if link.is_some() {
            "the two are no longer linked; the question is open again"
        } else {
            "the question is open again"
        };
        Ok(TakenBack {
            done: done.to_owned(),
            cannot,
        })
    }

    /// The candidate goes back to the record that had it before the answer.
    async fn give_back(
        &self,
        shop: &Shop,
        review: &Review,
        candidate: &RecordId,
        before: &RecordId,
    ) -> Result<Result<Vec<Change>, String>, AppError> {
        let (left, right) = review.side.in_order(before.clone(), candidate.clone());
        let own = self
            .store
            .link_of(shop.id, review.side, review.kind, before)
            .await?;
        let stored = self
            .store
            .record(shop.id, review.side, review.kind, before)
            .await?;
        if own.is_some() || stored.is_none_or(|stored| stored.gone) {
            return Ok(Err(format!(
                "{before}, which had {candidate} before, does not get it back: it is gone, or has another one by now"
            )));
        }
        Ok(Ok(vec![
            Change::NotApart(left.clone(), right.clone()),
            Change::Link(self.link_by_person(review, left.clone(), right.clone())),
            Change::Unsettle(Side::HighLevel, review.kind, left),
            Change::Unsettle(Side::MyGadgetRepairs, review.kind, right),
        ]))
    }

    /// What stays of a pair that is no pair any more: the values that were written, and the work that was joined.
    async fn what_stays(&self, shop: &Shop, link: &Link) -> Result<Vec<String>, AppError> {
        let mut stays = Vec::new();
        for side in Side::BOTH {
            let (here, there) = (link.on(side), link.on(side.other()));
            let written = self
                .store
                .exchanges_of(shop.id, side, link.kind, here)
                .await?;
            let fields: BTreeSet<&str> = written
                .iter()
                .filter(|one| one.intent.state == IntentState::Done && one.intent.source == *there)
                .flat_map(|one| Payload::read(&one.intent).changes.into_keys())
                .map(Field::as_str)
                .collect();
            if !fields.is_empty() {
                let fields: Vec<&str> = fields.into_iter().collect();
                stays.push(format!(
                    "what was written to the {} {} {here} since stays: {}",
                    side.title(),
                    link.kind.name_on(side),
                    fields.join(", ")
                ));
            }
        }
        if link.kind == Kind::Contact {
            let (side, kind) = (Side::MyGadgetRepairs, Kind::Task);
            let tickets = self
                .store
                .children(shop.id, side, kind, [&link.right])
                .await?;
            let ids = tickets.iter().map(|stored| &stored.record.id);
            let joined = self.store.links_of(shop.id, side, kind, ids).await?.len();
            if joined > 0 {
                stays.push(format!(
                    "tickets that have their tasks with this contact stay linked with them: {joined}"
                ));
            }
        }
        Ok(stays)
    }

    /// Writes that were decided for a record and not sent are dropped; one that was sent stands in the way.
    async fn cancel_open(
        &self,
        shop: &Shop,
        review: &Review,
        side: Side,
        id: &RecordId,
    ) -> Result<Vec<Change>, AppError> {
        let open = self
            .store
            .open_intent(shop.id, side.other(), review.kind, id)
            .await?;
        let Some(open) = open else {
            return Ok(Vec::new());
        };
        if matches!(
            open.state,
            IntentState::Sent | IntentState::Unknown | IntentState::Written
        ) {
            return Err(AppError::Refused(
                "a write that followed from the answer is under way; run a sync, and try again"
                    .into(),
            ));
        }
        Ok(vec![Change::Cancel(open.id)])
    }

    async fn has_its_own(
        &self,
        shop: &Shop,
        review: &Review,
        id: &RecordId,
    ) -> Result<AppError, AppError> {
        let record = match review.side {
            Side::MyGadgetRepairs => self.named_at_counter(shop, review.kind, id).await?,
            Side::HighLevel => id.as_str().to_owned(),
        };
        Ok(AppError::Refused(format!(
            "{record} has a counterpart of its own by now; take that back first with `repairbridge undo {} --record {record} \
             --delete-created`",
            shop.name
        )))
    }

    /// A record of the counter by the number that people use.
    async fn named_at_counter(
        &self,
        shop: &Shop,
        kind: Kind,
        id: &RecordId,
    ) -> Result<String, AppError> {
        let stored = self
            .store
            .record(shop.id, Side::MyGadgetRepairs, kind, id)
            .await?;
        let reference = stored.and_then(|stored| stored.record.reference);
        Ok(reference.unwrap_or_else(|| id.as_str().to_owned()))
    }

    fn told_back(&self, review: &Review, left: &RecordId, right: &RecordId) -> Change {
        let detail = json!({"question": review.id, "answer": review.decision});
        self.decided("answer_taken_back", left, right, detail)
    }
}

fn reopened(review: &Review) -> [Change; 2] {
    let waits = RecordState::WaitsForPerson;
    [
        Change::Reopen(review.id),
        settle(review, review.side, &review.record, waits),
    ]
}
