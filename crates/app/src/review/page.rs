//! Questions a screenful at a time, each with the records that it is about side by side.

use super::ReviewLine;
use crate::cards::RecordCard;
use crate::judge::Judge;
use crate::{App, AppError};
use domain::{Kind, RecordId, Side, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::{BTreeSet, HashMap};
use store::{Review, ReviewKind, Shop};

/// Questions, a screenful.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ReviewPage {
    /// The questions.
    pub reviews: Vec<ReviewShown>,
    /// What `after` has to be for the next page; nothing where there is no more.
    pub next: Option<i64>,
    /// How many are open in all.
    pub open: u64,
}

/// A question with what it is about.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ReviewShown {
    /// The question.
    #[serde(flatten)]
    pub line: ReviewLine,
    /// When it was asked.
    #[schemars(with = "String")]
    pub asked_at: Timestamp,
    /// When it was answered, where it was.
    #[schemars(with = "Option<String>")]
    pub answered_at: Option<Timestamp>,
    /// The same for people, line by line.
    pub words: Vec<String>,
    /// The record that it is about.
    pub subject: Option<RecordCard>,
    /// Who it could be, the best first; of a question about a person.
    pub candidates: Vec<CandidateShown>,
    /// The counterpart with which the subject is linked; of a question about a value.
    pub counterpart: Option<RecordCard>,
}

/// Who somebody could be.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CandidateShown {
    /// The vendor's id, by which it is named in the answer.
    pub id: RecordId,
    /// Its name when the question was asked.
    pub name: Option<String>,
    /// What speaks for and against it.
    pub reasons: Vec<String>,
    /// The record as it is now.
    pub record: Option<RecordCard>,
    /// The record of the subject's side with which it is linked already.
    pub linked_with: Option<RecordId>,
}

impl App {
    /// Open questions after the given number, oldest first.
    ///
    /// # Errors
    /// When there is no such shop.
    pub async fn review_page(
        &self,
        name: &str,
        after: i64,
        limit: u32,
    ) -> Result<ReviewPage, AppError> {
        let shop = self.shop(name).await?;
        let reviews = self.store.open_reviews(shop.id, after, limit).await?;
        let next = match reviews.last() {
            Some(last) if reviews.len() >= limit as usize => Some(last.id),
            _ => None,
        };
        let page = self.reviews_shown(&shop, reviews).await?;
        Ok(ReviewPage { next, ..page })
    }

    /// Questions that were answered, the latest answer first.
    ///
    /// # Errors
    /// When there is no such shop.
    pub async fn answered_page(&self, name: &str, limit: u32) -> Result<ReviewPage, AppError> {
        let shop = self.shop(name).await?;
        let reviews = self.store.answered_reviews(shop.id, limit).await?;
        self.reviews_shown(&shop, reviews).await
    }

    /// These questions with what they are about.
    pub(crate) async fn reviews_shown(
        &self,
        shop: &Shop,
        reviews: Vec<Review>,
    ) -> Result<ReviewPage, AppError> {
        let counts = self.store.count_reviews(shop.id).await?;
        let open = counts.iter().map(|(_, count)| count).sum();
        // Before the first pass there are no questions either.
        let cards = match self.stored_judge(shop).await {
            Ok(judge) => self.cards_of(shop, &reviews, &judge).await?,
            Err(AppError::Refused(_)) => HashMap::new(),
            Err(other) => return Err(other),
        };
        let mut shown = Vec::new();
        for review in reviews {
            shown.push(self.review_shown(shop, review, &cards).await?);
        }
        Ok(ReviewPage {
            reviews: shown,
            next: None,
            open,
        })
    }

    async fn review_shown(
        &self,
        shop: &Shop,
        review: Review,
        cards: &Cards,
    ) -> Result<ReviewShown, AppError> {
        let (kind, side) = (review.kind, review.side);
        let card = |side, id: &RecordId| cards.get(&(side, kind, id.clone())).cloned();
        let mut candidates = Vec::new();
        for told in review.detail["candidates"].as_array().into_iter().flatten() {
            let Some(id) = told["id"].as_str().map(RecordId::new) else {
                continue;
            };
            let link = self.store.link_of(shop.id, side.other(), kind, &id).await?;
            let reasons = told["reasons"].as_array().into_iter().flatten();
            candidates.push(CandidateShown {
                name: told["name"].as_str().map(str::to_owned),
                reasons: reasons
                    .filter_map(Json::as_str)
                    .map(str::to_owned)
                    .collect(),
                record: card(side.other(), &id),
                linked_with: link.map(|link| link.on(side).clone()),
                id,
            });
        }
        let counterpart = match review.what {
            ReviewKind::Conflict => {
                let link = self.store.link_of(shop.id, side, kind, &review.record);
                let link = link.await?;
                link.and_then(|link| card(side.other(), link.on(side.other())))
            }
            _ => None,
        };
        let (asked_at, answered_at) = (review.created_at, review.decided_at);
        let subject = card(side, &review.record);
        let line = ReviewLine::from(review);
        Ok(ReviewShown {
            asked_at,
            answered_at,
            words: line.question(),
            subject,
            candidates,
            counterpart,
            line,
        })
    }

    /// The records that questions are about, fetched side by side and kind by kind.
    async fn cards_of(
        &self,
        shop: &Shop,
        reviews: &[Review],
        judge: &Judge,
    ) -> Result<Cards, AppError> {
        let mut wanted: BTreeSet<(Side, Kind, RecordId)> = BTreeSet::new();
        for review in reviews {
            let (side, kind) = (review.side, review.kind);
            wanted.insert((side, kind, review.record.clone()));
            for id in super::candidates(review) {
                wanted.insert((side.other(), kind, id));
            }
            if review.what == ReviewKind::Conflict
                && let Some(link) = self
                    .store
                    .link_of(shop.id, side, kind, &review.record)
                    .await?
            {
                wanted.insert((side.other(), kind, link.on(side.other()).clone()));
            }
        }
        let mut cards = Cards::new();
        for side in Side::BOTH {
            for kind in Kind::ALL {
                let ids = wanted.iter().filter(|one| (one.0, one.1) == (side, kind));
                let ids: Vec<&RecordId> = ids.map(|(_, _, id)| id).collect();
                if ids.is_empty() {
                    continue;
                }
                for stored in self.store.records(shop.id, side, kind, ids).await? {
                    let id = stored.record.id.clone();
                    cards.insert((side, kind, id), RecordCard::of(&stored, judge));
                }
            }
        }
        Ok(cards)
    }
}

type Cards = HashMap<(Side, Kind, RecordId), RecordCard>;
