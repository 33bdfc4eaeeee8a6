//! What is known of a shop while its lock is held. Nobody else changes a shop's work meanwhile, so what was read once
//! need not be read again until something is written here. A poll that finds nothing would otherwise ask the same things a
//! hundred times, which on a server is a way there and back each time.

use crate::db::Scope;
use crate::model::{FactRow, IntentCount};
use domain::ShopId;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// What the holder of a lock remembers; everybody else remembers nothing. Whoever writes in this process makes the
/// holder forget. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    own: Option<Arc<Shared>>,
    all: Arc<Mutex<BTreeMap<i64, Weak<Shared>>>>,
}

#[derive(Debug)]
struct Shared {
    shop: ShopId,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    known: Known,
    /// Writes under way: until they have ended, nobody knows what is true.
    writing: u32,
    /// Counted up whenever a write begins or ends.
    version: u64,
}

/// What is remembered; nothing where it was not read since the last write to it.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// Cursors and facts by their names, by the name of their table.
    pub(crate) values: BTreeMap<&'static str, BTreeMap<String, FactRow>>,
    pub(crate) intents: Option<Vec<IntentCount>>,
    pub(crate) unsettled: Option<u64>,
}

/// What a write may change of what is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Touches {
    /// Anything.
    All,
    /// Records, links and remote writes.
    Work,
    /// Cursors and facts.
    Facts,
    /// Nothing of it.
    Nothing,
}

impl Memory {
    /// An empty one, of the holder of a shop's lock.
    pub(crate) fn of(&self, shop: ShopId) -> Self {
        let own = Arc::new(Shared {
            shop,
            state: Mutex::default(),
        });
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, other| other.strong_count() > 0);
        all.insert(shop.0, Arc::downgrade(&own));
        Self {
            own: Some(own),
            all: Arc::clone(&self.all),
        }
    }

    /// Of nobody who holds a lock.
    pub(crate) fn of_nobody(&self) -> Self {
        Self {
            own: None,
            all: Arc::clone(&self.all),
        }
    }

    /// Something that is remembered of the shop.
    pub(crate) fn recall<T>(
        &self,
        shop: ShopId,
        pick: impl FnOnce(&Known) -> Option<T>,
    ) -> Option<T> {
        pick(&self.about(shop)?.state().known)
    }

    /// Called before something is read that is to be remembered; nothing where it cannot be.
    pub(crate) fn reads(&self, shop: ShopId) -> Option<Reading> {
        let shared = self.about(shop)?;
        let state = shared.state();
        (state.writing == 0).then(|| Reading {
            shared: Arc::clone(shared),
            version: state.version,
        })
    }

    /// Called before something is written; what is answered is kept until that has ended.
    pub(crate) fn writes(&self, scope: Scope, touches: Touches) -> Writing {
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let touched: Vec<_> = match (touches, scope) {
            (Touches::Nothing, _) | (_, Scope::House) => Vec::new(),
            (_, Scope::Shop(shop)) => all.get(&shop).into_iter().collect(),
            (_, Scope::Whole) => all.values().collect(),
        };
        let touched: Vec<_> = touched.into_iter().filter_map(Weak::upgrade).collect();
        drop(all);
        for shared in &touched {
            let mut state = shared.state();
            state.writing += 1;
            state.forget(touches);
        }
        Writing { touched, touches }
    }

    fn about(&self, shop: ShopId) -> Option<&Arc<Shared>> {
        self.own.as_ref().filter(|shared| shared.shop == shop)
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn forget(&mut self, touches: Touches) {
        self.version += 1;
        if matches!(touches, Touches::All | Touches::Work) {
            (self.known.intents, self.known.unsettled) = (None, None);
        }
        if matches!(touches, Touches::All | Touches::Facts) {
            self.known.values.clear();
        }
    }
}

/// Something is being read that is to be remembered.
pub(crate) struct Reading {
    shared: Arc<Shared>,
    version: u64,
}

impl Reading {
    /// Remembers what was read, unless something was written meanwhile.
    pub(crate) fn learn(self, put: impl FnOnce(&mut Known)) {
        let mut state = self.shared.state();
        if state.version == self.version {
            put(&mut state.known);
        }
    }
}

/// Something is being written, whatever comes of it.
#[derive(Debug)]
pub(crate) struct Writing {
    touched: Vec<Arc<Shared>>,
    touches: Touches,
}

impl Writing {
    /// Nothing is written.
    pub(crate) const fn nothing() -> Self {
        Self {
            touched: Vec::new(),
            touches: Touches::Nothing,
        }
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        for shared in &self.touched {
            let mut state = shared.state();
            state.writing -= 1;
            state.forget(self.touches);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: ShopId = ShopId(7);

    fn learn(memory: &Memory, unsettled: u64) {
        let reading = memory.reads(SHOP).unwrap();
        reading.learn(|known| known.unsettled = Some(unsettled));
    }

    fn known(memory: &Memory) -> Option<u64> {
        memory.recall(SHOP, |known| known.unsettled)
    }

    #[test]
    fn what_was_read_is_remembered_until_anybody_writes() {
        let anybody = Memory::default();
        let holder = anybody.of(SHOP);
        learn(&holder, 3);
        assert_eq!(known(&holder), Some(3));
        assert_eq!(known(&anybody), None, "only the holder remembers");
        drop(anybody.writes(Scope::Shop(8), Touches::All));
        drop(anybody.writes(Scope::Shop(7), Touches::Facts));
        drop(anybody.writes(Scope::House, Touches::All));
        assert_eq!(known(&holder), Some(3), "none of these touched it");
        for scope in [Scope::Shop(7), Scope::Whole] {
            learn(&holder, 4);
            drop(anybody.writes(scope, Touches::Work));
            assert_eq!(known(&holder), None, "{scope:?}");
        }
    }

    #[test]
    fn what_is_read_while_somebody_writes_is_not_remembered() {
        let memory = Memory::default().of(SHOP);
        let before = memory.reads(SHOP).unwrap();
        let writing = memory.writes(Scope::Shop(7), Touches::Work);
        assert!(memory.reads(SHOP).is_none(), "it may be over in a moment");
        drop(writing);
        before.learn(|known| known.unsettled = Some(1));
        assert_eq!(known(&memory), None, "it was read before the write");
        learn(&memory, 2);
        assert_eq!(known(&memory), Some(2));
    }
}
