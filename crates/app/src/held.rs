//! What only one process may do at a time, by the right of a lock. On a database that several processes share, that right
//! can be lost: what is done by it is then neither written nor sent any more.

use crate::App;
use http::Guard;
use std::ops::Deref;
use store::{Lock, Shop};

/// The application while it holds a lock. It writes and sends by the right of it, and by nothing else.
pub(crate) struct Held {
    app: App,
    lock: Lock,
}

impl Deref for Held {
    type Target = App;

    fn deref(&self) -> &App {
        &self.app
    }
}

impl Held {
    /// The same, where the lock is that of a shop, whose work nobody else does meanwhile.
    pub(crate) fn alone_with(mut self, shop: &Shop) -> Self {
        self.app.store = self.app.store.remembering(shop.id);
        self
    }

    /// The same for work that can wait for what people wait for.
    pub(crate) fn giving_way(mut self) -> Self {
        self.app.store = self.app.store.giving_way();
        self
    }

    /// Whether the lock is still held for certain.
    pub(crate) fn holds(&self) -> bool {
        self.lock.holds()
    }
}

impl App {
    /// The application, working by the right of this lock.
    pub(crate) fn by_right_of(&self, lock: Lock) -> Held {
        let app = Self {
            store: self.store.under(&lock),
            ..self.clone()
        };
        Held { app, lock }
    }

    /// What keeps back requests of whoever has lost the right to its work.
    pub(crate) fn guard(&self) -> Option<Guard> {
        let fence = self.store.fence()?.clone();
        Some(Guard::new(move || fence.holds()))
    }
}
