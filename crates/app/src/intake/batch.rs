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

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{ShopId, Side, Timestamp};
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Waker};

    async fn store(folder: &tempfile::TempDir) -> (Store, ShopId) {
        let path = folder.path().join("store.db");
        let url = format!("sqlite://{}", path.display());
        let store = Store::open(&url).await.unwrap();
        let rules = serde_json::json!({});
        let shop = store.add_shop("main", "place", None, None, &rules, Timestamp::UNIX_EPOCH);
        let shop = shop.await.unwrap().id;
        (store, shop)
    }

    fn webhook(shop: ShopId, number: u128) -> Webhook {
        Webhook {
            shop,
            side: Side::HighLevel,
            event: number.to_be_bytes(),
            what: "ContactUpdate".into(),
            kind: None,
            record: None,
            parent: None,
            body: b"{}".to_vec(),
            received_at: Timestamp::UNIX_EPOCH,
        }
    }

    /// Transactions in the write-ahead log: its frames that end one (https://www.sqlite.org/fileformat2.html, 4.1).
    fn transactions(store: &Store) -> usize {
        let log = std::fs::read(format!("{}-wal", store.path().display())).unwrap();
        let page = u32::from_be_bytes(log[8..12].try_into().unwrap()) as usize;
        let frames = log[32..].chunks_exact(24 + page);
        let ends = |frame: &&[u8]| frame[8..16] == log[16..24] && frame[4..8] != [0; 4];
        frames.filter(ends).count()
    }

    #[tokio::test]
    async fn webhooks_that_come_together_share_a_transaction() {
        let folder = tempfile::tempdir().unwrap();
        let (store, shop) = store(&folder).await;
        let batches = Batches::default();
        let before = transactions(&store);
        let keeping =
            (0..3 * MOST as u128).map(|number| batches.keep(&store, webhook(shop, number)));
        for kept in futures::future::join_all(keeping).await {
            kept.unwrap();
        }
        assert_eq!(transactions(&store), before + 3);
        assert!(
            store
                .knows_webhook(&(3 * MOST as u128 - 1).to_be_bytes())
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn whoever_hangs_up_takes_nobody_along() {
        let folder = tempfile::tempdir().unwrap();
        let (store, shop) = store(&folder).await;
        let batches = Batches::default();
        {
            let mut first = pin!(batches.keep(&store, webhook(shop, 1)));
            let waits = first.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert!(waits.is_pending());
        }
        batches.keep(&store, webhook(shop, 2)).await.unwrap();
        for number in [1_u128, 2] {
            assert!(store.knows_webhook(&number.to_be_bytes()).await.unwrap());
        }
    }
}
