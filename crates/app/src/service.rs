//! Syncing: one pass on demand, and the loops that keep every shop in step.

use crate::held::Held;
use crate::leaving::Leaving;
use crate::metrics::PassKind;
use crate::pass::{Options, Pass};
use crate::{App, AppError, ProgressBoard, Tally};
use domain::{ShopId, Timestamp};
use jiff::SignedDuration;
use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::{Shop, Store};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

/// How long to wait for another process that works on the shop.
const LOCK_WAIT: SignedDuration = SignedDuration::from_secs(120);
/// Seconds between looks for new, resumed or removed shops.
const SHOPS_SECONDS: i64 = 5;
/// Remembers when the last complete walk was finished.
const SWEPT: &str = "swept";

/// How a pass is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SyncOptions {
    /// A person approves a first run or a mass change.
    pub approve: bool,
    /// One of the passes of a running service: it spares the day's budget.
    pub live: bool,
    /// Only what webhooks told of is looked at.
    pub signals_only: bool,
}

/// Live progress of every shop that is being served.
#[derive(Clone, Debug, Default)]
pub(crate) struct Boards(Arc<Mutex<BTreeMap<String, ProgressBoard>>>);

/// When the last complete walk began, or the first pass: seconds since 1970.
pub(crate) async fn swept_at(store: &Store, shop: ShopId) -> Result<Option<i64>, AppError> {
    let fact = store.fact(shop, SWEPT).await?;
    Ok(fact.and_then(|fact| fact.value.as_i64()))
}

impl App {
    /// One complete pass of both sides until nothing is left to do, or until a person has to approve.
    ///
    /// # Errors
    /// When the shop is not connected, is being worked on, or a vendor cannot be read.
    pub async fn sync(
        &self,
        name: &str,
        options: SyncOptions,
        board: &ProgressBoard,
    ) -> Result<Tally, AppError> {
        let shop = self.shop(name).await?;
        if shop.paused {
            return Err(AppError::Paused(name.to_owned()));
        }
        let held = self.lock_shop(&shop).await?;
        Ok(held.pass(&shop, options, false, board).await?.0)
    }

    /// Looks at what webhooks told of, and at nothing else. Where a side was never read completely, that is done
    /// first.
    ///
    /// # Errors
    /// As [`App::sync`].
    pub async fn refresh(&self, name: &str, board: &ProgressBoard) -> Result<Tally, AppError> {
        let options = SyncOptions {
            live: true,
            signals_only: true,
            ..SyncOptions::default()
        };
        self.sync(name, options, board).await
    }

    /// A pass that reads both sides completely, not only what changed: finds deletes and whatever polls have
    /// missed.
    ///
    /// # Errors
    /// As [`App::sync`].
    pub async fn sweep(&self, name: &str, board: &ProgressBoard) -> Result<Tally, AppError> {
        let shop = self.shop(name).await?;
        if shop.paused {
            return Err(AppError::Paused(name.to_owned()));
        }
        let held = self.lock_shop(&shop).await?;
        Ok(held
            .pass(&shop, SyncOptions::default(), true, board)
            .await?
            .0)
    }

    /// Lets a shop that is being served be looked at now instead of with the next poll.
    ///
    /// # Errors
    /// When there is no such shop.
    pub async fn ring(&self, name: &str) -> Result<(), AppError> {
        let shop = self.shop(name).await?;
        self.call_passes(shop.id);
        Ok(())
    }

    /// The live progress of a shop that is being served.
    #[must_use]
    pub fn board(&self, name: &str) -> ProgressBoard {
        let mut boards = self.boards.0.lock().unwrap_or_else(PoisonError::into_inner);
        boards.entry(name.to_owned()).or_default().clone()
    }

