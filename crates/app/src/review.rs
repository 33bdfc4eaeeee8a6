//! Questions that only a person can answer, and the answers: remembered and reversible.

use crate::judge::Notes;
use crate::{App, AppError};
use domain::{Field, Kind, LinkId, Record, RecordId, RunId, Side, Value, normalize};
use serde::Serialize;
use serde_json::{Value as Json, json};
use store::{Change, JournalEntry, Link, Review, ReviewKind, ReviewState, Shop};
use sync::Choice;

/// Questions shown at once.
const AT_ONCE: u32 = 500;

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// They are the same person (with the named candidate, else the best one); or, for a conflict, the value
    /// of the named side is right (else MyGadgetRepairs').
    Accept {
        /// The candidate's id.
        candidate: Option<String>,
        /// Whose value is right.
        side: Option<Side>,
    },
    /// They are different people.
    Apart,
    /// All candidates are this one person: linked with the named one (else the best), the others are left
    /// alone and never created on the other side.
    Merge {
        /// The candidate's id.
        candidate: Option<String>,
    },
}

/// A question as shown.
#[derive(Clone, Debug, Serialize)]
pub struct ReviewLine {
    /// Its number, for the answer.
    pub id: i64,
    /// `match` or `conflict`.
    pub what: ReviewKind,
    /// The kind of the records.
    pub kind: Kind,
    /// The side of the subject.
    pub side: Side,
    /// The subject's id.
    pub record: RecordId,
    /// The field in question, for conflicts.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub field: String,
    /// Names, candidates, values and reasons.
    pub detail: Json,
}

impl ReviewLine {
    /// For people.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let name = self.detail["name"].as_str().unwrap_or("(no name)");
        let subject = format!("{} {name}", self.kind.name_on(self.side));
        let mut lines = Vec::new();
        if self.what == ReviewKind::Conflict {
            let opt_out = opt_out(&self.field);
            lines.push(match opt_out {
                Some(words) => format!(
                    "{}. {subject}: the opt-out from {words} was lifted on one side; may it be lifted on the other?",
                    self.id
                ),
                None => format!(
                    "{}. {subject}: {} was changed on both sides",
                    self.id, self.field
                ),
            });
            for side in Side::BOTH {
                let value = &self.detail[side.as_str()];
                let shown = match (opt_out, value.as_bool()) {
                    (Some(_), Some(true)) => "opted out".to_owned(),
                    (Some(_), _) => "allowed".to_owned(),
                    _ => shown(value),
                };
                lines.push(format!("   {}: {shown}", side.title()));
            }
            lines.push(format!(
                "   accept {} --side highlevel|mygadgetrepairs",
                self.id
            ));
            return lines;
        }
        let reference = self.detail["reference"]
            .as_str()
            .unwrap_or(self.record.as_str());
        lines.push(format!(
            "{}. {subject} ({reference}) in {}: who is this?",
            self.id,
            self.side.title()
        ));
        for candidate in self.detail["candidates"].as_array().into_iter().flatten() {
            let reasons: Vec<&str> = candidate["reasons"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Json::as_str)
                .collect();
            lines.push(format!(
                "   {} {}: {}",
                candidate["id"].as_str().unwrap_or("?"),
                candidate["name"].as_str().unwrap_or("(no name)"),
                reasons.join("; ")
            ));
        }
        lines.push(format!("   accept {0} | apart {0} | merge {0}", self.id));
        lines
    }
}

impl App {
    /// The open questions of a shop.
    ///
    /// # Errors
    /// When there is no such shop.
    pub async fn reviews(&self, name: &str) -> Result<Vec<ReviewLine>, AppError> {
        let shop = self.shop(name).await?;
        let reviews = self.store.open_reviews(shop.id, 0, AT_ONCE).await?;
        Ok(reviews
            .into_iter()
            .map(|review| ReviewLine {
                id: review.id,
                what: review.what,
                kind: review.kind,
                side: review.side,
                record: review.record,
                field: review.field,
                detail: review.detail,
            })
            .collect())
    }

    /// Answers a question. The next pass acts on it. Answers what was done, for people.
    ///
    /// # Errors
    /// When there is no such question, or the answer does not fit it.
    pub async fn answer(&self, name: &str, id: i64, answer: Answer) -> Result<String, AppError> {
        let shop = self.shop(name).await?;
        let review = self.store.review(shop.id, id).await?.ok_or_else(|| {
            AppError::Refused(format!(
                "there is no question {id}; `repairbridge review {name}` lists them"
            ))
        })?;
        if review.state == ReviewState::Obsolete {
            return Err(AppError::Refused(format!(
                "question {id} no longer stands: the records have changed since it was asked"
            )));
        }
        let _lock = self.lock_shop(&shop).await?;
        match (review.what, answer) {
            (ReviewKind::Conflict, Answer::Accept { side, .. }) => {
                self.choose(&shop, &review, side.unwrap_or(Side::MyGadgetRepairs))
                    .await
            }
            (ReviewKind::Conflict, _) => Err(AppError::Refused(format!(
                "question {id} is about a value: answer with `accept {id} --side highlevel` or `--side mygadgetrepairs`"
            ))),
            (_, Answer::Accept { candidate, .. }) => {
                self.same(&shop, &review, candidate, false).await
            }
            (_, Answer::Merge { candidate }) => self.same(&shop, &review, candidate, true).await,
            (_, Answer::Apart) => self.different(&shop, &review).await,
        }
    }

