//! A budget in the store.

use async_trait::async_trait;
use domain::{Clock, ShopId, Side, Timestamp};
use http::{Budget, BudgetError, BudgetPolicy, BudgetState, Deferred, Grant, Lane, Reason, Seen};
use jiff::SignedDuration;
use serde_json::Value as Json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use store::Store;
use tokio::sync::Mutex;

/// How long reservations taken ahead may be used. Short, so that what the log says and what is sent stay close.
const AHEAD: SignedDuration = SignedDuration::from_millis(250);
/// Most reservations taken ahead.
const MOST_AHEAD: u32 = 10;
/// How long to wait when the database is busy.
const AGAIN: SignedDuration = SignedDuration::from_secs(5);

/// The budget of one side of a shop, kept in the store.
#[derive(Debug)]
pub struct StoredBudget {
    store: Store,
    shop: ShopId,
    side: Side,
    policy: BudgetPolicy,
    clock: Arc<dyn Clock>,
    patience: SignedDuration,
    ahead: Mutex<Ahead>,
    key_works: AtomicBool,
    asked: AtomicU64,
}

/// Reservations that are booked and not used yet.
#[derive(Debug)]
struct Ahead {
    left: u32,
    lane: Lane,
    taken: Timestamp,
}

impl StoredBudget {
    /// The budget of a side. It waits at most `patience` for a slot.
    #[must_use]
    pub fn new(
        store: Store,
        shop: ShopId,
        side: Side,
        policy: BudgetPolicy,
        clock: Arc<dyn Clock>,
        patience: SignedDuration,
    ) -> Self {
        let taken = clock.now();
        Self {
            store,
            shop,
            side,
            policy,
            clock,
            patience,
            ahead: Mutex::new(Ahead {
                left: 0,
                lane: Lane::Background,
                taken,
            }),
            key_works: AtomicBool::new(false),
            asked: AtomicU64::new(0),
        }
    }

    /// Requests sent through this budget since it was made.
    #[must_use]
    pub fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    /// Adds requests that were sent through an earlier budget of the same side, so that a run counts all.
    pub fn count_on(&self, asked: u64) {
        self.asked.fetch_add(asked, Ordering::Relaxed);
    }

    /// Forgets what is known of the key, because another was entered.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn key_replaced(&self) -> Result<(), store::StoreError> {
        self.key_works.store(false, Ordering::Relaxed);
        self.change(BudgetState::key_replaced).await
    }

    /// The state as stored, with the policy it is judged by.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn look(&self) -> Result<(BudgetState, &BudgetPolicy), store::StoreError> {
        Ok((
            read(self.store.budget(self.shop, self.side).await?),
            &self.policy,
        ))
    }

    /// How many requests may be sent in a lane now, and when `wanted` may be sent one after the other; nothing said
    /// means now. What was booked ahead counts as free.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn room(
        &self,
        lane: Lane,
        wanted: u32,
    ) -> Result<(u32, Option<Timestamp>), store::StoreError> {
        if self.policy.windows.is_empty() && self.policy.day.is_none() {
            return Ok((u32::MAX, None));
        }
        let now = self.clock.now();
        let ahead = {
            let ahead = self.ahead.lock().await;
            let usable = now.duration_since(ahead.taken).abs() < AHEAD && ahead.lane >= lane;
            if usable { ahead.left } else { 0 }
        };
        let (state, policy) = self.look().await?;
        let (free, until) = state.room(now, lane, policy, wanted.saturating_sub(ahead).max(1));
        Ok((
            free.saturating_add(ahead),
            until.filter(|_| free.saturating_add(ahead) < wanted),
        ))
    }

    /// What a lane has left of everything, for a forecast.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn outlook(&self, lane: Lane) -> Result<http::Outlook, store::StoreError> {
        let now = self.clock.now();
        let (state, policy) = self.look().await?;
        Ok(state.outlook(now, lane, policy))
    }

    /// How many reservations to take at once: a tenth of the window, so that a busy side costs one
    /// transaction per tenth instead of one per request. A scarce side is booked one by one; a side without
    /// windows has nothing to book, only pauses to heed.
    fn block(&self) -> u32 {
        self.policy
            .windows
            .iter()
            .map(|window| window.requests / 10)
            .min()
            .map_or(MOST_AHEAD, |tenth| tenth.clamp(1, MOST_AHEAD))
    }

    async fn take(
        &self,
        lane: Lane,
        now: Timestamp,
    ) -> Result<Result<u32, Grant>, store::StoreError> {
        // A scarce side stays exact: its window is smaller than two blocks of ten. So does what comes now and then:
        // of a block, all but one would be lost before it is needed, and the window would fill with nothing.
        let block = if lane != Lane::Background || self.block() < 4 {
            1
        } else {
            self.block()
        };
        self.change(|state| {
            let mut taken = 0;
            while taken < block {
                match state.reserve(now, lane, &self.policy) {
                    Grant::Now => taken += 1,
                    wait if taken == 0 => return Err(wait),
                    _ => break,
                }
            }
            Ok(taken)
        })
        .await
    }

    async fn change<T: Send>(
        &self,
        change: impl FnOnce(&mut BudgetState) -> T + Send,
    ) -> Result<T, store::StoreError> {
        self.store
            .with_budget(self.shop, self.side, |stored| {
                let mut state = read(stored);
                let answer = change(&mut state);
                (serde_json::to_value(&state).unwrap_or(Json::Null), answer)
            })
            .await
    }
}

