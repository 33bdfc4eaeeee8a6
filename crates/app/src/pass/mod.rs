//! One pass of the sync: read both sides, decide, write, read back, until nothing is left to do.
//!
//! A pass can be killed at any point. What it read is stored page by page, what it decided is stored before
//! it is sent, and what was sent without an answer is looked up by the next pass before anything is repeated.

mod apply;
mod decide;
mod guard;
mod look_up;
pub(crate) mod payload;
pub mod progress;
pub mod tally;
mod walk;

use crate::connection::{Connection, ShopFacts};
use crate::judge::Judge;
use crate::keys::keys_of;
use crate::ports::{Port, PortError};
use crate::{AppConfig, AppError};
use apply::LaneEnd;
use domain::{Context, FailureClass, Kind, Record, RunId, Side, Timestamp};
use progress::{Phase, ProgressBoard};
use serde_json::Value as Json;
use std::future::Future;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};
use store::{Change, IntentState, Key, Shop, Store};
use tally::{Agreement, Tally};

/// The kinds that are synced, parents before children.
const KINDS: [Kind; 2] = [Kind::Contact, Kind::Task];
/// Tries of a read that fails in passing.
const READ_TRIES: u32 = 6;
/// How long a lane writes before polls and decisions get their turn again.
const LANE_SECONDS: f64 = 60.0;

/// What a pass is asked to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    /// A person approves a first run or a mass change.
    pub(crate) approve: bool,
    /// Read both sides completely, not only what changed.
    pub(crate) sweep: bool,
    /// One of the passes of a running service: what costs a complete walk is read as often as the day's
    /// budget allows, not every time.
    pub(crate) live: bool,
}

/// Two flags, one for each side.
#[derive(Debug, Default)]
pub(crate) struct PerSideFlag {
    highlevel: AtomicBool,
    mygadgetrepairs: AtomicBool,
}

impl PerSideFlag {
    fn of(&self, side: Side) -> &AtomicBool {
        match side {
            Side::HighLevel => &self.highlevel,
            Side::MyGadgetRepairs => &self.mygadgetrepairs,
        }
    }
}

/// One pass over one shop.
pub(crate) struct Pass<'a> {
    pub(crate) store: &'a Store,
    pub(crate) config: &'a AppConfig,
    pub(crate) context: &'a Context,
    pub(crate) shop: &'a Shop,
    pub(crate) run: RunId,
    pub(crate) judge: Judge,
    pub(crate) connection: &'a Connection,
    pub(crate) progress: ProgressBoard,
    counts: Mutex<Tally>,
    stopped: PerSideFlag,
}

impl<'a> Pass<'a> {
    pub(crate) fn new(
        store: &'a Store,
        config: &'a AppConfig,
        context: &'a Context,
        shop: &'a Shop,
        facts: &ShopFacts,
        connection: &'a Connection,
        progress: ProgressBoard,
    ) -> Self {
        let run = RunId(context.new_id());
        Self {
            store,
            config,
            context,
            shop,
            run,
            judge: Judge {
                rules: facts.rules.clone(),
                setting: facts.setting.clone(),
            },
            connection,
            progress,
            counts: Mutex::new(Tally::new(&shop.name, run)),
            stopped: PerSideFlag::default(),
        }
    }

    /// Runs until nothing is left to do, or until something has to be waited for or mended.
    pub(crate) async fn run(&self, options: Options) -> Result<Tally, AppError> {
        self.progress
            .update(|progress| *progress = progress::Progress::default());
        self.note_run("reading", false).await?;
        let outcome = self.go(options).await;
        self.progress.phase(Phase::Idle);
        let tally = self.count_up().await?;
        if tally.finished {
            self.commit(vec![Self::open_approval(false)]).await?;
        }
        let phase = match &outcome {
            Ok(()) if tally.finished => "finished",
            Ok(()) => "stopped",
            Err(_) => "failed",
        };
        self.note_run(phase, true).await?;
        outcome.map(|()| tally)
    }

