//! Questions that only a person can answer, and the answers: remembered and reversible.

mod answers;
mod page;
mod taken_back;

pub use page::{CandidateShown, ReviewPage, ReviewShown};
pub use taken_back::TakenBack;

use crate::judge::Notes;
use crate::{App, AppError};
use domain::{Field, Kind, Record, RecordId, Side, normalize};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;
use store::{Change, Link, Review, ReviewKind, ReviewState};

/// Questions shown at once.
const AT_ONCE: u32 = 500;

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// They are the same person (with the named candidate, else the best one); or, for a conflict, the value
    /// of the named side is right (else MyGadgetRepairs'). A named candidate is taken from the record with which it
    /// is linked.
    Accept {
        /// The candidate's id.
        candidate: Option<String>,
        /// Whose value is right.
        side: Option<Side>,
    },
    /// They are different people.
    Apart,
    /// All candidates are this one person: linked with the named one (else the best), the others are left
    /// alone and never created on the other side. Where that one is linked with another record, that stays so.
    Merge {
        /// The candidate's id.
        candidate: Option<String>,
    },
}

/// A question as shown.
#[derive(Clone, Debug, Serialize, JsonSchema)]
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
    /// The answer, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

impl From<Review> for ReviewLine {
    fn from(review: Review) -> Self {
        Self {
            id: review.id,
            what: review.what,
            kind: review.kind,
            side: review.side,
            record: review.record,
            field: review.field,
            detail: review.detail,
            answer: review.decision,
        }
    }
}

impl ReviewLine {
    /// For people.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = self.question();
        if let Some(answer) = &self.answer {
            lines.push(format!("   answered: {answer}; undo {}", self.id));
        } else if self.what == ReviewKind::Conflict {
            lines.push(format!(
                "   accept {} --side highlevel|mygadgetrepairs",
                self.id
            ));
        } else {
            lines.push(format!("   accept {0} | apart {0} | merge {0}", self.id));
        }
        lines
    }

    /// What is asked, line by line.
    pub(crate) fn question(&self) -> Vec<String> {
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
            return lines;
        }
        let reference = self.detail["reference"]
            .as_str()
            .unwrap_or(self.record.as_str());
        let lost_in: Option<Side> = self.detail["lost_in"]
            .as_str()
            .and_then(|side| side.parse().ok());
        let question = match lost_in {
            Some(side) => format!(
                "its {} was deleted in {}, or merged into another one; who is this now?",
                self.kind.name_on(side),
                side.title()
            ),
            None => "who is this?".to_owned(),
        };
        lines.push(format!(
            "{}. {subject} ({reference}) in {}: {question}",
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
        Ok(reviews.into_iter().map(ReviewLine::from).collect())
    }

    /// Questions of a shop that were answered, the latest answer first.
    ///
    /// # Errors
    /// When there is no such shop.
    pub async fn answered(&self, name: &str) -> Result<Vec<ReviewLine>, AppError> {
        let shop = self.shop(name).await?;
        let reviews = self.store.answered_reviews(shop.id, AT_ONCE).await?;
        Ok(reviews.into_iter().map(ReviewLine::from).collect())
    }

    /// Answers a question. The next pass acts on it. Answers what was done, for people.
    ///
    /// # Errors
    /// When there is no such question, or the answer does not fit it.
    pub async fn answer(&self, name: &str, id: i64, answer: Answer) -> Result<String, AppError> {
        let shop = self.shop(name).await?;
        let review = self.asked(&shop, id).await?;
        if review.state == ReviewState::Obsolete {
            return Err(AppError::Refused(format!(
                "question {id} no longer stands: the records have changed since it was asked"
            )));
        }
        let held = self.lock_shop(&shop).await?;
        match (review.what, answer) {
            (ReviewKind::Conflict, Answer::Accept { side, .. }) => {
                held.choose(&shop, &review, side.unwrap_or(Side::MyGadgetRepairs))
                    .await
            }
            (ReviewKind::Conflict, _) => Err(AppError::Refused(format!(
                "question {id} is about a value: answer with `accept {id} --side highlevel` or `--side mygadgetrepairs`"
            ))),
            (_, Answer::Accept { candidate, .. }) => held.same(&shop, &review, candidate).await,
            (_, Answer::Merge { candidate }) => held.all_one(&shop, &review, candidate).await,
            (_, Answer::Apart) => held.different(&shop, &review).await,
        }
    }
}

/// Closes the question about a value of a link.
pub(crate) fn moot(link: &Link, field: Field) -> Change {
    Change::Moot(
        ReviewKind::Conflict,
        link.kind,
        Side::HighLevel,
        link.left.clone(),
        field.as_str().to_owned(),
    )
}

/// Closes all questions about values that hang on a link.
pub(crate) fn moot_all(link: &Link) -> impl Iterator<Item = Change> {
    let asked = Notes::of(link).asked;
    asked.into_iter().map(|field| moot(link, field))
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