/// An unreadable state counts as empty: the vendor's own headers correct it.
fn read(stored: Option<Json>) -> BudgetState {
    stored
        .and_then(|json| serde_json::from_value(json).ok())
        .unwrap_or_default()
}

#[async_trait]
impl Budget for StoredBudget {
    async fn reserve(&self, lane: Lane) -> Result<(), Deferred> {
        let deadline = self
            .clock
            .now()
            .checked_add(self.patience)
            .unwrap_or(Timestamp::MAX);
        loop {
            let now = self.clock.now();
            let wait = {
                let mut ahead = self.ahead.lock().await;
                let fresh = now.duration_since(ahead.taken).abs() < AHEAD;
                if ahead.left > 0 && fresh && ahead.lane >= lane {
                    ahead.left -= 1;
                    self.asked.fetch_add(1, Ordering::Relaxed);
                    return Ok(());
                }
                match self.take(lane, now).await {
                    Ok(Ok(taken)) => {
                        *ahead = Ahead {
                            left: taken - 1,
                            lane,
                            taken: now,
                        };
                        self.asked.fetch_add(1, Ordering::Relaxed);
                        return Ok(());
                    }
                    Ok(Err(Grant::Wait { until, reason } | Grant::Blocked { until, reason })) => {
                        Deferred { until, reason }
                    }
                    Ok(Err(Grant::Now)) => continue,
                    Err(error) => {
                        tracing::warn!(%error, side = %self.side, "the budget cannot be read");
                        let until = now.checked_add(AGAIN).unwrap_or(Timestamp::MAX);
                        Deferred {
                            until,
                            reason: Reason::Unavailable,
                        }
                    }
                }
            };
            if wait.until > deadline {
                return Err(wait);
            }
            self.clock.sleep_until(wait.until).await;
        }
    }

    async fn observe(&self, seen: &Seen) -> Result<Option<Deferred>, BudgetError> {
        let refused = matches!(seen.status, 401 | 429);
        let first_success =
            (200..300).contains(&seen.status) && !self.key_works.swap(true, Ordering::Relaxed);
        if refused {
            self.key_works.store(false, Ordering::Relaxed);
        }
        if !refused && !first_success && !is_tight(seen) {
            return Ok(None);
        }
        let now = self.clock.now();
        self.change(|state| state.observe(now, seen, &self.policy))
            .await
            .map_err(|error| BudgetError {
                detail: error.to_string(),
            })
    }
}

/// Whether the vendor's own count is so low that ours may have to follow it. Otherwise nothing is written.
fn is_tight(seen: &Seen) -> bool {
    seen.limits.is_some_and(|limits| {
        let window = match (limits.remaining, limits.max) {
            (Some(remaining), Some(max)) => remaining <= max / 4,
            _ => false,
        };
        window || limits.daily_remaining.is_some_and(|left| left < 20_000)
    })
}
