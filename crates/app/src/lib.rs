//! The use cases: connect, check, preview, sync, review, status. The only crate that knows all below it.

mod check;
mod config;
mod connect;
mod connection;
mod error;
mod journal;
mod judge;
mod keys;
mod pass;
mod ports;
mod preview;
mod review;
mod service;
mod shops;
mod sides;
mod status;

pub use check::{CheckLine, CheckReport, Verdict};
pub use config::{AppConfig, Concurrency};
pub use error::AppError;
pub use pass::progress::{Phase, Progress, ProgressBoard};
pub use pass::tally::{Agreement, PerSide, Requests, Tally};
pub use ports::PortError;
pub use preview::{Preview, PreviewCost};
pub use review::{Answer, ReviewLine};
pub use service::SyncOptions;
pub use shops::NewShop;
pub use status::{Health, Status};

use domain::{Context, Timestamp};
use std::sync::Arc;
use store::Store;
use vault::Vault;

/// The application: store, vault, configuration, time and chance. Cheap to clone.
#[derive(Clone)]
pub struct App {
    store: Store,
    vault: Arc<Vault>,
    config: Arc<AppConfig>,
    context: Context,
    boards: service::Boards,
}

impl App {
    /// Puts the application together.
    #[must_use]
    pub fn new(store: Store, vault: Vault, config: AppConfig, context: Context) -> Self {
        Self {
            store,
            vault: Arc::new(vault),
            config: Arc::new(config),
            context,
            boards: service::Boards::default(),
        }
    }

    /// The store, for what wires the application.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.context.clock.now()
    }
}
