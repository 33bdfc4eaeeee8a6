//! The course of a pass: recover, read, then rounds of deciding and writing until nothing is left.

use super::apply::LaneEnd;
use super::progress::Phase;
use super::{Options, Pass, guard};
use crate::AppError;
use crate::ports::PortError;
use domain::{FailureClass, Side, Timestamp};
use std::sync::atomic::Ordering;
use store::IntentState;

/// How long a lane writes before polls and decisions get their turn again.
const LANE_SECONDS: f64 = 60.0;

impl Pass<'_> {
    pub(super) async fn go(&self, options: Options) -> Result<(), AppError> {
        self.recover(options).await?;
        self.take_signals().await?;
        self.read_both(options).await?;
        let mut read_at = self.now();
        loop {
            if self.round(options).await? && !self.take_signals().await? {
                return Ok(());
            }
            if self.now() > self.after(read_at, f64::from(self.config.poll_seconds)) {
                let poll = Options {
                    sweep: false,
                    live: true,
                    ..options
                };
                self.take_signals().await?;
                self.read_both(poll).await?;
                read_at = self.now();
            }
        }
    }

    /// The same for what webhooks told of, and nothing else.
    pub(super) async fn go_signals(&self, options: Options) -> Result<(), AppError> {
        self.recover(options).await?;
        self.take_signals().await?;
        loop {
            if self.round(options).await? && !self.take_signals().await? {
                return Ok(());
            }
        }
    }

    /// Decides and writes once. Answers whether the pass is over.
    async fn round(&self, options: Options) -> Result<bool, AppError> {
        self.progress.phase(Phase::Deciding);
        self.called.store(false, Ordering::Relaxed);
        if self.tasks_moved.swap(false, Ordering::Relaxed) {
            self.walk_all(&*self.connection.highlevel, domain::Kind::Task)
                .await?;
        }
        self.decide_all().await?;
        self.look_at_notes(options).await?;
        self.hold_for_messages().await?;
        if let Some(reason) = self.guard(options.approve).await? {
            self.tally(|tally| tally.stop(reason));
            return Ok(true);
        }
        let stops = self.write_round().await?;
        let wait_until = self.heed(stops).await?;
        // What just happened goes before the rest of history.
        self.take_signals().await?;
        self.is_over(wait_until).await
    }

    /// Puts right what an earlier pass left behind, before anything new is read: what was sent without an
    /// answer must not be taken for news.
    async fn recover(&self, options: Options) -> Result<(), AppError> {
        let shop = self.shop.id;
        self.store.recover_sent(shop).await?;
        // What a person had to mend is tried again; what waits for approval only when it is there.
        self.store.release_held(shop, guard::CODE, false).await?;
        if options.approve {
            self.commit(self.approve()).await?;
            self.store.release_held(shop, guard::CODE, true).await?;
            self.store.release_held(shop, guard::KEPT, true).await?;
            self.accept_messages().await?;
        }
        self.look_up_both().await
    }

    pub(super) async fn read_both(&self, options: Options) -> Result<(), AppError> {
        self.progress.phase(Phase::Reading);
        self.both(
            self.read_side(&*self.connection.highlevel, options),
            self.read_side(&*self.connection.mygadgetrepairs, options),
        )
        .await?;
        self.read_appointments(options).await
    }

    /// Writes to both sides side by side, looks up what got no answer, and reads back. Answers why a side
    /// had to stop.
    async fn write_round(&self) -> Result<Vec<PortError>, AppError> {
        let (left, right) = (
            &*self.connection.highlevel,
            &*self.connection.mygadgetrepairs,
        );
        self.progress.phase(Phase::Writing);
        self.count_waiting().await?;
        let deadline = self.after(self.now(), LANE_SECONDS);
        let (one, other) = self
            .both(
                self.write_side(left, deadline),
                self.write_side(right, deadline),
            )
            .await?;
        self.progress.phase(Phase::ReadingBack);
        self.look_up_both().await?;
        self.read_back(left).await?;
        self.read_back(right).await?;
        if self.tally(|tally| tally.wrote()) {
            self.note_run("writing", false).await?;
        }
        let stops = [one, other].into_iter().filter_map(|end| match end {
            LaneEnd::Stopped(error) => Some(error),
            LaneEnd::Drained | LaneEnd::Paused => None,
        });
        Ok(stops.collect())
    }

    /// Heeds what stopped a side: a pause that ends soon is waited for; anything else is told, and what a
    /// person has to mend holds back the rest of that side.
    async fn heed(&self, stops: Vec<PortError>) -> Result<Option<Timestamp>, AppError> {
        let mut wait_until: Option<Timestamp> = None;
        for error in stops {
            match error.class {
                FailureClass::Deferred { until } if self.is_near(until) => {
                    wait_until = wait_until.max(Some(until));
                }
                FailureClass::NeedsHuman => {
                    let (code, message) = (error.code, &error.message);
                    self.store
                        .hold_ready(self.shop.id, Some(error.side), code, message)
                        .await?;
                    self.tally(|tally| tally.stop(error.to_string()));
                }
                _ => self.tally(|tally| tally.stop(error.to_string())),
            }
        }
        Ok(wait_until)
    }

    /// Whether the pass is over. Waits where what is left falls due soon.
    async fn is_over(&self, wait_until: Option<Timestamp>) -> Result<bool, AppError> {
        match (self.what_is_left().await?, wait_until) {
            (Left::Nothing, _) => return Ok(true),
            (Left::Work, None) => {}
            (Left::Work, Some(until)) => self.wait(until).await,
            (Left::Later(due), _) if self.is_near(due) => self.wait(due).await,
            (Left::Later(due), _) => {
                self.tally(|tally| tally.stop(format!("the rest waits until {due}")));
                return Ok(true);
            }
        }
        // One side is stopped for good reason, and what the other could do is done.
        let stopped = !self.tally(|tally| tally.reasons.is_empty());
        Ok(stopped && wait_until.is_none() && !self.due_on_open_sides().await?)
    }

    pub(super) async fn look_up_both(&self) -> Result<(), AppError> {
        self.look_up_unknown(&*self.connection.highlevel).await?;
        self.look_up_unknown(&*self.connection.mygadgetrepairs)
            .await
    }

    async fn what_is_left(&self) -> Result<Left, AppError> {
        if self.store.count_unsettled(self.shop.id).await? > 0 && !self.waits_for_look_up().await? {
            return Ok(Left::Work);
        }
        if self.notes_are_left() {
            return Ok(Left::Work);
        }
        let mut due: Option<Timestamp> = None;
        for side in Side::BOTH {
            for state in [
                IntentState::Ready,
                IntentState::Unknown,
                IntentState::Written,
            ] {
                if let Some(next) = self.store.next_due(self.shop.id, side, state).await? {
                    due = Some(due.map_or(next, |due| due.min(next)));
                }
            }
        }
        Ok(match due {
            None => Left::Nothing,
            Some(due) if due <= self.now() => Left::Work,
            Some(due) => Left::Later(due),
        })
    }

    /// Whether what is unsettled may have been made by us: then a look-up that is not due yet decides.
    async fn waits_for_look_up(&self) -> Result<bool, AppError> {
        let unknown = self
            .store
            .intents(self.shop.id, IntentState::Unknown, None, 1)
            .await?;
        Ok(!unknown.is_empty())
    }

    async fn due_on_open_sides(&self) -> Result<bool, AppError> {
        for side in Side::BOTH {
            let open = !self.stopped.of(side).load(Ordering::Relaxed);
            let due = self
                .store
                .next_due(self.shop.id, side, IntentState::Ready)
                .await?;
            if open && due.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// What is left to do.
enum Left {
    Nothing,
    Work,
    Later(Timestamp),
}
