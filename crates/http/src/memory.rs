//! A budget that lives as long as the process.

use crate::{Budget, BudgetError, BudgetPolicy, BudgetState, Deferred, Grant, Lane, Seen};
use async_trait::async_trait;
use domain::Clock;
use jiff::SignedDuration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A [`BudgetState`] in memory. Waits for a slot that is near, defers otherwise.
#[derive(Debug)]
pub struct MemoryBudget {
    policy: BudgetPolicy,
    clock: Arc<dyn Clock>,
    patience: SignedDuration,
    state: Mutex<BudgetState>,
}

impl MemoryBudget {
    /// An unused budget that waits at most `patience` for a slot.
    #[must_use]
    pub fn new(policy: BudgetPolicy, clock: Arc<dyn Clock>, patience: SignedDuration) -> Self {
        Self::resume(BudgetState::default(), policy, clock, patience)
    }

    /// Goes on from a stored state.
    #[must_use]
    pub fn resume(
        state: BudgetState,
        policy: BudgetPolicy,
        clock: Arc<dyn Clock>,
        patience: SignedDuration,
    ) -> Self {
        Self {
            policy,
            clock,
            patience,
            state: Mutex::new(state),
        }
    }

    /// The state as it stands.
    #[must_use]
    pub fn state(&self) -> BudgetState {
        self.lock().clone()
    }

    /// The state is whole between any two statements, so a panic elsewhere does not spoil it.
    fn lock(&self) -> MutexGuard<'_, BudgetState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Budget for MemoryBudget {
    async fn reserve(&self, lane: Lane) -> Result<(), Deferred> {
        let deadline = self
            .clock
            .now()
            .checked_add(self.patience)
            .unwrap_or(jiff::Timestamp::MAX);
        loop {
            let grant = self.lock().reserve(self.clock.now(), lane, &self.policy);
            match grant {
                Grant::Now => return Ok(()),
                Grant::Wait { until, .. } | Grant::Blocked { until, .. } if until <= deadline => {
                    self.clock.sleep_until(until).await;
                }
                Grant::Wait { until, reason } | Grant::Blocked { until, reason } => {
                    return Err(Deferred { until, reason });
                }
            }
        }
    }

    async fn observe(&self, seen: &Seen) -> Result<Option<Deferred>, BudgetError> {
        Ok(self.lock().observe(self.clock.now(), seen, &self.policy))
    }
}
