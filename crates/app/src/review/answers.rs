//! What follows from an answer.

use super::{candidates, moot_all};
use crate::judge::Notes;
use crate::{App, AppError};
use domain::{Field, LinkId, RecordId, RunId, Side, Value};
use serde_json::{Value as Json, json};
use store::{Change, JournalEntry, Link, RecordState, Review, ReviewState, Shop};
use sync::Choice;

/// Why the link of a record was ended whose counterpart a person gave to another one.
const GIVEN_AWAY: &str = "a person chose another counterpart";

impl App {
    pub(super) async fn asked(&self, shop: &Shop, id: i64) -> Result<Review, AppError> {
        let name = &shop.name;
        self.store.review(shop.id, id).await?.ok_or_else(|| {
            AppError::Refused(format!(
                "there is no question {id}; `repairbridge review {name}` lists them"
            ))
        })
    }

    pub(super) async fn choose(
        &self,
        shop: &Shop,
        review: &Review,
        winner: Side,
    ) -> Result<String, AppError> {
        let link = self
            .store
            .link_of(shop.id, Side::HighLevel, review.kind, &review.record)
            .await?
            .ok_or_else(|| AppError::Refused("the two records are no longer linked".into()))?;
        let field: Field = review.field.parse().map_err(AppError::Refused)?;
        let value = |side: Side| -> Option<Value> {
            serde_json::from_value(review.detail[side.as_str()].clone()).ok()
        };
        let mut notes = Notes::of(&link);
        notes.choices.retain(|choice| choice.field != field);
        notes.choices.push(Choice {
            field,
            winner,
            left: value(Side::HighLevel),
            right: value(Side::MyGadgetRepairs),
        });
        let mut changes = noted(&link, &notes);
        changes.extend([
            Change::Answer(review.id, ReviewState::Decided, format!("accept {winner}")),
            self.decided(
                "chosen",
                &link.left,
                &link.right,
                json!({"field": field, "winner": winner}),
            ),
        ]);
        self.store.commit(shop.id, self.now(), changes).await?;
        Ok(format!(
            "{}'s value of {field} stands; the next sync writes it to the other side",
            winner.title()
        ))
    }

    /// The subject and a candidate are the same.
    pub(super) async fn same(
        &self,
        shop: &Shop,
        review: &Review,
        candidate: Option<String>,
    ) -> Result<String, AppError> {
        let is_named = candidate.is_some();
        let (candidates, chosen, taken) = self.chosen(shop, review, candidate).await?;
        let across = review.side.other();
        let mut changes = Vec::new();
        let mut answer = format!("accept {chosen}");
        let mut done = "linked; the next sync brings the two into step".to_owned();
        if let Some(taken) = taken {
            let other = taken.on(review.side).clone();
            if !is_named {
                return Err(AppError::Refused(format!(
                    "the candidate {chosen} is linked with {other}; answer `apart`, or `merge` if both are one person, or take \
                     it from there with `accept {} --candidate {chosen}`",
                    review.id
                )));
            }
            // Whoever had it before is somebody else, and is left alone.
            changes.push(Change::Unlink(taken.id, GIVEN_AWAY.to_owned()));
            changes.push(Change::Journal(JournalEntry {
                run: RunId(self.context.new_id()),
                event: "unlinked",
                side: Some(review.side),
                kind: Some(review.kind),
                record: Some(other.clone()),
                counterpart: Some(chosen.clone()),
                detail: json!({"why": GIVEN_AWAY}),
            }));
            changes.extend(moot_all(&taken));
            changes.push(settle(review, review.side, &other, RecordState::Settled));
            changes.push(Change::Apart(taken.left, taken.right));
            answer.push_str(&format!(" instead of {other}"));
            done = format!("linked; {other} had it before and is without one now");
        }
        changes.extend(self.link(review, &chosen, answer));
        for other in candidates.iter().filter(|other| **other != chosen) {
            // Others are asked about again without this one.
            changes.push(settle(review, across, other, RecordState::Unsettled));
        }
        self.store.commit(shop.id, self.now(), changes).await?;
        Ok(done)
    }

    /// The subject and all candidates are one person.
    pub(super) async fn all_one(
        &self,
        shop: &Shop,
        review: &Review,
        candidate: Option<String>,
    ) -> Result<String, AppError> {
        let (candidates, chosen, taken) = self.chosen(shop, review, candidate).await?;
        let across = review.side.other();
        let answer = format!("merge {chosen}");
        let (mut changes, done) = match &taken {
            // The candidate stays with whom it belongs to; the subject is one more of the same person.
            Some(taken) => {
                let (left, right) = pair(review, &chosen);
                let changes = vec![
                    Change::Answer(review.id, ReviewState::Decided, answer),
                    settle(review, review.side, &review.record, RecordState::Settled),
                    self.decided("one_more", &left, &right, Json::Null),
                    Change::Apart(left, right),
                ];
                let done = format!(
                    "remembered as the same person as {0}, with whom {chosen} stays linked; this one is left alone. Join the \
                     two in {1} if they should be one there",
                    taken.on(review.side),
                    review.side.title()
                );
                (changes, done)
            }
            None => (
                self.link(review, &chosen, answer),
                "linked; the next sync brings the two into step".to_owned(),
            ),
        };
        for other in candidates.iter().filter(|other| **other != chosen) {
            // Left alone for good.
            changes.push(settle(review, across, other, RecordState::Settled));
            let (left, right) = pair(review, other);
            changes.push(Change::Apart(left, right));
        }
        self.store.commit(shop.id, self.now(), changes).await?;
        Ok(done)
    }