    async fn choose(&self, shop: &Shop, review: &Review, winner: Side) -> Result<String, AppError> {
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
        let changes = vec![
            Change::Rebase {
                link: link.id,
                base: link.base.clone(),
                withheld: serde_json::to_value(&notes).unwrap_or(Json::Null),
                counts: (link.fields, link.agree, link.held),
            },
            Change::Answer(review.id, ReviewState::Decided, format!("accept {winner}")),
            Change::Unsettle(Side::HighLevel, link.kind, link.left.clone()),
            Change::Unsettle(Side::MyGadgetRepairs, link.kind, link.right.clone()),
            self.decided(
                "chosen",
                &link.left,
                &link.right,
                json!({"field": field, "winner": winner}),
            ),
        ];
        self.store.commit(shop.id, self.now(), changes).await?;
        Ok(format!(
            "{}'s value of {field} stands; the next sync writes it to the other side",
            winner.title()
        ))
    }

    async fn same(
        &self,
        shop: &Shop,
        review: &Review,
        candidate: Option<String>,
        merge: bool,
    ) -> Result<String, AppError> {
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
        let across = review.side.other();
        if self
            .store
            .link_of(shop.id, review.side, review.kind, &review.record)
            .await?
            .is_some()
        {
            return Err(AppError::Refused(
                "this record has found its counterpart meanwhile".into(),
            ));
        }
        if self
            .store
            .link_of(shop.id, across, review.kind, &chosen)
            .await?
            .is_some()
        {
            return Err(AppError::Refused(format!(
                "the candidate {chosen} is linked to another record; answer `apart`, or name another with --candidate"
            )));
        }
        let (left, right) = self.pair(review, &chosen);
        let mut changes = vec![
            Change::Link(Link {
                id: LinkId(self.context.new_id()),
                kind: review.kind,
                left: left.clone(),
                right: right.clone(),
                base: Json::Null,
                withheld: json!({}),
                reason: "a person".to_owned(),
                fields: 0,
                agree: 0,
                held: 0,
            }),
            Change::Answer(review.id, ReviewState::Decided, format!("accept {chosen}")),
            Change::Unsettle(Side::HighLevel, review.kind, left.clone()),
            Change::Unsettle(Side::MyGadgetRepairs, review.kind, right.clone()),
            Change::WakeChildren(Side::HighLevel, left.clone()),
            Change::WakeChildren(Side::MyGadgetRepairs, right.clone()),
            Change::NotApart(left.clone(), right.clone()),
            self.decided("linked", &left, &right, json!({"rung": "a person"})),
        ];
        for other in candidates.iter().filter(|other| **other != chosen) {
            // Others are asked about again without this one, or, merged, left alone for good.
            let state = if merge {
                store::RecordState::Settled
            } else {
                store::RecordState::Unsettled
            };
            changes.push(Change::Settle(across, review.kind, other.clone(), state));
            if merge {
                let (left, right) = self.pair(review, other);
                changes.push(Change::Apart(left, right));
            }
        }
        self.store.commit(shop.id, self.now(), changes).await?;
        Ok("linked; the next sync brings the two into step".to_owned())
    }

    async fn different(&self, shop: &Shop, review: &Review) -> Result<String, AppError> {
        let across = review.side.other();
        let mut changes = vec![Change::Answer(
            review.id,
            ReviewState::Decided,
            "apart".to_owned(),
        )];
        for candidate in candidates(review) {
            let (left, right) = self.pair(review, &candidate);
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
        Ok("remembered as different; the next sync treats them so".to_owned())
    }

    fn pair(&self, review: &Review, candidate: &RecordId) -> (RecordId, RecordId) {
        match review.side {
            Side::HighLevel => (review.record.clone(), candidate.clone()),
            Side::MyGadgetRepairs => (candidate.clone(), review.record.clone()),
        }
    }

    fn decided(
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

fn candidates(review: &Review) -> Vec<RecordId> {
    let list = review.detail["candidates"].as_array();
    list.into_iter()
        .flatten()
        .filter_map(|one| one["id"].as_str())
        .map(RecordId::new)
        .collect()
}

/// The words by which people know a record.
pub(crate) fn title_of(record: &Record) -> Option<String> {
    match record.kind {
        Kind::Contact => record.text(Field::Name).map(str::to_owned).or_else(|| {
            normalize::name::join(record.text(Field::FirstName), record.text(Field::LastName))
        }),
        _ => record.text(Field::Title).map(str::to_owned),
    }
}

/// The words for what an opt-out field blocks; nothing for other fields.
fn opt_out(field: &str) -> Option<&'static str> {
    match field.parse().ok()? {
        Field::NoContact => Some("all messages"),
        Field::NoCalls => Some("calls"),
        Field::NoEmail => Some("e-mails"),
        Field::NoSms => Some("text messages"),
        _ => None,
    }
}

fn shown(value: &Json) -> String {
    match value {
        Json::Null => "(empty)".to_owned(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}
