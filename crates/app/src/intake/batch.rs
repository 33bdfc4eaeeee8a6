//! Webhooks that come together are kept together: one transaction, one write to the disk.

use std::sync::{Arc, Mutex, PoisonError};
use store::{Store, Webhook};
use tokio::sync::oneshot;

/// Kept in one transaction at most.
const MOST: usize = 512;
/// Waiting for their turn at most. Beyond that the vendor is asked to come again, so that memory stays bounded.
const WAITING: usize = 20_000;

type Answer = oneshot::Sender<Result<(), String>>;

/// The webhooks that wait to be kept. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Batches(Arc<Inner>);

#[derive(Default)]
struct Inner {
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    webhooks: Vec<(Webhook, Answer)>,
    /// Whether somebody is keeping the ones before.
    busy: bool,
}

impl Batches {
    /// Returns once the webhook is on the disk.
    pub(crate) async fn keep(&self, store: &Store, webhook: Webhook) -> Result<(), String> {
        let (answer, kept) = oneshot::channel();
        let leads = {
            let mut waiting = self.waiting();
            if waiting.webhooks.len() >= WAITING {
                return Err("too many webhooks are waiting to be kept".to_owned());
            }
            waiting.webhooks.push((webhook, answer));
            !std::mem::replace(&mut waiting.busy, true)
        };
        if leads {
            // A task of its own: whoever hangs up must not take the others' webhooks along.
            let (batches, store) = (self.clone(), store.clone());
            tokio::spawn(async move { batches.keep_all(&store).await });
        }
        kept.await
            .unwrap_or_else(|_| Err("keeping it was cut short".to_owned()))
    }

    async fn keep_all(&self, store: &Store) {
        loop {
            let batch = {
                let mut waiting = self.waiting();
                let most = waiting.webhooks.len().min(MOST);
                if most == 0 {
                    waiting.busy = false;
                    return;
                }
                waiting.webhooks.drain(..most).collect::<Vec<_>>()
            };
            let (webhooks, answers): (Vec<Webhook>, Vec<Answer>) = batch.into_iter().unzip();
            let kept = store.keep_webhooks(&webhooks).await;
            let outcome = kept.map_err(|error| error.to_string());
            for answer in answers {
                // Whoever hung up meanwhile is not told; the webhook is kept all the same.
                let _hung_up = answer.send(outcome.clone());
            }
        }
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.0
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
