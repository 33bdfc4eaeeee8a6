//! One pass of the sync: read both sides, decide, write, read back, until nothing is left to do.
//!
//! A pass can be killed at any point. What it read is stored page by page, what it decided is stored before
//! it is sent, and what was sent without an answer is looked up by the next pass before anything is repeated.

pub(crate) mod apply;
pub(crate) mod appointments;
mod decide;
mod guard;
pub(crate) mod listen;
mod look_up;
mod marks;
pub(crate) mod notes;
pub(crate) mod payload;
pub mod progress;
mod rounds;
mod sightings;
mod signals;
mod sum_up;
pub(crate) mod take_back;
pub mod tally;
pub(crate) mod tasks_rest;
pub(crate) mod trim;
pub(crate) mod undo;
mod walk;

use crate::connection::{Connection, ShopFacts};
use crate::judge::Judge;
use crate::keys::keys_of;
use crate::leaving::Leaving;
use crate::ports::{Port, PortError};
use crate::{AppConfig, AppError, Concurrency};
use domain::{Context, FailureClass, IntentId, Kind, Record, RecordId, RunId, Side, Timestamp};
use progress::{Phase, ProgressBoard};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64};
use std::sync::{Mutex, MutexGuard, PoisonError};
use store::{Change, Key, Shop, Store};
use sum_up::CountUp;
use tally::Tally;

/// The kinds that are synced, parents before children.
const KINDS: [Kind; 3] = [Kind::Contact, Kind::Task, Kind::Appointment];
/// Those that every pass reads on both sides; appointments have their own course.
const ALWAYS_READ: [Kind; 2] = [Kind::Contact, Kind::Task];
/// Tries of a read that fails in passing.
const READ_TRIES: u32 = 6;

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
    /// Look only at what webhooks told of, where both sides were read completely before.
    pub(crate) signals_only: bool,
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
    /// Look-ups on each side that failed in passing, one after the other.
    looked_up_in_vain: [AtomicU32; 2],
    /// Sides on which nothing was due when they were last written to.
    drained: PerSideFlag,
    /// When what was written was last read back.
    read_back_at: Mutex<Option<Timestamp>>,
    /// When either side is polled next, in a pass that polls.
    next_poll: Mutex<[Option<Timestamp>; 2]>,
    /// Records that were left undecided when it was last looked what is left.
    undecided: AtomicU64,
    /// When what changed at a side was last asked for, by kind.
    polled: Mutex<BTreeMap<(Side, Kind), Timestamp>>,
    /// Requests that read pages, or asked for records which a page did not show.
    reads: Mutex<tally::Requests>,
    /// What webhooks told of in this pass: work on it is live.
    heard: Mutex<Heard>,
    /// Whether what is read now was told of by a webhook.
    hearing: AtomicBool,
    /// Whether tasks were not found with their contact, which may have been merged into another one.
    tasks_moved: AtomicBool,
    /// Whether HighLevel's tasks may not be read.
    tasks_rest: AtomicBool,
    /// Survivors of vanished records that were looked for by their keys in this pass.
    sought: Mutex<BTreeSet<domain::LinkId>>,
    /// Held while webhooks are looked at.
    listening: tokio::sync::Mutex<()>,
    /// Whether a webhook told of something that is not decided yet.
    called: AtomicBool,
    /// How many contacts are made before the next pause to listen.
    pace: Mutex<sync::messages::Pace>,
    /// Webhooks are not looked at again before.
    deaf_until: Mutex<Option<Timestamp>>,
    /// Carries out nothing but what this run decided: an undo is no sync.
    own_work_only: bool,
    /// Writes that this pass has carried out. What is read back of others, left by an earlier pass, may have been
    /// edited by people meanwhile.
    carried_out: Mutex<BTreeSet<IntentId>>,
    notes: notes::NotesState,
    appointments: appointments::AppointmentsState,
    /// Whether the counter shows what changed since an instant.
    has_feed: bool,
    /// What is kept of changes, for flows.
    sightings: sightings::Sightings,
    /// Where reading stands and is kept with what is written next.
    marks: marks::Marks,
    /// Whether it is to end.
    leaving: Leaving,
    /// When it began: a complete pass looks at everything once.
    began: Timestamp,
    /// Set once it stands among the runs.
    noted: tokio::sync::OnceCell<()>,
}

