//! Leases within one process, which can be taken away at any instant: for simulations of several nodes, where each node is
//! an application of its own on the same database.

use super::fence::{Fence, Life};
use super::lease::Lease;
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// So long a lease lasts that nobody takes away.
const LASTS: Duration = Duration::from_secs(24 * 3600);

/// The leases of all nodes of a simulation. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct SimulatedLeases(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    held: Mutex<HashMap<String, (Fence, Arc<Life>)>>,
    numbers: AtomicI64,
}

impl SimulatedLeases {
    /// Everything that is held now is lost, as when who holds it was not heard of for too long.
    pub fn expire(&self) {
        for (_, (_, life)) in self.held().drain() {
            life.end();
        }
    }

    pub(super) fn take(&self, name: &str) -> Option<Lease> {
        let mut held = self.held();
        if held.contains_key(name) {
            return None;
        }
        let life = Arc::new(Life::new());
        life.prolong(Instant::now(), LASTS);
        let number = self.0.numbers.fetch_add(1, Ordering::Relaxed);
        let fence = Fence::new(name, "simulated", number, Arc::clone(&life));
        held.insert(name.to_owned(), (fence.clone(), life));
        let leases = self.clone();
        Some(Lease::new(fence, move |fence| leases.let_go(fence)))
    }

    /// Unless it was lost, and taken by another one.
    fn let_go(&self, fence: &Fence) {
        let mut held = self.held();
        let ours = |(known, _): &(Fence, Arc<Life>)| known.is(fence);
        if held.get(fence.name()).is_some_and(ours) {
            held.remove(fence.name());
        }
    }

    fn held(&self) -> MutexGuard<'_, HashMap<String, (Fence, Arc<Life>)>> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
