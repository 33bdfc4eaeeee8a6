//! What the store tells of its work to whoever measures it.

use crate::{Store, StoreError};
use std::fmt;
use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::time::Instant;
use tracing::Instrument;

/// Takes note of what the store does. It must be quick, and decides nothing.
pub trait Meter: Send + Sync + fmt::Debug {
    /// A transaction that writes has ended, on the disk or rolled back. The time is counted from when it was asked
    /// for, so that waiting for its turn is in it; webhooks alone have a turn for many transactions.
    fn wrote(&self, work: Work, trouble: Option<Trouble>, took: Duration);
}

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Work {
    /// What a pass found, decided and did.
    Changes,
    /// Webhooks, before they are acknowledged.
    Webhooks,
    /// What was asked of a vendor.
    Budget,
}

/// Why a transaction was rolled back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// Another process kept the database for too long.
    Busy,
    /// The disk is full.
    Full,
    /// The file cannot be written.
    Unwritable,
    /// Another process has taken the work over.
    Lost,
    /// Anything else.
    Other,
}

impl Trouble {
    const fn of(error: &StoreError) -> Self {
        match error {
            StoreError::Busy => Self::Busy,
            StoreError::DiskFull => Self::Full,
            StoreError::Unwritable { .. } | StoreError::Server { .. } => Self::Unwritable,
            StoreError::Lost => Self::Lost,
            _ => Self::Other,
        }
    }
}

/// Who measures a store, once somebody does. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Metered(Arc<OnceLock<Arc<dyn Meter>>>);

impl Metered {
    /// Does something that writes, and tells what came of it.
    pub(crate) async fn tell<T>(
        &self,
        work: Work,
        doing: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let span =
            tracing::info_span!(target: "traces", "transaction", otel.kind = "client", ?work);
        let doing = doing.instrument(span);
        let Some(meter) = self.0.get() else {
            return doing.await;
        };
        let began = Instant::now();
        let done = doing.await;
        meter.wrote(work, done.as_ref().err().map(Trouble::of), began.elapsed());
        done
    }

    /// The same for what blocks the thread.
    pub(crate) fn tell_now<T>(
        &self,
        work: Work,
        doing: impl FnOnce() -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let Some(meter) = self.0.get() else {
            return doing();
        };
        let began = Instant::now();
        let done = doing();
        meter.wrote(work, done.as_ref().err().map(Trouble::of), began.elapsed());
        done
    }
}

impl Store {
    /// Tells somebody of every transaction from now on; the first one who asks stays.
    pub fn measure(&self, meter: Arc<dyn Meter>) {
        // Whoever comes second is not told, which harms nobody.
        let _ = self.metered.0.set(meter);
    }
}