    async fn go(&self, options: Options) -> Result<(), AppError> {
        self.store.recover_sent(self.shop.id).await?;
        self.store
            .release_held(self.shop.id, guard::CODE, options.approve)
            .await?;
        if options.approve {
            self.commit(vec![Change::Approved, Self::open_approval(true)])
                .await?;
            self.store
                .release_held(self.shop.id, guard::CODE, false)
                .await?;
        }
        let (left, right) = (
            &*self.connection.highlevel,
            &*self.connection.mygadgetrepairs,
        );
        // Before anything new is read: what was sent without an answer must not be taken for news.
        self.look_up_both().await?;
        self.progress.phase(Phase::Reading);
        tokio::try_join!(
            self.read_side(left, options),
            self.read_side(right, options)
        )?;
        let mut read_at = self.now();
        loop {
            self.progress.phase(Phase::Deciding);
            self.decide_all().await?;
            if let Some(reason) = self.guard(options.approve).await? {
                self.tally(|tally| tally.stop(reason));
                return Ok(());
            }
            self.progress.phase(Phase::Writing);
            self.count_waiting().await?;
            let deadline = self.after(self.now(), LANE_SECONDS);
            let (one, other) = tokio::try_join!(
                self.write_side(left, deadline),
                self.write_side(right, deadline)
            )?;
            self.progress.phase(Phase::ReadingBack);
            self.look_up_both().await?;
            self.read_back(left).await?;
            self.read_back(right).await?;
            self.note_run("writing", false).await?;
            let stopped = [one, other].into_iter().filter_map(|end| match end {
                LaneEnd::Stopped(error) => Some(error),
                LaneEnd::Drained | LaneEnd::Paused => None,
            });
            let mut wait_until: Option<Timestamp> = None;
            for error in stopped {
                match error.class {
                    FailureClass::Deferred { until } if self.is_near(until) => {
                        wait_until = wait_until.max(Some(until));
                    }
                    _ => {
                        if error.class == FailureClass::NeedsHuman {
                            self.store
                                .hold_ready(
                                    self.shop.id,
                                    Some(error.side),
                                    error.code,
                                    &error.message,
                                )
                                .await?;
                        }
                        self.tally(|tally| tally.stop(error.to_string()));
                    }
                }
            }
            match self.what_is_left().await? {
                Left::Nothing => return Ok(()),
                Left::Work if wait_until.is_none() => {}
                Left::Work => self.wait(wait_until.unwrap_or_else(|| self.now())).await,
                Left::Later(due) if self.is_near(due) => self.wait(due).await,
                Left::Later(due) => {
                    self.tally(|tally| tally.stop(format!("the rest waits until {due}")));
                    return Ok(());
                }
            }
            if !self.tally(|tally| tally.reasons.clone()).is_empty() && wait_until.is_none() {
                // One side is stopped for good reason; what the other side could do is done.
                let left_over = self.due_on_open_sides().await?;
                if !left_over {
                    return Ok(());
                }
            }
            let stale = self.after(read_at, f64::from(self.config.poll_seconds));
            if self.now() > stale {
                self.progress.phase(Phase::Reading);
                let again = Options {
                    sweep: false,
                    live: true,
                    ..options
                };
                tokio::try_join!(self.read_side(left, again), self.read_side(right, again))?;
                read_at = self.now();
            }
        }
    }

    /// Reads a side completely the first time and for a sweep; else only what may have changed.
    async fn read_side(&self, port: &dyn Port, options: Options) -> Result<(), AppError> {
        for kind in KINDS {
            let known = self.is_read(port.side(), kind).await?;
            if options.sweep || !known {
                self.walk_all(port, kind).await?;
            } else if port.tells_changes(kind) {
                self.poll_changed(port, kind).await?;
            } else if !options.live || self.walk_is_due(port.side(), kind).await? {
                self.walk_all(port, kind).await?;
            }
        }
        // Quiet polls leave no other trace: this is what the lag is counted from.
        self.commit(vec![Change::Cursor(
            format!("seen.{}", port.side()),
            Json::Null,
        )])
        .await
    }

    /// Whether a complete walk over records whose changes the vendor does not tell is due again: as often
    /// as polls, but never for more than a share of the day's requests.
    async fn walk_is_due(&self, side: Side, kind: Kind) -> Result<bool, AppError> {
        let counts = self.store.count_records(self.shop.id).await?;
        let records = counts.iter().find(|(on, of, _)| (*on, *of) == (side, kind));
        let budgets = sync::Budgets {
            highlevel_per_day: u64::from(self.config.highlevel_per_day),
            ..sync::Budgets::default()
        };
        let interval = sync::task_walk_interval(
            records.map_or(0, |(_, _, count)| *count),
            u64::from(self.config.poll_seconds),
            &budgets,
        );
        let walked = self.last_walk(side, kind).await?;
        let age = walked.map(|at| self.now().as_second() - at.as_second());
        Ok(age.is_none_or(|age| age >= i64::try_from(interval).unwrap_or(i64::MAX)))
    }

    async fn look_up_both(&self) -> Result<(), AppError> {
        self.look_up_unknown(&*self.connection.highlevel).await?;
        self.look_up_unknown(&*self.connection.mygadgetrepairs)
            .await
    }