    /// Keeps every shop that is not paused, and that no other process serves, in step, until cancelled. Shops run side by
    /// side; trouble of one does not slow another.
    ///
    /// # Errors
    /// When the store cannot be read at all.
    pub async fn serve_shops(&self, cancel: CancellationToken) -> Result<(), AppError> {
        let mut running: BTreeMap<i64, CancellationToken> = BTreeMap::new();
        let mut tasks = JoinSet::new();
        let mut ids = BTreeMap::new();
        let mut shops = self.store.shops().await?;
        let mut seat = self.seat();
        loop {
            let mut served = self.own_shops(&shops);
            for shop in shops.iter().filter(|shop| shop.paused) {
                served.remove(&shop.id.0);
            }
            self.served.store(served.len() as u64, Ordering::Relaxed);
            running.retain(|id, stop| {
                let goes_on = served.contains(id);
                if !goes_on {
                    stop.cancel();
                }
                goes_on
            });
            // One that is still being left is begun anew once that is over.
            let at_work: BTreeSet<i64> = ids.values().copied().collect();
            let begin: Vec<&Shop> = shops
                .iter()
                .filter(|shop| served.contains(&shop.id.0) && !at_work.contains(&shop.id.0))
                .collect();
            let every = Duration::from_secs(self.config.poll_seconds.into());
            for (place, shop) in begin.iter().enumerate() {
                let stop = cancel.child_token();
                running.insert(shop.id.0, stop.clone());
                let first_poll = queue::stagger(place, begin.len(), every);
                let (app, shop, id) = (self.clone(), (*shop).clone(), shop.id.0);
                let task = tasks
                    .spawn(async move { app.serve_shop_until(&shop, first_poll, &stop).await });
                ids.insert(task.id(), id);
            }
            tokio::select! {
                () = cancel.cancelled() => break,
                () = Self::crew_changed(&mut seat) => {}
                () = self.pause(SHOPS_SECONDS) => {}
            }
            // A shop whose work ended, whatever ended it, is begun anew while it is there.
            while let Some(ended) = tasks.try_join_next_with_id() {
                let task = match &ended {
                    Ok((task, ())) => *task,
                    Err(broken) => {
                        tracing::error!(error = %broken, "the work on a shop broke off; it is begun anew");
                        broken.id()
                    }
                };
                if let Some(id) = ids.remove(&task) {
                    running.remove(&id);
                }
            }
            // A database that does not answer for a moment stops nobody.
            match self.store.shops().await {
                Ok(found) => shops = found,
                Err(error) => tracing::warn!(%error, "the list of shops could not be read"),
            }
        }
        while tasks.join_next().await.is_some() {}
        self.served.store(0, Ordering::Relaxed);
        Ok(())
    }

    /// What is being written when it is to end comes to its end.
    async fn serve_shop_until(&self, shop: &Shop, first_poll: Duration, stop: &CancellationToken) {
        let app = Self {
            leaving: Leaving::default(),
            ..self.clone()
        };
        let mut work = pin!(async {
            // Where one finds the shop gone, the other would only notice later: both end.
            tokio::select! {
                () = app.serve_shop(shop, first_poll) => {}
                () = app.serve_flows(shop) => {}
            }
        });
        tokio::select! {
            () = &mut work => {}
            () = stop.cancelled() => app.leaving.leave(work).await,
        }
    }

    /// Polls a shop from time to time, and looks at once when a webhook comes. What was left behind is seen to at once.
    async fn serve_shop(&self, shop: &Shop, first_poll: Duration) {
        let board = self.board(&shop.name);
        let call = self.calls.of(shop.id.0);
        let mut next_poll = self.now().checked_add(first_poll).unwrap_or(Timestamp::MAX);
        let mut turn = None;
        // What was left behind.
        let mut is_called = true;
        let mut listens_at = None;
        loop {
            if turn.is_none() && self.now() >= next_poll {
                turn = Some(Box::pin(self.turns.next()));
            }
            let polls = match &mut turn {
                None => None,
                // While others are polled, what webhooks tell is looked at as ever.
                Some(turn) => tokio::select! {
                    biased;
                    turn = turn => Some(turn),
                    () = std::future::ready(()), if is_called => None,
                    () = call.notified(), if listens_at.is_none() => None,
                },
            };
            let outcome = match polls {
                None => self.live_pass(&shop.name, false, &board).await,
                Some(now) => {
                    turn = None;
                    let outcome = now.spend_on(self.live_pass(&shop.name, true, &board));
                    let outcome = outcome.await;
                    next_poll = self.in_seconds(i64::from(self.config.poll_seconds));
                    outcome
                }
            };
            let note;
            (note, listens_at) = match outcome {
                Ok((tally, again_at)) => (tally.reasons.first().cloned(), again_at),
                Err(AppError::NoShop(_)) => return,
                Err(error) => {
                    tracing::warn!(shop.name = shop.name, %error, "a pass ended early");
                    (Some(error.to_string()), Some(next_poll))
                }
            };
            board.update(|progress| progress.note = note);
            let until = listens_at.map_or(next_poll, |at| at.min(next_poll));
            is_called = tokio::select! {
                () = call.notified(), if listens_at.is_none() => true,
                () = self.context.clock.sleep_until(until) => until < next_poll,
            };
        }
    }

    /// One of the passes of a service. Also answers when webhooks that could not be looked at yet can be.
    async fn live_pass(
        &self,
        name: &str,
        polls: bool,
        board: &ProgressBoard,
    ) -> Result<(Tally, Option<Timestamp>), AppError> {
        let shop = self.shop(name).await?;
        if shop.paused {
            return Err(AppError::Paused(name.to_owned()));
        }
        let options = SyncOptions {
            live: true,
            signals_only: !polls,
            ..SyncOptions::default()
        };
        let mut held = self.lock_shop(&shop).await?;
        if polls {
            held = held.giving_way();
        }
        held.pass(&shop, options, false, board).await
    }

