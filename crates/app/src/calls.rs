//! Wakes whoever keeps a shop in step when a webhook has come for it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

/// One bell per shop. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calls(Arc<Mutex<BTreeMap<i64, Arc<Notify>>>>);

impl Calls {
    /// The bell of a shop. A ring that nobody waits for is kept for the next who does.
    pub(crate) fn of(&self, shop: i64) -> Arc<Notify> {
        let mut bells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(bells.entry(shop).or_default())
    }
}
