//! Emulator of MyGadgetRepairs' API (mygadgetrepairs-api.md), with every uncertain point as a switch in [`Settings`].
//!
//! `router` answers as the vendor does, below `/v1` and without it; `control` is the way in for tests: it sees and changes
//! everything, costs nothing and is never limited.

mod answer;
mod arguments;
mod book;
mod control;
mod dates;
mod desk;
mod hands;
mod id;
mod limits;
mod load;
mod merge;
mod notifications;
mod person;
mod records;
mod resources;
mod routes;
mod settings;
mod shelf;

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;

pub use limits::LimitState;
pub use notifications::{DueCall, Notification, NotificationEvent};
pub use settings::{
    Comments, CreatedFilter, Feeds, Granularity, OptOuts, Paging, Settings, TicketOrder,
};

use crate::clock::TwinClock;
use crate::loopback::Poster;
use crate::shop::MadeUpShop;
use book::Book;
use limits::Limits;
use notifications::Outbox;

/// The key that the twin accepts unless [`Settings::api_key`] says otherwise; as long and as awkward as real ones
/// (mygadgetrepairs-api.md 3).
pub const DEFAULT_API_KEY: &str = "twin|Shop!Key@7f3%A9=c2^E1&b8*D4.0a6f5e3d2c1";

/// One emulated MyGadgetRepairs account. Clones are the same account.
#[derive(Clone)]
pub struct MyGadgetRepairsTwin {
    inner: Arc<Inner>,
}

struct Inner {
    clock: TwinClock,
    poster: Poster,
    account: Mutex<Account>,
}

/// Everything that changes, behind one lock that is never held across a wait.
struct Account {
    settings: Settings,
    book: Book,
    limits: Limits,
    outbox: Outbox,
}

/// How many records the account holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// Customers.
    pub customers: usize,
    /// Tickets.
    pub tickets: usize,
    /// Ticket comments.
    pub comments: usize,
    /// Appointments.
    pub appointments: usize,
}

impl MyGadgetRepairsTwin {
    /// An account without customers, but with statuses, issue types and staff.
    pub fn new(settings: Settings, clock: TwinClock) -> Self {
        let book = Book::new(&settings);
        let account = Account {
            settings,
            book,
            limits: Limits::default(),
            outbox: Outbox::default(),
        };
        Self {
            inner: Arc::new(Inner {
                clock,
                poster: Poster::new(),
                account: Mutex::new(account),
            }),
        }
    }

    /// Fills the account with a made-up shop, in place of whatever it held.
    pub fn load(&self, shop: &MadeUpShop) {
        let mut account = self.account();
        account.book = load::book(shop, &account.settings);
    }

    /// In place of what the account holds: all that another one does, by the same ids.
    pub fn take_over(&self, other: &Self) {
        let book = other.account().book.clone();
        self.account().book = book;
    }

    /// The vendor's paths, with and without `/v1`.
    pub fn router(&self) -> Router {
        Router::new()
            .fallback(routes::answer)
            .with_state(self.clone())
    }

    /// The control paths, to be mounted below `/_twin`.
    pub fn control(&self) -> Router {
        control::router(self.clone())
    }

    /// The switches as they stand.
    pub fn settings(&self) -> Settings {
        self.account().settings.clone()
    }

    /// Changes the switches while the account runs.
    pub fn set_settings(&self, settings: Settings) {
        let mut account = self.account();
        account.book.set_time_zone(settings.time_zone.as_deref());
        account.settings = settings;
    }

    /// The key that a client must send.
    pub fn api_key(&self) -> String {
        self.account().settings.api_key.clone()
    }

    /// How often the limit was exceeded and whether the key is locked out.
    pub fn limits(&self) -> LimitState {
        let now = self.inner.clock.now();
        self.account().limits.state(now)
    }

    /// How many records there are.
    pub fn counts(&self) -> Counts {
        self.account().book.counts()
    }

    /// Ground truth: `(customer id, index in MadeUpShop::contacts)` of the loaded shop's people who are known on both sides.
    pub fn truth(&self) -> Vec<(String, usize)> {
        self.account()
            .book
            .truth
            .iter()
            .map(|truth| (truth.customer.to_string(), truth.contact))
            .collect()
    }

    fn account(&self) -> MutexGuard<'_, Account> {
        self.inner
            .account
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for MyGadgetRepairsTwin {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("MyGadgetRepairsTwin")
            .field("counts", &self.counts())
            .finish_non_exhaustive()
    }
}
