//! Taking webhooks: proved to be the vendor's, kept, and only then acknowledged. What they tell is looked at later, by
//! whoever keeps the shop in step.

mod batch;
mod counter;
mod crm;
mod directory;

pub use counter::{CounterWebhook, NotificationText};

pub(crate) use batch::Batches;
pub(crate) use directory::Directory;

use crate::App;
use store::Webhook;

/// What became of a webhook that may be acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// It is on the disk, or was already.
    Kept,
    /// It is the vendor's, but about nothing that is kept here: another app's, or an unknown location's.
    NotOurs,
}

/// Why a webhook is not acknowledged.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    /// Nobody can show that the vendor sent it.
    #[error("{0}")]
    Forged(String),
    /// It could not be kept. The vendor has to send it again.
    #[error("the webhook could not be kept: {0}")]
    NotKept(String),
}

impl App {
    /// Keeps a proved webhook, and calls the shop's workers once it is on the disk.
    pub(crate) async fn keep(&self, webhook: Webhook) -> Result<Accepted, NotTaken> {
        let shop = webhook.shop.0;
        let kept = self.batches.keep(&self.store, webhook).await;
        kept.map_err(NotTaken::NotKept)?;
        self.calls.of(shop).notify_one();
        Ok(Accepted::Kept)
    }
}