    /// Runs one pass; the caller holds the shop's lock.
    pub(crate) async fn pass(
        &self,
        shop: &Shop,
        options: SyncOptions,
        sweep: bool,
        board: &ProgressBoard,
    ) -> Result<(Tally, Option<Timestamp>), AppError> {
        // Not by the context's clock: a look at it moves recorded time, and measuring must change nothing.
        let began = tokio::time::Instant::now();
        let mut kind = match (sweep, options.signals_only) {
            (true, _) => PassKind::Sweep,
            (false, true) => PassKind::Quick,
            (false, false) => PassKind::Poll,
        };
        // Boxed, here and below: a pass is a large future, which would lie on the stack once more for each layer.
        let done = Box::pin(self.pass_unmeasured(shop, options, &mut kind, board)).await;
        let finished = done.as_ref().ok().map(|(tally, _)| tally.finished);
        self.metrics.pass(kind, finished, began.elapsed());
        done
    }

    async fn pass_unmeasured(
        &self,
        shop: &Shop,
        options: SyncOptions,
        kind: &mut PassKind,
        board: &ProgressBoard,
    ) -> Result<(Tally, Option<Timestamp>), AppError> {
        let (connection, facts) = self.open(shop).await?;
        if *kind == PassKind::Poll && self.sweep_is_due(shop).await? {
            *kind = PassKind::Sweep;
        }
        let sweep = *kind == PassKind::Sweep;
        let pass = Pass::new(
            &self.store,
            &self.config,
            &self.context,
            shop,
            &facts,
            &connection,
            board.clone(),
        )
        .until_left(&self.leaving);
        let began = self.now();
        let span = tracing::info_span!("pass", shop = shop.name, run = %pass.run);
        let run = pass.run(Options {
            approve: options.approve,
            sweep,
            live: options.live,
            signals_only: options.signals_only,
        });
        let tally = Box::pin(run).instrument(span).await?;
        if sweep {
            let at = serde_json::Value::from(began.as_second());
            self.store
                .commit(shop.id, self.now(), vec![store::Change::Fact(SWEPT, at)])
                .await?;
        }
        Ok((tally, pass.listens_again_at()))
    }

    async fn sweep_is_due(&self, shop: &Shop) -> Result<bool, AppError> {
        let Some(swept) = swept_at(&self.store, shop.id).await? else {
            // The first run reads everything anyway.
            let at = serde_json::Value::from(self.now().as_second());
            self.store
                .commit(shop.id, self.now(), vec![store::Change::Fact(SWEPT, at)])
                .await?;
            return Ok(false);
        };
        Ok(self.now().as_second() - swept > i64::from(self.config.sweep_hours) * 3600)
    }

    /// Works on a shop alone.
    pub(crate) async fn lock_shop(&self, shop: &Shop) -> Result<Held, AppError> {
        let held = self.wait_for_lock(shop, &lock_name(shop)).await?;
        Ok(held.alone_with(shop))
    }

    /// The same, where nobody works on it just now.
    pub(crate) async fn lock_shop_now(&self, shop: &Shop) -> Result<Held, AppError> {
        let held = self.lock_now(shop, &lock_name(shop)).await?;
        Ok(held.alone_with(shop))
    }

    /// A lock of a shop that nobody holds just now.
    pub(crate) async fn lock_now(&self, shop: &Shop, name: &str) -> Result<Held, AppError> {
        let lock = self.store.lock(name).await?;
        let lock = lock.ok_or_else(|| AppError::ShopBusy(shop.name.clone()))?;
        Ok(self.by_right_of(lock))
    }

    /// A lock of a shop, waited for a while.
    pub(crate) async fn wait_for_lock(&self, shop: &Shop, name: &str) -> Result<Held, AppError> {
        let deadline = self.now().checked_add(LOCK_WAIT).unwrap_or(Timestamp::MAX);
        loop {
            if let Some(lock) = self.store.lock(name).await? {
                return Ok(self.by_right_of(lock));
            }
            if self.now() > deadline {
                return Err(AppError::ShopBusy(shop.name.clone()));
            }
            self.pause(1).await;
        }
    }

    pub(crate) async fn pause(&self, seconds: i64) {
        let until = self.in_seconds(seconds);
        self.context.clock.sleep_until(until).await;
    }

    pub(crate) fn in_seconds(&self, seconds: i64) -> Timestamp {
        let until = self.now().checked_add(SignedDuration::from_secs(seconds));
        until.unwrap_or(Timestamp::MAX)
    }
}

fn lock_name(shop: &Shop) -> String {
    format!("shop-{}", shop.id)
}