    async fn what_is_left(&self) -> Result<Left, AppError> {
        if self.store.count_unsettled(self.shop.id).await? > 0 && !self.waits_for_look_up().await? {
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
            let open = !self
                .stopped
                .of(side)
                .load(std::sync::atomic::Ordering::Relaxed);
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

    /// Sums up what the pass did and where the shop stands.
    async fn count_up(&self) -> Result<Tally, AppError> {
        let mut agreement = Agreement::default();
        let mut held = 0;
        for kind in KINDS {
            let totals = self.store.link_totals(self.shop.id, kind).await?;
            agreement.fields += totals.fields;
            agreement.agree += totals.agree;
            held += totals.held;
        }
        let mut failed = 0;
        let mut open = 0;
        for (_, _, _, state, count) in self.store.count_intents(self.shop.id).await? {
            match state {
                IntentState::Held => held += count,
                IntentState::Failed => failed += count,
                _ => open += count,
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
        let unreachable = self.store.count_unreachable(self.shop.id).await?;
        let requests = self.connection.requests();
        Ok(self.tally(|tally| {
            tally.agreement = agreement;
            tally.held = held;
            tally.failed = failed;
            tally.review = of(store::ReviewKind::Match);
            tally.conflicts = of(store::ReviewKind::Conflict);
            tally.unreachable = unreachable;
            tally.requests = requests;
            tally.finished = tally.reasons.is_empty() && open == 0;
            tally.clone()
        }))
    }

    async fn count_waiting(&self) -> Result<(), AppError> {
        let mut waiting = [0; 2];
        for (side, _, _, state, count) in self.store.count_intents(self.shop.id).await? {
            if state == IntentState::Ready {
                waiting[usize::from(side == Side::MyGadgetRepairs)] += count;
            }
        }
        self.progress.update(|progress| progress.waiting = waiting);
        Ok(())
    }

    async fn note_run(&self, phase: &str, finished: bool) -> Result<(), AppError> {
        let summary = self.tally(|tally| serde_json::to_value(tally).unwrap_or(Json::Null));
        Ok(self
            .store
            .save_run(
                self.shop.id,
                self.run,
                self.now(),
                phase,
                &summary,
                finished,
            )
            .await?)
    }

    pub(crate) async fn commit(&self, changes: Vec<Change>) -> Result<(), AppError> {
        Ok(self.store.commit(self.shop.id, self.now(), changes).await?)
    }

    pub(crate) fn tally<T>(&self, change: impl FnOnce(&mut Tally) -> T) -> T {
        change(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.context.clock.now()
    }

    /// An instant so many seconds later.
    pub(crate) fn after(&self, from: Timestamp, seconds: f64) -> Timestamp {
        from.checked_add(jiff::SignedDuration::from_secs_f64(seconds))
            .unwrap_or(Timestamp::MAX)
    }

    pub(crate) fn keys_of(&self, record: &Record) -> Vec<Key> {
        keys_of(record, &self.judge.setting.country)
    }

    fn is_near(&self, until: Timestamp) -> bool {
        until <= self.after(self.now(), self.config.patience_seconds as f64)
    }

    async fn wait(&self, until: Timestamp) {
        self.progress
            .update(|progress| progress.note = Some(format!("waiting until {until}")));
        self.context.clock.sleep_until(until).await;
        self.progress.update(|progress| progress.note = None);
    }

    /// A read that is tried again when it fails in passing, and that waits for budget.
    pub(crate) async fn patiently<T, F>(&self, read: impl Fn() -> F) -> Result<T, PortError>
    where
        F: Future<Output = Result<T, PortError>>,
    {
        let mut tries = 0;
        loop {
            let error = match read().await {
                Ok(value) => {
                    if tries > 0 {
                        self.progress.update(|progress| progress.note = None);
                    }
                    return Ok(value);
                }
                Err(error) => error,
            };
            match error.class {
                FailureClass::Transient if tries < READ_TRIES => {
                    self.progress.update(|progress| {
                        progress.note = Some(format!("{}: trying again", error.message));
                    });
                    let seconds = 0.25 * f64::from(2_u32.pow(tries)) * (1.0 + self.context.share());
                    tries += 1;
                    self.context
                        .clock
                        .sleep_until(self.after(self.now(), seconds))
                        .await;
                }
                FailureClass::Deferred { until } if self.is_near(until) => self.wait(until).await,
                _ => return Err(error),
            }
        }
    }
}

/// What is left to do.
enum Left {
    Nothing,
    Work,
    Later(Timestamp),
}
