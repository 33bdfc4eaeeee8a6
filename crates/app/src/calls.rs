//! Wakes whoever keeps a shop in step when a webhook has come for it, and its flows when something was seen.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

/// The bells of every shop. Clones share them. A ring that nobody waits for is kept for the next who does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calls(Arc<Mutex<BTreeMap<i64, Bells>>>);

#[derive(Debug, Default)]
struct Bells {
    pass: Arc<Notify>,
    flows: Arc<Notify>,
}

impl Calls {
    /// The bell of a shop's passes: rung by webhooks.
    pub(crate) fn of(&self, shop: i64) -> Arc<Notify> {
        self.bells(shop, |bells| &bells.pass)
    }

    /// The bell of a shop's flows: rung when something was seen that flows may wait for.
    pub(crate) fn of_flows(&self, shop: i64) -> Arc<Notify> {
        self.bells(shop, |bells| &bells.flows)
    }

    fn bells(&self, shop: i64, which: impl FnOnce(&Bells) -> &Arc<Notify>) -> Arc<Notify> {
        let mut bells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(which(bells.entry(shop).or_default()))
    }
}
