//! Counting up: what the pass did, where the shop stands, and how far the work has come.

use super::Pass;
use super::tally::{Agreement, Tally};
use crate::forecast::Ground;
use crate::{AppError, Cost};
use domain::{Lane, Side};
use serde_json::Value as Json;
use store::{IntentState, ReviewKind};

/// Fewer waiting writes than this are done before anybody has read how long they take.
const MANY: u64 = 50;

/// How much is counted up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum CountUp {
    /// Without the links, whose number makes it dear.
    Little,
    /// As a service does with every poll.
    Links,
    /// As well what only people ask for.
    All,
}

impl Pass<'_> {
    /// Sums up what the pass did and where the shop stands.
    pub(super) async fn count_up(&self, what: CountUp) -> Result<Tally, AppError> {
        let mut agreement = Agreement::default();
        let mut held = 0;
        if what >= CountUp::Links {
            for totals in self.store.link_totals(self.shop.id).await?.values() {
                agreement.fields += totals.fields;
                agreement.agree += totals.agree;
                held += totals.held;
            }
        }
        let mut failed = 0;
        let mut open = 0;
        for one in self.store.count_intents(self.shop.id).await? {
            match one.state {
                IntentState::Held => held += one.count,
                IntentState::Failed => failed += one.count,
                _ => open += one.count,
            }
        }
        let reviews = self.store.count_reviews(self.shop.id).await?;
        let of = |what| {
            reviews
                .iter()
                .filter(|(kind, _)| *kind == what)
                .map(|(_, count)| count)
                .sum()
        };
        held += self.store.note_totals(self.shop.id).await?.held;
        let unreachable = match what {
            CountUp::All => Some(self.store.count_unreachable(self.shop.id).await?),
            CountUp::Little | CountUp::Links => None,
        };
        let requests = self.connection.requests();
        Ok(self.tally(|tally| {
            tally.agreement = agreement;
            tally.held = held;
            tally.failed = failed;
            tally.review = of(ReviewKind::Match);
            tally.conflicts = of(ReviewKind::Conflict);
            tally.unreachable = unreachable;
            tally.requests = requests;
            tally.finished = tally.reasons.is_empty() && open == 0;
            tally.clone()
        }))
    }

    pub(super) async fn count_waiting(&self) -> Result<(), AppError> {
        let mut waiting = [0; 2];
        for one in self.store.count_intents(self.shop.id).await? {
            if one.state == IntentState::Ready {
                waiting[usize::from(one.side == Side::MyGadgetRepairs)] += one.count;
            }
        }
        let many = waiting.iter().sum::<u64>() > MANY && !self.connection.is_dry;
        let remaining = if many { self.remaining().await? } else { None };
        self.progress.update(|progress| {
            progress.waiting = waiting;
            progress.remaining = remaining;
        });
        Ok(())
    }

    async fn remaining(&self) -> Result<Option<Cost>, AppError> {
        let ground = Ground {
            store: self.store,
            config: self.config,
            shop: self.shop,
            judge: &self.judge,
            outlooks: self.connection.outlooks(Lane::Background).await?,
            has_feed: self.has_feed,
            now: self.now(),
        };
        ground.of_what_is_left(Some(self.run)).await
    }

    /// Puts the pass among the runs, before it writes anything at the latest: what it writes can be taken back by that. Most
    /// polls of a running service find nothing, and are noted only when they end.
    pub(super) async fn note_begun(&self, phase: &str) -> Result<(), AppError> {
        let note = || self.note_run(phase, false);
        self.noted.get_or_try_init(note).await.map(|&()| ())
    }

    pub(super) async fn note_run(&self, phase: &str, finished: bool) -> Result<(), AppError> {
        let summary = self.tally(|tally| serde_json::to_value(tally).unwrap_or(Json::Null));
        Ok(self
            .store
            .save_run(
                self.shop.id,
                self.run,
                (self.began, finished.then(|| self.now())),
                phase,
                &summary,
            )
            .await?)
    }
}