type Heard = std::collections::HashSet<(Side, Kind, RecordId)>;

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
        let began = context.clock.now();
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
            looked_up_in_vain: <[AtomicU32; 2]>::default(),
            drained: PerSideFlag::default(),
            read_back_at: Mutex::default(),
            next_poll: Mutex::default(),
            undecided: AtomicU64::new(0),
            polled: Mutex::default(),
            reads: Mutex::default(),
            heard: Mutex::default(),
            hearing: AtomicBool::new(false),
            tasks_moved: AtomicBool::new(false),
            tasks_rest: AtomicBool::new(false),
            sought: Mutex::default(),
            listening: tokio::sync::Mutex::default(),
            called: AtomicBool::new(false),
            pace: Mutex::default(),
            deaf_until: Mutex::default(),
            own_work_only: false,
            carried_out: Mutex::default(),
            notes: notes::NotesState::new(notes::home::form(&facts.capabilities)),
            appointments: appointments::AppointmentsState::new(facts),
            has_feed: facts.has_feed(),
            sightings: sightings::Sightings::default(),
            marks: marks::Marks::default(),
            leaving: Leaving::default(),
            began,
            noted: tokio::sync::OnceCell::new(),
        }
    }

    /// The same, which begins to write nothing more once it is to end.
    pub(crate) fn until_left(mut self, leaving: &Leaving) -> Self {
        self.leaving = leaving.clone();
        self
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn deaf_until(&self) -> MutexGuard<'_, Option<Timestamp>> {
        self.deaf_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// When webhooks that could not be looked at yet can be.
    pub(crate) fn listens_again_at(&self) -> Option<Timestamp> {
        *self.deaf_until()
    }

    /// Whether webhooks cannot be looked at yet.
    fn is_deaf(&self) -> bool {
        self.listens_again_at()
            .is_some_and(|again| again > self.now())
    }

    /// Remembers that a write was carried out just now.
    fn note_carried_out(&self, intent: IntentId) {
        let mut carried_out = self
            .carried_out
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        carried_out.insert(intent);
    }

    /// Whether a record that is read back may show somebody's edit instead of what was written.
    fn is_in_doubt(&self, intent: IntentId) -> bool {
        let carried_out = self
            .carried_out
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        !carried_out.contains(&intent)
    }

    /// Runs until nothing is left to do, or until something has to be waited for or mended.
    pub(crate) async fn run(&self, options: Options) -> Result<Tally, AppError> {
        self.begin_sightings().await?;
        if options.signals_only && self.all_read().await? {
            return self.run_signals(options).await;
        }
        self.progress
            .update(|progress| *progress = progress::Progress::default());
        if !options.live {
            self.note_begun("reading").await?;
        }
        let outcome = self.go(options).await;
        let outcome = outcome.and(self.keep_marks().await);
        self.progress.phase(Phase::Idle);
        self.tell_why(&outcome);
        let counted = match options.live {
            true => CountUp::Links,
            false => CountUp::All,
        };
        let tally = self.count_up(counted).await?;
        self.trim().await?;
        if tally.finished {
            self.close_approval().await?;
            self.listen_again().await?;
        }
        let phase = match &outcome {
            Ok(()) if tally.finished => "finished",
            Ok(()) => "stopped",
            Err(_) => "failed",
        };
        self.note_run(phase, true).await?;
        outcome.map(|()| tally)
    }

    /// Why a pass broke off is kept with it, for the status.
    fn tell_why(&self, outcome: &Result<(), AppError>) {
        if let Err(why) = outcome {
            self.tally(|tally| tally.stop(why.to_string()));
        }
    }

    /// A pass over what webhooks told of. It leaves no trace of itself where there was nothing to do: a busy shop
    /// has many of them.
    async fn run_signals(&self, options: Options) -> Result<Tally, AppError> {
        let outcome = self.go_signals(options).await;
        let outcome = outcome.and(self.keep_marks().await);
        self.progress.phase(Phase::Idle);
        self.tell_why(&outcome);
        let tally = self.count_up(CountUp::Little).await?;
        if tally.wrote() || tally.linked.values().any(|count| *count > 0) || outcome.is_err() {
            let phase = if outcome.is_ok() {
                "finished"
            } else {
                "failed"
            };
            self.note_run(phase, true).await?;
        }
        outcome.map(|()| tally)
    }

    /// Reads a side completely the first time and for a sweep; else only what may have changed.
    async fn read_side(&self, port: &dyn Port, options: Options) -> Result<(), AppError> {
        for kind in ALWAYS_READ {
            let read = self.read_kind(port, kind, options).await;
            self.unless_tasks_rest(port.side(), kind, read).await?;
        }
        // Quiet polls leave no other trace: this is what the lag is counted from.
        self.mark(format!("seen.{}", port.side()), Json::Null);
        Ok(())
    }

    async fn read_kind(
        &self,
        port: &dyn Port,
        kind: Kind,
        options: Options,
    ) -> Result<(), AppError> {
        if options.sweep || !self.is_read(port.side(), kind).await? {
            return self.walk_all(port, kind).await;
        }
        if port.tells_changes(kind) {
            if !self.is_just_polled(port.side(), kind) {
                self.poll_changed(port, kind).await?;
            }
        } else if !options.live || self.walk_is_due(port.side(), kind).await? {
            self.walk_for_news(port, kind).await?;
        }
        Ok(())
    }

    /// Whether this pass asked what changed at a side after an instant.
    fn is_polled_since(&self, side: Side, kind: Kind, since: Timestamp) -> bool {
        let polled = self.polled.lock().unwrap_or_else(PoisonError::into_inner);
        polled.get(&(side, kind)).is_some_and(|at| *at > since)
    }

    fn read_back_at(&self) -> MutexGuard<'_, Option<Timestamp>> {
        self.read_back_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request that reads.
    fn count_read(&self, side: Side) {
        let mut reads = self.reads.lock().unwrap_or_else(PoisonError::into_inner);
        match side {
            Side::HighLevel => reads.highlevel += 1,
            Side::MyGadgetRepairs => reads.mygadgetrepairs += 1,
        }
    }

    /// Whether this pass asked what changed a moment ago, to read back what it had written: then a poll would cost
    /// requests and tell nothing.
    fn is_just_polled(&self, side: Side, kind: Kind) -> bool {
        let fresh = self.after(self.now(), -f64::from(self.config.poll_seconds) / 2.0);
        self.is_polled_since(side, kind, fresh)
    }

    /// Whether both sides were read completely before, so that single records can be judged.
    async fn all_read(&self) -> Result<bool, AppError> {
        for side in Side::BOTH {
            for kind in ALWAYS_READ {
                if !self.is_read(side, kind).await? {
                    return Ok(false);
                }
            }
        }
        let calendars = self.is_read(Side::HighLevel, Kind::Appointment).await?;
        Ok(calendars || !self.keeps_appointments())
    }

    /// Whether a complete walk over records whose changes the vendor does not tell is due again: as often
    /// as polls, but never for more than a share of the day's requests.
    async fn walk_is_due(&self, side: Side, kind: Kind) -> Result<bool, AppError> {
        let records = self.count_known(side, kind).await?;
        let budgets = sync::Budgets {
            highlevel_per_day: u64::from(self.config.highlevel_per_day),
            ..sync::Budgets::default()
        };
        let interval =
            sync::task_walk_interval(records, u64::from(self.config.poll_seconds), &budgets);
        self.is_walk_older(side, kind, interval).await
    }

    /// How many records of a side and kind are known.
    async fn count_known(&self, side: Side, kind: Kind) -> Result<u64, AppError> {
        let counts = self.store.count_records(self.shop.id).await?;
        let of_kind = counts.iter().find(|(on, of, _)| (*on, *of) == (side, kind));
        Ok(of_kind.map_or(0, |(_, _, count)| *count))
    }

    /// Whether the last complete walk, if there was one, is so many seconds ago.
    async fn is_walk_older(&self, side: Side, kind: Kind, seconds: u64) -> Result<bool, AppError> {
        let walked = self.last_walk(side, kind).await?;
        let age = walked.map(|at| self.now().as_second() - at.as_second());
        Ok(age.is_none_or(|age| age >= i64::try_from(seconds).unwrap_or(i64::MAX)))
    }

    pub(crate) async fn commit(&self, changes: Vec<Change>) -> Result<(), AppError> {
        if changes.is_empty() {
            return Ok(());
        }
        let (changes, news) = self.sighted(self.with_marks(changes));
        self.store.commit(self.shop.id, self.now(), changes).await?;
        if news {
            self.connection.flows.notify_one();
        }
        Ok(())
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

    /// Does one thing for either side: side by side, or one after the other where every run must go the same way.
    async fn both<T>(
        &self,
        left: impl Future<Output = Result<T, AppError>>,
        right: impl Future<Output = Result<T, AppError>>,
    ) -> Result<(T, T), AppError> {
        match self.config.concurrency {
            Concurrency::Parallel => tokio::try_join!(left, right),
            Concurrency::Sequential => Ok((left.await?, right.await?)),
        }
    }

    /// How many requests are under way together where a side takes so many.
    fn at_once(&self, most: usize) -> usize {
        match self.config.concurrency {
            Concurrency::Parallel => most,
            Concurrency::Sequential => 1,
        }
    }

    fn is_near(&self, until: Timestamp) -> bool {
        until <= self.after(self.now(), self.config.patience_seconds as f64)
    }

    /// Waits until an instant, or until a webhook comes that can be looked at.
    async fn wait(&self, until: Timestamp) {
        self.progress
            .update(|progress| progress.note = Some(format!("waiting until {until}")));
        let deaf = self.is_deaf();
        tokio::select! {
            biased;
            () = self.context.clock.sleep_until(until) => {}
            () = self.connection.bell.notified(), if !deaf => {}
        }
        self.progress.update(|progress| progress.note = None);
    }

    /// The same as [`Self::patiently`], with when it was asked what was answered: what was written since then is newer.
    async fn asked<T, F>(&self, read: impl Fn() -> F) -> Result<(Timestamp, T), PortError>
    where
        F: Future<Output = Result<T, PortError>>,
    {
        self.patiently(|| {
            let asked_at = self.now();
            let read = read();
            async move { Ok((asked_at, read.await?)) }
        })
        .await
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
