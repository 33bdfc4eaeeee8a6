//! What is known of a shop while its lock is held. Nobody else changes a shop's work meanwhile, so what was read once
//! need not be read again until something is written here. A poll that finds nothing would otherwise ask the same things a
//! hundred times, which on a server is a way there and back each time. A glance at many shops ([`crate::glance`]) is
//! remembered in the same way, as it was.

use crate::db::Scope;
use crate::glance::Glance;
use crate::model::{FactRow, IntentCount, LinkTotals};
use crate::{Store, StoreError};
use domain::{Kind, ShopId, Side};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// What the holder of a lock remembers; everybody else remembers nothing. Whoever writes in this process makes the
/// holder forget. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    own: Own,
    all: Arc<Mutex<BTreeMap<i64, Weak<Shared>>>>,
}

#[derive(Clone, Debug, Default)]
enum Own {
    #[default]
    Nothing,
    /// Of the shop whose lock is held.
    Shop(Arc<Shared>),
    /// As shops were at a glance; nothing makes that forget.
    Shops(Arc<BTreeMap<ShopId, Shared>>),
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

/// Cursors and facts by their names, by the name of their table.
pub(crate) type Values = BTreeMap<&'static str, BTreeMap<String, FactRow>>;

/// What is remembered; nothing where it was not read since the last write to it.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(crate) values: Values,
    pub(crate) intents: Option<Vec<IntentCount>>,
    pub(crate) unsettled: Option<u64>,
    pub(crate) records: Option<Vec<(Side, Kind, u64)>>,
    pub(crate) links: Option<BTreeMap<Kind, LinkTotals>>,
    /// What is asked of many shops at once only.
    pub(crate) glance: Option<Glance>,
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
        self.with(Own::Shop(own))
    }

    /// Of whoever looks at many shops for a moment.
    pub(crate) fn of_shops(&self, shops: impl IntoIterator<Item = (ShopId, Known)>) -> Self {
        let own = shops.into_iter().map(|(shop, known)| {
            let state = State {
                known,
                ..State::default()
            };
            let state = Mutex::new(state);
            (shop, Shared { shop, state })
        });
        self.with(Own::Shops(Arc::new(own.collect())))
    }

    /// Of nobody who holds a lock.
    pub(crate) fn of_nobody(&self) -> Self {
        match self.own {
            Own::Shops(_) => self.clone(),
            Own::Nothing | Own::Shop(_) => self.with(Own::Nothing),
        }
    }

    fn with(&self, own: Own) -> Self {
        Self {
            own,
            all: Arc::clone(&self.all),
        }
    }

    /// Something that is remembered of the shop.
    pub(crate) fn recall<T>(
        &self,
        shop: ShopId,
        pick: impl FnOnce(&mut Known) -> Option<T>,
    ) -> Option<T> {
        pick(&mut self.about(shop)?.state().known)
    }

    /// Something of a shop that was looked at with others.
    pub(crate) fn glance<T>(&self, shop: ShopId, pick: impl FnOnce(&Glance) -> T) -> Option<T> {
        self.recall(shop, |known| known.glance.as_ref().map(pick))
    }

    /// Called before something is read that is to be remembered; nothing where it cannot be.
    pub(crate) fn reads(&self, shop: ShopId) -> Option<Reading> {
        let Own::Shop(shared) = &self.own else {
            return None;
        };
        if shared.shop != shop {
            return None;
        }
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

    fn about(&self, shop: ShopId) -> Option<&Shared> {
        match &self.own {
            Own::Nothing => None,
            Own::Shop(shared) => (shared.shop == shop).then_some(&**shared),
            Own::Shops(shops) => shops.get(&shop),
        }
    }
}

impl Store {
    /// What is remembered of a shop, else what is read now, which is remembered where it can be. What is read may be of many
    /// shops; one that is not in it has none.
    pub(crate) async fn known_or<T: Clone + Default>(
        &self,
        shop: ShopId,
        place: fn(&mut Known) -> &mut Option<T>,
        read: impl Future<Output = Result<BTreeMap<ShopId, T>, StoreError>>,
    ) -> Result<T, StoreError> {
        let known = |known: &mut Known| place(known).clone();
        if let Some(known) = self.memory.recall(shop, known) {
            return Ok(known);
        }
        let reading = self.memory.reads(shop);
        let found = read.await?.remove(&shop).unwrap_or_default();
        if let Some(reading) = reading {
            reading.learn(|known| *place(known) = Some(found.clone()));
        }
        Ok(found)
    }

    /// What was seen of a shop at a glance, else what is read now.
    pub(crate) async fn seen_or<T: Default>(
        &self,
        shop: ShopId,
        pick: impl FnOnce(&Glance) -> T,
        read: impl Future<Output = Result<BTreeMap<ShopId, T>, StoreError>>,
    ) -> Result<T, StoreError> {
        match self.memory.glance(shop, pick) {
            Some(seen) => Ok(seen),
            None => Ok(read.await?.remove(&shop).unwrap_or_default()),
        }
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
            let values = std::mem::take(&mut self.known.values);
            self.known = Known {
                values,
                ..Known::default()
            };
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