    pub(super) async fn different(&self, shop: &Shop, review: &Review) -> Result<String, AppError> {
        let across = review.side.other();
        let mut changes = vec![Change::Answer(
            review.id,
            ReviewState::Decided,
            "apart".to_owned(),
        )];
        for candidate in candidates(review) {
            let (left, right) = pair(review, &candidate);
            changes.push(self.decided("apart", &left, &right, Json::Null));
            changes.push(Change::Apart(left, right));
            changes.push(Change::Unsettle(across, review.kind, candidate));
        }
        changes.push(Change::Unsettle(
            review.side,
            review.kind,
            review.record.clone(),
        ));
        self.store.commit(shop.id, self.now(), changes).await?;
        let rest = if review.detail["lost_in"].is_null() {
            "the next sync treats them so"
        } else {
            "this one stays without a counterpart, since the one that it had was deleted or merged"
        };
        Ok(format!("remembered as different; {rest}"))
    }

    /// The candidates of a question, the one that is meant, and the link that this one has already; the subject must not
    /// be linked by now.
    async fn chosen(
        &self,
        shop: &Shop,
        review: &Review,
        candidate: Option<String>,
    ) -> Result<(Vec<RecordId>, RecordId, Option<Link>), AppError> {
        let candidates = candidates(review);
        let chosen = match candidate {
            Some(id) => candidates
                .iter()
                .find(|known| known.as_str() == id)
                .cloned()
                .ok_or_else(|| {
                    AppError::Refused(format!(
                        "`{id}` is not one of the candidates of question {}",
                        review.id
                    ))
                })?,
            None => candidates
                .first()
                .cloned()
                .ok_or_else(|| AppError::Refused("the question names no candidate".into()))?,
        };
        let linked = self
            .store
            .link_of(shop.id, review.side, review.kind, &review.record)
            .await?;
        if linked.is_some() {
            return Err(AppError::Refused(
                "this record has found its counterpart meanwhile".into(),
            ));
        }
        let taken = self
            .store
            .link_of(shop.id, review.side.other(), review.kind, &chosen)
            .await?;
        Ok((candidates, chosen, taken))
    }

    /// Links the subject of a question with a candidate.
    fn link(&self, review: &Review, chosen: &RecordId, answer: String) -> Vec<Change> {
        let (left, right) = pair(review, chosen);
        vec![
            Change::Link(self.link_by_person(review, left.clone(), right.clone())),
            Change::Answer(review.id, ReviewState::Decided, answer),
            Change::Unsettle(Side::HighLevel, review.kind, left.clone()),
            Change::Unsettle(Side::MyGadgetRepairs, review.kind, right.clone()),
            Change::WakeChildren(Side::HighLevel, left.clone()),
            Change::WakeChildren(Side::MyGadgetRepairs, right.clone()),
            Change::NotApart(left.clone(), right.clone()),
            self.decided("linked", &left, &right, json!({"rung": "a person"})),
        ]
    }

    pub(super) fn link_by_person(&self, review: &Review, left: RecordId, right: RecordId) -> Link {
        let id = LinkId(self.context.new_id());
        Link::fresh(id, review.kind, (left, right), "a person")
    }

    pub(super) fn decided(
        &self,
        event: &'static str,
        left: &RecordId,
        right: &RecordId,
        detail: Json,
    ) -> Change {
        Change::Journal(JournalEntry {
            run: RunId(self.context.new_id()),
            event,
            side: Some(Side::HighLevel),
            kind: None,
            record: Some(left.clone()),
            counterpart: Some(right.clone()),
            detail,
        })
    }
}

/// The changes that let a link remember what a person said about its values, and be compared again.
pub(super) fn noted(link: &Link, notes: &Notes) -> Vec<Change> {
    vec![
        Change::Rebase {
            link: link.id,
            base: link.base.clone(),
            withheld: serde_json::to_value(notes).unwrap_or(Json::Null),
            counts: (link.fields, link.agree, link.held),
        },
        Change::Unsettle(Side::HighLevel, link.kind, link.left.clone()),
        Change::Unsettle(Side::MyGadgetRepairs, link.kind, link.right.clone()),
    ]
}

/// The subject of a question and a candidate: HighLevel's, MyGadgetRepairs'.
pub(super) fn pair(review: &Review, candidate: &RecordId) -> (RecordId, RecordId) {
    review
        .side
        .in_order(review.record.clone(), candidate.clone())
}

/// The change that says where a record of the question's kind stands.
pub(super) fn settle(review: &Review, side: Side, id: &RecordId, state: RecordState) -> Change {
    Change::Settle(side, review.kind, id.clone(), state)
}
