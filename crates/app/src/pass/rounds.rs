//! The course of a pass: recover, read, then rounds of deciding and writing until nothing is left.

use super::apply::LaneEnd;
use super::progress::Phase;
use super::{ALWAYS_READ, Options, Pass, guard};
use crate::connection::BUDGET_PATIENCE;
use crate::ports::Port;
use crate::{AppError, Concurrency};
use domain::{FailureClass, Lane, Side, Timestamp};
use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError};
use store::IntentState;
use tracing::Instrument;

/// How long a lane writes before polls and decisions get their turn again.
const LANE_SECONDS: f64 = 60.0;
/// Seconds between readings back, as long as there is more to write.
const READ_BACK_SECONDS: f64 = 45.0;

impl Pass<'_> {
    pub(super) async fn go(&self, options: Options) -> Result<(), AppError> {
        let poll_seconds = f64::from(self.config.poll_seconds);
        self.recover(options).await?;
        self.take_signals().await?;
        self.read_both(options).await?;
        let reads = *self.reads.lock().unwrap_or_else(PoisonError::into_inner);
        self.tally(|tally| tally.reads = reads);
        self.next_poll()
            .fill(Some(self.after(self.now(), poll_seconds)));
        loop {
            if self.round(options).await? && !self.take_signals().await? {
                return Ok(());
            }
        }
    }

    fn next_poll(&self) -> MutexGuard<'_, [Option<Timestamp>; 2]> {
        self.next_poll
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Polls a side while it is written to, when that is due. Each side does so for itself: where the counter has to
    /// be waited for, HighLevel's work goes on. Answers whether it polled.
    async fn poll_when_due(&self, port: &dyn Port) -> Result<bool, AppError> {
        let side = usize::from(port.side() == Side::MyGadgetRepairs);
        // Lanes wake up as their windows free up: a moment too early would mean a whole window too late.
        let soon = self.after(self.now(), BUDGET_PATIENCE.as_secs_f64());
        let due = self.next_poll()[side].is_some_and(|due| due <= soon);
        if !due || !self.may_ask(port.side()).await? {
            return Ok(false);
        }
        self.next_poll()[side] = Some(self.after(self.now(), f64::from(self.config.poll_seconds)));
        let poll = Options {
            live: true,
            ..Options::default()
        };
        self.read_if_open(port, poll).await?;
        Ok(true)
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
        if self.tasks_moved.swap(false, Ordering::Relaxed) && !self.tasks_rest() {
            self.walk_for_news(&*self.connection.highlevel, domain::Kind::Task)
                .await?;
        }
        let span = tracing::info_span!(target: "traces", "decide");
        self.decide_all().instrument(span).await?;
        let span = tracing::info_span!(target: "traces", "notes");
        let looked = self.look_at_notes(options).instrument(span).await;
        self.unless_later(looked)?;
        self.hold_for_messages().await?;
        if let Some(reason) = self.guard(options.approve).await? {
            self.tally(|tally| tally.stop(reason));
            return Ok(true);
        }
        let ends = self.write_round().await?;
        let wait_until = self.heed(ends).await?;
        // What just happened goes before the rest of history.
        self.take_signals().await?;
        self.is_over(wait_until).await
    }

    /// Puts right what an earlier pass left behind, before anything new is read: what was sent without an
    /// answer must not be taken for news.
    async fn recover(&self, options: Options) -> Result<(), AppError> {
        let shop = self.shop.id;
        // Looked at once, so that nothing is asked about what is not there.
        self.store.count_intents(shop).await?;
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

    pub(crate) async fn read_both(&self, options: Options) -> Result<(), AppError> {
        self.progress.phase(Phase::Reading);
        self.both(
            self.read_if_open(&*self.connection.highlevel, options),
            self.read_if_open(&*self.connection.mygadgetrepairs, options),
        )
        .await?;
        let read = self.read_appointments(options).await;
        self.unless_later(read)
    }

    /// Reads a side. One that was read completely before and may not be asked for long is left as it is known, so
    /// that the other side's work goes on.
    async fn read_if_open(&self, port: &dyn Port, options: Options) -> Result<(), AppError> {
        let span = tracing::info_span!(target: "traces", "read", side = %port.side());
        let read = self.read_side(port, options).instrument(span).await;
        for kind in ALWAYS_READ {
            if !self.is_read(port.side(), kind).await? {
                return read;
            }
        }
        self.unless_later(read)
    }

    /// What may not be asked for long is told, and left to a later pass.
    fn unless_later(&self, outcome: Result<(), AppError>) -> Result<(), AppError> {
        match outcome {
            Err(AppError::Vendor(error)) => match error.class {
                FailureClass::Deferred { until } if !self.is_near(until) => {
                    self.tally(|tally| tally.stop(error.to_string()));
                    Ok(())
                }
                _ => Err(AppError::Vendor(error)),
            },
            other => other,
        }
    }

    /// Writes to both sides side by side, looks up what got no answer, and reads back. Answers how the sides
    /// ended.
    async fn write_round(&self) -> Result<[LaneEnd; 2], AppError> {
        let (left, right) = (
            &*self.connection.highlevel,
            &*self.connection.mygadgetrepairs,
        );
        self.progress.phase(Phase::Writing);
        self.count_waiting().await?;
        let deadline = self.after(self.now(), LANE_SECONDS);
        let (one, other) = self
            .both(
                self.write_lane(left, deadline),
                self.write_lane(right, deadline),
            )
            .await?;
        self.progress.phase(Phase::ReadingBack);
        self.look_up_both().await?;
        self.read_back(left).await?;
        // Where more is to be written there, the counter's lane reads back before it writes on.
        if matches!(other, LaneEnd::Drained) || self.may_read_back(right).await? {
            self.read_back(right).await?;
        }
        if self.tally(|tally| tally.wrote()) {
            self.note_run("writing", false).await?;
        }
        Ok([one, other])
    }

    /// Whether a request to a side would go at once.
    async fn may_ask(&self, side: Side) -> Result<bool, AppError> {
        let (_, not_before) = self.connection.room(side, Lane::Background, 1).await?;
        Ok(not_before.is_none())
    }

    /// Whether what was written to a side is read back although more is to be written: many together, since each
    /// time costs a request or two.
    async fn may_read_back(&self, port: &dyn Port) -> Result<bool, AppError> {
        let last = *self.read_back_at();
        let is_due = last.is_none_or(|at| self.after(at, READ_BACK_SECONDS) <= self.now());
        Ok(is_due && self.may_ask(port.side()).await?)
    }

    /// Writes to a side until nothing is due there or its time is up; before that polls, and reads back what was
    /// written. A pause of its budget that ends before its time is up is waited for as long as the other side has work
    /// too: a scarce side must not hold up a quick one.
    async fn write_lane(&self, port: &dyn Port, deadline: Timestamp) -> Result<LaneEnd, AppError> {
        let (own, others) = (
            self.drained.of(port.side()),
            self.drained.of(port.side().other()),
        );
        own.store(false, Ordering::Relaxed);
        loop {
            if self.poll_when_due(port).await? || self.may_read_back(port).await? {
                self.read_back(port).await?;
            }
            let span = tracing::info_span!(target: "traces", "write", side = %port.side());
            let end = self.write_side(port, deadline).instrument(span).await?;
            own.store(matches!(end, LaneEnd::Drained), Ordering::Relaxed);
            let LaneEnd::Stopped(error) = &end else {
                return Ok(end);
            };
            let FailureClass::Deferred { until } = error.class else {
                return Ok(end);
            };
            let alone = self.config.concurrency == Concurrency::Sequential
                || others.load(Ordering::Relaxed);
            if alone || self.after(until, 1.0) >= deadline {
                return Ok(end);
            }
            self.wait(until).await;
            if self.is_called().await? {
                return Ok(LaneEnd::Paused);
            }
        }
    }

    /// Heeds what stopped a side: a pause that ends soon is waited for, but only where the other side has nothing to
    /// do meanwhile; anything else is told, and what a person has to mend holds back the rest of that side.
    async fn heed(&self, ends: [LaneEnd; 2]) -> Result<Option<Timestamp>, AppError> {
        let goes_on = ends.iter().any(|end| matches!(end, LaneEnd::Paused));
        let stops = ends.into_iter().filter_map(|end| match end {
            LaneEnd::Stopped(error) => Some(error),
            LaneEnd::Drained | LaneEnd::Paused => None,
        });
        let mut wait_until: Option<Timestamp> = None;
        for error in stops {
            match error.class {
                FailureClass::Deferred { until } if self.is_near(until) => {
                    wait_until = Some(wait_until.map_or(until, |wait| wait.min(until)));
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
        Ok(wait_until.map(|until| if goes_on { self.now() } else { until }))
    }

    /// Whether the pass is over. Waits where what is left falls due soon.
    async fn is_over(&self, wait_until: Option<Timestamp>) -> Result<bool, AppError> {
        match (self.what_is_left().await?, wait_until) {
            (Left::Nothing, _) => return Ok(true),
            (Left::Decisions, _) | (Left::Work, None) => {}
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
        let undecided = self.store.count_unsettled(self.shop.id).await?;
        if undecided > 0 && !self.waits_for_look_up().await? {
            // What cannot be decided now either is no reason to go round at once.
            let before = self.undecided.swap(undecided, Ordering::Relaxed);
            return Ok(if before == undecided {
                Left::Work
            } else {
                Left::Decisions
            });
        }
        self.undecided.store(0, Ordering::Relaxed);
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
    /// What was written leads to more: that can be decided at once.
    Decisions,
    Work,
    Later(Timestamp),
}
